"""Event and its chain head; Job and its claim. No foreign keys: the ledger outlives what it tells of."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Protocol

from django.db import models
from django.db.models import F, Q

GENESIS = "0" * 64


class Actor(Protocol):
    """Whoever acts: a worker, an API key, the survivor of a case, the system itself."""

    @property
    def handle(self) -> str: ...

    @property
    def organisation_handle(self) -> str: ...


@dataclass(frozen=True, slots=True)
class NamedActor:
    handle: str
    organisation_handle: str = ""


SYSTEM = NamedActor("system")


class Event(models.Model):
    """One thing that happened. Rows are only ever added; triggers in the database refuse the rest."""

    class Kind(models.TextChoices):
        ORGANISATION_ADDED = "organisation_added"
        ORGANISATION_CHANGED = "organisation_changed"
        USER_ADDED = "user_added"
        USER_DISABLED = "user_disabled"
        SIGNED_IN = "signed_in"
        SIGN_IN_REFUSED = "sign_in_refused"
        PASSWORD_CHANGED = "password_changed"  # noqa: S105  an event, not a password
        PASSWORD_RESET = "password_reset"  # noqa: S105
        WORKER_KEY_MADE = "worker_key_made"
        FACTOR_ADDED = "factor_added"
        FACTOR_REMOVED = "factor_removed"
        FACTORS_RESET = "factors_reset"
        RECOVERY_CODES_DRAWN = "recovery_codes_drawn"
        RECOVERY_CODE_USED = "recovery_code_used"
        SESSIONS_ENDED = "sessions_ended"
        KEY_ISSUED = "key_issued"
        KEY_REVOKED = "key_revoked"
        BANK_OPENED = "bank_opened"
        BANK_SUBSCRIBED = "bank_subscribed"
        BANK_UNSUBSCRIBED = "bank_unsubscribed"
        ENTRY_ADDED = "entry_added"
        ENTRY_WITHDRAWN = "entry_withdrawn"
        INDEX_REBUILT = "index_rebuilt"
        CASE_OPENED = "case_opened"
        CASE_READ_BY_SURVIVOR = "case_read_by_survivor"
        CASE_READ_BY_WORKER = "case_read_by_worker"
        CASE_CODE_REFUSED = "case_code_refused"
        CASE_ASSIGNED = "case_assigned"
        CASE_CLOSED = "case_closed"
        CASE_REOPENED = "case_reopened"
        CASE_FROZEN = "case_frozen"
        CASE_PAUSED = "case_paused"
        CASE_RESUMED = "case_resumed"
        CODE_CHANGED = "code_changed"
        CODE_ENDED = "code_ended"
        CASE_GRANTED = "case_granted"
        CASE_REKEYED = "case_rekeyed"
        CASE_REBLINDED = "case_reblinded"
        KEYS_REFUSED = "keys_refused"
        PART_ALTERED = "part_altered"
        GRANTS_ENDED = "grants_ended"
        LOOKS_ENDED = "looks_ended"
        PICTURE_ADDED = "picture_added"
        STRONGER_ADDED = "stronger_added"
        STRONGER_FORGOTTEN = "stronger_forgotten"
        CONSENT_GIVEN = "consent_given"
        CONSENT_WITHDRAWN = "consent_withdrawn"
        HANDED_OVER = "handed_over"
        HAND_OVER_UNDONE = "hand_over_undone"
        ITEM_ADDED = "item_added"
        ITEM_CHECKED = "item_checked"
        ITEM_CLOSED = "item_closed"
        ITEM_REOPENED = "item_reopened"
        NOTICE_QUEUED = "notice_queued"
        NOTICE_SENDING = "notice_sending"
        NOTICE_SENT = "notice_sent"
        NOTICE_FAILED = "notice_failed"
        NOTICE_UNCONFIRMED = "notice_unconfirmed"
        NOTICE_SETTLED = "notice_settled"
        MESSAGE_WRITTEN = "message_written"
        MESSAGES_READ = "messages_read"
        GATE_DECIDED = "gate_decided"
        BACKUP_MADE = "backup_made"
        BACKUP_RESTORED = "backup_restored"
        SHARING_RESUMED = "sharing_resumed"
        RECOVERY_BEGUN = "recovery_begun"
        RECOVERY_USED = "recovery_used"
        RECOVERY_ENDED = "recovery_ended"
        CASE_RECOVERED = "case_recovered"
        CASE_ERASED = "case_erased"
        APPEAL_FILED = "appeal_filed"
        APPEAL_DECIDED = "appeal_decided"

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    # Without `choices`: a new kind of event is a line above and no migration.
    kind = models.CharField(max_length=40)
    by = models.CharField(max_length=120)
    organisation = models.CharField(max_length=60, blank=True)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]
        indexes = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"

    def computed_hash(self) -> str:
        """SHA-256, in hex, of everything the row says and of the hash before it."""
        told = {
            "seq": self.seq,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "kind": self.kind,
            "by": self.by,
            "organisation": self.organisation,
            "subject_type": self.subject_type,
            "subject_id": self.subject_id,
            "detail": self.detail,
            "previous_hash": self.previous_hash,
        }
        canonical = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


class Head(models.Model):
    """The end of the chain, one row. Whoever appends holds it until the transaction ends, so `seq` follows commits."""

    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="ledger_one_head")]

    def __str__(self) -> str:
        return f"head at {self.seq}"


class Job(models.Model):
    """Work that was promised in a transaction. django-tasks wakes it; the claim here decides who does it, once."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    task = models.CharField(max_length=120)
    subject_id = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    run_after = models.DateTimeField()
    claimed_by = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "run_after"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False) & ~Q(claimed_by="")
                | ~Q(state="running") & Q(lease_until__isnull=True, claimed_by=""),
                name="ledger_job_running_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed"], finished_at__isnull=False)
                | Q(state__in=["waiting", "running"], finished_at__isnull=True),
                name="ledger_job_finished_has_a_time",
            ),
            models.CheckConstraint(condition=Q(run_after__gte=F("created_at")), name="ledger_job_not_before_made"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.subject_id} ({self.state})"
