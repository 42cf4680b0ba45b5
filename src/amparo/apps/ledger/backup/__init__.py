"""The whole database in one sealed file, and back, on SQLite and PostgreSQL alike. docs/backup.md.

Here, in the lowest app, because it copies the rows of every app and knows none of them: their migrations say what
tables there are.
"""

from amparo.apps.ledger.backup._file import Damaged, NotABackup, OtherInstance
from amparo.apps.ledger.backup._manifest import Manifest, Part
from amparo.apps.ledger.backup._place import InUse, NotEmpty
from amparo.apps.ledger.backup._restore import BrokenTrail, check, restore
from amparo.apps.ledger.backup._shape import NewerAmparo
from amparo.apps.ledger.backup._sharing import resume_sharing, sharing_held
from amparo.apps.ledger.backup._since import NotItsTrail, Since, here_since, there_since
from amparo.apps.ledger.backup._write import FileExists, NothingHere, write

__all__ = [
    "BrokenTrail",
    "Damaged",
    "FileExists",
    "InUse",
    "Manifest",
    "NewerAmparo",
    "NotABackup",
    "NotEmpty",
    "NotItsTrail",
    "NothingHere",
    "OtherInstance",
    "Part",
    "Since",
    "check",
    "here_since",
    "restore",
    "resume_sharing",
    "sharing_held",
    "there_since",
    "write",
]
