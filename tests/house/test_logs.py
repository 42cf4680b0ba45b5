"""Logs hold event names and identifiers, whoever writes them."""

import io
import logging

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
