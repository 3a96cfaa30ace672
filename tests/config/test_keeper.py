"""Settings while the kiosk runs: a fault that passes leaves nothing behind, and is over when it is over."""

import os
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import pytest

from kiosk.config.keeper import Keeper
from kiosk.config.settings import Health, Settings, SettingsError, find
from kiosk.core.clock import SimulatedClock
from kiosk.core.rules import Condition, Glow
from kiosk.core.signals import Volume
from kiosk.core.technique import MINUTE

ALL = tuple(Condition)
BROKEN = "[sound\n"


class Kiosk:
    """One that runs on ``etc``, this machine's file, and ``own``, the user's."""

    def __init__(self, folder: Path) -> None:
        self.etc, self.own = folder / "etc.toml", folder / "own.toml"
        self.clock = SimulatedClock()
        self.start()

    def start(self) -> None:
        """Switched on, or on again."""
        self.keeper = Keeper(find([self.etc, self.own]), self.clock.now)

    def write(self, path: Path, text: str) -> None:
        """Somebody with an editor, at a moment of its own."""
        path.write_text(text, encoding="utf-8")
        os.utime(path, ns=(self.clock.now(), self.clock.now()))
        self.clock.move_to(self.clock.now() + 1)

    def tap(self, key: str, value: str = "", techniques: Sequence[str] = ()) -> None:
        self.keeper.change(key, value, techniques)
        self.keeper.save()

    def answer(self, *yes: Condition) -> None:
        """All the health questions."""
        for condition in Condition:
            self.tap("condition", f"{condition}={'yes' if condition in yes else 'no'}")

    def wait(self) -> bool:
        """The main loop looks; whether there was something to do."""
        due = self.keeper.is_due()
        if due:
            self.keeper.save()
        return due

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self.keeper.in_force.health.conditions


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def test_a_passing_fault_never_becomes_a_health_profile(kiosk: Kiosk) -> None:
    """A typo in /etc, one tap on Volume, the typo repaired: nobody has eight conditions."""
    kiosk.write(kiosk.etc, BROKEN)
    kiosk.start()
    assert (kiosk.conditions, kiosk.keeper.faulty) == (ALL, True)
    kiosk.tap("volume")
    assert kiosk.own.read_text(encoding="utf-8").endswith('\n\n[sound]\nvolume = "high"\n')
    assert (kiosk.conditions, kiosk.keeper.faulty) == (ALL, True)
    kiosk.write(kiosk.etc, "[sound]\n")
    kiosk.start()
    assert (kiosk.keeper.in_force.health, kiosk.keeper.faulty) == (Health(), False)
    assert kiosk.keeper.in_force.sound.volume is Volume.HIGH


def test_the_banner_goes_when_the_fault_is_gone_and_not_before(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.etc, BROKEN)
    kiosk.start()
    kiosk.tap("glow")
    assert not kiosk.wait()
    assert kiosk.keeper.faulty
    kiosk.write(kiosk.etc, '[soak]\nminutes = 20\n[health]\nconditions = ["numb"]\nasked = true\n')
    assert kiosk.wait()
    assert not kiosk.keeper.faulty
    told = kiosk.keeper.in_force
    assert (told.soak.minutes, told.screen.glow, told.health) == (
        20,
        Glow.SOFT,
        Health(conditions=(Condition.NUMB,), asked=True),
    )


def test_while_all_is_well_nothing_is_looked_at(kiosk: Kiosk) -> None:
    with mock.patch("pathlib.Path.stat", side_effect=AssertionError("looked")):
        assert not kiosk.keeper.is_due()


def test_what_was_changed_in_between_holds_when_the_files_are_mended(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.own, BROKEN)
    kiosk.start()
    kiosk.tap("volume")
    assert kiosk.own.read_text(encoding="utf-8") == BROKEN
    kiosk.write(kiosk.own, '[sound]\nvolume = "low"\nquiet_to = "08:00"\n')
    assert kiosk.wait()
    assert kiosk.keeper.in_force.sound.quiet_to == "08:00"
    assert kiosk.keeper.in_force.sound.volume is Volume.HIGH
    kiosk.clock.move_to(kiosk.clock.now() + MINUTE)
    kiosk.wait()
    assert not kiosk.keeper.faulty
    assert find([kiosk.own]).settings == kiosk.keeper.in_force


def test_one_mistake_of_two_is_mended(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.etc, "[sound]\nvolum = 3\n")
    kiosk.write(kiosk.own, '[health]\nconditions = ["numbb"]\n')
    kiosk.start()
    kiosk.write(kiosk.own, '[health]\nconditions = ["numb"]\n')
    assert kiosk.wait()
    assert (kiosk.conditions, kiosk.keeper.faulty) == ((Condition.NUMB,), True)
    kiosk.write(kiosk.etc, "[sound]\n")
    assert kiosk.wait()
    assert not kiosk.keeper.faulty


