"""SQLite as Amparo runs on it: a file that is gone is an error, never an empty database that knows no picture."""

from amparo.conf.sqlite._begun import Lost, note_begun, refuse_to_begin_again
from amparo.conf.sqlite._file import MissingDatabase, creating, existing_only, only_existing

__all__ = [
    "Lost",
    "MissingDatabase",
    "creating",
    "existing_only",
    "note_begun",
    "only_existing",
    "refuse_to_begin_again",
]
