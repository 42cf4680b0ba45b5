"""Codes that are typed: six digits of an app (RFC 6238), and recovery codes from paper."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
import structlog

from amparo.apps.accounts import instance
from amparo.apps.accounts.models import Factor, RecoveryCode, User
from amparo.core.vault import CannotOpen, UnknownFormat, WrongVersion, open_record, seal_record

log = structlog.get_logger("amparo.accounts")

# RFC 6238 section 5.2: steps of 30 seconds, and one step of grace for a clock that is off or a slow hand.
STEP_SECONDS = 30
GRACE_STEPS = 1
DIGITS = 6
RECOVERY_CODES = 10
# Crockford's base 32: no letter that reads as a digit. 16 of them are 80 bits.
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 16


def new_app_secret() -> str:
    """160 random bits in base 32, as RFC 4226 section 4 advises and as apps read it."""
    return pyotp.random_base32()


def seal_new_secret(user: User, secret: str) -> bytes:
    """The secret of an app that she is about to add, as the session may hold it until a code proves it."""
    return seal_record(
        instance.records("factors"), secret.encode(), model="accounts.user", field="new secret", row=user.pk
    )


def open_new_secret(user: User, kept: bytes) -> str:
    key = instance.records("factors")
    return open_record(key, kept, model="accounts.user", field="new secret", row=user.pk).decode()


def step_of(secret: str, typed: str, *, now: datetime, after: int) -> int | None:
    """The step whose code was typed, if it is today's and later than `after`; every code in reach is compared."""
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
        return None
    current, found, codes = int(now.timestamp()) // STEP_SECONDS, None, pyotp.TOTP(secret)
    for step in range(current - GRACE_STEPS, current + GRACE_STEPS + 1):
        if hmac.compare_digest(codes.at(step * STEP_SECONDS), typed) and step > after:
            found = step
    return found


def sealed(factor: Factor, secret: str) -> bytes:
    return seal_record(
        instance.records("factors"), secret.encode(), model="accounts.factor", field="secret", row=factor.pk
    )


def take_app_code(user: User, typed: str, *, now: datetime) -> bool:
    """Whether `typed` is a code of one of her apps that was not taken before. It is taken from now on."""
    for factor in user.factors.filter(kind=Factor.Kind.APP):
        secret = _secret_of(factor)
        step = None if secret is None else step_of(secret, typed, now=now, after=factor.last_step or 0)
        # Of two sign-ins with one code at the same moment, one update finds the row.
        if step is not None:
            fresh = Factor.objects.filter(pk=factor.pk, last_step__lt=step)
            return bool(fresh.update(last_step=step, used_at=now))
    return False


def _secret_of(factor: Factor) -> str | None:
    """None where the instance key that sealed it is lost: passkeys and recovery codes go on working without it."""
    key = instance.records("factors")
    try:
        return open_record(
            key, factor.sealed_secret or b"", model="accounts.factor", field="secret", row=factor.pk
        ).decode()
    except (CannotOpen, UnknownFormat, WrongVersion) as error:
        log.error("factor_cannot_be_opened", worker=factor.user_id, error=type(error).__name__)
        return None


def _digest(typed: str) -> bytes:
    return hashlib.sha256(typed.lower().encode()).digest()


def take_recovery_code(user: User, typed: str, *, now: datetime) -> bool:
    """Whether `typed` (without hyphens) is one of her unused recovery codes. It is used from now on."""
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(typed), used_at=None)
    return bool(unused.update(used_at=now))


def is_recovery_code(user: User, typed: str) -> bool:
    """As `take_recovery_code`, and it stays unused."""
    return RecoveryCode.objects.filter(user=user, digest=_digest(typed), used_at=None).exists()


def draw_codes(user: User, *, now: datetime, count: int = RECOVERY_CODES) -> list[str]:
    """New recovery codes in groups of four; the earlier ones open nothing any more."""
    user.recovery_codes.all().delete()
    drawn = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(count)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(code), drawn_at=now) for code in drawn)
    return ["-".join(code[start : start + 4] for start in range(0, LENGTH, 4)) for code in drawn]
