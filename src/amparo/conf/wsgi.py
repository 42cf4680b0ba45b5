"""What the web server calls: the gate first, Django for everything else."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amparo.conf.settings")
_pages = get_wsgi_application()

from amparo.sites.api import gate  # noqa: E402  models may be imported only once Django is set up


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if gate.answers(environ.get("PATH_INFO", "")):
        return gate.application(environ, start_response)
    return _pages(environ, start_response)
