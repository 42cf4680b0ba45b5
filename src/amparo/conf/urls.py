from django.urls import include, path

from amparo.sites.api.routes import api

urlpatterns = [
    path("desk/", include("amparo.sites.desk.urls")),
    path("", api.urls),
    path("", include("amparo.sites.survivor.urls")),
]
