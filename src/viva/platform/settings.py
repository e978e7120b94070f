"""Settings: read once from the environment and `.env`, checked before anything starts, frozen after that.

The table is in `docs/operating.md` and `.env.example`; a test holds those and this together.
"""

import ipaddress
import os
import re
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import msgspec
from dotenv import dotenv_values

from viva.platform.spending import SpendingError, limit_of, prices_of

SECRET_MIN_BYTES = 32
DRAFTS_MAX = 9
FOLLOW_UP_WAIT_MAX_S = 10.0
_WEAK_WORDS = frozenset(
    {"secret", "changeme", "change-me", "change", "password", "viva", "development", "production", "default"}
    | {"insecure", "example", "please", "replace", "your", "key", "this", "me", "in"}
)


class SettingsError(Exception):
    """The configuration cannot work; the message is one sentence for the person who starts the server."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set. Field `x` is read from `VIVA_X`, vendor keys from their vendors' names."""

    env: Literal["development", "production"] = "development"
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    database_url: str = ""
    data_dir: Path = Path("./data")
    secret_key: str = ""
    allowed_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    stt: Literal["auto", "deepgram", "local", "off"] = "auto"
    deepgram_url: str = ""
    ai: Literal["on", "off"] = "on"
    llm_model: str = "claude-sonnet-5-5"
    llm_prices: str = ""
    ask_unseen: bool = False
    follow_up_wait_s: float = 1.3
    scoring_drafts: int = 3
    prompt_version: str = ""
    budget_session: str = "500000"
    budget_position: str = ""
    budget_day: str = "20000000"
    channels: str = "memory"
    storage: str = ""
    media_port: int = 0
    media_address: str = ""
    ice_servers: tuple[str, ...] = ()
    turn_secret: str = ""
    open_interviews: bool | None = None
    admin_email: str = ""
    admin_password: str = ""
    antivirus_command: str = ""
    time_zone: str = "Asia/Seoul"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    local_model_dir: str = ""
    debug: bool = False
    deepgram_api_key: str = ""
    anthropic_api_key: str = ""
    anthropic_base_url: str = ""

    @property
    def is_production(self) -> bool:
        """Whether the strict rules apply."""
        return self.env == "production"

    @property
    def udp_port(self) -> int:
        """The one UDP port of all media."""
        return self.media_port or self.port + 1

    @property
    def base_url(self) -> str:
        """The address people use, without a slash at the end; links in answers and mails begin with it."""
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else self.host  # noqa: S104 (compared, not bound)
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def anyone_may_start(self) -> bool:
        """Whether the landing page starts interviews without an invitation."""
        return self.open_interviews if self.open_interviews is not None else not self.is_production

    @property
    def recordings(self) -> str:
        """Where recordings lie: a folder, or a bucket's URL."""
        return self.storage or str(self.data_dir / "recordings")


_VENDOR_NAMES = {"deepgram_api_key", "anthropic_api_key", "anthropic_base_url"}


def variable_of(field: str) -> str:
    """The environment variable that sets `field`."""
    return field.upper() if field in _VENDOR_NAMES else f"VIVA_{field.upper()}"


def load(environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
    """Read, convert and check. The environment wins over `.env`. Raises `SettingsError`."""
    environ = os.environ if environ is None else environ
    known = {variable_of(field): field for field in Settings.__struct_fields__}
    given: dict[str, str | None] = {
        **(dotenv_values(dotenv) if dotenv and dotenv.is_file() else {}),
        **environ,
    }
    unknown = sorted(name for name in given if name.startswith("VIVA_") and name not in known | _FOR_OTHERS)
    if unknown:
        raise SettingsError(f"{unknown[0]} is not a setting that viva knows; .env.example lists them all.")
    values = {
        known[name]: _split(known[name], value) for name, value in given.items() if name in known and value
    }
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_as_path)
    except msgspec.ValidationError as error:
        raise SettingsError(f"The settings cannot be read: {error}.") from None
    check(settings)
    return settings


_FOR_OTHERS = {"VIVA_ROOT": "", "VIVA_PG_BIN": ""}
"""Read elsewhere, before there are settings: where the program's files lie and whose PostgreSQL to start."""


