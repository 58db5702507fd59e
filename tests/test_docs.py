"""The documents say what is true: their commands run, their links lead somewhere, their lists are complete."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import cotemp
from cotemp.cli.entry import run
from cotemp.cli.help import documented
from cotemp.cli.table import TABLE
from cotemp.config import Config
from cotemp.config.reading import applied
from cotemp.demo import Tone, play
from cotemp.messages.do import FLAGS
from cotemp.messages.policy import Policy, Rule
from cotemp.places import Places, own_config_file
from cotemp.transaction.rules import held, never
from tests.generate import commands, picture

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
CONSENT = (REPOSITORY / "docs" / "consent.md").read_text(encoding="utf-8")
PAGES = [file for file in REPOSITORY.rglob("*.md") if not any(part.startswith(".") for part in file.parts)]
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = FENCED.findall(README)
DO = '<# ---\ntitle: "T"\nrepo: { path: "" }\nrisk: { writes: false }\nconsent: { allow_writes: false }\n--- #>\n1\n'


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCKS if found == language]


EVERY_DAY = [text for text in blocks("sh") if "venv" not in text]


@pytest.fixture
def stranger(tmp_path: Path, nobody_home: Path) -> Iterator[dict[str, str]]:
    """The environment of somebody who has just installed cotemp; what they started is ended afterwards."""
    env = {"HOME": str(nobody_home), "LANG": "C.UTF-8", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    yield env
    subprocess.run([sys.executable, "-m", "cotemp", "down"], env=env, cwd=tmp_path, capture_output=True, timeout=60)


# --- the README ---


@pytest.mark.parametrize("block", EVERY_DAY, ids=lambda block: block.split()[1])
def test_the_commands_of_the_readme_run(block: str, stranger: dict[str, str], tmp_path: Path) -> None:
    """Somebody who types the README's commands, in their order and in an empty home, sees no error."""
    (tmp_path / "DO.ps1").write_text(DO)
    argv = ["bash", "-euc", block]
    done = subprocess.run(argv, env=stranger, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DO.ps1" not in os.listdir(Path(stranger["HOME"]))


def test_there_are_commands_for_every_day() -> None:
    """The block with the daily commands is found, and has what the first day needs."""
    (block,) = EVERY_DAY
    assert [line.split()[1] for line in block.splitlines()] == ["init", "up", "send", "drop", "status"]


@pytest.mark.slow
def test_the_line_to_try_it_works(stranger: dict[str, str], tmp_path: Path) -> None:
    """In a fresh checkout the README's first line installs cotemp and plays the demo."""
    checkout = tmp_path / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            (checkout / name).write_bytes((REPOSITORY / name).read_bytes())
    line = blocks("sh")[0]
    assert line.rstrip().endswith("cotemp demo")
    env = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTP"))} | stranger
    done = subprocess.run(["bash", "-euc", line], env=env, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All three ended as announced." in done.stdout


def test_the_test_line_is_the_first_that_names_venv_and_pytest() -> None:
    """Who looks for the line that sets up and tests finds exactly one, in a block that can be copied."""
    fenced = [line for text in blocks("sh") for line in text.splitlines() if "venv" in line and "pytest" in line]
    first = next(line for line in README.splitlines() if re.search("venv.*pytest", line))
    assert fenced == [first]


def test_the_python_example_works(stranger: dict[str, str], tmp_path: Path) -> None:
    """The README's Python example runs as it stands."""
    example = next(text for text in blocks("python") if "import Home" in text)
    done = subprocess.run(
        [sys.executable, "-c", example], env=stranger, cwd=tmp_path, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"DO_DO-Smoke_\S+\.py waits; 0 runs so far\n", done.stdout)


def test_the_example_of_a_do_is_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The README's DO, copied into a file, passes `cotemp check`."""
    file = tmp_path / "DO_Count.py"
    file.write_text(next(text for text in blocks("python") if text.startswith("# ---")))
    assert run(["check", str(file)]) == 0, capsys.readouterr()
    assert "DO-Count" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_command_in_the_text_exists(page: Path) -> None:
    """A command that a document names can be typed, with the options that it names."""
    known = {one.name: {*one.options, "--home", "--config", "--json", "--help"} for one in documented(TABLE)}
    for code in re.findall(r"`cotemp ([a-z][^`]*)`", page.read_text(encoding="utf-8")):
        words = shlex.split(code)
        command = TABLE.find(" ".join(words[:2])) or TABLE.find(words[0])
        assert command, f"cotemp {code}"
        assert {word for word in words if word.startswith("-")} <= known[command.name], code


# --- other pages ---


def test_every_command_is_documented() -> None:
    """docs/commands.md has every command: `python -m tests.generate commands` writes it."""
    page = commands.FILE.read_text(encoding="utf-8")
    assert page == commands.text()
    assert set(re.findall("^### cotemp (.+)$", page, re.MULTILINE)) == {one.name for one in documented(TABLE)}


@pytest.mark.parametrize("name", [command.name for command in TABLE.commands if not command.hidden])
def test_a_command_is_documented_as_its_help_says(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the page says of a command is what `--help` says."""
    monkeypatch.setenv("COLUMNS", "100")
    assert run([*name.split(), "--help"]) == 0
    said = capsys.readouterr().out
    own = re.sub(r"\nEverywhere\n(?:  .*\n)+", "", said)
    assert own != said
    assert f"### cotemp {name}\n\n```text\n{own}```\n" in commands.FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    """A link to a file of the repository leads to one."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if not target.startswith("https://"):
            assert (page.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_file_that_is_named_is_there(page: Path) -> None:
    """A file of the code that a document sends people to exists."""
    for name in re.findall(
        r"`((?:cotemp|docs|ps|schemas|templates|tests)/[\w./-]*)`", page.read_text(encoding="utf-8")
    ):
        assert (REPOSITORY / name).exists(), name


def test_the_changelog_is_about_this_version() -> None:
    """The newest section is what comes next, or the version that the program says it is."""
    assert re.fullmatch(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?", cotemp.__version__)
    headings = re.findall("^## (.+)$", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    released = headings[1:] if headings[0] == "Unreleased" else headings
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", heading) for heading in released)
    assert headings[0] == "Unreleased" or headings[0].startswith(f"{cotemp.__version__} - ")


def test_the_map_has_every_room() -> None:
    """The README's map of the code names every room that there is, and no other."""
    table = README.partition("| room | what lives there |")[2].partition("\n\n")[0]
    first_cells = "".join(line.split("|")[1] for line in table.splitlines() if line.count("|") > 2)
    named = set(re.findall(r"`([\w/]+?)(?:/|\.py)`", first_cells))
    rooms = {path.stem for path in (REPOSITORY / "cotemp").iterdir() if not path.stem.startswith(("_", "py"))}
    assert named == rooms


# --- what the page about consent promises ---


def settings_of_the_page() -> Config:
    text = next(text for language, text in FENCED.findall(CONSENT) if language == "toml")
    return applied(Path("agents.toml"), text.encode())


def test_the_page_has_every_flag() -> None:
    """The table of flags names each that a header may ask for, in its order, and no other."""
    assert re.findall(r"^\| `allow_(\w+)` \|", CONSENT, re.MULTILINE) == list(FLAGS)


def test_the_page_shows_the_policy_that_holds() -> None:
    """The example is valid, has every key, and says which values hold without a file."""
    shown, default = settings_of_the_page(), Policy()
    for key in (field.name for field in fields(Policy)):
        assert re.search(rf"^{key} = ", CONSENT, re.MULTILINE), key
        value = getattr(default, key)
        assert getattr(shown.policy, key) == value or value == (), key
    assert shown.policy_of("co-review").network is Rule.NEVER


def test_what_the_page_says_is_held_is_held() -> None:
    """Every file that the page names as held for a human, or as never changed, is."""
    paragraph = CONSENT.partition("Changes that a run made are held")[2].partition("\n\n")[0]
    named = [
        name for name in re.findall(r"`([^`]*)`", paragraph.replace("\n", " ")) if name.startswith((".", "AGENTS"))
    ]
    refused = [name for name in named if never(name)]
    assert refused == [".git/hooks", ".git/config"]
    assert len(named) > 8
    assert all(held(name) or held(f"{name}/x") for name in named if name not in refused)


def test_the_page_knows_the_exit_codes_of_explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the page says of the exit code of `explain` is so."""
    said = dict(re.findall(r"(\d): (it would run|it would be held|it would be refused|its header is wrong)", CONSENT))
    file = tmp_path / "DO.ps1"
    own_config_file().parent.mkdir(parents=True)
    for rule, words in (("run", "run"), ("hold", "be held"), ("refuse", "be refused")):
        own_config_file().write_text(f'[policy]\nenforcer = "none"\nunenforced = "{rule}"\n')
        file.write_text(DO)
        assert said[str(run(["explain", str(file)]))] == f"it would {words}"
    file.write_text("1")
    assert said[str(run(["explain", str(file)]))] == "its header is wrong"
    assert capsys.readouterr().err == ""


# --- the picture ---


def test_the_picture_shows_the_demo(places: Places) -> None:
    """The picture in the README is of the demo as it is now: `python -m tests.generate picture` takes it anew."""
    shown = shown_in_the_picture()
    steps = [line.text for line in play(places) if line.tone is Tone.STEP]
    with_pwsh = [step.replace("PowerShell", "Python") for step in steps]
    for words in ("passed", "rejected", "failed", *with_pwsh):
        assert words in shown


def test_the_picture_asks_for_nothing_and_tells_nothing() -> None:
    """The picture loads nothing from elsewhere, and names no folder of whoever took it."""
    text = picture.FILE.read_text(encoding="utf-8")
    assert text.count("http") == text.count('xmlns="http://www.w3.org/2000/svg"') == 1
    assert "url(" not in text.replace("url(#", "")
    assert set(re.findall(r"(?<![\w.])/\w+/[\w-]+", shown_in_the_picture())) == {"/tmp/cotemp-demo"}


def shown_in_the_picture() -> str:
    texts = ElementTree.fromstring(picture.FILE.read_text(encoding="utf-8")).iter("{http://www.w3.org/2000/svg}text")
    return "\n".join("".join(text.itertext()) for text in texts).replace("\xa0", " ")
