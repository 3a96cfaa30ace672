"""Types of command line arguments, for argparse. Each raises ``ArgumentTypeError`` with a sentence that says
what was expected."""

import argparse
import re

from kiosk.i18n import _

#: Shortest and longest allowed side of a picture or window, in pixels: from a small panel to a 4K monitor.
_SIZES = 240, 4096


def size(text: str) -> tuple[int, int]:
    """Width and height in pixels, from text such as ``800x480``.

    Each side is 240 to 4096 pixels, and the longer one at most 3 times the shorter one.
    """
    match = re.fullmatch(r"([0-9]{3,4})x([0-9]{3,4})", text)
    if match is None:
        raise argparse.ArgumentTypeError(_('"{text}" is no size; write it as 800x480').format(text=text))
    width, height = int(match[1]), int(match[2])
    if min(width, height) < _SIZES[0] or max(width, height) > min(_SIZES[1], 3 * min(width, height)):
        raise argparse.ArgumentTypeError(
            _(
                '"{text}" is no size of a screen: sides from {low} to {high}, one at most 3 times the other'
            ).format(text=text, low=_SIZES[0], high=_SIZES[1])
        )
    return width, height


def speed(text: str) -> float:
    """Speed as a multiple of real time, 0.1 to 1000."""
    try:
        times = float(text)
    except ValueError:
        times = -1.0
    if not 0.1 <= times <= 1000:
        raise argparse.ArgumentTypeError(
            _('"{text}" is no speed from 0.1 to 1000; write 1, or 10 for ten times').format(text=text)
        )
    return times


def count(text: str) -> int:
    """A number of nights, 1 to 999,999,999."""
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise argparse.ArgumentTypeError(_('"{text}" is no number of nights').format(text=text))
    return int(text)
