"""News in a night: faults, the diary, settings, quiet hours."""

from kiosk.core.events import DiaryRead, Fault, FaultCleared, FaultFound, RulesChanged, Tally
from kiosk.core.pages import Asleep, NextUp, TenMinutes
from kiosk.core.rules import Rules
from kiosk.core.signals import Volume
from tests.bedside import CALF, HAND, PRESS, SOAK, Bedside, standard


def test_faults_come_and_go_and_wake_nobody():
    night = Bedside()
    night.happen(FaultFound(Fault.DISK))
    night.happen(FaultFound(Fault.NO_TOUCH))
    night.happen(FaultCleared(Fault.DISK))
    assert (night.page, night.state.faults) == (Asleep(), {Fault.NO_TOUCH})


def test_the_diary_counted_itself():
    night = Bedside()
    night.happen(DiaryRead(Tally(this_week=3)))
    assert night.state.tally == Tally(this_week=3)


def test_settings_hold_at_once_outside_a_relief():
    night = Bedside()
    night.happen(RulesChanged(Rules(techniques=(PRESS,))))
    assert night.state.sequence == (PRESS,)
    assert night.state.coming is None


def test_settings_changed_in_a_relief_wait_for_its_end():
    night = Bedside()
    night.press()
    night.happen(RulesChanged(Rules(techniques=(PRESS,))))
    night.press()
    assert night.page == NextUp(1, night.now + 6000)
    assert night.state.sequence == (HAND, PRESS, CALF, SOAK)
    night.hold()
    assert (night.state.sequence, night.state.coming) == ((PRESS,), None)
    night.press()
    night.press()
    assert night.page.timeline[0].step == PRESS.block[0].step[0]


def test_all_techniques_dropped_in_a_relief_still_lead_to_its_end():
    night = Bedside()
    night.press()
    night.happen(RulesChanged(Rules()))
    night.until(TenMinutes)
    night.hold()
    assert night.state.sequence == ()
    night.press()
    night.until(Asleep)


def test_in_quiet_hours_all_is_low():
    night = Bedside(standard(volume=Volume.HIGH))
    night.quiet_hours = True
    night.press()
    night.wait(10)
    assert {volume for _, volume in night.out.volumes} == {
        Volume.LOW, Volume.OFF,
    }  # fmt: skip
