"""`pip install .` and a built wheel give a whole, working Amparo."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import urllib3

from tests.servers.instance import Instance

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """What git holds, without anything that was built here."""
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def environment(folder: Path) -> Path:
    """A virtual environment that has the dependencies, from here, and not Amparo. Returns its python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next((folder / "lib").glob("python*")) / "site-packages"
    # The .pth of the editable install lies in the outer folder, where it is not read again: only the packages count.
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"])
    return folder / "bin" / "python"


def pip(python: Path, *words: str) -> None:
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, *words[:1], *options, *words[1:]],
        check=True, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("way", ["clone", "wheel"])
def test_an_installed_amparo_serves_its_pages_styles_and_law(clone, tmp_path, way):
    python = environment(tmp_path / "env")
    if way == "wheel":
        pip(Path(sys.executable), "wheel", "--wheel-dir", str(tmp_path), str(clone))
        [wheel] = tmp_path.glob("amparo-*.whl")
        pip(python, "install", str(wheel))
    else:
        pip(python, "install", str(clone))

    where = subprocess.run(
        [python, "-c", "import amparo; print(amparo.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    ).stdout
    assert str(tmp_path / "env") in where, "the installed package is the one that is imported"

    instance = Instance(tmp_path / "home", new=True)
    instance.command = [str(python.with_name("amparo"))]
    with instance:
        page = instance.http.request("GET", f"{instance.url}/")
        assert page.status == 200
        [style] = {part for part in page.data.decode().split('"') if part.endswith(".css")}
        assert instance.http.request("GET", urllib3.util.parse_url(instance.url + style).url).status == 200
        assert instance.http.request("GET", f"{instance.url}/desk/sign-in").status == 200
        assert instance.http.request("GET", f"{instance.url}/openapi.json").json()["paths"]
    law = [python, "-c", "from amparo.core import law; print(len(law.regimes()), len(law.jurisdictions()))"]
    regimes, places = map(
        int, subprocess.run(law, capture_output=True, text=True, check=True, cwd=tmp_path).stdout.split()
    )
    assert regimes == 16
    assert places == 27
