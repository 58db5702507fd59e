"""What is shipped: the wheel has the program and its files and nothing else, and works where it is installed."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import cotemp

REPOSITORY = Path(__file__).parents[1]
SHIPPED = ("ps", "schemas", "templates")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that is made from it."""
    folder = tmp_path_factory.mktemp("dist")
    _build("sdist", REPOSITORY, folder)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian 12's Python does not know it
        archive.extractall(folder)
    _build("wheel", next(path for path in folder.iterdir() if path.is_dir()), folder)
    return folder


def test_the_wheel_has_the_program_and_its_files_and_nothing_else(built: Path) -> None:
    """Whoever installs cotemp gets every module, PowerShell file, template and schema; no test, no cache."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    expected = {f"cotemp/{name}" for name in _files("cotemp")}
    for folder in SHIPPED:
        expected |= {f"cotemp/_shipped/{folder}/{name}" for name in _files(folder)}
    assert names == expected
    assert {"cotemp/py.typed", "cotemp/_shipped/ps/wrapper.ps1", "cotemp/_shipped/schemas/run-log.json"} < names


def test_the_wheel_says_what_it_is(built: Path) -> None:
    """The version is the program's own, the licence is in it, and the command is called cotemp."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        (about,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        folder = about.rpartition("/")[0]
        told = Parser().parsestr(wheel.read(about).decode())
        assert "cotemp = cotemp.cli:main" in wheel.read(f"{folder}/entry_points.txt").decode()
        assert b"MIT License" in wheel.read(f"{folder}/licenses/LICENSE")
    assert (told["Name"], told["Version"]) == ("cotemp", cotemp.__version__)


def test_the_source_archive_can_be_worked_on(built: Path) -> None:
    """From the sdist alone one can build, test and read: everything of the repository is in it, and no cache."""
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "pyproject.toml", ".ci/run"} < names
    assert {"tests/test_package.py", "docs/demo.svg", "schemas/run-log.json", "ps/wrapper.ps1"} < names
    assert not [name for name in names if "__pycache__" in name or "_cache/" in name or ".hypothesis" in name]


def test_an_installed_cotemp_finds_its_files(built: Path, tmp_path: Path) -> None:
    """Away from any checkout the wrapper, the templates and the schemas are found, and the command line runs."""
    target = tmp_path / "installed"
    argv = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([sys.executable, *argv, str(next(built.glob("*.whl")))], check=True, timeout=120)
    program = (
        "import cotemp.places as places\n"
        "for folder, file in ('ps', 'wrapper.ps1'), ('templates', 'do/hello.py'), ('schemas', 'run-log.json'):\n"
        "    print((places.shipped(folder) / file).read_bytes() != b'', places.__file__)\n"
    )
    env = {"PYTHONPATH": str(target), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", program], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout.splitlines() == [f"True {target / 'cotemp' / 'places.py'}"] * 3
    version = subprocess.run(
        [sys.executable, target / "bin" / "cotemp", "--version"],
        env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert cotemp.__version__ in version.stdout


def _build(kind: str, source: Path, folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(folder)],
        cwd=source, check=True, capture_output=True, timeout=120,
    )  # fmt: skip


def _files(folder: str) -> set[str]:
    """Names of the files below a folder of the repository, caches left out."""
    root = REPOSITORY / folder
    found = (path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(root).as_posix() for path in found}
