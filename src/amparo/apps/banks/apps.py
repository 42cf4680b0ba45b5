from django.apps import AppConfig


class BanksConfig(AppConfig):
    name = "amparo.apps.banks"
