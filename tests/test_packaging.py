"""What is handed on: the wheel, the locks, the container, the page about dependencies."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS = PROJECT["dependency-groups"]
DIRECT = [*PROJECT["project"]["dependencies"], *GROUPS["build"], *GROUPS["dev"]]
LOOK = """
from viva.platform.paths import LOCALES, MIGRATIONS, ROOT, STATIC, TEMPLATES
from viva.platform.migrations import head
for folder in (LOCALES, MIGRATIONS, STATIC, TEMPLATES):
    assert any(folder.rglob("*.*")), folder
assert head()
print(ROOT)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the built wheel is installed, without its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder)]
    subprocess.run([*pip, *build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("viva-*.whl")
    target = folder / "installed"
    install = ["install", "--no-deps", "--no-index", "--target", str(target), str(wheel)]
    subprocess.run([*pip, *install], check=True, capture_output=True)
    return target


def run_installed(installed: Path, *arguments: str, cwd: Path) -> str:
    """Python with the installed wheel instead of the checkout."""
    ahead = f"import sys; sys.path.insert(0, {str(installed)!r}); "
    program = ahead + arguments[0]
    return subprocess.run(
        [sys.executable, "-c", program, *arguments[1:]], cwd=cwd, check=True, capture_output=True, text=True
    ).stdout


def test_an_installed_wheel_finds_its_pages_and_migrations_from_another_folder(installed, tmp_path):
    root = run_installed(installed, f"exec({LOOK!r})", cwd=tmp_path)
    assert Path(root.strip()) == installed / "viva" / "_data"


def test_an_installed_wheel_brings_the_console_script_and_its_samples(installed, tmp_path):
    program = "from viva.cli import main; main(['--help'], standalone_mode=False)"
    told = run_installed(installed, program, cwd=tmp_path)
    for command in ("serve", "migrate", "admin", "doctor", "demo"):
        assert command in told
    assert len(list((installed / "viva" / "stt" / "samples").glob("*.ogg"))) == 3


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()
    assert not re.search(r"https?://|^-|^--", text, re.MULTILINE)
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert "==" in block.splitlines()[0]
        assert "--hash=sha256:" in block


def test_every_direct_dependency_is_locked_and_explained():
    page, lock = (ROOT / "docs" / "dependencies.md").read_text(), (ROOT / "requirements-dev.lock").read_text()
    rows = " ".join(re.findall(r"^\| ([a-z0-9, -]+) \| ", page, re.MULTILINE)).replace(",", " ").split()
    names = {re.match(r"[a-z0-9-]+", dependency)[0] for dependency in DIRECT}
    assert set(rows) - {"package"} == names
    for name in names:
        assert re.search(rf"^{re.escape(name)}==", lock, re.MULTILINE), name


def test_the_dockerfile_passes_hadolint():
    found = subprocess.run(
        [Path(sys.executable).parent / "hadolint", ROOT / "Dockerfile"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (0, "")


def test_finding_5_the_container_runs_as_a_named_user_and_checks_its_health():
    text = (ROOT / "Dockerfile").read_text()
    assert text.count("\nFROM ") == 2
    assert "useradd --uid 10001" in text
    assert re.search(r"^USER 10001", text, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\n.*/readyz", text, re.MULTILINE)
    assert "VOLUME /data" in text
    assert "EXPOSE 8000/tcp 8001/udp" in text


def test_finding_5_compose_waits_until_the_database_is_healthy():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert services["viva"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert "pg_isready" in services["db"]["healthcheck"]["test"]
    assert sorted(port.rpartition("/")[2] for port in services["viva"]["ports"]) == ["tcp", "udp"]


def test_compose_gives_no_secret_a_default():
    text = (ROOT / "compose.yaml").read_text()
    for name in ("VIVA_SECRET_KEY", "POSTGRES_PASSWORD"):
        uses = re.findall(r"\$\{" + name + r"([^}]*)\}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses)


def test_nothing_that_may_hold_a_secret_enters_the_image():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert allowed == {
        "LICENSE",
        "README.md",
        "migrations",
        "pyproject.toml",
        "requirements.lock",
        "src",
        "static",
        "templates",
    }
