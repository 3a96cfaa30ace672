"""The button as contacts are: bouncing, held, stuck; and how soon the device answers."""

from pathlib import Path

import pytest

from kiosk.core.events import Act, Fault
from kiosk.core.pages import CountIn, Home
from tests.device import spans
from tests.device.both import Both
from tests.device.conftest import figure
from tests.device.look import lit
from tests.device.product import UNIT
from tests.device.rig import BUTTON, BUZZER, LAMP, Rig
from tests.device.twin import Twin

#: What ``Button`` waits for the contact to come to rest, in seconds.
DEBOUNCE = 0.020
#: From one sign of life to the next, in seconds; the line itself is asked at every one, or every other.
SIGN = 2.25
#: Chatter at both ends of a press, in ms: closed, open, closed, open. Each shorter than the debounce.
CHATTER = (2, 1, 5, 2, 1, 8)


@pytest.mark.smoke
def test_a_bouncing_press_is_one_press(rig: Rig, shots: Path) -> None:
    """Two would skip the first technique."""
    both = Both(rig)
    start = rig.press(bounce=CHATTER)
    both.twin.press()
    both.wait(3.3)
    assert isinstance(both.page, CountIn)
    both.see(shots / "count-in.png")
    lit = [edge.level for edge in rig.edges([LAMP], since=start) if edge.at < start + 3]
    assert lit == [1, 0], "one blink says that relief begins"


def test_a_spike_on_the_cable_is_no_press(rig: Rig) -> None:
    """Shorter than the debounce, however often."""
    start = rig.now()
    for _ in range(10):
        rig.press(ms=8)
        rig.wait(0.3)
    assert rig.edges([LAMP, BUZZER], since=start) == []


def test_how_soon_the_lamp_answers(rig: Rig) -> None:
    """At contact where relief starts; at release where the next technique is announced: every other press."""
    answers = []
    for night in range(15):
        rig.restore("asleep")
        rig.clear_edges()
        rig.wait(0.137 * night % 1)  # at another moment each time
        asked = []
        for number in range(12):
            contact, release = rig.call("play", steps=[(0, BUTTON, 0), (0.06, BUTTON, 1)])
            if number == 0:
                asked.append(contact)
            elif number % 2:
                asked.append(release)
            rig.wait(0.6)
        lit = [edge.at for edge in rig.edges([LAMP], since=asked[0]) if edge.level == 1]
        assert len(lit) == len(asked), "one blink each, and nothing else within a count-in"
        answers += [at - edge - DEBOUNCE for at, edge in zip(lit, asked, strict=True)]
    p50, p99 = spans.percentile(answers, 50), spans.percentile(answers, 99)
    figure(
        f"button -> lamp, debounce apart: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, "
        f"most {max(answers) * 1000:.1f} ms of {len(answers)}"
    )
    assert min(answers) >= 0
    assert p99 < 0.050


def test_held_while_the_service_starts_it_begins_no_night(rig: Rig, shots: Path) -> None:
    """A short circuit at each start: nothing lights up, a banner reports it; after it, a press counts."""
    rig.guest(f"systemctl stop {UNIT}")
    rig.hold_line(BUTTON, 0)
    for _start in range(2):
        since = rig.now()
        rig.guest(f"systemctl restart {UNIT}", timeout=120)
        rig.wait_active(UNIT)
        rig.wait(5)
        assert [edge for edge in rig.edges([LAMP, BUZZER], since=since) if edge.level] == []
    assert lit(rig.screenshot(shots / "1-asleep.png")) == 0

    both = Both(rig, Twin(Fault.BUTTON_STUCK))
    both.tap()
    assert isinstance(both.page, Home)
    both.see(shots / "2-home-with-banner.png")
    both.let_go()
    both.wait(2)
    assert both.twin.faults == frozenset()
    both.see(shots / "3-home.png")
    start = both.press()
    assert rig.wait_edge(LAMP, 1, since=start) - start < 0.1


def test_an_edge_that_is_lost_asleep_costs_a_sign_of_life(rig: Rig) -> None:
    """The level changes without an interrupt: a press that lasts is still noticed."""
    rig.lose_edges(True)
    since = rig.now()
    rig.hold_line(BUTTON, 0)
    lit_at = rig.wait_edge(LAMP, 1, since=since, timeout=6)
    assert lit_at - since < 2 * SIGN + 0.1
    rig.hold_line(BUTTON, 1)
    rig.lose_edges(False)
    figure(f"an edge that was lost asleep -> lamp {lit_at - since:.2f} s")


def test_a_stuck_button_leaves_the_touchscreen(rig: Rig, shots: Path) -> None:
    """After half a minute it is reported as broken, and touch works; once released, it counts again."""
    both = Both(rig)
    both.hold()
    both.wait(40)
    assert both.twin.faults == {Fault.BUTTON_STUCK}
    for act in (Act.GONE, Act.YES, Act.SAVE, Act.ANYWHERE):
        both.tap(act)
    assert isinstance(both.page, Home)
    both.see(shots / "1-home-with-banner.png")

    both.let_go()
    both.wait(2)
    assert both.twin.faults == frozenset()
    both.see(shots / "2-home.png")
    start = both.press()
    assert rig.wait_edge(LAMP, 1, since=start) - start < 0.1
