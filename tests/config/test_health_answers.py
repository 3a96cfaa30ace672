"""What somebody said about their health, on the screen or in a file: no yes is lost, none is overlooked."""

from pathlib import Path
from unittest import mock

import msgspec
import pytest

from kiosk.config.settings import Health, find
from kiosk.core.rules import Condition
from kiosk.core.technique import MINUTE
from tests.config.test_forbidden_files import forbid
from tests.config.test_keeper import ALL, BROKEN, Kiosk
from tests.config.test_settings import WARM

CLOT, NUMB, RAYNAUD, WOUND = Condition.CLOT, Condition.NUMB, Condition.RAYNAUD, Condition.WOUND
NONE = "[health]\nconditions = []\nasked = true\n"
BOTH = '[health]\nconditions = ["numb", "clot"]\nasked = true\n'


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


def told(kiosk: Kiosk) -> Health:
    """What the user's own file says."""
    return find([kiosk.own]).settings.health


# --- said on the screen while the files are wrong


def test_a_yes_that_was_said_before_the_file_was_mended_is_kept(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.own, f"{NONE}[sound\n")
    kiosk.start()
    for condition in (each for each in Condition if each is not Condition.UNSTEADY):
        kiosk.tap("condition", f"{condition}={'yes' if condition is CLOT else 'no'}")
        assert kiosk.conditions == ALL
    kiosk.write(kiosk.own, f"{NONE}[sound]\n")
    assert kiosk.wait()
    answered = Health(conditions=(CLOT,), asked=True)
    assert kiosk.keeper.in_force.health == told(kiosk) == answered
    assert not kiosk.keeper.faulty
    kiosk.start()
    assert kiosk.keeper.in_force.health == answered


def test_a_no_takes_nothing_out_of_a_file_that_nobody_could_read_when_it_was_said(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.own, f"{BOTH}[sound\n")
    kiosk.start()
    kiosk.tap("condition", "numb=no")
    kiosk.tap("condition", "raynaud=yes")
    kiosk.write(kiosk.own, BOTH)
    assert kiosk.wait()
    assert told(kiosk).conditions == kiosk.conditions == (NUMB, RAYNAUD, CLOT)


def test_not_even_while_another_file_is_broken_by_then(kiosk: Kiosk) -> None:
    """The own file is mended while somebody mistypes in this machine's: each yes is added to it at once."""
    kiosk.write(kiosk.own, f"{BOTH}[sound\n")
    kiosk.start()
    for answer in ("numb=no", "clot=no", "wound=yes"):
        kiosk.tap("condition", answer)
    kiosk.write(kiosk.etc, "[soak]\nminutes 15\n")
    kiosk.write(kiosk.own, BOTH)
    assert kiosk.wait()
    assert told(kiosk).conditions == (NUMB, WOUND, CLOT)
    assert (kiosk.conditions, kiosk.keeper.faulty) == (ALL, True)
    kiosk.tap("condition", "clot=no")  # still nobody sees what is in force
    kiosk.write(kiosk.etc, "[soak]\nminutes = 15\n")
    assert kiosk.wait()
    assert told(kiosk).conditions == kiosk.conditions == (NUMB, WOUND, CLOT)
    assert not kiosk.keeper.faulty


@pytest.mark.parametrize("meanwhile", ["[sound]\n", "[sound\n"], ids=["alone", "with this machine's broken"])
def test_nor_out_of_one_that_broke_while_it_ran(kiosk: Kiosk, meanwhile: str) -> None:
    """What somebody writes by hand is newer than a no that was said before."""
    kiosk.write(kiosk.own, BOTH)
    kiosk.start()
    kiosk.write(kiosk.own, f"{BOTH}[sound\n")
    kiosk.tap("condition", "numb=no")
    kiosk.tap("condition", "wound=yes")
    assert set(kiosk.conditions) == {WOUND, CLOT}
    kiosk.write(kiosk.etc, meanwhile)
    kiosk.write(kiosk.own, '[health]\nconditions = ["numb", "raynaud"]\nasked = true\n')
    assert kiosk.wait()
    assert told(kiosk).conditions == (NUMB, RAYNAUD, WOUND)
    kiosk.write(kiosk.etc, "[sound]\n")
    kiosk.wait()
    assert told(kiosk).conditions == kiosk.conditions == (NUMB, RAYNAUD, WOUND)


