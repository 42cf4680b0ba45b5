"""Django's engine for SQLite, but for a file that is gone (Django asks for a module of this name)."""

from typing import Any

from django.db.backends.sqlite3 import base

from amparo.conf.sqlite._file import Identity, MissingDatabase, address_of, identity_of, is_file


class DatabaseWrapper(base.DatabaseWrapper):
    """Opens no other file than the one that is there, and lets go of one that was deleted or exchanged."""

    _identity: Identity | None = None

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        return params | {"database": address_of(str(params["database"]))}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # the driver's own type
        opened = super().get_new_connection(conn_params)
        name = str(self.settings_dict["NAME"])
        self._identity = identity_of(name) if is_file(name) else None
        return opened

    def is_usable(self) -> bool:
        """Asked at the first query of each request: one look at the folder, some microseconds."""
        if self._identity is None:
            return True
        try:
            return identity_of(str(self.settings_dict["NAME"])) == self._identity
        except MissingDatabase:
            return False
