from pathlib import Path

import pytest

from viva.platform.errors import NotFound, Unavailable
from viva.platform.settings import SettingsError
from viva.platform.storage import DiskFull, Storage, open_storage


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "recordings")


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_written_can_be_read_while_it_grows(storage: Storage) -> None:
    with storage.create("session/part.webm") as file:
        file.write(b"one")
        with storage.open("session/part.webm") as reader:
            assert reader.read() == b"one"
            file.write(b"two")
            assert reader.read() == b"two"


def test_only_our_user_can_read(storage: Storage) -> None:
    with storage.create("a/b/c.webm"):
        pass
    storage.replace("a/manifest.json", b"{}")
    assert {mode_of(storage.root / folder) for folder in (".", "a", "a/b")} == {0o700}
    assert {mode_of(storage.path(file)) for file in ("a/b/c.webm", "a/manifest.json")} == {0o600}


def test_a_file_is_never_written_over_by_creating_it_again(storage: Storage) -> None:
    storage.create("a").close()
    with pytest.raises(FileExistsError):
        storage.create("a")


def test_replacing_leaves_the_new_content_and_nothing_else(storage: Storage) -> None:
    storage.replace("s/manifest.json", b"old")
    storage.replace("s/manifest.json", b"new")
    with storage.open("s/manifest.json") as file:
        assert file.read() == b"new"
    assert [path.name for path in (storage.root / "s").iterdir()] == ["manifest.json"]


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/passwd", "a//b", "", ".hidden", "a/\0", "a\\b", "é" * 3]
)
def test_no_name_leads_out_of_the_folder(storage: Storage, name: str) -> None:
    with pytest.raises(NotFound):
        storage.path(name)


@pytest.mark.parametrize("name", ["nothing", "a", "a/b/c"])
def test_what_is_not_a_file_is_not_found(storage: Storage, name: str) -> None:
    storage.replace("a/b", b"")
    with pytest.raises(NotFound):
        storage.open(name)


def test_the_files_of_one_session_are_listed_and_deleted_together(storage: Storage) -> None:
    for name in ("one/b.webm", "one/a.webm", "two/a.webm"):
        storage.replace(name, b"x")
    assert list(storage.names("one")) == ["one/a.webm", "one/b.webm"]
    storage.delete("one")
    storage.delete("one")
    storage.delete("two/a.webm")
    assert list(storage.names("one")) == list(storage.names("two")) == []


def test_F23_under_the_floor_nothing_new_is_begun(tmp_path: Path) -> None:
    free = Storage(tmp_path).free_bytes()
    Storage(tmp_path, free_floor_bytes=free // 2).require_room()
    with pytest.raises(DiskFull) as refused:
        Storage(tmp_path, free_floor_bytes=free * 2).require_room()
    assert isinstance(refused.value, Unavailable)


def test_a_bucket_is_refused_in_one_sentence() -> None:
    with pytest.raises(SettingsError, match="not supported yet"):
        open_storage("s3://recordings")


def test_a_place_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="VIVA_STORAGE"):
        open_storage(str(tmp_path / "file"))


def test_a_folder_is_made_when_it_is_not_there(tmp_path: Path) -> None:
    assert open_storage(str(tmp_path / "a" / "b")).root.is_dir()
