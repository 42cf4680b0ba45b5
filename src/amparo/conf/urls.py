from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from amparo.sites.api.routes import api

urlpatterns = [
    path("desk/", include("amparo.sites.desk.urls")),
    path("", api.urls),
    # Without the check against forged requests, which would set a cookie on the first page: whoever sends somebody here
    # by a trick changes the language and no more.
    path("language", csrf_exempt(set_language), name="set_language"),
    path("", include("amparo.sites.survivor.urls")),
]
