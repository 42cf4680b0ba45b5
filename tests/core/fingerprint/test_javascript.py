"""The JavaScript twin in Node, over pixels: bit for bit the same fingerprints."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

import amparo
from amparo.core.fingerprint import describe_quality
from amparo.core.fingerprint._decode import open_picture
from tests.core.fingerprint.test_vectors import FOLDER, VECTORS, turned

HERE = Path(__file__).parent
MODULES = Path(amparo.__file__).parent / "ui/static/amparo/js"


def raw_rgba(path):
    """Upright RGBA, alpha not premultiplied, as a port would get it from its decoder."""
    picture = open_picture(path)
    image = picture.image
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return turned(image.convert("RGBA"), picture.orientation).tobytes()


def run_node(*arguments, pixels):
    node = shutil.which("node")
    assert node, "the JavaScript twin is tested in Node: install nodejs"
    environment = {"PATH": os.environ["PATH"], "PDQ_C512_PIXELS": str(pixels)}
    return subprocess.run([node, *arguments], capture_output=True, text=True, env=environment, timeout=300, check=False)


def run_module(module, names, script, *, pixels):
    """What a script prints that may use these names of a module."""
    address = json.dumps((MODULES / module).as_uri())
    run = run_node("--input-type=module", "--eval", f"import {{ {names} }} from {address};\n{script}", pixels=pixels)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_javascript_gives_the_fingerprints_of_python(tmp_path):
    for row in VECTORS["pictures"]:
        (tmp_path / f"{row['file']}.rgba").write_bytes(raw_rgba(FOLDER / "pictures" / row["file"]))
    files = [str(HERE / name) for name in ("patterns.test.mjs", "pictures.test.mjs")]
    run = run_node("--test", "--test-reporter=tap", *files, pixels=tmp_path)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert "# fail 0" in run.stdout
    assert "# skipped 0" in run.stdout


def test_javascript_says_quality_in_the_words_of_python(tmp_path):
    script = """
      const all = Array.from({ length: 101 }, (_, quality) => describeQuality(quality));
      console.log(JSON.stringify(all.map(({ key, text }) => [key, text])));
    """
    told = run_module("fingerprint/quality.js", "describeQuality", script, pixels=tmp_path)
    assert json.loads(told) == [list(describe_quality(quality)) for quality in range(101)]
