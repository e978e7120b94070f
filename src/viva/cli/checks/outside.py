"""What may run beside us: the server itself, the speech engine, the language model."""

import http.client
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from viva.cli.checks.finding import Finding
from viva.platform.antivirus import Antivirus, FileNotScanned, InfectedFile
from viva.platform.settings import Settings
from viva.stt import describe

_PATIENCE_S = 3.0


class Server(NamedTuple):
    """Who has the port of the pages."""

    is_ours: bool
    finding: Finding


def find_server(settings: Settings) -> Server:
    """Is a viva running on the port, is it free, or has somebody else got it?"""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 (compared, not bound)
    where = f"port {settings.port}"
    connection = http.client.HTTPConnection(host, settings.port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        body = answer.read(4096)
    except ConnectionRefusedError:
        return Server(False, Finding("ok", "server", f"none is running; {where} is free"))
    except (OSError, http.client.HTTPException) as error:
        return Server(False, Finding("fail", "server", f"{where} is taken by something else: {error}"))
    finally:
        connection.close()
    if answer.status == 200 and b'"ready"' in body:
        return Server(True, Finding("ok", "server", f"is running on {where} and ready"))
    if answer.status == 503 and (b'"starting"' in body or b'"unavailable"' in body):
        return Server(
            True, Finding("fail", "server", f"is running on {where} but not ready: {body.decode()}")
        )
    return Server(False, Finding("fail", "server", f"{where} is taken by another program"))


def check_speech(settings: Settings) -> Finding:
    """Which engine, and why."""
    choice = describe(settings)
    return Finding("ok" if choice.engine else "note", "speech", choice.message)


def check_language_model(settings: Settings) -> Finding:
    """Is there a key, and if the server is one's own, does it answer? Nothing is sent to it."""
    if not settings.anthropic_api_key:
        words = "none: the question bank asks, the evidence finder quotes without judging"
        return Finding("ok", "language model", words)
    if not settings.anthropic_base_url:
        return Finding("ok", "language model", f"{settings.llm_model}, by Anthropic's API")
    parts = urlsplit(settings.anthropic_base_url)
    address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    try:
        socket.create_connection(address, timeout=_PATIENCE_S).close()
    except OSError as error:
        return Finding("note", "language model", f"ANTHROPIC_BASE_URL does not answer: {error}")
    return Finding("ok", "language model", f"{settings.llm_model}, at ANTHROPIC_BASE_URL")


async def check_antivirus(settings: Settings) -> Finding:
    """Does the scanner let a harmless text pass? Without that no upload is taken."""
    if not settings.antivirus_command:
        return Finding("ok", "virus scanner", "none: uploads are read without a scan")
    try:
        await Antivirus(settings.antivirus_command).scan(b"a harmless text")
    except (FileNotScanned, InfectedFile) as error:
        words = f"VIVA_ANTIVIRUS_COMMAND refuses a harmless text ({error.code}): no upload is taken"
        return Finding("note", "virus scanner", words)
    return Finding("ok", "virus scanner", "every upload is scanned first")
