"""Networks of this machine's own making: hosts with interfaces, routes and firewalls, without any real cable.

A host is a network namespace: nothing in it reaches the machine's own network, so addresses may repeat and
tests may run side by side. Root alone may make them.
"""

import ctypes
import itertools
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_NAMESPACES = Path("/run/netns")
_CLONE_NEWNET = 0x40000000
_COMMANDS = {"ip": "iproute2", "tc": "iproute2", "nft": "nftables", "nsenter": "util-linux"}


def need_networks() -> None:
    """Skip where no networks can be made, and say what is missing."""
    missing = sorted({package for command, package in _COMMANDS.items() if shutil.which(command) is None})
    if missing:
        pytest.skip(f"networks need Debian's {', '.join(missing)} (by apt, as root)")
    if os.geteuid() != 0:
        pytest.skip("networks can be made by root alone")
    name = f"viva-{secrets.token_hex(4)}"
    made = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"this kernel makes no network namespaces: {made.stderr.strip()}")
    run("ip", "netns", "delete", name)


def run(*command: str, text: str = "") -> str:
    """What a command says; what it complains of is raised."""
    done = subprocess.run(command, check=False, input=text, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Host:
    """One machine on these networks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ip("link", "set", "lo", "up")

    def command(self, *command: str) -> list[str]:
        """The command line that runs `command` on this host."""
        return ["nsenter", f"--net={_NAMESPACES / self.name}", *command]

    def run(self, *command: str, text: str = "") -> str:
        """Run a command on this host and wait for it."""
        return run(*self.command(*command), text=text)

    def ip(self, *arguments: str) -> None:
        """`ip` on this host."""
        run("ip", "-n", self.name, *arguments)

    def filter(self, rules: str) -> None:
        """Replace the whole firewall."""
        self.run("nft", "-f", "-", text=f"flush ruleset\n{rules}")

    def counted(self, counter: str) -> int:
        """How many packets a named counter of the table `ip viva` has seen."""
        words = self.run("nft", "list", "counter", "ip", "viva", counter).split()
        return int(words[words.index("packets") + 1])

    def forward(self) -> None:
        """Be a router."""
        with self.entered():
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")

    def slow_down(self, device: str, rate: str) -> None:
        """Let this much out, as `tc` writes it: `200kbit`."""
        shape = ("burst", "4kb", "latency", "400ms")
        self.run("tc", "qdisc", "replace", "dev", device, "root", "tbf", "rate", rate, *shape)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Sockets that this thread makes inside the block are this host's, and stay it."""
        libc = ctypes.CDLL(None, use_errno=True)
        with Path("/proc/thread-self/ns/net").open() as home, (_NAMESPACES / self.name).open() as there:
            _enter(libc, there.fileno())
            try:
                yield
            finally:
                _enter(libc, home.fileno())


def _enter(libc: ctypes.CDLL, descriptor: int) -> None:
    if libc.setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Networks:
    """Makes hosts and cables between them."""

    def __init__(self) -> None:
        self._prefix = f"viva-{secrets.token_hex(3)}"
        self._cables = itertools.count()
        self.hosts: list[Host] = []

    def host(self, role: str) -> Host:
        """A new host, with nothing but loopback."""
        name = f"{self._prefix}-{role}"
        run("ip", "netns", "add", name)
        host = Host(name)
        self.hosts.append(host)
        return host

    def join(self, one: Host, address: str, other: Host, other_address: str) -> tuple[str, str]:
        """A cable between two hosts, an address at each end (`10.0.0.1/24`); the names of the two ends."""
        number = next(self._cables)
        ends = f"near{number}", f"far{number}"
        near = ("add", ends[0], "netns", one.name, "type", "veth")
        run("ip", "link", *near, "peer", "name", ends[1], "netns", other.name)
        for host, end, given in ((one, ends[0], address), (other, ends[1], other_address)):
            host.ip("address", "add", given, "dev", end, *(("nodad",) if ":" in given else ()))
            host.ip("link", "set", end, "up")
        return ends


@contextmanager
def networks() -> Iterator[Networks]:
    """Hosts and cables that are gone when the block ends."""
    made = Networks()
    try:
        yield made
    finally:
        for host in made.hosts:
            run("ip", "netns", "delete", host.name)
