from django.db import models
from django.db.models import Q

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks.models import Entry


class Decision(models.Model):
    """An upload that matched, and what was answered. Uploads that pass leave no row, so nobody is listed for posting."""

    class Answer(models.TextChoices):
        BLOCK = "block"
        HOLD = "hold"
        # The platform chose to record only: the upload was allowed.
        RECORD = "record"

    class Ground(models.TextChoices):
        KNOWN_PICTURE = "known_picture"
        POSSIBLY_KNOWN_PICTURE = "possibly_known_picture"

    # What the uploader, the platform and the appeal name it by. Random: it tells nothing and cannot be counted up.
    reference = models.CharField(max_length=16, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer.choices)
    ground = models.CharField(max_length=24, choices=Ground.choices)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    distance = models.PositiveSmallIntegerField()
    # Which form of the upload matched: "as is", "mirrored", ...
    form = models.CharField(max_length=24)
    # The statement of reasons word for word as it was given.
    statement = models.JSONField()

    class Meta:
        ordering = ["-at"]
        constraints = [models.CheckConstraint(condition=Q(distance__lte=256), name="gate_distance_0_to_256")]

    def __str__(self) -> str:
        return self.reference