def test_all_answers_together_are_newer_than_what_nobody_could_read(kiosk: Kiosk) -> None:
    """They wait for room on the disk, and the file is mended meanwhile."""
    kiosk.write(kiosk.own, f"{BOTH}[sound\n")
    kiosk.start()
    with mock.patch("os.fsync", side_effect=OSError(28, "No space left on device")):
        kiosk.answer(RAYNAUD)
    assert kiosk.conditions == (RAYNAUD,)
    kiosk.write(kiosk.own, BOTH)
    assert kiosk.wait()
    assert told(kiosk).conditions == kiosk.conditions == (RAYNAUD,)


def test_a_yes_outlives_the_device_going_off_before_the_file_is_mended(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.own, f"{NONE}[sound\n")
    kiosk.start()
    for answer in ("clot=yes", "numb=yes", "numb=no", "raynaud=no"):
        kiosk.tap("condition", answer)
    waiting = kiosk.own.with_name("own.toml.yes")
    assert (waiting.read_text(encoding="utf-8"), waiting.stat().st_mode & 0o777) == ("clot\n", 0o600)
    kiosk.start()
    kiosk.tap("condition", "wound=yes")
    assert (kiosk.conditions, kiosk.keeper.faulty) == (ALL, True)
    kiosk.start()
    kiosk.write(kiosk.own, BOTH.replace("clot", "raynaud"))
    kiosk.start()  # mended while it was off, so nothing is in doubt
    assert set(kiosk.conditions) == {NUMB, RAYNAUD, WOUND, CLOT}
    assert kiosk.wait()
    assert told(kiosk) == Health(conditions=(NUMB, RAYNAUD, WOUND, CLOT), asked=True)
    assert (waiting.exists(), kiosk.keeper.faulty, kiosk.wait()) == (False, False, False)
    kiosk.tap("condition", "clot=no")
    kiosk.start()
    assert kiosk.conditions == (NUMB, RAYNAUD, WOUND)


def test_a_yes_that_waits_is_over_when_all_questions_are_answered(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.own, BROKEN)
    kiosk.start()
    kiosk.tap("condition", "unsteady=yes")
    kiosk.start()
    *most, last = Condition
    for condition in most:
        kiosk.tap("condition", f"{condition}=no")
    assert kiosk.conditions == ALL  # an answer of another day is none of these
    kiosk.tap("condition", f"{last}=no")
    assert kiosk.keeper.in_force.health == told(kiosk) == Health(asked=True)
    assert [each.name for each in sorted(kiosk.own.parent.iterdir())] == ["own.toml", "own.toml.old"]


def test_a_yes_that_finds_no_room_twice_still_waits(kiosk: Kiosk, caplog: pytest.LogCaptureFixture) -> None:
    kiosk.write(kiosk.own, f"{NONE}[sound\n")
    kiosk.start()
    with mock.patch("os.fsync", side_effect=OSError(28, "No space left on device")):
        kiosk.tap("condition", "clot=yes")
        assert caplog.messages[-1] == f"{kiosk.own}.yes cannot be written: No space left on device."
        kiosk.write(kiosk.own, NONE)
        assert kiosk.wait()
        kiosk.write(kiosk.own, BOTH.replace("clot", "raynaud"))
        kiosk.wait()
        assert kiosk.conditions == (NUMB, RAYNAUD, CLOT)
    kiosk.clock.move_to(kiosk.clock.now() + MINUTE)
    assert kiosk.wait()
    assert told(kiosk).conditions == (NUMB, RAYNAUD, CLOT)
    assert not kiosk.keeper.faulty


