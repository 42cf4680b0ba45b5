from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "amparo.apps.cases"
