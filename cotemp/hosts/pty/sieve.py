"""What a program writes, cut into text and whole control sequences, so that each can be judged by itself."""

from __future__ import annotations

import codecs
import re

__all__ = ["Sieve", "for_screen", "is_question"]

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    r"|[PX^_][^\x1b]*\x1b\\"  # DCS, SOS, PM, APC
    r"|[ -/]+[0-~]"
    r"|[0-OQ-WYZ\\`-~])"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)?\Z")
_CSI = re.compile(r"\x1b\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])")
_QUESTION = re.compile(
    r"\x1b\[(?:[>=?]?[0-9;]*[cn]|\?u|\??[0-9;]*\$p|>[0-9]*q|(?:14|15|16|18|19|20|21)(?:;[0-9]*)?t|[01]?x)"
    r"|\x1b\][0-9;]*;\?(?:\x07|\x1b\\)"
    r"|\x1bP[+$]q[^\x1b]*\x1b\\"
    r"|\x1bZ"
)
_LONGEST = 65536
"""Characters of one control sequence that are waited for; a longer one is dropped as far as it came."""
_C1 = dict.fromkeys(range(0x80, 0xA0))


class Sieve:
    """Remembers what is not yet whole."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def pieces(self, data: bytes) -> list[str]:
        """Texts and control sequences in their order; each begins with ESC or holds none."""
        text = self._rest + self._decoder.decode(data)
        unfinished = _UNFINISHED.search(text, max(0, text.rfind("\x1b", 0, text.rfind("\x1b"))))
        at = unfinished.start() if unfinished else len(text)
        text, self._rest = text[:at], text[at:]
        if len(self._rest) > _LONGEST:
            self._rest = ""
        found, end = [], 0
        for match in _ESCAPE.finditer(text):
            found += [text[end : match.start()], match[0]]
            end = match.end()
        found.append(text[end:])
        # An ESC that begins nothing known is dropped, and what follows it is text, as in a terminal.
        return [
            piece if piece[0] == "\x1b" and len(piece) > 1 else piece.replace("\x1b", "") for piece in found if piece
        ]


def is_question(piece: str) -> bool:
    """True for what asks the terminal something. The keeper answers; a human's terminal must not answer, too."""
    return _QUESTION.fullmatch(piece) is not None


def for_screen(piece: str) -> str:
    """`piece` as pyte understands it; empty when it would be misunderstood, or changes nothing that is seen."""
    if piece[0] != "\x1b":
        return piece.translate(_C1)
    if piece[1] == "]":
        return piece if re.match(r"\x1b\][02];", piece) else ""
    if piece[1] in "PX^_":
        return ""
    csi = _CSI.fullmatch(piece)
    if not csi:
        return piece
    private, numbers, between, final = csi.groups()
    if between or private in ("<", "=", ">") or (private and final not in "hlJK"):
        return ""
    return f"\x1b[{_semicolons(numbers)}m" if final == "m" and ":" in numbers else piece


def _semicolons(numbers: str) -> str:
    """Colours with colons (`38:2::1:2:3`) as everybody writes them; kinds of underlining become plain underlining."""
    return ";".join(filter(None, map(_one_code, numbers.split(";"))))


def _one_code(code: str) -> str:
    kind, *more = code.split(":")
    if kind not in ("38", "48"):
        return "24" if code == "4:0" else "" if kind == "58" else kind
    if more[:1] == ["2"] and len(more) > 4:  # the second is the colour space
        del more[1]
    return ";".join([kind, *(number or "0" for number in more)])
