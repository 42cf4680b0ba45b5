"""What a platform may read of its own decisions."""

from amparo.apps.accounts.models import Organisation
from amparo.apps.gate.models import Decision


def decision_of(organisation: Organisation, reference: str) -> Decision:
    """The organisation's own decision of that reference. Raises Decision.DoesNotExist, for another's as for none."""
    return Decision.objects.select_related("entry__bank").get(organisation=organisation, reference=reference)
