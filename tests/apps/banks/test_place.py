"""Where the index lies."""

from pathlib import Path

import pytest

from amparo.apps.banks import index, place
from amparo.apps.banks.place import NotPrivate, default_path, is_in_memory, private_folder

MOUNTS = """\
/dev/vda / ext4 rw 0 0
tmpfs /dev/shm tmpfs rw,nosuid 0 0
/dev/vdb /srv xfs rw 0 0
tmpfs /srv/run\\040time tmpfs rw 0 0
none /srv/memory ramfs rw 0 0
/dev/vdc /srv/memory/disk ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/dev/shm/amparo/x", True),
        ("/dev/shm", True),
        ("/dev/shmx", False),
        ("/srv/index", False),
        ("/srv/memory/index", True),
        ("/srv/memory/disk/index", False),
        ("/opt/amparo", False),
    ],
)
def test_what_is_mounted_nearest_says_whether_it_is_memory(path, told, tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert is_in_memory(Path(path), mounts) is told


def test_where_nothing_tells_of_mounts_nothing_is_taken_for_memory(tmp_path):
    assert not is_in_memory(Path("/dev/shm"), tmp_path / "missing")


def test_the_default_place_differs_for_every_home_and_key_and_tells_neither(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    places = {default_path(home, key) for home in (one, other) for key in (b"k" * 32, b"q" * 32)}
    assert len(places) == (4 if is_in_memory(place.SHARED_MEMORY) else 2)
    assert default_path(one, b"k" * 32) in places
    assert not any((b"k" * 32).hex() in str(found) for found in places)


def test_a_folder_is_made_private_and_one_that_others_may_write_to_is_refused(tmp_path):
    private_folder(tmp_path / "mine")
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o700
    private_folder(tmp_path / "mine")
    (tmp_path / "mine").chmod(0o777)
    with pytest.raises(NotPrivate, match="AMPARO_INDEX_PATH"):
        private_folder(tmp_path / "mine")


def test_a_link_that_somebody_laid_is_not_followed(tmp_path):
    (tmp_path / "theirs").mkdir(mode=0o700)
    (tmp_path / "mine").symlink_to(tmp_path / "theirs")
    with pytest.raises(NotPrivate):
        private_folder(tmp_path / "mine")


def test_an_index_from_when_it_lay_in_the_home_is_removed(db, settings, tmp_path):
    settings.HOME = tmp_path / "home"
    settings.INDEX_PATH = tmp_path / "memory" / place.NAME
    earlier = settings.HOME / "index" / place.NAME
    earlier.mkdir(parents=True)
    (earlier / "segment").write_bytes(b"codes")
    index.rebuild()
    assert not earlier.exists()
    assert settings.INDEX_PATH.exists()
