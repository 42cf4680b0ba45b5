from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "amparo.apps.gate"
