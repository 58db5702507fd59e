"""HTML that cannot be broken out of: whatever is not made here is escaped."""

from __future__ import annotations

from html import escape
from typing import Self

from ..display import display

__all__ = ["Markup", "document", "element", "style", "text", "void"]

_MAKER = object()


class Markup(str):
    """HTML. Only this room makes it; every other string is text."""

    __slots__ = ()

    def __new__(cls, html: str, maker: object = None) -> Self:
        if maker is not _MAKER:
            raise TypeError("only this room makes a Markup")
        return super().__new__(cls, html)


def text(value: str) -> Markup:
    """A text, as everybody can see it: control, bidi and zero-width characters are made visible, markup is none."""
    return value if isinstance(value, Markup) else Markup(escape(display(value), quote=True), _MAKER)


def element(name: str, /, *children: str, **attributes: str | bool) -> Markup:
    """An element. `class_` is `class`, `aria_label` is `aria-label`; False leaves an attribute out."""
    inner = "".join(map(text, children))
    return Markup(f"<{name}{_attributes(attributes)}>{inner}</{name}>", _MAKER)


def void(name: str, /, **attributes: str | bool) -> Markup:
    """An element that has no end."""
    return Markup(f"<{name}{_attributes(attributes)}>", _MAKER)


def style(css: str) -> Markup:
    """Our own style sheet; it is the one text that goes in as it is."""
    if "<" in css:
        raise ValueError("a style sheet that could end its element")
    return Markup(f"<style>\n{css}</style>", _MAKER)


def document(*children: Markup) -> Markup:
    """A whole page."""
    return Markup("<!doctype html>\n" + "".join(children) + "\n", _MAKER)


def _attributes(attributes: dict[str, str | bool]) -> str:
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return "".join(
        f" {name}" if value is True else f' {name}="{text(value)}"'
        for name, value in named.items()
        if value is not False
    )
