"""Logs hold event names and identifiers, whoever writes them."""

import io
import json
import logging
import os
import subprocess
import sys

from amparo.conf.logs import ALLOWED_KEYS, OnlyOurs, keep_allowed


def test_a_key_that_is_not_on_the_list_is_dropped():
    event = {"event": "notice_sent", "notice": "7", "url": "https://example.org/x", "text": "words", "code": "abc"}
    assert keep_allowed(None, "info", event) == {"event": "notice_sent", "notice": "7"}


def test_no_key_that_could_hold_what_is_secret_is_on_the_list():
    assert not ALLOWED_KEYS & {"url", "text", "body", "code", "fingerprint", "address", "ip", "name", "email", "path"}


def test_a_librarys_message_is_reduced_to_its_name_and_level():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(OnlyOurs())
    logger = logging.getLogger("somebody.else")
    logger.addHandler(handler)
    try:
        raise ValueError("https://example.org/secret")
    except ValueError:
        logger.exception("asking %s did not work", "https://example.org/secret")
    finally:
        logger.removeHandler(handler)
    assert out.getvalue() == "somebody.else: ValueError\n"


# As every program of ours begins: with the settings, which configure the logs.
LOGS = """
import django, logging, structlog
django.setup()
structlog.get_logger("amparo.cases").error("check_fault", item="7", url="https://example.org/secret")
logging.getLogger("somebody.else").error("asking %s did not work", "https://example.org/secret")
"""


def test_a_running_program_writes_neither_other_keys_nor_what_libraries_say(tmp_path):
    here = os.environ | {
        "AMPARO_HOME": str(tmp_path / "home"),
        "AMPARO_INDEX_PATH": str(tmp_path / "memory" / "pdq-c512"),
        "AMPARO_LOG": "json",
        "DJANGO_SETTINGS_MODULE": "amparo.conf.settings",
    }
    done = subprocess.run([sys.executable, "-c", LOGS], env=here, capture_output=True, text=True, check=True)
    ours, theirs = done.stderr.splitlines()
    assert json.loads(ours).keys() == {"event", "item", "level", "timestamp"}
    assert theirs == "somebody.else: error"
    assert "example.org" not in done.stdout