def _as_path(kind: type, value: Any) -> Any:
    """msgspec's way to types that it does not know: a folder is written as text."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError


def _split(field: str, value: str) -> Any:
    if field in {"allowed_origins", "allowed_hosts", "trusted_proxies", "ice_servers"}:
        return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
    return value.strip()


def check(settings: Settings) -> None:
    """Refuse what would be unsafe or cannot work. Raises `SettingsError` with the first reason.

    No message repeats a secret, nor an address that may hold a password.
    """
    _check_origins(settings)
    _check_hosts(settings)
    _check_addresses(settings)
    if settings.secret_key:
        _check_secret(settings.secret_key)
    if settings.stt == "deepgram" and not settings.deepgram_api_key:
        raise SettingsError("VIVA_STT=deepgram needs DEEPGRAM_API_KEY.")
    if not (0 <= settings.port <= 65535 and 0 <= settings.media_port <= 65535 and settings.udp_port <= 65535):
        raise SettingsError("VIVA_PORT and VIVA_MEDIA_PORT must be between 0 and 65535.")
    _check_time_zone(settings)
    if not 0 < settings.follow_up_wait_s <= FOLLOW_UP_WAIT_MAX_S:
        raise SettingsError(
            f"VIVA_FOLLOW_UP_WAIT_S must be more than 0 and at most {FOLLOW_UP_WAIT_MAX_S:g} seconds."
        )
    _check_spending(settings)
    _check_antivirus(settings)
    _check_ice_servers(settings)
    if settings.is_production:
        _check_production(settings)


def _check_origins(settings: Settings) -> None:
    for origin in settings.allowed_origins:
        if origin == "*":
            raise SettingsError(
                "VIVA_ALLOWED_ORIGINS may not be '*': pages send credentials; name each origin."
            )
        if not _is_origin(origin):
            raise SettingsError(
                f"VIVA_ALLOWED_ORIGINS: {origin!r} is not an origin such as https://jobs.example.com."
            )
    if settings.public_url and not _is_origin(settings.public_url.rstrip("/")):
        raise SettingsError("VIVA_PUBLIC_URL must be an address without a path: https://jobs.example.com.")


def _is_origin(text: str) -> bool:
    """Scheme, name and perhaps a port; nothing else, and no patterns."""
    try:
        parts = urlsplit(text)
        bare = f"{parts.scheme}://{parts.netloc}" == text and parts.port != 0
    except ValueError:
        return False
    return bare and parts.scheme in {"http", "https"} and bool(_HOST.fullmatch(parts.netloc))


_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


def _check_hosts(settings: Settings) -> None:
    for host in settings.allowed_hosts:
        if not _HOST.fullmatch(host):
            raise SettingsError(f"VIVA_ALLOWED_HOSTS: {host!r} is not a name such as jobs.example.com.")
    for proxy in settings.trusted_proxies:
        try:
            everyone = ipaddress.ip_network(proxy, strict=False).prefixlen == 0
        except ValueError:
            raise SettingsError(f"VIVA_TRUSTED_PROXIES: {proxy!r} is not an address or a network.") from None
        if everyone:
            raise SettingsError("VIVA_TRUSTED_PROXIES may not trust every address.")


_SCHEMES = {
    "database_url": ("postgresql://", "postgresql+asyncpg://", "postgres://"),
    "deepgram_url": ("ws://", "wss://"),
    "anthropic_base_url": ("http://", "https://"),
    "channels": ("memory", "redis://", "rediss://"),
}


def _check_addresses(settings: Settings) -> None:
    for field, schemes in _SCHEMES.items():
        value = getattr(settings, field)
        if value and not value.startswith(schemes):
            raise SettingsError(f"{variable_of(field)} must begin with {' or '.join(schemes)}.")


def _check_time_zone(settings: Settings) -> None:
    if settings.time_zone not in available_timezones():
        raise SettingsError("VIVA_TIME_ZONE must be a name such as Asia/Seoul or UTC.")


def _check_spending(settings: Settings) -> None:
    if not 1 <= settings.scoring_drafts <= DRAFTS_MAX:
        raise SettingsError(f"VIVA_SCORING_DRAFTS must be between 1 and {DRAFTS_MAX}.")
    try:
        field = "llm_prices"
        priced = prices_of(settings.llm_prices) is not None
        for field in ("budget_session", "budget_position", "budget_day"):
            limit = limit_of(getattr(settings, field))
            if limit.microusd is not None and not priced:
                raise SettingsError(
                    f"{variable_of(field)} names dollars, so VIVA_LLM_PRICES must be set too."
                )
    except SpendingError as error:
        raise SettingsError(f"{variable_of(field)}: {error}.") from None


def _check_antivirus(settings: Settings) -> None:
    try:
        shlex.split(settings.antivirus_command)
    except ValueError:
        raise SettingsError("VIVA_ANTIVIRUS_COMMAND has a quote that is never closed.") from None


def _check_ice_servers(settings: Settings) -> None:
    for server in settings.ice_servers:
        if server.partition(":")[0] not in {"stun", "turn", "turns"}:
            raise SettingsError("VIVA_ICE_SERVERS: each address begins with stun:, turn: or turns:.")
        if not server.startswith("stun:") and not settings.turn_secret:
            raise SettingsError("VIVA_ICE_SERVERS names a TURN server, so VIVA_TURN_SECRET must be set too.")


def _check_secret(secret: str) -> None:
    if len(secret.encode()) < SECRET_MIN_BYTES or _is_guessable(secret):
        raise SettingsError(f"VIVA_SECRET_KEY must be {SECRET_MIN_BYTES} random bytes or more.")
    if len(set(secret)) < 8:
        raise SettingsError("VIVA_SECRET_KEY repeats itself; use random bytes.")


def _is_guessable(secret: str) -> bool:
    """Whether little is left of it without the words that examples use."""
    rest = secret.lower()
    for word in sorted(_WEAK_WORDS, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest.strip("-_ .!0123456789")) < SECRET_MIN_BYTES // 2


def _check_production(settings: Settings) -> None:
    if settings.debug:
        raise SettingsError("VIVA_DEBUG must be off in production.")
    if not settings.secret_key:
        raise SettingsError("VIVA_SECRET_KEY must be set in production.")
    if not settings.public_url.startswith("https://"):
        raise SettingsError(
            "VIVA_PUBLIC_URL must be set to the https address that people open, in production."
        )
    insecure = [origin for origin in settings.allowed_origins if not origin.startswith("https://")]
    if insecure:
        raise SettingsError(f"VIVA_ALLOWED_ORIGINS: {insecure[0]} must be https in production.")


def secret_key(settings: Settings) -> bytes:
    """The signing secret: the one set, else one generated once and kept in the data folder, mode 0600."""
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.data_dir / "secret_key"
    if not path.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    secret = path.read_text().strip()
    _check_secret(secret)
    return secret.encode()
