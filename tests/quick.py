"""Settings of processes whose work is not to derive keys: as `tests.hashers`, for what is not this process."""

from amparo.conf.settings import *  # noqa: F403
from amparo.core.vault import Cost

PASSWORD_HASHERS = ["tests.hashers.QuickArgon2"]
KEY_COST = Cost(passes=1, memory_kib=8)
