import uuid

from django.db import models
from django.db.models import F, Q

from amparo.apps.accounts.models import Organisation, User
from amparo.apps.banks.models import Bank, Entry
from amparo.apps.cases import sealed
from amparo.apps.cases.hers import Message, Opening
from amparo.apps.cases.sealed import SealedRow
from amparo.core.vault import CannotOpen, HolderKey, public_half

__all__ = [
    "Case",
    "Check",
    "Consent",
    "Grant",
    "HostTurn",
    "Item",
    "Letter",
    "Message",
    "Notice",
    "Opening",
    "Picture",
    "WrongCode",
]


class Case(models.Model):
    """One person's matter. She opens it and comes back with her code: a public locator and seven secret words."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        # About a minor after all: checks stop, fingerprints are purged, only the referral note stays (safety rule 4).
        FROZEN = "frozen"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    helpline = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="cases")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    locator = models.CharField(max_length=24, unique=True)
    # Her key pair, locked with the seven words: opening it proves them. Argon2id, its salt and cost are inside.
    wrapped_key = models.BinaryField(max_length=200)
    # A second pair, locked with the words of her second code; with words that nobody has, where there is none. It is
    # always there and always of one form, and both are renewed together: no row tells whether she has a second code.
    second_key = models.BinaryField(max_length=200)
    # Which key of the case its rows are sealed under, and that key's public half: who has it adds and reads nothing.
    version = models.PositiveIntegerField(default=1)
    public = models.BinaryField(max_length=32)
    # A copy under the instance's key, which the door takes: the half above can be exchanged by who writes to the table.
    public_record = models.BinaryField(max_length=200)
    # Since when the case waits for a new key, because somebody who held the present one has left.
    rekey_due_at = models.DateTimeField(null=True, db_index=True)
    language = models.CharField(max_length=12)
    country = models.CharField(max_length=2, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # Since when she lets it rest: no look is made and no notice leaves until she lets it go on.
    paused_at = models.DateTimeField(null=True)
    # When she ended her code: from then on nobody opens the case but her helpline.
    code_ended_at = models.DateTimeField(null=True)
    # When her code last opened it, and the time before: she is shown that one, to notice another reader.
    read_at = models.DateTimeField(null=True)
    read_before_at = models.DateTimeField(null=True)

    # Her unlocked pair, while her code or her session has opened it. In memory only: there is no such column.
    key: HolderKey | None = None

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state__in=["closed", "frozen"], closed_at__isnull=False),
                name="cases_closed_case_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(read_before_at__isnull=True) | Q(read_at__gte=F("read_before_at")),
                name="cases_read_before_is_before",
            ),
        ]

    def __str__(self) -> str:
        return self.locator

    @property
    def handle(self) -> str:
        """How the survivor stands in the ledger: by her case, never by a name."""
        return f"survivor:{self.pk}"

    @property
    def organisation_handle(self) -> str:
        return ""

    @property
    def holder(self) -> str:
        """Whose key hers is, in everything that the vault seals for her."""
        return f"case:{self.pk}"

    @property
    def second_holder(self) -> str:
        return f"second:{self.pk}"

    @property
    def is_decoy(self) -> bool:
        """Whether the pair at hand is not hers: her second code opened, or a code that has been changed since."""
        return self.key is not None and not self.is_pair(self.key)

    def is_pair(self, key: HolderKey) -> bool:
        """Whether `key` is her pair as it is today; an erased case has none."""
        try:
            return key.public == public_half(self.wrapped_key)
        except CannotOpen:
            return False


class Grant(models.Model):
    """The key of one case, sealed to one holder: a worker, the survivor, or her helpline's recovery key."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="grants")
    holder = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    # The holder's public half that it was sealed to. A holder with another pair today cannot open it: a new one is due.
    public = models.BinaryField(max_length=32)
    sealed = models.BinaryField(max_length=400)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "holder"], name="cases_one_grant_a_holder")]
        indexes = [models.Index(fields=["holder"], name="cases_grant_holder")]

    def __str__(self) -> str:
        return f"grant to {self.holder}"


class WrongCode(models.Model):
    """Wrong words given for one locator, and until when it rests.

    Kept whether or not a case has that locator, so the pause tells nobody which cases exist. Nobody's address is kept.
    """

    locator = models.CharField(max_length=24, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    refuse_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.count} wrong codes"


class Picture(SealedRow):
    """A picture of hers, known only by the fingerprints that her device made."""

    code = sealed.raw()
    # The record of the stronger tier as bytes, where she asked for it (docs/strong.md); else None.
    stronger = sealed.maybe_raw()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Of a video the text of all its frames (video.py), some hundred thousand letters: no length is wrong.
    sealed_code = models.BinaryField()
    sealed_stronger = models.BinaryField(null=True)
    # The same fingerprint gives the same value: that is how it is once in a case.
    blind_code = models.BinaryField(max_length=32)
    quality = models.PositiveSmallIntegerField()
    algorithm = models.CharField(max_length=20)
    # Its place in the case, 1, 2, 3: how she and the helpline speak of it.
    number = models.PositiveIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(quality__lte=100), name="cases_quality_0_to_100"),
            models.UniqueConstraint(fields=["case", "blind_code"], name="cases_picture_once_a_case"),
            models.UniqueConstraint(fields=["case", "number"], name="cases_picture_number_once_a_case"),
        ]

    def __str__(self) -> str:
        return f"picture {self.pk}"

    @property
    def has_stronger(self) -> bool:
        """Whether there is a stronger fingerprint; nobody has to open the row to know."""
        return self.sealed_stronger is not None


