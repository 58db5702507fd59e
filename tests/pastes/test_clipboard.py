"""The clipboard: `copied` is said only of what was read back, whatever the programs say of themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cotemp import clipboard
from cotemp.clipboard import TOOLS, copy, osc52, read, usable
from cotemp.errors import AnswerIsNo, BadUsage, ToolMissing
from tests.conftest import need
from tests.waiting import eventually

TEXT = "Grüße \u2014 `fence` \U0001f600\nsecond line\n"

HONEST = """\
import sys
from pathlib import Path
held = Path(__file__).with_name("held")
if {reads}:
    sys.stdout.buffer.write(held.read_bytes() if held.exists() else b"")
else:
    held.write_bytes(sys.stdin.buffer.read())
"""
LIES = {
    "says yes and copies nothing": "import sys; sys.stdin.buffer.read()",
    "copies something else": "import sys\nfrom pathlib import Path\n"
    "Path(__file__).with_name('held').write_bytes(sys.stdin.buffer.read().replace(b'second', b'sec0nd'))",
    "copies the beginning": "import sys\nfrom pathlib import Path\n"
    "Path(__file__).with_name('held').write_bytes(sys.stdin.buffer.read()[:9])",
    "says no": "import sys; sys.exit(1)",
    "reads nothing": "pass",
}


class Fakes:
    """A PATH with programs of our own, which share one clipboard."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"PATH": str(folder), "DISPLAY": ":7"}

    def program(self, name: str, script: str) -> None:
        path = self.folder / name
        path.write_text(f"#!{sys.executable}\n{script}\n")
        path.chmod(0o755)

    def honest(self, name: str) -> None:
        """One program that copies or, with the options that read, reads."""
        options = ("-out", "--output", "save-buffer", "--no-newline")
        reads = f"any(word in sys.argv for word in {options}) or 'past' in __file__"
        self.program(name, HONEST.format(reads=reads))


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fakes:
    monkeypatch.setattr(clipboard, "_SETTLING", 0.2)
    folder = tmp_path / "bin"
    folder.mkdir()
    return Fakes(folder)


@pytest.mark.parametrize(
    "tool", [one for one in TOOLS if one.system == "" and one.encoding == "utf-8"], ids=lambda t: t.name
)
def test_what_was_copied_can_be_read(fakes: Fakes, tool: clipboard.Tool) -> None:
    """Each tool, where it is there and honest, copies any text whole; and it says what it reached."""
    for name in {tool.copy[0], tool.read[0]}:
        fakes.honest(name)
    env = {"PATH": fakes.env["PATH"], tool.variable: "x"}
    assert copy(TEXT, env) == tool
    assert read(env, 1000) == TEXT


@pytest.mark.parametrize("lie", LIES)
def test_a_clipboard_that_lies_is_caught(fakes: Fakes, lie: str) -> None:
    """A program that says yes and holds something else is no reason to say copied."""
    fakes.honest("xclip")
    honest = (fakes.folder / "xclip").read_text()
    fakes.program(
        "xclip", f"import sys\nif '-in' in sys.argv:\n    exec({LIES[lie]!r})\n    sys.exit()\nexec({honest!r})"
    )
    with pytest.raises(AnswerIsNo, match="nothing was copied: xclip"):
        copy(TEXT, fakes.env)


def test_the_next_tool_is_tried(fakes: Fakes) -> None:
    """One that fails is no reason to give up while another one works."""
    fakes.program("xclip", "import sys; sys.exit(1)")
    fakes.honest("xsel")
    assert copy(TEXT, fakes.env).name == "xsel"


def test_ends_of_lines_do_not_make_a_liar(fakes: Fakes) -> None:
    """A system that writes its own ends of lines, or adds one, holds the text all the same."""
    fakes.program(
        "xclip", "import sys\nif '-in' in sys.argv:\n    sys.stdin.buffer.read()\nelse:\n    print('a\\r\\nb\\r')"
    )
    assert copy("a\nb", fakes.env).name == "xclip"


