"""The command line. stdout is data, stderr is talk; exit 2 for a wrong call or setting, 1 for a task that failed."""

import os
import sys

import click

from amparo import __version__

# Modules of commands import models, so each is imported when its command is called, after Django is set up.
_COMMANDS = {
    "serve": "amparo.cli._serve:serve",
    "work": "amparo.cli._serve:work",
    "hash": "amparo.cli._hash:hash_files",
    "org": "amparo.cli._people:org",
    "staff": "amparo.cli._people:staff",
    "key": "amparo.cli._people:key",
    "bank": "amparo.cli._bank:bank",
    "gate": "amparo.cli._gate:gate",
    "case": "amparo.cli._case:case",
    "recovery": "amparo.cli._recovery:recovery",
    "backup": "amparo.cli._backup:backup",
    "restore": "amparo.cli._backup:restore",
    "languages": "amparo.cli._languages:languages",
    "status": "amparo.cli._status:status",
    "verify": "amparo.cli._status:verify",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        _set_up()
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(__import__(module, fromlist=[name]), name)
        return command


def _set_up() -> None:
    import django
    from django.apps import apps

    from amparo.conf.env import BadSetting

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amparo.conf.settings")
    try:
        if not apps.ready:
            django.setup()
    except BadSetting as refusal:
        click.echo(f"amparo: {refusal.code}", err=True)
        sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="amparo")
@click.pass_context
def main(context: click.Context) -> None:
    """Amparo: help against image-based sexual abuse.

    Fingerprints, cases and notices for helplines; a gate for platforms. Everything is kept under AMPARO_HOME.
    docs/cli.md tells what each command is for, docs/settings.md what can be set.
    """
    from amparo.conf.sqlite import existing_only

    context.with_resource(existing_only())
