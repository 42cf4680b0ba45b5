from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "amparo.apps.ledger"
