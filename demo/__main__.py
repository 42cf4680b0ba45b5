"""Set the stage, play the six steps, and end with 0 only if each of them held."""

import os
import shutil
import sys
from pathlib import Path

MARK = "made-by-the-demo"


def _fresh_home() -> Path:
    """An empty home. Only a folder that an earlier demo made is emptied."""
    home = Path(os.environ.get("AMPARO_HOME", "var/demo")).absolute()
    if home.exists() and not (home / MARK).exists() and any(home.iterdir()):
        sys.exit(f"{home} is not empty and was not made by the demo: name another folder in AMPARO_HOME")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, mode=0o700)
    (home / MARK).touch()
    return home


def main() -> int:
    from tests.servers.host import Host
    from tests.servers.instance import Instance
    from tests.servers.mailbox import Mailbox

    home = _fresh_home()
    print("Amparo's main job, with servers of its own on this machine. Nothing leaves it.\n")
    with Host() as host, Mailbox() as mailbox:
        instance = Instance(home, AMPARO_EMAIL_URL=mailbox.url, AMPARO_CHECKER_ALLOWED=host.allowed)
        os.environ.update(instance.environment, DJANGO_SETTINGS_MODULE="amparo.conf.settings")
        with instance:
            import django

            django.setup()
            # These import models, so they come after the set-up.
            from demo.second_step import codes_on_paper
            from demo.steps import Broken, play

            try:
                code = play(instance=instance, host=host, mailbox=mailbox)
            except Broken as broken:
                print(f"\n  NO: {broken}\n\nThe demo stopped there. The server's log: {instance.log}")
                return 1
            papers = "\n".join(f"{'':18}{who}: {', '.join(codes)}" for who, codes in codes_on_paper().items())
    print(_GO_ON.format(home=home, code=code, papers=papers))
    return 0


_GO_ON = """
Every step held. To go on:
  make serve    then open http://127.0.0.1:8000/ (her door) and http://127.0.0.1:8000/desk/ (staff)
                hana and pia sign in with the passphrase: four harmless photographs
                the second step takes a recovery code, each once; then add an app of your own under Account:
{papers}
                a second case is open; its code is: {code}
  make test     runs every test
What the demo made lies in {home}."""

if __name__ == "__main__":
    sys.exit(main())
