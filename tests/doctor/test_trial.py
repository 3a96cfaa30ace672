"""``doctor --test``: the lamp for two seconds, the tones of hold and let go, and two questions."""

import pytest
from gpiozero import InputDevice

from kiosk.config.settings import Buzzer, Settings, Sound
from kiosk.devices.pins import PinsUnavailable
from kiosk.doctor.trial import try_outputs
from tests.doctor.pi import RUNNING, Pi, told


def tried(pi: Pi, *answers: bool | None) -> tuple[list[tuple[str, str, str]], list[object]]:
    """The findings, and everything printed, asked, waited for and played, in order."""
    history: list[object] = []
    waiting = list(answers)

    def ask(question: str) -> bool | None:
        history.append(question)
        return waiting.pop(0)

    def sleep(seconds: float) -> None:
        lamp, buzzer = pi.factory.pin(12), pi.factory.pin(13)
        tone = buzzer.frequency or ("beep" if buzzer.state else None)
        history.append((seconds, bool(lamp.state), tone))

    return told(try_outputs(pi.machine(), ask, history.append, sleep)), history


def test_the_lamp_lights_the_buzzer_sounds_and_someone_says_so(pi):
    findings, history = tried(pi, True, True)
    assert findings == [
        ("ok", "The lamp on GPIO12 lights.", ""),
        ("ok", "The buzzer on GPIO13 sounds.", ""),
    ]
    assert history == [
        "The lamp lights for two seconds.",
        (2.0, True, None),
        "Did the lamp light?",
        "The buzzer plays hold, then let go.",
        (0.12, False, 523),
        (0.2, False, 784),
        (0.5, False, None),
        (0.12, False, 784),
        (0.2, False, 523),
        (0.5, False, None),
        "Did the buzzer sound?",
    ]


def test_neither_worked(pi):
    assert tried(pi, False, False)[0] == [
        (
            "problem",
            "The lamp on GPIO12 does not light.",
            "Check its wires and that its long leg faces the pin.",
        ),
        (
            "problem",
            "The buzzer on GPIO13 does not sound.",
            "Check its wires, and whether sound.buzzer says which kind it is (passive or active).",
        ),
    ]


def test_an_active_buzzer_beeps_and_nobody_is_there_to_hear_it(pi):
    pi.config = Settings(sound=Sound(buzzer=Buzzer.ACTIVE))
    findings, history = tried(pi, None, None)
    assert findings == [("note", "Nobody was there to say whether it worked.", "")] * 2
    assert [each for each in history if isinstance(each, tuple)] == [
        (2.0, True, None),
        (0.32, False, "beep"),
        (0.5, False, None),
        (0.1, False, "beep"),
        (0.1, False, None),
        (0.1, False, "beep"),
        (0.5, False, None),
    ]


def test_the_service_is_not_disturbed(pi):
    pi.unit = RUNNING
    assert tried(pi) == (
        [
            (
                "note",
                "The service holds the pins, so lamp and buzzer cannot be tried here.",
                "Try them on the screen: Settings, Check parts. Or sudo systemctl stop cramp-kiosk first.",
            )
        ],
        [],
    )


@pytest.mark.parametrize("pin", [12, 13])
def test_a_pin_that_somebody_else_holds(pi, pin):
    with InputDevice(pin, pin_factory=pi.factory):
        (found,) = tried(pi, True)[0]
    assert found[:2] == ("problem", "Lamp and buzzer cannot be tried.")
    assert found[2].startswith(f"GPIO{pin} cannot be used (")


def test_a_lamp_that_cannot_be_driven(pi, monkeypatch):
    kind = type(pi.factory.pin(12))
    drive = kind._set_state

    def broken(pin: object, value: float) -> None:
        if value:
            raise OSError("line is gone")
        drive(pin, value)

    monkeypatch.setattr(kind, "_set_state", broken)
    assert tried(pi)[0] == [
        ("problem", "Lamp and buzzer cannot be tried.", "The lamp does not answer. (line is gone)")
    ]


def test_no_pins(pi):
    pi.opening = PinsUnavailable("This is not a Raspberry Pi: it has no pins to use.")
    assert tried(pi)[0] == [
        (
            "problem",
            "Lamp and buzzer cannot be tried.",
            "This is not a Raspberry Pi: it has no pins to use.",
        )
    ]