@pytest.mark.parametrize("env", [{}, {"DISPLAY": ":7"}, {"WAYLAND_DISPLAY": "w"}])
def test_without_a_tool_it_is_said(fakes: Fakes, env: dict[str, str]) -> None:
    """No program, or no desktop for it: that is told, with what to do instead."""
    if not env:
        fakes.honest("xclip")
    with pytest.raises(ToolMissing) as caught:
        copy(TEXT, {"PATH": str(fakes.folder), **env})
    assert "--print" in caught.value.fix
    assert ("xclip reaches no clipboard: DISPLAY is not set" in str(caught.value)) is (not env)
    with pytest.raises(ToolMissing) as caught:
        read({"PATH": str(fakes.folder), **env}, 10)
    assert "stdin" in caught.value.fix


def test_one_of_two_programs_is_not_enough(fakes: Fakes) -> None:
    """What cannot be read back is not used: nobody could say copied."""
    fakes.honest("wl-copy")
    env = {"PATH": str(fakes.folder), "WAYLAND_DISPLAY": "w"}
    assert list(usable(env)) == []
    fakes.honest("wl-paste")
    assert [tool.name for tool in usable(env)] == ["wl-copy"]


def test_a_clipboard_that_holds_too_much_is_refused(fakes: Fakes) -> None:
    """Somebody's film is not taken for an answer."""
    fakes.honest("xclip")
    (fakes.folder / "held").write_bytes(b"x" * 101)
    assert len(read(fakes.env, 101)) == 101
    with pytest.raises(BadUsage, match="more than 100 bytes"):
        read(fakes.env, 100)


def test_a_clipboard_without_end_is_not_read_to_its_end(fakes: Fakes) -> None:
    """Of what is too much, no more is held in memory than tells so."""
    fakes.program("xclip", "import sys\nwhile True: sys.stdout.buffer.write(b'x' * 65536)")
    with pytest.raises(BadUsage, match="more than 100 bytes"):
        read(fakes.env, 100)


def test_a_clipboard_that_does_not_answer_is_given_up(fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner may hang: then that is said, and nobody waits for it."""
    monkeypatch.setattr(clipboard, "_PATIENCE", 0.2)
    fakes.program("xclip", "import signal; signal.pause()")
    with pytest.raises(AnswerIsNo, match="does not answer"):
        read(fakes.env, 100)


def test_the_text_is_in_no_argument(fakes: Fakes) -> None:
    """Other users of the machine see arguments, so the text goes over stdin."""
    assert all("{" not in word for tool in TOOLS for word in tool.copy)
    fakes.program("xclip", "import sys\nopen(__file__ + '.argv', 'a').write(repr(sys.argv))\nsys.exit(1)")
    with pytest.raises(AnswerIsNo):
        copy("the text", fakes.env)
    assert "the text" not in (fakes.folder / "xclip.argv").read_text()


def test_osc52_is_what_terminals_understand() -> None:
    """The sequence that asks a terminal to copy."""
    assert osc52("aé") == b"\x1b]52;c;YcOp\x07"


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A real X server, without a screen."""
    number, out = os.pipe()
    process = subprocess.Popen(
        [need("Xvfb"), "-displayfd", str(out), "-nolisten", "tcp", "-screen", "0", "640x480x8"],
        pass_fds=[out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path,
    )  # fmt: skip
    os.close(out)
    with open(number, "rb") as told:
        name = eventually(lambda: told.readline().decode().strip(), 30)
    yield f":{name}"
    process.terminate()
    process.wait(30)


@pytest.mark.slow
def test_a_real_clipboard_of_x(display: str) -> None:
    """With a real X server and the real xclip: every program gets what was copied, and a dead server is told."""
    env = {"PATH": os.environ["PATH"], "DISPLAY": display}
    need("xclip")
    long = "\n".join(f"{number}: {TEXT}" for number in range(2000))
    for text in (TEXT, long, "", "one"):
        if text:
            assert copy(text, env).name == "xclip"
            assert read(env, 1_000_000) == text
    with pytest.raises(AnswerIsNo, match="xclip"):
        copy(TEXT, env | {"DISPLAY": ":9999"})
