"""How a session's row says whose keys it holds: what `amparo.ui.unlocked` writes and `end_sessions` looks for."""

# By holder ("worker:7", "case:..."): that holder's key, locked under the secret of the cookie.
LOCKED_KEYS = "locked_keys"


def half(holder: str) -> str:
    """The holder that a worker is between password and second factor: a key locked for it opens nothing else."""
    return f"half:{holder}"
