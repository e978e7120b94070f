"""Installs what the tests need beside Python packages, and says what is left out where it cannot.

Debian and Ubuntu as root: Chromium, Redis, coturn, ffmpeg, iproute2 and nftables by apt. Elsewhere:
Playwright's own Chromium; the tests that need more than is there skip and say so.
"""

import os
import shutil
import subprocess
import sys

APT = {
    "chromium": ("chromium",),
    "redis-server": ("redis-server",),
    "coturn": ("turnserver",),
    "ffmpeg": ("ffprobe",),
    "iproute2": ("ip", "tc"),
    "nftables": ("nft",),
    "strace": ("strace",),
}
"""Debian package: the commands that it brings."""


def missing_packages() -> list[str]:
    """What apt would have to install."""
    return [name for name, commands in APT.items() if not all(map(shutil.which, commands))]


def by_apt(packages: list[str]) -> None:
    """Install quietly; raises `CalledProcessError` with apt's own words on stderr."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet, stdout=subprocess.DEVNULL)
    subprocess.run(
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages],
        check=True,
        env=quiet,
        stdout=subprocess.DEVNULL,
    )


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Install, or say what will be missing."""
    packages = missing_packages()
    if not packages:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        say(f"Installing {', '.join(packages)}…")
        by_apt(packages)
        return
    say(f"Not installed by apt (no apt-get, or not root): {', '.join(packages)}")
    if not shutil.which("chromium"):
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    main()
