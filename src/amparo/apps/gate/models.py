from django.db import models
from django.db.models import Q

from amparo.apps.accounts.models import Organisation
from amparo.apps.banks.models import Entry


class Decision(models.Model):
    """An upload that matched, and what was answered. Uploads that pass leave no row, so nobody is listed for posting.

    Neither the upload nor its fingerprint is here: the row names the entry that it matched, and that is all.
    """

    class Answer(models.TextChoices):
        BLOCK = "block"
        HOLD = "hold"
        # The platform chose to record only: the upload was allowed.
        RECORD = "record"

    class Ground(models.TextChoices):
        KNOWN_PICTURE = "known_picture"
        POSSIBLY_KNOWN_PICTURE = "possibly_known_picture"
        KNOWN_VIDEO = "known_video"
        POSSIBLY_KNOWN_VIDEO = "possibly_known_video"

    # What the uploader, the platform and the appeal name it by. Random: it tells nothing and cannot be counted up.
    reference = models.CharField(max_length=16, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField()
    answer = models.CharField(max_length=8, choices=Answer.choices)
    ground = models.CharField(max_length=24, choices=Ground.choices)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    # In bits. For the desk's review alone: a caller who learned distances could feel its way around a fingerprint.
    distance = models.PositiveSmallIntegerField(null=True)
    # In its place, where the stronger tier matched: how many points agree. For the desk's review alone, as well.
    points = models.PositiveSmallIntegerField(null=True)
    # Which form of the upload matched: "as is", "framed, mirrored", "stronger", ...; of a video "same file" too.
    form = models.CharField(max_length=24)
    # The statement of reasons word for word as it was given; null where nothing was withheld, so none was due.
    statement = models.JSONField(null=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=Q(distance__lte=256), name="gate_distance_0_to_256"),
            models.CheckConstraint(
                condition=Q(form="stronger", ground="possibly_known_picture", distance=None, points__isnull=False)
                | ~Q(form="stronger") & Q(distance__isnull=False, points=None),
                name="gate_a_stronger_match_is_possible_and_tells_points",
            ),
            models.CheckConstraint(
                condition=Q(ground__in=["known_picture", "known_video"]) | ~Q(answer="block"),
                name="gate_a_possible_match_never_blocks",
            ),
            models.CheckConstraint(
                condition=Q(answer="record", statement__isnull=True) | ~Q(answer="record") & Q(statement__isnull=False),
                name="gate_what_is_withheld_has_reasons",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
