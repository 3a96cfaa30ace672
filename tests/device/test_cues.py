"""Lamp and buzzer against the kernel's trace, edge by edge, for the first minutes of a night."""

import statistics
from collections.abc import Sequence

import pytest

from kiosk.core.pages import Guide, NextUp
from tests.device import spans
from tests.device.conftest import figure
from tests.device.product import UNIT
from tests.device.rig import BUZZER, LAMP, Edge, Rig
from tests.device.twin import Twin

#: A level kept this long is no pulse: the lamp pulses at 100 Hz, the lowest tone at 523 Hz.
STEADY = {LAMP: 0.060, BUZZER: 0.025}
#: How far an edge may be off, in seconds: 99 of 100 (where there are enough to say), and each.
OFF, ENOUGH, OFF_AT_MOST = 0.005, 100, 0.015
#: Shorter tones are too few periods to tell their pitch, in ms.
A_TONE = 100
#: The end of a tone is its last falling edge: up to a period of the lowest before its time.
PERIOD = 1 / 523
#: From contact to lamp and tone, in seconds, the debounce included.
ANSWERED = 0.120
#: How far a tone may be off: a twentieth is less than a half tone.
OFF_TUNE = 0.05


def test_what_leads_runs_in_real_time_and_drawing_does_not(rig: Rig) -> None:
    """Highest priority for the pulse process, then for the conductor and the edge thread; see the unit."""
    pid = rig.show(UNIT, "MainPID")["MainPID"]
    rows = rig.guest(f"ps -L -o pid=,lwp=,cls=,rtprio=,ni= -p {pid} --ppid {pid}").splitlines()
    of = [tuple(row.split()) for row in rows]
    assert [row[2:] for row in of if row[:2] == (pid, pid)] == [("TS", "-", "-15")], "the main thread draws"
    assert [row[2:] for row in of if row[0] != pid] == [("FF", "2", "-")]
    assert sorted(row[2:] for row in of if row[0] == pid).count(("FF", "1", "-")) == 2


@pytest.mark.parametrize(
    ("seconds", "others"),
    [
        pytest.param(60, 0, id="one minute", marks=pytest.mark.smoke),
        pytest.param(300, 0, id="five minutes"),
        pytest.param(300, 2, id="five minutes, loaded"),
    ],
)
def test_the_sequence_is_led_on_time(rig: Rig, seconds: int, others: int) -> None:
    """One press; then the device leads by itself, also beside ``others`` that use all processor time."""
    twin = Twin()
    twin.press()
    twin.wait_until(seconds * 1000)
    rig.load(others or 1, idly=not others)

    start = rig.press()
    rig.wait(seconds + 3)
    edges = [edge for edge in rig.edges([LAMP, BUZZER], since=start) if edge.level is not None]
    what = f"cues of {seconds} s, {'loaded' if others else 'idle'}"
    contact = _compare(twin, edges, start, (0, seconds * 1000), what)
    assert contact < ANSWERED, f"lamp and buzzer answered {contact * 1000:.0f} ms after the contact"


def test_a_press_goes_on_and_the_lamp_breathes(rig: Rig) -> None:
    """The second press leads from "gone?" to the toe stretch, whose wiggle is a slow breath."""
    twin = Twin()
    twin.press()
    twin.wait_until(55_000)
    rig.load(1, idly=True)
    start = rig.press()
    rig.wait(55)
    again = rig.press()
    twin.wait_until(round((again - start) * 1000))
    twin.press()
    assert isinstance(twin.page, NextUp)
    since = twin.now - 80
    twin.wait_until(since + 75_000)
    assert isinstance(twin.page, Guide)
    rig.wait(78)

    edges = [edge for edge in rig.edges([LAMP, BUZZER], since=again) if edge.level is not None]
    _compare(twin, edges, again - since / 1000, (since, since + 75_000), "cues of the toe stretch")


def _compare(
    twin: Twin,
    edges: Sequence[Edge],
    start: float,
    during: tuple[int, int],
    what: str,
) -> float:
    """Every span of lamp and buzzer, its order, its kind and its moment; every tone, its pitch.

    ``start`` is the guest's time at the twin's zero. Returns the usual time from there to an edge (the
    debounce and the reaction to the press), against which each is measured.
    """
    first, last = during
    tunes = [(at, 0.5 if tone[0] else 0.0) for at, tone in twin.buzzer.history]
    late: list[tuple[float, bool, str]] = []
    for pin, history in ((LAMP, twin.lamp.history), (BUZZER, tunes)):
        meant = [span for span in spans.of_levels(history) if first / 1000 <= span.start <= last / 1000 - 0.5]
        traced = [edge for edge in edges if edge.pin == pin and edge.at - start <= last / 1000]
        # a new owner's first write puts the line low; that is no edge of the night
        happened = spans.of_edges(traced, end=start + last / 1000 + 1, steady=STEADY[pin])
        happened = [span for span in happened if span.start - start <= last / 1000 - 0.4]
        assert [span.kind for span in happened] == [span.kind for span in meant], (
            f"GPIO{pin} meant {meant}, did {[(span.start - start, span.kind) for span in happened]}"
        )
        late += [
            (
                did.start - start - ought.start,
                ought.kind == "low" and pin == BUZZER,
                f"GPIO{pin} {ought.kind} after {ought.start - first / 1000:.1f} s",
            )
            for did, ought in zip(happened, meant, strict=True)
        ]
    usual = statistics.median(lag for lag, _, _ in late)
    off = [0.0 if ends_tone and -PERIOD < lag - usual < 0 else abs(lag - usual) for lag, ends_tone, _ in late]
    p50, p99 = spans.percentile(off, 50), spans.percentile(off, 99)
    _, _, worst = late[off.index(max(off))]
    figure(
        f"{what}: contact -> edge {usual * 1000:.1f} ms (debounce 20 ms); error of {len(off)} edges: "
        f"p50 {p50 * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms, "
        f"most {max(off) * 1000:.2f} ms ({worst})"
    )
    assert p50 < OFF
    assert p99 < OFF or len(off) < ENOUGH
    assert max(off) < OFF_AT_MOST

    buzzed = [edge for edge in edges if edge.pin == BUZZER]
    untuned: list[float] = []
    for tone in twin.tones:
        if first <= tone.start and tone.end <= last and tone.end - tone.start >= A_TONE:
            begin, end = (start + usual + at / 1000 for at in (tone.start, tone.end))
            heard = spans.hertz(buzzed, begin + 0.020, end)
            untuned.append(abs(heard / tone.hertz - 1))
            assert heard == pytest.approx(tone.hertz, rel=OFF_TUNE), f"{tone}: {heard:.0f} Hz"
    p50, most = 100 * spans.percentile(untuned, 50), 100 * max(untuned)
    figure(f"{what}: {len(untuned)} tones, pitch off by {p50:.1f} % (p50), {most:.1f} % at most")
    assert p50 < 100 * OFF_TUNE
    return usual
