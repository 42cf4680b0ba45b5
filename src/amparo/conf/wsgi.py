"""What the web server calls: the gate first, Django for everything else."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amparo.conf.settings")
_pages = get_wsgi_application()

from amparo.conf.sqlite import only_existing  # noqa: E402
from amparo.sites.api import gate  # noqa: E402  models may be imported only once Django is set up

only_existing()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if not gate.answers(environ.get("PATH_INFO", "")):
        return _pages(environ, start_response)
    # Django does this around each of its own requests: a connection that broke or grew old is let go of.
    close_old_connections()
    try:
        return gate.application(environ, start_response)
    finally:
        close_old_connections()