class Consent(models.Model):
    """Her yes to one bank for one picture, and its end."""

    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="consents")
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["picture", "bank"], condition=Q(withdrawn_at=None), name="cases_one_live_consent_a_bank"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")),
                name="cases_consent_not_withdrawn_before_given",
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"


class Item(SealedRow):
    """One place where a picture of the case is or was: a URL, followed until it is gone and after."""

    url = sealed.text()

    class State(models.TextChoices):
        UNKNOWN = "unknown"
        ALIVE = "alive"
        GONE = "gone"
        GONE_SUSPECTED = "gone_suspected"
        RESTRICTED = "restricted"
        BLOCKED = "blocked"
        ERROR = "error"

    class ClosedBy(models.TextChoices):
        SEEN_GONE_TWICE = "seen_gone_twice"
        A_PERSON_LOOKED = "a_person_looked"
        SURVIVOR = "survivor"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Its place in the case, in the order in which she gave them.
    number = models.PositiveIntegerField()
    sealed_url = models.BinaryField()
    # The same address gives the same value, in this case and in others (core.vault.blind).
    blind_url = models.BinaryField(max_length=32, db_index=True)
    # The address once more, under the checker's key: kept as long as a look is planned, and not a moment longer.
    checker_url = models.BinaryField(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.UNKNOWN)
    added_at = models.DateTimeField()
    last_alive_at = models.DateTimeField(null=True)
    # Start of the present unbroken run of "gone"; any sight of it alive clears this.
    gone_since = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=20, choices=ClosedBy.choices, blank=True)
    # When the checker looks next. A job that wakes at another time than this was overtaken and does nothing.
    check_due_at = models.DateTimeField(null=True)
    # The turn at its host that was kept for this item, when the host was busy.
    turn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by="") | Q(closed_at__isnull=False) & ~Q(closed_by=""),
                name="cases_closed_item_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="alive") | Q(gone_since__isnull=True, closed_at__isnull=True),
                name="cases_alive_item_is_neither_gone_nor_closed",
            ),
            models.CheckConstraint(
                condition=Q(check_due_at__isnull=True, checker_url__isnull=True)
                | Q(check_due_at__isnull=False, checker_url__isnull=False),
                name="cases_checker_reads_while_looks_are_planned",
            ),
            models.UniqueConstraint(fields=["case", "blind_url"], name="cases_url_once_a_case"),
            models.UniqueConstraint(fields=["case", "number"], name="cases_item_number_once_a_case"),
        ]

    def __str__(self) -> str:
        return f"item {self.pk}"


class Notice(SealedRow):
    """What was asked of a service, word for word, under which law, and where its delivery stands."""

    service = sealed.text()
    recipient = sealed.text()
    subject = sealed.text()
    body = sealed.text()
    # [[element id, sentence], ...] in order: which sentence satisfies which element of the law.
    sentences = sealed.pairs()

    class State(models.TextChoices):
        QUEUED = "queued"
        # Being handed to the mail server. A worker that dies here leaves it in doubt, so it is never resent by itself.
        SENDING = "sending"
        SENT = "sent"
        UNCONFIRMED = "unconfirmed"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    items = models.ManyToManyField(Item, related_name="notices")
    regime = models.CharField(max_length=40)
    sealed_service = models.BinaryField()
    sealed_recipient = models.BinaryField()
    sealed_subject = models.BinaryField()
    sealed_body = models.BinaryField()
    sealed_sentences = models.BinaryField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()
    # When it was last begun to be handed over, and when the mail server had taken it.
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_fixed_by_law = models.BooleanField(default=False)
    # How often it was begun to be handed over. A worker's late answer counts only for its own attempt.
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="cases_failed_notice_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False, due_at__isnull=False)
                | ~Q(state="sent") & Q(sent_at__isnull=True, due_at__isnull=True),
                name="cases_sent_notice_has_its_times",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"

    @property
    def message_id(self) -> str:
        """The same at every attempt, so that a mail server can tell a repetition."""
        return f"<notice.{self.pk}@{self.case.helpline.mailbox.partition('@')[2]}>"


class Letter(models.Model):
    """The courier's copy of a notice, under the instance's key: until it was taken, or nobody tries again."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, primary_key=True, related_name="letter")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"letter {self.pk}"


class Check(models.Model):
    """One look at an item: what answered, when, and who or what looked."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="checks")
    at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=Item.State.choices)
    status_code = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=60)
    by = models.CharField(max_length=120)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.state}"


class HostTurn(models.Model):
    """From when on a host may be asked again. The host is known by a keyed digest: the list of hosts is nobody's."""

    host_digest = models.CharField(max_length=64, primary_key=True)
    free_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"turn at {self.host_digest[:8]}"
