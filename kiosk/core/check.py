"""The parts are tried one by one on the screen: press the button, see the lamp, hear the buzzer, dip the
probe, tap two dots. For someone without a keyboard; with one, ``cramp-kiosk doctor`` says more."""

import msgspec

from kiosk.core.calibration import TOUCHES, Point, judged, near, text
from kiosk.core.events import ChangeSetting, ReadEveryProbe, ReadWater, Touched, WaterRead
from kiosk.core.pages import Calibration, Check, Dip, Page, ProbeOffset, Settings, WarmWater
from kiosk.core.probes import heard, warmed
from kiosk.core.signals import LAMP, SILENT, Pattern, Signal, Volume, loudness, tune
from kiosk.core.state import Sound, State
from kiosk.core.technique import SECOND, Ms
from kiosk.core.transition import Transition

BUTTON, LAMP_PART, BUZZER, PROBE, TOUCH = range(5)

#: Near two corners, so that no way a panel can lie brings both taps where they belong but the right one.
DOTS: tuple[Point, ...] = ((0.1, 0.25), (0.88, 0.7))

#: The tones of hold come again so often, until someone goes on.
EVERY: Ms = 4 * SECOND

#: Where it was begun, and where it ends.
HOME = Settings(3)


def count(state: State) -> int:
    """How many there are to try: touch is one where it could be put right, too."""
    return TOUCH + 1 if state.own_touch else TOUCH


def show(t: Transition, part: int) -> None:
    """Try this part; beyond the first and the last the settings come back."""
    leave(t)
    if not 0 <= part < count(t.state):
        t.show(HOME)
        return
    if part == LAMP_PART:
        t.shine(LAMP[Signal.HOLD])
    elif part == BUZZER:
        _sound(t)
    elif part == PROBE:
        t.emit(ReadEveryProbe())
    t.show(Check(part))


def leave(t: Transition) -> None:
    """Whatever is tried comes to rest."""
    t.silence()
    if is_dipping(t.page):
        t.emit(ReadWater(on=False))


def is_dipping(page: Page) -> bool:
    """Whether the probe is read for this page."""
    if isinstance(page, Check):
        return page.part == PROBE
    return isinstance(page, Dip | WarmWater | ProbeOffset)


def _sound(t: Transition) -> None:
    """The tones of hold, as loud as the owner wants them: not at all, if that is what was chosen."""
    rules = t.state.rules
    volume = loudness(Signal.HOLD, rules.volume, quiet=t.state.quiet)
    tones = tune(Signal.HOLD, passive=rules.passive_buzzer).pieces
    played = SILENT if volume is Volume.OFF else Pattern(tones, 0, EVERY)
    t.state = msgspec.structs.replace(t.state, sound=Sound(played, t.now, volume))


def feel(t: Transition, page: Check) -> None:
    """The button came down."""
    _show(t, msgspec.structs.replace(page, felt=True))


def read(t: Transition, page: Check, event: WaterRead) -> None:
    """One reading of a probe; one that comes late says nothing to the next part.

    Where there are several and none is the water's, or one in its place, the one that is warmed in the hand
    becomes the water's. While the chosen one is there it stays so.
    """
    if page.part != PROBE:
        return
    celsius = event.outside if event.celsius is None else event.celsius
    chosen = page.kept or t.state.rules.probe
    probes = heard(page.probes, event.probe, celsius, t.now)
    names = {each.name for each in probes}
    undecided = bool(names) and (chosen not in names if chosen else len(names) > 1)
    if undecided and (warm := warmed(probes)):
        t.emit(ChangeSetting("probe", warm))
        page, chosen, undecided = msgspec.structs.replace(page, kept=warm), warm, False
    if undecided:
        page = msgspec.structs.replace(page, celsius=None, broken=False)
    elif event.probe in {"", chosen} or not chosen:
        page = msgspec.structs.replace(page, celsius=event.celsius, broken=celsius is None)
    _show(t, msgspec.structs.replace(page, probes=probes, undecided=undecided))


def dip(t: Transition, page: Check) -> None:
    """Hold the water's probe against two known temperatures, if it is known which one that is."""
    if not page.undecided:
        t.emit(ReadWater(on=True))
        t.show(Dip())


def _show(t: Transition, page: Check) -> None:
    t.state = msgspec.structs.replace(t.state, page=page)


def dot(page: Check) -> Point | None:
    """The dot that is to be tapped now, if touch is tried and not judged yet."""
    return DOTS[page.hit] if page.part == TOUCH and page.missed is None and page.hit < len(DOTS) else None


def back(t: Transition, page: Check) -> None:
    """A tap on Back: to the part before, or to the dots if one was missed."""
    show(t, page.part - 1 if page.missed is None else TOUCH)


def press(t: Transition, page: Check) -> None:
    """A short press: on to the next part, or to the crosses where a tap was seen elsewhere."""
    if page.missed is None:
        show(t, page.part + 1)
    else:
        t.show(Calibration())


def touch(t: Transition, event: Touched) -> None:
    """A finger was lifted; only touch and its crosses ask where."""
    page, place = t.page, (event.x, event.y)
    if isinstance(page, Calibration):
        _cross(t, (*page.touched, place), event.aspect)
    elif isinstance(page, Check) and (wanted := dot(page)) is not None:
        hit = near(place, wanted, event.aspect)
        t.show(Check(TOUCH, hit=page.hit + 1) if hit else Check(TOUCH, missed=place))


def _cross(t: Transition, touched: tuple[Point, ...], aspect: float) -> None:
    """One more cross was touched; after the proof the calibration counts, or it begins anew."""
    if len(touched) < TOUCHES:
        t.show(Calibration(touched))
        return
    found = judged(touched, t.state.rules.rotate, aspect)
    if found is None:
        t.show(Calibration(again=True))
        return
    t.emit(ChangeSetting("calibration", text(found)))
    t.show(Check(TOUCH, hit=len(DOTS)))
