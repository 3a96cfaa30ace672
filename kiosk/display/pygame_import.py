"""pygame without what it drags along: a quarter of a second and megabytes that nothing here needs.

Whoever draws takes ``pygame`` from here.
"""

import importlib
import sys
import warnings

#: ``pkg_resources`` (pygame asks it where its own icon is), numpy (through the array modules), and the
#: sound libraries under the mixer, which the simulator's speaker loads where it can be heard.
UNNEEDED = (
    "pkg_resources",
    "pygame.fastevent",
    "pygame.mixer",
    "pygame.mixer_music",
    "pygame.scrap",
    "pygame.sndarray",
    "pygame.surfarray",
)

#: What Debian's pygame tells everybody at import, before each command: that another build could use more of
#: the processor (avx2, sse2, neon). Nobody here can do anything about it.
BOAST = r"Your system is \w+ capable but pygame was not built with support for it"


def load_pygame() -> None:
    """Import pygame as on a machine that has none of ``UNNEEDED``; they can be imported afterwards."""
    if "pygame" in sys.modules:
        return
    masked = [name for name in UNNEEDED if name not in sys.modules]
    for name in masked:
        sys.modules[name] = None  # type: ignore[assignment]  # what the import system takes for "not there"
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", BOAST, RuntimeWarning)
            importlib.import_module("pygame")
    finally:
        for name in masked:
            del sys.modules[name]


load_pygame()

import pygame as pygame  # noqa: E402, PLC0414 - loaded above; this is where the others have it from
