from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q

from amparo.core.vault import HolderKey

# Handles stand in the ledger, in commands and in URLs: short, lower case, never a person's full name.
HANDLE = RegexValidator(
    r"^[a-z][a-z0-9-]{1,38}$", "Use 2 to 39 lower-case letters, digits and hyphens, a letter first."
)

WEB = URLValidator(schemes=["https", "http"], message="Write the whole address, such as https://example.org/terms.")


class Organisation(models.Model):
    class Kind(models.TextChoices):
        HELPLINE = "helpline"
        PLATFORM = "platform"
        OBSERVATORY = "observatory"

    handle = models.CharField(max_length=40, unique=True, validators=[HANDLE])
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # The role mailbox that notices are signed with: an address of the organisation, never of a person.
    mailbox = models.EmailField(blank=True)
    # What a platform's statements of reasons name (DSA Art. 17): the clause of its terms as its readers find it, where
    # the terms and the complaint form are, and the language of who asks for none. "" = not told yet.
    terms_clause = models.CharField(max_length=200, blank=True)
    terms_url = models.CharField(max_length=200, blank=True, validators=[WEB])
    complaint_url = models.CharField(max_length=200, blank=True, validators=[WEB])
    language = models.CharField(max_length=10, blank=True)
    # Art. 19 exempts micro and small enterprises from out-of-court settlement: their statements do not offer it.
    out_of_court = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    # The public half of the recovery key, and since when. The private half is on paper, cut in three (core.vault).
    recovery_public = models.BinaryField(max_length=32, null=True, blank=True)
    recovery_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="helpline") | ~Q(mailbox=""),
                name="accounts_helpline_has_a_mailbox",
            ),
            models.CheckConstraint(
                condition=Q(recovery_public__isnull=True, recovery_since__isnull=True)
                | Q(recovery_public__isnull=False, recovery_since__isnull=False),
                name="accounts_recovery_key_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.handle


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(handle=username)


class User(AbstractBaseUser):
    """A worker. The role says what the desk shows and lets happen; the organisation says whose rows."""

    class Role(models.TextChoices):
        CASEWORKER = "caseworker"
        MODERATOR = "moderator"
        ANALYST = "analyst"
        ADMIN = "admin"

    handle = models.CharField(max_length=40, unique=True, validators=[HANDLE])
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="users")
    role = models.CharField(max_length=12, choices=Role.choices)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    # Cases are granted to the public half; the private half is locked with the password (core.vault.wrap).
    public_key = models.BinaryField(max_length=32, null=True, blank=True)
    wrapped_key = models.BinaryField(max_length=200, null=True, blank=True)

    # The unlocked pair of a worker who is signed in. In memory only: there is no such column.
    key: HolderKey | None = None

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "handle"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(public_key__isnull=True, wrapped_key__isnull=True)
                | Q(public_key__isnull=False, wrapped_key__isnull=False),
                name="accounts_key_has_two_halves",
            ),
        ]

    def __str__(self) -> str:
        return self.handle

    @property
    def holder(self) -> str:
        """Whose key this is, in everything that the vault seals for her."""
        return f"worker:{self.pk}"

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's column, here a fact of `disabled_at`
        return self.disabled_at is None

    @property
    def organisation_handle(self) -> str:
        return self.organisation.handle


class Factor(models.Model):
    """What a worker has beside the password: an app that shows codes, or a passkey. Several of each, by name."""

    class Kind(models.TextChoices):
        APP = "app"
        PASSKEY = "passkey"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=60)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    # An app: its secret, sealed under the instance's key, and the last 30 seconds whose code was taken.
    sealed_secret = models.BinaryField(null=True)
    last_step = models.BigIntegerField(null=True)
    # A passkey: its id and public half as WebAuthn writes them, and how often it said it has signed.
    credential = models.BinaryField(null=True, unique=True)
    signatures = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="app", last_step__isnull=False, credential__isnull=True, signatures__isnull=True)
                | Q(kind="passkey", last_step__isnull=True, sealed_secret__isnull=True, signatures__isnull=False)
                & Q(credential__isnull=False),
                name="accounts_factor_is_an_app_or_a_passkey",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class RecoveryCode(models.Model):
    """One of ten codes on paper, each for one sign-in without the other factors. The row holds a digest."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    # SHA-256 of 80 random bits, which nobody can try through.
    digest = models.BinaryField(max_length=32, unique=True)
    drawn_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class Tries(models.Model):
    """Wrong tries at one name, there or not, or at one worker's second factor. No address, and no name in plain."""

    # HMAC under the secret key: what was typed as a name may be a password in the wrong field.
    subject = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    refuse_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "tries"

    def __str__(self) -> str:
        return f"{self.count} tries"


class ApiKey(models.Model):
    """A program's key. The row holds a digest; the key itself is shown once, when it is issued."""

    class Scope(models.TextChoices):
        GATE = "gate"
        FEED = "feed"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=60)
    # SHA-256 of 256 random bits: a slow hash would add nothing to a secret that cannot be guessed.
    digest = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=12)
    scopes = models.JSONField(default=list)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=120)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by="") | Q(revoked_at__isnull=False) & ~Q(revoked_by=""),
                name="accounts_revoked_key_names_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.handle}/{self.name}"

    @property
    def handle(self) -> str:
        return f"key:{self.hint}"

    @property
    def organisation_handle(self) -> str:
        return self.organisation.handle
