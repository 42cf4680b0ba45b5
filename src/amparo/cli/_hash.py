"""`amparo hash`: fingerprints of pictures on this machine. Nothing is sent or kept."""

from pathlib import Path

import click

from amparo.cli._talk import json_option, progress, tell
from amparo.core.fingerprint import FingerprintError, hash_image


@click.command("hash")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def hash_files(files: tuple[Path, ...], as_json: bool) -> None:
    """Print the fingerprint of each picture. The pictures stay where they are.

    A file that is no picture is told on stderr, the others are still hashed, and the exit code is 1.
    """
    rows: list[dict[str, object]] = []
    refused = 0
    for file in progress(files, "Hashing"):
        try:
            made = hash_image(file)
        except (FingerprintError, OSError) as error:
            refused += 1
            click.echo(f"{file}: {error}", err=True)
            continue
        rows.append(
            {
                "file": str(file),
                "fingerprint": made.hex,
                "quality": made.quality,
                "algorithm": made.algorithm,
                "sha256": made.sha256.hex() if made.sha256 else None,
            },
        )
    if as_json:
        tell(rows, as_json=True)
    else:
        for row in rows:
            click.echo(f"{row['fingerprint']}  {row['quality']:>3}  {row['file']}")
    if refused:
        raise SystemExit(1)
