from django.apps import AppConfig


class SurvivorConfig(AppConfig):
    name = "amparo.sites.survivor"
