"""What a program is told when it asked wrongly: always JSON, always what was wrong and what to do."""

from collections.abc import Mapping


class Refused(Exception):
    """A request that is not answered. The message never quotes what was sent: it may hold a fingerprint or a key."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})

    def body(self) -> dict[str, str]:
        return {"message": self.message, "code": self.code}


def sentence(error: Exception) -> str:
    """What an error of ours says, as the beginning of a sentence."""
    said = str(error)
    return said[:1].upper() + said[1:]


# The gate's word when it cannot look: nothing was found, and nothing was ruled out. Fail closed.
UNAVAILABLE = {
    "decision": "hold",
    "ground": "gate_unavailable",
    "message": "The gate cannot look this up now. Hold the upload back and ask again in a second.",
    "code": "gate_unavailable",
}
RETRY_AFTER = {"Retry-After": "1"}
