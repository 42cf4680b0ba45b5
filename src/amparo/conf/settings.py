"""The one settings module. Every value that an operator may change is read in here, through `env`.

docs/settings.md lists them; tests/house/test_docs.py keeps that list whole.
"""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from amparo import __version__
from amparo.apps.banks.place import default_path
from amparo.conf import env
from amparo.core.vault import COST
from amparo.ui.middleware import static_headers

HOME = env.home()
PUBLIC_URL = env.public_url("AMPARO_URL", "http://127.0.0.1:8000")
_secure = PUBLIC_URL.startswith("https://")

SECRET_KEY = env.secret("AMPARO_SECRET_KEY", HOME / "secret-key")
# Seals what the service itself has to open. Apart from the database and from what a backup copies.
INSTANCE_KEY = env.instance_key("AMPARO_INSTANCE_KEY", HOME / "keys" / "instance-1")
# The ids of erased cases: beside the key, so that no backup of the database holds it or takes it back.
ERASED_LIST = HOME / "keys" / "erased"
# What else ended for good, by the hashes of the events that had begun it: workers, permissions, keys, codes.
ENDED_LIST = HOME / "keys" / "ended"
INSTANCE_KEYS = (INSTANCE_KEY, *env.older_instance_keys("AMPARO_INSTANCE_KEYS_OLD", INSTANCE_KEY))
DEBUG = False
ALLOWED_HOSTS = env.words("AMPARO_HOSTS") or [str(urlsplit(PUBLIC_URL).hostname), "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# Where things are kept
DATABASES = {"default": dj_database_url.parse(env.text("DATABASE_URL", f"sqlite:///{HOME / 'amparo.sqlite3'}"))}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "amparo.conf.sqlite"
    # Four writing processes gave no "database is locked" with these, and up to 765 with the defaults.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        # What is deleted is overwritten in the file: grants of somebody who left, keys of an erased case.
        "PRAGMA secure_delete=ON;",
    }
# On SQLite: is the file still the one that was opened.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# On SQLite too: closing the last connection copies the write-ahead log back, and cost a blocked upload 15 ms of its 20.
DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INDEX_PATH = Path(env.text("AMPARO_INDEX_PATH", "") or default_path(HOME, INSTANCE_KEYS[0].secret)).absolute()

# What it is made of
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "amparo.apps.ledger",
    "amparo.apps.accounts",
    "amparo.apps.banks",
    "amparo.apps.cases",
    "amparo.apps.gate",
    "amparo.ui",
    "amparo.sites.survivor",
    "amparo.sites.desk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "amparo.ui.middleware.keys_of_sessions",
    "django.middleware.locale.LocaleMiddleware",
    "amparo.ui.middleware.english_desk",
    "amparo.ui.fallback.mark_fallbacks",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "amparo.ui.middleware.quiet_headers",
]
ROOT_URLCONF = "amparo.conf.urls"
WSGI_APPLICATION = "amparo.conf.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# People
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# What a guess at a password or a code costs whoever took the database. No setting: nobody is to make it cheap.
KEY_COST = COST
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "desk:sign_in"
LOGIN_REDIRECT_URL = "desk:cases"
LOGOUT_REDIRECT_URL = "desk:sign_in"
SESSION_COOKIE_AGE = 20 * 60  # seconds of idleness
SESSION_MOST_AGE = 8 * 60 * 60  # seconds from signing in, also when it is used (design/vault.md)
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "session"  # neutral: a cookie list is read over shoulders too
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# The helpline that receives cases from the survivor's door; with one helpline in the database it is that one.
HELPLINE = env.text("AMPARO_HELPLINE", "")
# Whether helplines may have a recovery key on paper. Off: none is made, used or granted to.
RECOVERY = env.choice("AMPARO_RECOVERY", "on", ("on", "off")) == "on"

# Languages
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("it", "italiano"),
    ("fr", "français"),
    ("de", "Deutsch"),
    ("sr-latn", "srpski"),
    ("hr", "hrvatski"),
    ("sq", "shqip"),
    ("es", "español"),
]
LOCALE_PATHS = [Path(__file__).parents[1] / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_TZ = True
TIME_ZONE = "UTC"

# Pages
STATIC_URL = f"/static/{__version__}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ADD_HEADERS_FUNCTION = static_headers
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "worker-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
# Other sites are told nothing. Under no-referrer browsers send "Origin: null" with our own forms (Fetch standard,
# "append a request Origin header"), which the check against forged requests rightly refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if _secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# Mail: notices leave through this server
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
globals().update(env.email("AMPARO_EMAIL_URL", "smtp://127.0.0.1:25"))

# The gate
GATE_MAX_UPLOAD_BYTES = env.integer("AMPARO_GATE_MAX_UPLOAD_MB", 64, least=1, most=1024) * 1_000_000

# The checker never connects to private addresses, save to these (host:port), for tests and intranets.
CHECKER_ALLOWED = frozenset(env.words("AMPARO_CHECKER_ALLOWED"))

LOGGING_CONFIG = "amparo.conf.logs.configure"
LOGGING = {"format": env.choice("AMPARO_LOG", "console", ("console", "json"))}
SILENCED_SYSTEM_CHECKS: list[str] = []
