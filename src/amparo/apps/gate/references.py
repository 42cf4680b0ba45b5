"""References: what a decision is named by, on a screen, in a letter and on the telephone."""

import secrets

# Digits and capitals without the pairs that are misread (0 O, 1 I L, 2 Z, 5 S, 8 B are down to one of each) and
# without A, E, U, so that no reference spells a word. 25 signs, eight of them drawn: 37 bits.
ALPHABET = "23456789CDFGHJKMNPQRTVWXY"
GROUPS, GROUP_LENGTH = 2, 4


def new_reference() -> str:
    """A random reference such as `G-7QKM-3XWF`."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(("G", *groups))
