"""Lamp and buzzer against the kernel's trace, edge by edge, for the first minutes of a night."""

import statistics
from collections.abc import Callable, Sequence

import pytest

from kiosk.core.pages import Guide, NextUp
from tests.device import spans
from tests.device.conftest import figure
from tests.device.rig import BUZZER, LAMP, Edge, Rig
from tests.device.twin import Twin

#: A level kept this long is no pulse: the lamp pulses at 100 Hz, the lowest tone at 523 Hz.
STEADY = {LAMP: 0.060, BUZZER: 0.025}
#: How far an edge may be off, in seconds: 99 of 100 (where there are enough to say), and each.
OFF, ENOUGH, OFF_AT_MOST = 0.005, 100, 0.030
#: Each, beside two processes that take all they can get. The goal is OFF there, too; 10.4 and 16.3 ms were
#: measured (27.3 ms without the unit's Nice=): whoever runs may finish its slice, up to a tick of 4 ms.
OFF_BESIDE_OTHERS = 0.030
#: Shorter tones are too few periods to tell their pitch, in ms.
A_TONE = 100
#: The end of a tone is its last falling edge: up to a period of the lowest before its time.
PERIOD = 1 / 523
#: From contact to lamp and tone, in seconds, the debounce included.
ANSWERED = 0.150
#: How often a night is led before it counts as late; see ``_once_of``.
TRIES = 3
#: How far a tone may be off; software pulses run up to 6 % fast here.
OFF_TUNE = 0.08


@pytest.mark.parametrize(
    ("seconds", "loaded"),
    [
        pytest.param(60, False, id="one minute"),
        pytest.param(180, False, id="three minutes"),
        pytest.param(120, True, id="two minutes, loaded"),
    ],
)
def test_the_sequence_is_led_on_time(rig: Rig, seconds: int, loaded: bool) -> None:
    """One press; after that the device leads alone, also while both processors are busy with others.

    The goal is 5 ms for 99 of 100 edges: met alone, not beside others (``OFF_BESIDE_OTHERS``).
    """
    twin = Twin()
    twin.press()
    twin.wait_until(seconds * 1000)

    def led() -> None:
        if loaded:
            rig.guest("for _ in 1 2; do sh -c 'while :; do :; done' >/dev/null 2>&1 & done")
        start = rig.press()
        rig.wait(seconds + 3)
        edges = [edge for edge in rig.edges([LAMP, BUZZER], since=start) if edge.level is not None]
        what = f"cues of {seconds} s, {'loaded' if loaded else 'idle'}"
        contact = _compare(twin, edges, start, (0, seconds * 1000), what, loaded=loaded)
        assert contact < ANSWERED, f"lamp and buzzer answered {contact * 1000:.0f} ms after the contact"

    _once_of(TRIES, rig, led)


@pytest.mark.smoke
def test_a_minute_is_led_in_order(rig: Rig) -> None:
    """Every change of the lamp, and a tone with each that has one, none else; to the millisecond is the
    matter of the other scenarios, which need a host that never takes the processor away."""
    twin = Twin()
    twin.press()
    twin.wait_until(60_000)
    start = rig.press()
    rig.wait(63)

    edges = [edge for edge in rig.edges([LAMP, BUZZER], since=start) if edge.level is not None]
    lamp = spans.of_edges([e for e in edges if e.pin == LAMP], end=start + 61, steady=STEADY[LAMP])
    lit = [(span.kind, span.start - start) for span in lamp if span.start - start <= 59.6]
    meant = [(s.kind, s.start) for s in spans.of_levels(twin.lamp.history) if s.start <= 59.5]
    assert [kind for kind, _ in lit] == [kind for kind, _ in meant], f"meant {meant}, did {lit}"
    late = [did - ought for (_, did), (_, ought) in zip(lit, meant, strict=True)]
    assert all(0 <= lag < ANSWERED for lag in late), late

    tones = [(tone.start / 1000, tone.end / 1000) for tone in twin.tones if tone.end <= 59_500]
    pulses = [e.at - start for e in edges if e.pin == BUZZER and e.level == 1 and e.at - start <= 59.6]
    stray = [at for at in pulses if not any(begin <= at <= end + ANSWERED for begin, end in tones)]
    assert tones
    assert stray == []
    silent = [begin for begin, _ in tones if not any(begin <= at < begin + ANSWERED for at in pulses)]
    assert silent == []


def _once_of(tries: int, rig: Rig, led: Callable[[], None]) -> None:
    """An idle guest's clock keeps step with ours: a host that is busy with others makes holes in tones.

    A program that is late by itself is late each time.
    """
    for left in reversed(range(tries)):
        try:
            led()
        except AssertionError as late:
            if not left:
                raise
            reason = str(late).partition("\n")[0]
            figure(f"late, and tried again: {reason:.80}")
            rig.restore("asleep")
            rig.clear_edges()
        else:
            return


def test_a_press_goes_on_and_the_lamp_breathes(rig: Rig) -> None:
    """The second press leads from "gone?" to the toe stretch, whose wiggle is a slow breath."""
    twin = Twin()
    twin.press()
    twin.wait_until(55_000)
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
    *,
    loaded: bool = False,
) -> float:
    """Every span of lamp and buzzer, its order, its kind and its moment; every tone, its pitch.

    ``start`` is the guest's time at the twin's zero. Returns the usual time from there to an edge (the
    debounce and the reaction to the press), against which each is measured.
    """
    first, last = during
    tunes = [(at, 0.5 if tone[0] else 0.0) for at, tone in twin.buzzer.history]
    late: list[tuple[float, bool]] = []
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
            (did.start - start - ought.start, ought.kind == "low" and pin == BUZZER)
            for did, ought in zip(happened, meant, strict=True)
        ]
    usual = statistics.median(lag for lag, _ in late)
    off = [0.0 if ends_tone and -PERIOD < lag - usual < 0 else abs(lag - usual) for lag, ends_tone in late]
    p50, p99 = spans.percentile(off, 50), spans.percentile(off, 99)
    figure(
        f"{what}: contact -> edge {usual * 1000:.1f} ms (debounce 20 ms); error of {len(off)} edges: "
        f"p50 {p50 * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms, most {max(off) * 1000:.2f} ms"
    )
    assert p50 < OFF
    assert p99 < OFF or len(off) < ENOUGH or loaded
    assert max(off) < (OFF_BESIDE_OTHERS if loaded else OFF_AT_MOST)

    buzzed = [edge for edge in edges if edge.pin == BUZZER]
    untuned: list[float] = []
    for tone in twin.tones:
        if first <= tone.start and tone.end <= last and tone.end - tone.start >= A_TONE:
            begin, end = (start + usual + at / 1000 for at in (tone.start, tone.end))
            heard = spans.hertz(buzzed, begin + 0.020, end)
            untuned.append(abs(heard / tone.hertz - 1))
            # beside others single tones are off (by 36 % at most); only a PWM overlay keeps their pitch
            assert loaded or heard == pytest.approx(tone.hertz, rel=OFF_TUNE), f"{tone}: {heard:.0f} Hz"
    p50, most = 100 * spans.percentile(untuned, 50), 100 * max(untuned)
    figure(f"{what}: {len(untuned)} tones, pitch off by {p50:.1f} % (p50), {most:.1f} % at most")
    assert p50 < 100 * OFF_TUNE
    return usual
