import logging
import struct
import sys
import threading
from pathlib import Path

import pygame
import pytest

from kiosk.core.signals import Volume
from kiosk.display.speaker import ACTIVE_HERTZ, LOUDNESS, RATE, Speaker, has_sound, square_wave
from kiosk.runtime.supervision import Supervisor
from tests.sound import needs_mixer


def rising(wave: bytes) -> int:
    """How often the wave, looped, goes from low to high."""
    samples = [value for (value,) in struct.iter_unpack("<h", wave)]
    return sum(a < 0 < b for a, b in zip(samples, samples[1:] + samples[:1], strict=True))


@pytest.mark.parametrize("hertz", [523, 587, 659, 698, 784, 1047])
def test_a_tone_is_in_tune_and_loops_without_a_click(hertz: int) -> None:
    wave = square_wave(hertz, 0.1)
    seconds = len(wave) / 2 / RATE
    assert rising(wave) / seconds == pytest.approx(hertz, rel=0.001)
    assert seconds == pytest.approx(0.1, abs=0.01)
    assert {value for (value,) in struct.iter_unpack("<h", wave)} == {3277, -3277}


def test_an_active_buzzers_on_is_its_own_tone() -> None:
    assert square_wave(1, 0.1) == square_wave(ACTIVE_HERTZ, 0.1)


def test_louder_is_louder() -> None:
    heights = [LOUDNESS[volume] for volume in (Volume.OFF, Volume.LOW, Volume.MEDIUM, Volume.HIGH)]
    assert heights == sorted(set(heights))
    assert heights[0] == 0.0


@pytest.mark.parametrize(
    ("cards", "environ", "expected"),
    [
        (" 0 [PCH            ]: HDA-Intel", {}, True),
        ("--- no soundcards ---", {}, False),
        (None, {}, False),
        (None, {"SDL_AUDIODRIVER": "dummy"}, True),
        (None, {"XDG_RUNTIME_DIR": "{root}/run"}, True),
        ("--- no soundcards ---", {"XDG_RUNTIME_DIR": "{root}/elsewhere"}, False),
        (None, {"XDG_RUNTIME_DIR": "{root}/" + "may not be looked at" * 20}, False),
    ],
)
def test_whether_there_is_sound(
    cards: str | None, environ: dict[str, str], expected: bool, tmp_path: Path
) -> None:
    (tmp_path / "proc/asound").mkdir(parents=True)
    (tmp_path / "run/pulse").mkdir(parents=True)
    (tmp_path / "run/pulse/native").touch()
    if cards is not None:
        (tmp_path / "proc/asound/cards").write_text(cards)
    environ = {name: value.format(root=tmp_path) for name, value in environ.items()}
    assert has_sound(tmp_path, environ) is expected


class Recorder:
    """Stands in for a sound of the mixer and remembers what is played, in order."""

    def __init__(self, played: list[str], name: str, done: threading.Event) -> None:
        self.played, self.name, self.done = played, name, done

    def play(self, *, loops: int) -> None:
        assert loops == -1
        self.played.append(f"play {self.name}")

    def stop(self) -> None:
        self.played.append(f"stop {self.name}")
        self.done.set()


@needs_mixer
def test_one_tone_at_a_time_and_each_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[str] = []
    made: list[bytes] = []
    done = threading.Event()

    def sound(buffer: bytes) -> Recorder:
        made.append(buffer)
        return Recorder(played, str(rising(buffer)), done)

    monkeypatch.setattr(pygame.mixer, "Sound", sound)
    speaker = Speaker(Supervisor())
    speaker.open()
    for hertz, volume in [
        (523, Volume.LOW),
        (523, Volume.LOW),
        (784, Volume.LOW),
        (0, Volume.LOW),
        (0, Volume.OFF),
        (784, Volume.OFF),
        (523, Volume.LOW),
        (0, Volume.LOW),
    ]:
        speaker.tone(hertz, volume)
    speaker.close()
    assert done.is_set()
    assert played == ["play 52", "stop 52", "play 78", "stop 78", "play 52", "stop 52"]
    assert len(made) == 2
    assert pygame.mixer.get_init() is None


@needs_mixer
def test_a_card_that_can_not_be_opened_is_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    speaker = Speaker(Supervisor())
    speaker.open()
    speaker.tone(523, Volume.LOW)
    speaker.close()
    assert pygame.mixer.get_init() is None


def test_without_the_sound_library_it_is_silent_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "pygame.mixer", None)
    speaker = Speaker(Supervisor())
    with caplog.at_level(logging.WARNING):
        speaker.open()
        speaker.tone(523, Volume.LOW)
        speaker.close()
    (told,) = caplog.messages
    assert told.startswith("The simulator is silent: pygame's mixer cannot be loaded (")
    assert told.endswith("). Run sudo apt install libglib2.0-0.")


def test_without_a_card_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.display.speaker.has_sound", lambda: False)
    before = threading.active_count()
    speaker = Speaker(Supervisor())
    speaker.open()
    speaker.tone(523, Volume.LOW)
    assert threading.active_count() == before
    speaker.close()
