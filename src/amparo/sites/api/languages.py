"""Which language the uploader is told the reasons in."""

from wsgiref.types import WSGIEnvironment

from django.utils.translation.trans_real import parse_accept_lang_header

from amparo.core import law

# A browser lists a handful; the rest of a longer header is not read, so that it costs nothing.
LONGEST_HEADER = 500


def language_of(environ: WSGIEnvironment) -> str:
    """The most wanted language of Accept-Language that statements are written in; "" where it names none of them."""
    header = str(environ.get("HTTP_ACCEPT_LANGUAGE") or "")
    wanted = parse_accept_lang_header(header) if len(header) <= LONGEST_HEADER else ()
    return law.statement_language(tag for tag, _ in wanted) or ""
