"""Settings are checked before anything starts, and the reason is one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from viva.platform.settings import Settings, SettingsError, load, secret_key

GOOD_SECRET = "k7Lq9vX2pR5wZ8nB4mD1fH6tJ3gS0yUc"
PRODUCTION = {
    "VIVA_ENV": "production",
    "VIVA_SECRET_KEY": GOOD_SECRET,
    "VIVA_PUBLIC_URL": "https://jobs.example.com",
}
BAD_ENVIRONMENTS = {
    "a secret under 32 bytes": PRODUCTION | {"VIVA_SECRET_KEY": "k7Lq9vX2pR5w"},
    "a secret from an example": PRODUCTION | {"VIVA_SECRET_KEY": "change-me-please-change-me-please-secret"},
    "a secret that repeats itself": PRODUCTION | {"VIVA_SECRET_KEY": "xyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyz"},
    "no secret": {name: value for name, value in PRODUCTION.items() if name != "VIVA_SECRET_KEY"},
    "debugging switched on": PRODUCTION | {"VIVA_DEBUG": "true"},
    "a public address by http": PRODUCTION | {"VIVA_PUBLIC_URL": "http://jobs.example.com"},
    "an origin by http": PRODUCTION | {"VIVA_ALLOWED_ORIGINS": "http://careers.example.com"},
    "a quote that is never closed": {"VIVA_ANTIVIRUS_COMMAND": "scan 'it"},
    "any origin": PRODUCTION | {"VIVA_ALLOWED_ORIGINS": "*"},
}


@pytest.mark.parametrize("environ", BAD_ENVIRONMENTS.values(), ids=BAD_ENVIRONMENTS.keys())
def test_S06_production_refuses_to_boot_on(environ):
    with pytest.raises(SettingsError) as refused:
        load(environ, dotenv=None)
    assert "VIVA_" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_S06_a_process_with_a_bad_environment_ends_with_one_line_and_no_secret(tmp_path):
    program = (
        "import sys\nfrom viva.platform.settings import SettingsError, load\n"
        "try:\n    load()\nexcept SettingsError as error:\n    sys.exit(str(error))\n"
    )
    for environ in BAD_ENVIRONMENTS.values():
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PATH": os.environ["PATH"], **environ},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 1
        assert environ.get("VIVA_SECRET_KEY", "nothing to find") not in done.stderr


def test_a_good_production_environment_boots():
    settings = load(PRODUCTION | {"VIVA_ALLOWED_ORIGINS": "https://careers.example.com/"}, dotenv=None)
    assert settings.is_production
    assert settings.allowed_origins == ("https://careers.example.com",)
    assert not settings.anyone_may_start


def test_development_needs_nothing():
    settings = load({}, dotenv=None)
    assert settings.base_url == "http://localhost:8000"
    assert settings.udp_port == 8001
    assert settings.anyone_may_start


WRONG_VALUES = [
    {"VIVA_PORT": "http"},
    {"VIVA_PORT": "70000"},
    {"VIVA_PORT": "65535"},
    {"VIVA_ENV": "prod"},
    {"VIVA_STT": "deepgram"},
    {"VIVA_STT": "google"},
    {"VIVA_ALLOWED_ORIGINS": "https://*.example.com"},
    {"VIVA_ALLOWED_ORIGINS": "careers.example.com"},
    {"VIVA_ALLOWED_ORIGINS": "https://careers.example.com/jobs"},
    {"VIVA_ALLOWED_ORIGINS": "null"},
    {"VIVA_ALLOWED_ORIGINS": "https://user@careers.example.com"},
    {"VIVA_ALLOWED_HOSTS": "*"},
    {"VIVA_ALLOWED_HOSTS": "https://jobs.example.com"},
    {"VIVA_TRUSTED_PROXIES": "proxy"},
    {"VIVA_TRUSTED_PROXIES": "0.0.0.0/0"},
    {"VIVA_PUBLIC_URL": "https://jobs.example.com/interviews"},
    {"VIVA_PUBLIC_URL": "jobs.example.com"},
    {"VIVA_DATABASE_URL": "sqlite:///viva.db"},
    {"VIVA_DEEPGRAM_URL": "https://api.deepgram.com"},
    {"VIVA_CHANNELS": "kafka://broker"},
    {"ANTHROPIC_BASE_URL": "ftp://example.com"},
    {"VIVA_SECRET_KEY": "short"},
    {"VIVA_SECRETKEY": GOOD_SECRET},
]


@pytest.mark.parametrize("environ", WRONG_VALUES, ids=str)
def test_a_wrong_value_is_named_in_one_sentence(environ):
    with pytest.raises(SettingsError) as refused:
        load(environ, dotenv=None)
    assert "\n" not in str(refused.value)


def test_a_database_address_with_a_password_is_never_repeated():
    with pytest.raises(SettingsError) as refused:
        load({"VIVA_DATABASE_URL": "mysql://app:hunter2@db/app"}, dotenv=None)
    assert "hunter2" not in str(refused.value)


def test_the_environment_wins_over_the_file(tmp_path):
    dotenv = tmp_path / ".env"
    dotenv.write_text("VIVA_PORT=9000\nVIVA_HOST=0.0.0.0\n")
    settings = load({"VIVA_PORT": "9100"}, dotenv=dotenv)
    assert (settings.port, settings.host) == (9100, "0.0.0.0")  # noqa: S104 (a value, not a socket)


def test_the_generated_secret_is_kept_and_readable_by_its_owner_alone(tmp_path):
    settings = Settings(data_dir=tmp_path / "data")
    first = secret_key(settings)
    assert secret_key(settings) == first
    assert len(first) >= 32
    assert Path(tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_random_secrets_are_never_taken_for_guessable_ones(tmp_path):
    for number in range(200):
        assert secret_key(Settings(data_dir=tmp_path / str(number)))