def test_while_the_answers_are_in_doubt_the_night_stays_careful(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.etc, BROKEN)
    kiosk.start()
    kiosk.write(kiosk.etc, "[sound]]\n")
    assert kiosk.wait()
    assert (kiosk.conditions, kiosk.keeper.faulty) == (ALL, True)


def test_answered_health_questions_are_written_as_answers(kiosk: Kiosk) -> None:
    kiosk.answer(Condition.NUMB, Condition.WOUND)
    answered = Health(conditions=(Condition.NUMB, Condition.WOUND), asked=True)
    assert find([kiosk.own]).settings == Settings(health=answered)
    kiosk.tap("condition", "wound=no")
    assert find([kiosk.own]).settings.health == Health(conditions=(Condition.NUMB,), asked=True)


def test_answers_settle_what_the_files_leave_in_doubt_once_all_are_given(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.etc, BROKEN)
    kiosk.start()
    *most, last = Condition
    for condition in most:
        kiosk.tap("condition", f"{condition}={'yes' if condition is Condition.NUMB else 'no'}")
        assert kiosk.conditions == ALL
    assert not kiosk.own.exists()
    kiosk.tap("condition", f"{last}=no")
    answered = Health(conditions=(Condition.NUMB,), asked=True)
    assert (kiosk.keeper.in_force.health, kiosk.keeper.faulty) == (answered, True)
    kiosk.start()
    assert kiosk.keeper.in_force.health == answered


def test_a_few_answers_are_forgotten_at_the_next_start(kiosk: Kiosk) -> None:
    """Written alone, they would look like a complete set of answers."""
    kiosk.write(kiosk.own, '[health]\nconditions = ["numbb"]\n')
    kiosk.start()
    kiosk.tap("condition", "numb=no")
    kiosk.tap("volume")
    kiosk.start()
    assert kiosk.conditions == ALL
    kiosk.answer()
    assert (kiosk.keeper.in_force.health, kiosk.keeper.faulty) == (Health(asked=True), False)


def test_without_a_keyboard_a_torn_file_is_begun_anew_by_answering(kiosk: Kiosk) -> None:
    kiosk.own.write_bytes(b"\0" * 300)
    kiosk.start()
    kiosk.tap("volume")
    kiosk.answer(Condition.CLOT)
    assert not kiosk.keeper.faulty
    assert kiosk.own.with_name("own.toml.old").read_bytes() == b"\0" * 300
    kiosk.start()
    assert kiosk.keeper.in_force.sound.volume is Volume.HIGH
    assert kiosk.keeper.in_force.health == Health(conditions=(Condition.CLOT,), asked=True)


def test_a_file_torn_while_it_runs_is_said_at_the_next_change(kiosk: Kiosk) -> None:
    kiosk.answer(Condition.NUMB)
    kiosk.write(kiosk.own, BROKEN)
    assert not kiosk.keeper.faulty
    kiosk.tap("volume")
    assert (kiosk.conditions, kiosk.keeper.faulty) == ((Condition.NUMB,), True)
    kiosk.tap("condition", "wound=yes")
    assert kiosk.own.read_text(encoding="utf-8") == BROKEN


def test_what_finds_no_room_is_tried_again_after_a_minute(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    with mock.patch("os.fsync", side_effect=OSError(28, "No space left on device")):
        kiosk.tap("volume")
        kiosk.tap("glow")
        assert kiosk.keeper.faulty
        kiosk.clock.move_to(MINUTE - 1)
        assert not kiosk.wait()
        kiosk.clock.move_to(MINUTE)
        assert kiosk.wait()
    assert caplog.messages == [f"{kiosk.own} cannot be written: No space left on device."]
    kiosk.clock.move_to(2 * MINUTE)
    assert kiosk.wait()
    assert not kiosk.keeper.faulty
    assert find([kiosk.own]).settings == kiosk.keeper.in_force
    assert kiosk.keeper.in_force.sound.volume is Volume.HIGH


def test_a_tap_while_the_card_is_written_is_written_next(kiosk: Kiosk) -> None:
    synced = os.fsync

    def tapped(handle: int) -> None:
        if kiosk.keeper.in_force.sound.volume is Volume.HIGH:
            kiosk.keeper.change("volume", "off", [])
        synced(handle)

    with mock.patch("os.fsync", tapped):
        kiosk.tap("volume")
        assert find([kiosk.own]).settings.sound.volume is Volume.HIGH
        kiosk.keeper.save()
    assert find([kiosk.own]).settings.sound.volume is Volume.OFF


def test_new_mistakes_are_logged_once(kiosk: Kiosk, caplog: pytest.LogCaptureFixture) -> None:
    kiosk.write(kiosk.etc, "[sound]\nvolum = 3\n")
    for _tap in range(3):
        kiosk.tap("glow")
    assert caplog.messages == [f"{kiosk.etc}: sound.volum is not known; did you mean volume?"]


def test_a_change_that_cannot_be_changes_nothing(kiosk: Kiosk) -> None:
    with pytest.raises(SettingsError, match="levity is not known"):
        kiosk.tap("levity")
    assert kiosk.keeper.in_force == Settings()
    assert not kiosk.own.exists()
