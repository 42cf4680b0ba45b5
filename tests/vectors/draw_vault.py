"""Draw tests/vectors/vault.json: one of each sealed form, which every later Amparo has to open.

    python -m tests.vectors.draw_vault

Nonces are random, so a new drawing differs; the file is drawn once per format. When a format changes, its number
changes, these stay, and new ones are added.
"""

import base64
import io
import json
from pathlib import Path

from amparo.core import vault

FILE = Path(__file__).with_name("vault.json")
PRIVATE, SECRET, NEXT, SESSION, INSTANCE = (bytes(range(start, start + 32)) for start in (8, 40, 72, 104, 136))
PASSWORD = "a pass phrase of Hana's: žena"
COST = vault.Cost(passes=1, memory_kib=64)
PLACE = {"case": "3f0c", "model": "cases.item", "field": "url", "row": "17", "version": 2, "revision": 5}
FILE_PLACE = {name: PLACE[name] for name in ("case", "model", "field", "row", "version")}
RECORD_PLACE = {"model": "banks.entry", "field": "code", "row": "17", "revision": 0}
TEXT = "https://example.org/ž".encode()
URL = "HTTPS://Example.org:443/a/../ž?b=2&a=1#top"


def draw() -> dict[str, object]:
    holder = vault.HolderKey(private=PRIVATE)
    case = vault.CaseKey(case="3f0c", version=2, secret=SECRET)
    instance = vault.InstanceKey(number=3, secret=INSTANCE)
    records = vault.record_key("banks", instance)
    stored = io.BytesIO()
    file_key = vault.seal_file(case, io.BytesIO(TEXT), stored, **FILE_PLACE)
    return {
        "format": 1,
        "holder": {"private": PRIVATE.hex(), "public": holder.public.hex(), "id": "hana"},
        "case": {"id": "3f0c", "version": 2, "secret": SECRET.hex(), "public": case.public.hex()},
        "place": PLACE,
        "record_place": RECORD_PLACE,
        "text": TEXT.hex(),
        "password": PASSWORD,
        "wrapped": vault.wrap(holder, PASSWORD, holder="hana", cost=COST).hex(),
        "session": {"secret": SESSION.hex(), "locked": vault.lock_for_session(holder, SESSION, holder="hana").hex()},
        "grant": vault.grant(case, holder.public, holder="hana").hex(),
        "field": vault.seal_field(case, TEXT, **PLACE).hex(),
        "door": vault.seal_in(case.public, TEXT, **PLACE).hex(),
        "file": {"key": file_key.hex(), "stored_base64": base64.b64encode(stored.getvalue()).decode()},
        "instance": {"number": 3, "secret": INSTANCE.hex(), "index_key": vault.index_key(instance).hex()},
        "record": vault.seal_record(records, TEXT, **RECORD_PLACE).hex(),
        "url": {
            "typed": URL,
            "canonical": vault.canonical_url(URL),
            "blind": vault.blind(vault.index_key(instance), URL).hex(),
        },
        "shares": [share.text for share in vault.split_recovery(holder)],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(draw(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"drawn: {FILE.name}")
