"""Loaded before the settings: the tests have a home of their own, gone when they end."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="amparo-test-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["AMPARO_HOME"] = _home
