from django.urls import path

from amparo.sites.api.routes import api

urlpatterns = [path("", api.urls)]
