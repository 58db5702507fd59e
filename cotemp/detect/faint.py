"""Is it a placeholder? Dim or grey text was put there by the program; a human's own text has a normal colour."""

from __future__ import annotations

from functools import lru_cache

from .rows import Colour, Style

__all__ = ["is_alarming", "is_faint", "rgb"]

GREY_SPREAD = 48
"""How far red, green and blue may lie apart in what still counts as grey."""
GREY_RANGE = range(64, 188)
"""How bright grey text is that programs mean to be overlooked: on dark grounds and on light ones."""

_STEPS = (0, 95, 135, 175, 215, 255)


def rgb(colour: Colour) -> tuple[int, int, int] | None:
    """Red, green, blue of a colour; None for the terminal's own and for its sixteen, which each user sets."""
    if colour is None or isinstance(colour, tuple):
        return colour
    if colour < 16:
        return None
    if colour >= 232:
        grey = 8 + 10 * (colour - 232)
        return grey, grey, grey
    cube = colour - 16
    return _STEPS[cube // 36], _STEPS[cube // 6 % 6], _STEPS[cube % 6]


@lru_cache(1024)
def is_faint(style: Style) -> bool:
    """Whether text of this style is meant to be overlooked: dim, bright black, or grey."""
    if style.dim or style.fg == 8:
        return True
    colour = rgb(style.fg)
    if colour is None:
        return False
    return max(colour) - min(colour) <= GREY_SPREAD and sum(colour) // 3 in GREY_RANGE


@lru_cache(1024)
def is_alarming(style: Style) -> bool:
    """Whether text of this style is red, as programs show their own errors."""
    if style.fg in (1, 9):
        return True
    colour = rgb(style.fg)
    return colour is not None and colour[0] >= 150 and colour[0] - max(colour[1:]) >= 60
