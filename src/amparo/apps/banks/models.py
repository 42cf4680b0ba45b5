from django.db import models
from django.db.models import Q

from amparo.apps.accounts.models import HANDLE, Organisation
from amparo.apps.banks.sealing import open_entry, open_frame, open_stronger
from amparo.core.fingerprint.strong import StrongRecord

# A frame's number in the index: far above those of entries, which count up from 1.
FRAME_IDS = 2**62


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
    # Whether its gate asks the stronger tier too, where nothing else is known of a picture.
    stronger = models.BooleanField(default=False)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank", "organisation"], name="banks_subscribed_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id} of {self.bank_id}: {self.on_match}"


class Entry(models.Model):
    """One picture or video in one bank. A withdrawn row stays, without its fingerprint: partners must hear of it.

    Nothing of a fingerprint stands here that could be read without the instance's key.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture"
        VIDEO = "video"

    class Ended(models.TextChoices):
        """How far a video could be read, as core.fingerprint tells it."""

        WHOLE = "whole"
        DAMAGED = "damaged"
        TOO_LONG = "too long"

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PICTURE)
    # Of a picture the code (32 bytes), of a video the MD5 and SHA-256 of its file (16 and 32), sealed by sealing.py.
    # Empty for the moment between the row's first writing and its sealing, which are one transaction.
    sealed = models.BinaryField(null=True)
    # Of a picture whose owner chose it, the record of the stronger tier, sealed for a purpose of its own.
    sealed_stronger = models.BinaryField(null=True)
    # Of a video, of its best frame.
    quality = models.PositiveSmallIntegerField()
    # A video's file is found by this: sealing.blind_md5.
    blind_md5 = models.BinaryField(max_length=32, null=True, db_index=True)
    seconds = models.FloatField(null=True)
    ended = models.CharField(max_length=8, choices=Ended.choices, blank=True)
    frame_count = models.PositiveIntegerField(default=0)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        # Few entries have one, and they are read when a process is asked for the first time.
        indexes = [
            models.Index(fields=["id"], condition=Q(sealed_stronger__isnull=False), name="banks_entries_with_stronger")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="", sealed__isnull=False)
                | Q(withdrawn_at__isnull=False, sealed__isnull=True, blind_md5__isnull=True) & ~Q(withdrawn_by=""),
                name="banks_withdrawn_entry_names_who_and_forgets",
            ),
            models.CheckConstraint(
                condition=Q(kind="picture", blind_md5__isnull=True, seconds__isnull=True, ended="", frame_count=0)
                | Q(kind="video", seconds__isnull=False) & ~Q(ended=""),
                name="banks_a_video_tells_its_length",
            ),
            models.CheckConstraint(
                condition=Q(sealed_stronger__isnull=True) | Q(kind="picture", withdrawn_at__isnull=True),
                name="banks_stronger_record_of_a_live_picture_alone",
            ),
            models.CheckConstraint(condition=Q(quality__lte=100), name="banks_quality_0_to_100"),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"

    @property
    def code(self) -> bytes | None:
        """A picture's fingerprint, opened; None where there is none (a video, a withdrawn entry)."""
        if self.kind != self.Kind.PICTURE or not self.sealed:
            return None
        return open_entry(self.sealed, row=self.pk)

    @property
    def stronger(self) -> StrongRecord | None:
        """The record of the stronger tier, opened; None where there is none. Never for a feed, an answer or a log."""
        return open_stronger(self.sealed_stronger, row=self.pk) if self.sealed_stronger else None

    @property
    def md5(self) -> bytes | None:
        """Of a video's file, opened; None where there is none."""
        if self.kind != self.Kind.VIDEO or not self.sealed:
            return None
        return open_entry(self.sealed, row=self.pk)[:16]


class Frame(models.Model):
    """One frame of a video. It stays when its video is withdrawn, without its fingerprint: the index has to drop it."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="frames")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField(null=True)
    quality = models.PositiveSmallIntegerField()
    # Since the first frame of the video.
    seconds = models.FloatField()

    class Meta:
        ordering = ["entry", "number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="banks_a_frame_has_one_number"),
            models.CheckConstraint(condition=Q(quality__lte=100), name="banks_frame_quality_0_to_100"),
        ]

    def __str__(self) -> str:
        return f"frame {self.number} of {self.entry_id}"

    @property
    def code(self) -> bytes | None:
        """The frame's fingerprint, opened; None once its video is withdrawn."""
        return open_frame(self.sealed, entry=self.entry_id, number=self.number) if self.sealed else None


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
