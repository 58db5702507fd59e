"""Reads what was rendered as each system would, from its documented rules: never with the code that wrote it."""

from __future__ import annotations

import configparser
import re
import subprocess

__all__ = ["desktop_words", "systemd_environment", "systemd_words", "unit", "windows_words"]


def unit(text: str) -> dict[str, list[str]]:
    """The settings of a systemd unit by name, as systemd.syntax(7) has it: a key may stand more than once."""
    found: dict[str, list[str]] = {}
    for line in text.split("\n"):
        assert not line.endswith("\\"), "a backslash at the end of a line goes on in the next one"
        key, equals, value = line.partition("=")
        if equals and not line.startswith(("#", ";")):
            found.setdefault(key, []).append(value)
    return found


def systemd_words(text: str) -> list[str]:
    """The command that an ExecStart starts, where no variable is set."""
    program, *words = _systemd_words(text)
    assert program.startswith("/")
    assert not set(program) & set("\"'\\"), "systemd refuses this as the name of a program"
    return [program, *(re.sub(r"\$(\$|\w+|\{\w+\})", lambda m: "$" if m[1] == "$" else "", word) for word in words)]


def systemd_environment(settings: dict[str, list[str]]) -> dict[str, str]:
    """The variables that a unit sets."""
    words = [word for value in settings.get("Environment", ()) for word in _systemd_words(value)]
    return dict(word.split("=", 1) for word in words)


def _systemd_words(text: str) -> list[str]:
    """Words in double quotes with C escapes, and `%` specifiers, of which only `%%` may stand here."""
    words = []
    for quoted in re.findall(r'\s*("(?:[^"\\]|\\.)*")', text):
        word = re.sub(r"\\(.)", lambda m: {"\\": "\\", '"': '"'}[m[1]], quoted[1:-1])
        assert not re.search(r"(?<!%)(%%)*%(?!%)", word), "a specifier"
        words.append(word.replace("%%", "%"))
    assert re.fullmatch(r'(\s*"(?:[^"\\]|\\.)*")*', text), "something stands outside of the quotes"
    return words


def desktop_words(text: str) -> list[str]:
    """The command of a .desktop file: the escapes of strings, then field codes, then quotes as a shell reads them."""
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#",), strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    entry = parser["Desktop Entry"]
    assert entry["Type"] == "Application"
    escapes = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
    line = re.sub(r"\\(.)", lambda m: escapes[m[1]], entry["Exec"])
    assert not re.search(r"(?<!%)(%%)*%(?!%)", line), "a field code"
    line = line.replace("%%", "%")
    done = subprocess.run(["/bin/sh", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True, env={})
    return done.stdout.decode().split("\0")[:-1]


def windows_words(line: str) -> list[str]:
    """A command line as the C runtime of Windows takes it apart."""
    words, at = [], 0
    while match := re.compile(r"[ \t]*(?=[^ \t])").match(line, at):
        word, quoted, at = "", False, match.end()
        while at < len(line) and (quoted or line[at] not in " \t"):
            slashes = len(line[at:]) - len(line[at:].lstrip("\\"))
            at += slashes
            if line[at : at + 1] == '"':
                word += "\\" * (slashes // 2)
                if slashes % 2:
                    word += '"'
                else:
                    quoted = not quoted
                at += 1
            else:
                word += "\\" * slashes
                if not slashes:
                    word, at = word + line[at], at + 1
        words.append(word)
    return words
