"""The simulator's buzzer: plays its tones through the sound card, if there is one."""

from __future__ import annotations

import logging
import os
import queue
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

from kiosk.core.signals import Volume
from kiosk.core.threads import Watched, Watcher
from kiosk.files import is_there
from kiosk.i18n import _

log = logging.getLogger(__name__)

RATE = 44_100
"""samples per second"""
ACTIVE_HERTZ = 2_400
"""tone of an active buzzer, which is only switched on (as 1 Hz) or off"""
LOUDNESS: dict[Volume, float] = {
    Volume.OFF: 0.0,
    Volume.LOW: 0.04,
    Volume.MEDIUM: 0.10,
    Volume.HIGH: 0.25,
}
"""amplitude of the square wave as a share of full scale; low, because a square wave sounds harsh"""
_LOWEST = 20
_LENGTH = 0.1


def square_wave(hertz: int, height: float) -> bytes:
    """About 0.1 s of a square wave, 16 bit mono, in whole periods, so that it can be looped.

    ``height`` is the amplitude, 0.0 to 1.0. Below 20 Hz the tone is ``ACTIVE_HERTZ``.
    """
    hertz = hertz if hertz >= _LOWEST else ACTIVE_HERTZ
    periods = max(1, round(hertz * _LENGTH))
    samples = round(RATE * periods / hertz)
    top = round(32767 * height)
    return b"".join(
        struct.pack("<h", top if 2 * periods * i // samples % 2 == 0 else -top) for i in range(samples)
    )


def has_sound(root: Path = Path("/"), environ: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a sound server or sound card. Checked before SDL's mixer is loaded: without one, its
    libraries print many errors and may wait for a server."""
    if "SDL_AUDIODRIVER" in environ or not sys.platform.startswith("linux"):
        return True
    runtime = Path(environ.get("XDG_RUNTIME_DIR", "/nowhere"))
    if any(is_there(runtime / socket) for socket in ("pulse/native", "pipewire-0")):
        return True
    cards = root / "proc" / "asound" / "cards"
    try:
        return "[" in cards.read_text()
    except OSError:
        return False


class Speaker:
    """Plays one tone at a time, on a thread of its own, as opening the sound card may take seconds.

    Without a sound card it stays silent; if the library cannot be loaded, that is logged. ``supervisor`` runs
    the thread.
    """

    def __init__(self, supervisor: Watcher) -> None:
        self._supervisor = supervisor
        self._wanted: queue.SimpleQueue[tuple[int, Volume] | None] = queue.SimpleQueue()
        self._now = (0, Volume.OFF)
        self._thread: Watched | None = None

    def open(self) -> None:
        """Start the thread. Does not wait for the sound card."""
        if has_sound():
            self._thread = self._supervisor.start("speaker", self._run)

    def close(self) -> None:
        """Stop the sound and the thread; waits at most a second for a sound card that hangs."""
        if self._thread is not None:
            self._thread.retire()
            self._wanted.put(None)
            self._thread.join(timeout=1)
            self._thread = None

    def tone(self, hertz: int, volume: Volume) -> None:
        """Play this tone until the next call; 0 Hz or ``Volume.OFF`` is silence. Never blocks."""
        wanted = (hertz, volume) if hertz and volume is not Volume.OFF else (0, Volume.OFF)
        if wanted != self._now:
            self._now = wanted
            if self._thread is not None:
                self._wanted.put(wanted)

    def _run(self) -> None:
        try:
            import pygame.mixer  # noqa: PLC0415 - loaded only if there is a sound card
        except ImportError as error:  # pygame on PyPI includes SDL's mixer, but not the glib that it needs
            sentence = _(
                "The simulator is silent: pygame's mixer cannot be loaded ({error}). "
                "Run sudo apt install libglib2.0-0."
            )
            log.warning("%s", sentence.format(error=error))
            return
        try:
            pygame.mixer.init(frequency=RATE, size=-16, channels=1, buffer=512)
        except pygame.error:
            return
        try:
            sounds: dict[tuple[int, Volume], pygame.mixer.Sound] = {}
            playing: pygame.mixer.Sound | None = None
            while (wanted := self._wanted.get()) is not None:
                if playing is not None:
                    playing.stop()
                    playing = None
                hertz, volume = wanted
                if hertz:
                    if wanted not in sounds:
                        sounds[wanted] = pygame.mixer.Sound(buffer=square_wave(hertz, LOUDNESS[volume]))
                    playing = sounds[wanted]
                    playing.play(loops=-1)
        finally:
            pygame.mixer.quit()  # so that no tone goes on after an error