def test_what_nobody_says_in_the_file_of_those_that_wait_is_no_answer(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = kiosk.own.with_name("own.toml.yes")
    waiting.write_bytes(b"\xff\0 health clott\n")
    kiosk.start()
    assert (kiosk.conditions, kiosk.wait()) == ((), False)
    waiting.unlink()
    waiting.mkdir()
    kiosk.start()
    assert caplog.messages == [f"{waiting} cannot be read: Is a directory."]
    assert kiosk.conditions == ()


def test_an_answer_that_waits_for_a_file_this_user_may_not_read_is_said_and_kept(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of another user is no mistake; an answer that is not written is."""
    kiosk.write(kiosk.etc, BOTH)
    with monkeypatch.context() as patch:
        forbid(patch, kiosk.etc)
        kiosk.start()
        assert (kiosk.conditions, kiosk.keeper.faulty) == (ALL, False)
        kiosk.tap("volume")
        assert not kiosk.keeper.faulty
        kiosk.tap("condition", "raynaud=yes")
        assert (kiosk.conditions, kiosk.keeper.faulty) == (ALL, True)
    kiosk.etc.chmod(0o644)
    assert kiosk.wait()
    assert told(kiosk).conditions == kiosk.conditions == (NUMB, RAYNAUD, CLOT)
    assert not kiosk.keeper.faulty


def test_a_file_that_may_be_read_at_last_is_obeyed(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk.write(kiosk.etc, BOTH)
    with monkeypatch.context() as patch:
        forbid(patch, kiosk.etc)
        kiosk.start()
        assert not kiosk.wait()
    kiosk.etc.chmod(0o644)
    assert kiosk.wait()
    assert kiosk.conditions == (NUMB, CLOT)
    assert not kiosk.wait()


def test_a_few_answers_do_not_say_that_all_were_asked(kiosk: Kiosk) -> None:
    """Not even the last one."""
    kiosk.write(kiosk.own, "[sound\n")
    kiosk.start()
    kiosk.tap("condition", "unsteady=yes")
    kiosk.write(kiosk.own, "[sound]\n")
    assert kiosk.wait()
    assert kiosk.keeper.in_force.health == told(kiosk)
    assert told(kiosk) == Health(conditions=(Condition.UNSTEADY,), asked=False)


def test_a_yes_taken_back_is_none(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.own, "[sound\n")
    kiosk.start()
    kiosk.tap("condition", "numb=yes")
    kiosk.tap("condition", "numb=no")
    kiosk.write(kiosk.own, NONE)
    kiosk.wait()
    assert kiosk.conditions == ()


def test_one_answer_is_not_written_beside_others_that_nobody_can_read(kiosk: Kiosk) -> None:
    """The file breaks while the kiosk runs; alone the one answer would settle the doubt of the next start."""
    kiosk.write(kiosk.etc, BOTH)
    kiosk.start()
    kiosk.write(kiosk.etc, BOTH.replace('"clot"', '"clot'))
    kiosk.tap("condition", "raynaud=yes")
    kiosk.tap("volume")
    assert (kiosk.conditions, kiosk.keeper.faulty) == ((NUMB, RAYNAUD, CLOT), True)
    assert "health" not in kiosk.own.read_text(encoding="utf-8")
    kiosk.write(kiosk.etc, BOTH)
    assert kiosk.wait()
    assert told(kiosk).conditions == kiosk.conditions == (NUMB, RAYNAUD, CLOT)


# --- written into the file while the kiosk runs


@pytest.mark.parametrize("before", [NONE, None], ids=["a file", "no file yet"])
@pytest.mark.parametrize("first", ["volume", "condition"])
def test_a_tap_on_one_condition_leaves_answers_that_came_into_the_file(
    kiosk: Kiosk, before: str | None, first: str
) -> None:
    """Over the network, or from a disk that was late."""
    if before is not None:
        kiosk.write(kiosk.own, before)
        kiosk.start()
    kiosk.write(kiosk.own, BOTH)
    if first == "volume":
        kiosk.tap("volume")
        assert kiosk.conditions == (NUMB, CLOT)
    kiosk.tap("condition", "raynaud=yes")
    assert kiosk.keeper.in_force.health == told(kiosk)
    assert told(kiosk) == Health(conditions=(NUMB, RAYNAUD, CLOT), asked=True)
    kiosk.tap("condition", "numb=no")
    assert told(kiosk).conditions == kiosk.conditions == (RAYNAUD, CLOT)


def test_and_so_do_those_of_this_machine(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.etc, BOTH)
    kiosk.tap("condition", "raynaud=yes")
    assert told(kiosk).conditions == kiosk.conditions == (NUMB, RAYNAUD, CLOT)


def test_techniques_that_were_left_out_or_sorted_in_the_file_stay_so(kiosk: Kiosk) -> None:
    usual = ["hand_stretch", "walk", "massage"]
    kiosk.write(kiosk.own, '[night]\nleft_out = ["walk"]\ntechniques = ["massage", "mine", "walk"]\n')
    kiosk.keeper.change("technique", "massage", usual)
    kiosk.keeper.change("earlier", "walk", usual)
    kiosk.keeper.save()
    night = find([kiosk.own]).settings.night
    assert night == kiosk.keeper.in_force.night
    assert night.left_out == ("walk", "massage")
    assert night.techniques == ("walk", "massage", "mine", "hand_stretch")


def test_answers_stay_in_force_when_their_file_goes(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.own, BOTH)
    kiosk.start()
    kiosk.own.unlink()
    kiosk.tap("volume")
    assert kiosk.conditions == (NUMB, CLOT)
    kiosk.tap("condition", "raynaud=yes")
    assert told(kiosk).conditions == (NUMB, RAYNAUD, CLOT)


def test_what_comes_into_a_file_between_a_look_and_a_save_stays(kiosk: Kiosk) -> None:
    kiosk.write(kiosk.own, NONE)
    kiosk.start()
    with mock.patch.object(kiosk.keeper, "look"):
        kiosk.write(kiosk.own, BOTH)
        kiosk.tap("condition", "raynaud=yes")
    assert told(kiosk).conditions == (NUMB, RAYNAUD, CLOT)


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ('[sound]\nvolume = "numb"\n', "volume", ""),
        ("[[sound]]\nclot = true\n", "volume", ""),
        ('sound = "clot"\n', "volume", ""),
        ('me = "numb"\n[sound]\nvolume = "clot"\n', "volume", ""),
        ('[night]\nleft_out = ["walk", { health = "numb" }]\n', "technique", "walk"),
        ('[night]\ntechniques = [["numb"]]\n', "earlier", "walk"),
        ('[soak]\nprobe = "numb"\n', "probe", WARM),
        ('[soak]\nprobe_offset = "clot"\n', "probe_offset", "0.5"),
        ('[touch]\ncalibration = ["numb"]\n', "calibration", "1 0 0 0 1 0"),
        ('[sound]\nvolume = "x"\n' + "".join(f"a{number} = 1\n" for number in range(20)), "volume", ""),
    ],
)
def test_a_tap_does_not_write_over_what_may_be_an_answer(
    kiosk: Kiosk, caplog: pytest.LogCaptureFixture, text: str, key: str, value: str
) -> None:
    """In place of a value or a section: if it were overwritten, the doubt would end without an answer."""
    kiosk.write(kiosk.own, text)
    kiosk.start()
    kiosk.tap(key, value, ["stretch", "walk"])
    assert kiosk.own.read_text(encoding="utf-8") == text
    assert f"cannot be saved before this is mended. {kiosk.own}: " in caplog.messages[-1]
    assert (kiosk.conditions, kiosk.keeper.faulty) == (ALL, True)
    kiosk.start()
    assert kiosk.conditions == ALL
    kiosk.tap(key, value, ["stretch", "walk"])
    changed = kiosk.keeper.in_force
    kiosk.answer(Condition.NUMB)
    kiosk.start()
    answered = Health(conditions=(Condition.NUMB,), asked=True)
    assert kiosk.keeper.in_force == msgspec.structs.replace(changed, health=answered)
