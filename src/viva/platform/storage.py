"""Where recordings and other files lie: a folder that only our user may enter."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from viva.platform.errors import NotFound, Unavailable
from viva.platform.settings import SettingsError

FREE_FLOOR_BYTES = 1024**3
"""F23: with less than this left, nothing new is begun, so that what runs can end and PostgreSQL can write."""

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,127}")


class DiskFull(Unavailable):
    """Less than the floor is free; what runs may go on."""

    code = "disk_full"
    message = "There is no room for a new recording at the moment. Please try again later."


class Storage:
    """Files by name under one folder: `<folder>/<name>`, folders 0700, files 0600.

    A name is one or more parts divided by `/`; a part consists of letters, digits, `.`, `_` and `-` and
    does not begin with a dot, so that no name leads out of the folder. Any other raises `NotFound`.
    """

    def __init__(self, root: Path, *, free_floor_bytes: int = FREE_FLOOR_BYTES) -> None:
        self.root = root.expanduser().resolve()
        self._free_floor_bytes = free_floor_bytes
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, name: str) -> Path:
        """Where `name` lies, whether it is there or not."""
        parts = name.split("/")
        if not all(_NAME.fullmatch(part) for part in parts):
            raise NotFound
        return self.root.joinpath(*parts)

    def create(self, name: str) -> BinaryIO:
        """A new, empty, unbuffered file, its folders made. Raises `FileExistsError` if it is there."""
        path = self.path(name)
        self._make_folder(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        return os.fdopen(descriptor, "wb", buffering=0)

    def replace(self, name: str, data: bytes) -> None:
        """Put `data` under `name` whole: a crash leaves the old content or the new, never half of it."""
        path = self.path(name)
        self._make_folder(path.parent)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    def open(self, name: str) -> BinaryIO:
        """The file for reading. Raises `NotFound`."""
        try:
            return self.path(name).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound from None

    def names(self, prefix: str) -> Iterator[str]:
        """The names of all files under the folder `prefix`, sorted; none if it is not there."""
        folder = self.path(prefix)
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(self.root).as_posix()

    def delete(self, prefix: str) -> None:
        """Remove a file, or a folder with all that is in it; nothing if it is not there."""
        path = self.path(prefix)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """What we may still write on this disk."""
        return shutil.disk_usage(self.root).free

    def require_room(self) -> None:
        """Raises `DiskFull` when less than the floor is free."""
        if self.free_bytes() < self._free_floor_bytes:
            raise DiskFull(retry_after_s=60)

    def _make_folder(self, folder: Path) -> None:
        missing = [part for part in (folder, *folder.parents) if not part.exists()]
        for part in reversed(missing):
            part.mkdir(exist_ok=True, mode=0o700)


def open_storage(place: str) -> Storage:
    """The storage at `VIVA_STORAGE`. Raises `SettingsError` on a place that cannot be used."""
    if "://" in place:
        scheme = place.partition("://")[0]
        raise SettingsError(f"VIVA_STORAGE: a bucket ({scheme}://…) is not supported yet; name a folder.")
    try:
        storage = Storage(Path(place))
    except OSError as error:
        raise SettingsError(f"VIVA_STORAGE: {place} cannot be used: {error.strerror}.") from None
    if not os.access(storage.root, os.R_OK | os.W_OK | os.X_OK):
        raise SettingsError(f"VIVA_STORAGE: {place} cannot be written to.")
    return storage
