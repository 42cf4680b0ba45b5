from django.db import models
from django.db.models import Q

from amparo.apps.accounts.models import HANDLE, Organisation


class Bank(models.Model):
    """A set of fingerprints with one owner. Its algorithm is stated, since two official PDQs differ by some bits."""

    class Algorithm(models.TextChoices):
        PDQ_C512 = "pdq-c512"

    handle = models.CharField(max_length=40, unique=True, validators=[HANDLE])
    title = models.CharField(max_length=120)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="banks")
    algorithm = models.CharField(max_length=20, choices=Algorithm.choices, default=Algorithm.PDQ_C512)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.handle


class Subscription(models.Model):
    """A platform may look a bank up and read its feed; `on_match` is what its gate does with a match."""

    class OnMatch(models.TextChoices):
        BLOCK = "block"
        HOLD = "hold"
        RECORD = "record"

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="subscriptions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="subscriptions")
    on_match = models.CharField(max_length=8, choices=OnMatch.choices, default=OnMatch.BLOCK)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank", "organisation"], name="banks_subscribed_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id} of {self.bank_id}: {self.on_match}"


class Entry(models.Model):
    """One fingerprint in one bank. A withdrawn row stays, without its fingerprint: partners must hear of it."""

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="entries")
    code = models.BinaryField(max_length=32, null=True)
    quality = models.PositiveSmallIntegerField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="", code__isnull=False)
                | Q(withdrawn_at__isnull=False, code__isnull=True) & ~Q(withdrawn_by=""),
                name="banks_withdrawn_entry_names_who_and_drops_code",
            ),
            models.CheckConstraint(condition=Q(quality__lte=100), name="banks_quality_0_to_100"),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"


class Change(models.Model):
    """What a feed tells. `seq` is the ledger's, taken in commit order: a reader up to N has missed nothing below N."""

    class Kind(models.TextChoices):
        ADDED = "added"
        WITHDRAWN = "withdrawn"

    seq = models.BigIntegerField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"
