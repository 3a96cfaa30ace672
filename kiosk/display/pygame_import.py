"""Imports pygame without modules that are not needed here, which saves time and memory at the start.

All modules that draw import ``pygame`` from here. The cost is in ``kiosk.display``.
"""

import importlib
import sys
import warnings

#: ``pkg_resources`` (pygame uses it to find its icon), numpy (through the array modules), and the sound
#: libraries of the mixer, which the simulator's speaker imports later if there is a sound card.
UNNEEDED = (
    "pkg_resources",
    "pygame.fastevent",
    "pygame.mixer",
    "pygame.mixer_music",
    "pygame.scrap",
    "pygame.sndarray",
    "pygame.surfarray",
)

#: A warning of Debian's pygame at import, that another build could use avx2, sse2 or neon. It is suppressed,
#: as the user can do nothing about it.
BOAST = r"Your system is \w+ capable but pygame was not built with support for it"


def load_pygame() -> None:
    """Import pygame as if the modules in ``UNNEEDED`` were not installed; they can be imported later."""
    if "pygame" in sys.modules:
        return
    masked = [name for name in UNNEEDED if name not in sys.modules]
    for name in masked:
        sys.modules[name] = None  # type: ignore[assignment]  # makes its import raise ModuleNotFoundError
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", BOAST, RuntimeWarning)
            importlib.import_module("pygame")
    finally:
        for name in masked:
            del sys.modules[name]


load_pygame()

import pygame as pygame  # noqa: E402, PLC0414 - loaded above; other modules import it from here
