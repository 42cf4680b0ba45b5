"""Rows of her own page: messages, and when a code opened it. Part of `models`, which is their public face."""

import uuid

from django.db import models
from django.db.models import F, Q

from amparo.apps.cases import sealed
from amparo.apps.cases.sealed import SealedRow


class Message(SealedRow):
    """What she wrote to her helpline, or the helpline to her. Plain text; no copy of it leaves the case."""

    text = sealed.text()

    class Side(models.TextChoices):
        SURVIVOR = "survivor"
        HELPLINE = "helpline"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Its place in the case, 1, 2, 3.
    number = models.PositiveIntegerField()
    side = models.CharField(max_length=8, choices=Side.choices)
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()
    sealed_text = models.BinaryField()
    # When the other side first had it on a page.
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="cases_message_number_once_a_case"),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(read_at__gte=F("written_at")),
                name="cases_message_not_read_before_written",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Opening(SealedRow):
    """One time that a code opened the case, and, sealed, which of her two codes it was: every row has the same form."""

    code = sealed.text()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    sealed_code = models.BinaryField(max_length=400)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"opening {self.pk}"
