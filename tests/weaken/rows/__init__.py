"""All weakenings, in the order of THREATS.md; then those of the vault, whose promises stand in docs/vault.md."""

from tests.core.vault import weakenings as vault
from tests.weaken.rows import banks, hers, house, keys
from tests.weaken.weakening import Weakening, number_of

ALL: list[Weakening] = sorted([*hers.ALL, *keys.ALL, *banks.ALL, *house.ALL, *vault.ALL], key=number_of)
