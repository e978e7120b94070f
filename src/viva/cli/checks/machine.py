"""This machine: Python, our files, the secret, the disk, the media port and its buffer."""

import errno
import platform
import shutil
import socket
import stat
import sys
from pathlib import Path

from viva.cli.checks.finding import Finding
from viva.media import ReceiveBuffer
from viva.platform.paths import MIGRATIONS, ROOT, STATIC, TEMPLATES
from viva.platform.settings import Settings, SettingsError, secret_key
from viva.platform.storage import FREE_FLOOR_BYTES

OLDEST_PYTHON = (3, 11)
_KIB = 1024


def check_python() -> Finding:
    """New enough?"""
    words = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Finding("ok" if sys.version_info >= OLDEST_PYTHON else "fail", "Python", words)


def check_files() -> Finding:
    """Were templates, static files and migrations installed with the program?"""
    missing = [folder.name for folder in (TEMPLATES, STATIC, MIGRATIONS) if not any(folder.glob("*"))]
    if missing:
        return Finding("fail", "files", f"missing in {ROOT}: {', '.join(missing)}; install viva again")
    return Finding("ok", "files", f"templates, static files and migrations in {ROOT}")


def check_secret(settings: Settings) -> Finding:
    """Set, generated and private, or to be generated."""
    path = settings.data_dir / "secret_key"
    if settings.secret_key:
        return Finding("ok", "secret", "VIVA_SECRET_KEY is set")
    if not path.exists():
        return Finding("ok", "secret", "will be made at the first start")
    try:
        secret_key(settings)
    except (OSError, SettingsError) as error:
        return Finding("fail", "secret", f"{path}: {error}")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("note", "secret", f"others may read {path}: chmod 600 it")
    return Finding("ok", "secret", f"kept in {path}")


def check_disk(settings: Settings) -> Finding:
    """Room for recordings?"""
    folder = Path(settings.recordings).expanduser().resolve()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    words = f"{free / 1024**3:.1f} GiB free for recordings in {folder}"
    if free < FREE_FLOOR_BYTES:
        return Finding("fail", "disk", f"{words}; {FREE_FLOOR_BYTES / 1024**3:.0f} GiB are needed")
    return Finding("ok", "disk", words)


def check_media_port(settings: Settings, *, server_is_ours: bool) -> Finding:
    """Free, or taken by our own server?"""
    port = settings.udp_port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attempt:
        try:
            attempt.bind(("", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE and server_is_ours:
                return Finding("ok", "media port", f"UDP {port} is taken by the running server")
            return Finding("fail", "media port", f"UDP {port} cannot be used: {error.strerror}")
    told = f", browsers are told {settings.media_address}" if settings.media_address else ""
    return Finding("ok", "media port", f"UDP {port} is free{told}")


def check_receive_buffer(buffer: ReceiveBuffer) -> Finding:
    """Enough for the moments in which the server is late?"""
    asked, granted = (f"{size / _KIB**2:.3g} MiB" for size in (buffer.asked, buffer.granted))
    if buffer.granted >= buffer.asked:
        return Finding("ok", "media buffer", f"{granted} for packets that the server has not read yet")
    words = f"{granted} instead of {asked}: packets are lost when the server is late and interviews are many"
    return Finding(
        "note", "media buffer", f"{words}; on the host: sysctl -w net.core.rmem_max={buffer.asked}"
    )
