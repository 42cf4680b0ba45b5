from tests.sites.survivor.conftest import answered, opened, shared, used_bank

__all__ = ["answered", "opened", "shared", "used_bank"]
