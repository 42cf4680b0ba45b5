"""The project's addresses, with the one that changes the language."""

from django.urls import path
from django.views.i18n import set_language

from amparo.conf.urls import urlpatterns as project

urlpatterns = [path("language", set_language, name="set_language"), *project]
