"""A representative State for every page, and the pictures of all of them on every panel and theme.

python -m tests.screen.frames PANEL FILE [FIRST LAST [ACROSS]]  one picture with the pages of one panel
"""

import os
import sys

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import msgspec
import pygame

from kiosk.config import techniques
from kiosk.core import pages
from kiosk.core.calibration import TOUCHES
from kiosk.core.check import DOTS, TOUCH
from kiosk.core.events import Fault, Tally
from kiosk.core.night import SIGN_CARDS
from kiosk.core.probes import Felt
from kiosk.core.rules import Condition, Rules, TextSize, Theme
from kiosk.core.signals import Volume
from kiosk.core.soak import Reading, Verdict, Water
from kiosk.core.state import Episode, State
from kiosk.core.technique import MINUTE, SECOND, Cue, Ms, Side
from kiosk.core.timeline import COUNT_IN, lay_out
from kiosk.screen.stage import Stage
from kiosk.screen.theme import Panel

NOW: Ms = 1_000_000

PANELS: dict[str, Panel] = {
    "480x320-3.5": Panel.of((480, 320), 3.5),
    "800x480-5": Panel.of((800, 480), 5),
    "800x480-7": Panel.of((800, 480), 7),
    "1024x600-7": Panel.of((1024, 600), 7),
    "1280x720-5": Panel.of((1280, 720), 5),
    "1280x720-7": Panel.of((1280, 720), 7),
    "480x800-5": Panel.of((480, 800), 5),
    "720x1280-7": Panel.of((720, 1280), 7),
}

SEQUENCE, _PROBLEMS = techniques.load([techniques.folders()[0]])
RULES = Rules(techniques=SEQUENCE, motion=True)
ANY = pages.Home()
ORIGIN = (0.0, 0.0)
FELT = Felt("28-3c01f0964f8f", NOW, 24.1, 24.1, 21.0)


def _state(page: pages.Page, **more: object) -> State:
    return State(**{"rules": RULES, "sequence": SEQUENCE, "page": page, **more})  # type: ignore[arg-type]


def _beat(technique: str, cue: Cue, elapsed: Ms = 1500, nth: int = 0, after_round: int = 1) -> State:
    """The ``nth`` beat with this cue, ``elapsed`` ms into it at ``NOW``."""
    number = next(i for i, t in enumerate(SEQUENCE) if t.id == technique)
    timeline = lay_out(SEQUENCE[number])
    index = [i for i, b in enumerate(timeline) if b.step.cue is cue and b.round >= after_round][nth]
    return _state(pages.Guide(number, timeline, NOW - timeline[index].start - elapsed, index))


def _count_in(technique: int) -> State:
    return _state(pages.CountIn(technique, lay_out(SEQUENCE[technique]), NOW + COUNT_IN - 1000))


_COOLING = (36.4, 37.4, 38.2, 38.8, 39.05, 39.1, 39.0, 38.85, 38.7, 38.55, 38.4)


def _water(verdict: Verdict, celsius: float | None = None, warm_for: Ms | None = None) -> Water:
    temperatures = () if celsius is None else tuple(t + celsius - _COOLING[-1] for t in _COOLING)
    count = len(temperatures)
    return Water(
        verdict, tuple(Reading(NOW - (count - i) * 20_000, t) for i, t in enumerate(temperatures)), warm_for
    )


_SOAK = next(i for i, t in enumerate(SEQUENCE) if t.soak)


def _soak(verdict: Verdict, celsius: float | None = None, warm_for: Ms | None = None) -> State:
    since = NOW if verdict is Verdict.WARM else None
    page = pages.Soak(_SOAK, 15 * MINUTE, 195 * SECOND, since)
    return _state(page, water=_water(verdict, celsius, warm_for))


def _lost(state: State) -> State:
    """The danger is not answered, and the probe fails."""
    return msgspec.structs.replace(
        state, water=msgspec.structs.replace(state.water, readings=(), latched=True, lost=True)
    )


def _cards() -> dict[str, State]:
    soaking = SEQUENCE[_SOAK].soak
    assert soaking is not None
    before = {f"card-{i}": _state(pages.Card(_SOAK, False, i)) for i in range(len(soaking.prepare))}
    return before | {f"card-after-{i}": _state(pages.Card(_SOAK, True, i)) for i in range(len(soaking.after))}


def _with(state: State, **rules: object) -> State:
    return msgspec.structs.replace(state, rules=msgspec.structs.replace(state.rules, **rules))


def _readings(celsius: float, seconds: int = 15) -> tuple[Reading, ...]:
    return tuple(Reading(NOW - (seconds - i) * SECOND, celsius) for i in range(seconds + 1))


TALLY = Tally(3, (5, 4, 6, 2, 4, 3), (0, 0, 1, 1, 4, 7, 5, 2, 1, 0), 4)

GALLERY: dict[str, State] = {
    "asleep": _state(pages.Asleep()),
    "home": _state(pages.Home()),
    "home-fault": _state(pages.Home(), faults=frozenset({Fault.NO_PROBE})),
    "more": _state(pages.More()),
    "choose": _state(pages.Choose()),
    "choose-last": _state(pages.Choose(6)),
    **{f"next-{t.id}": _state(pages.NextUp(i)) for i, t in enumerate(SEQUENCE)},
    "count-in": _count_in(0),
    "hold": _beat("hand_stretch", Cue.HOLD, after_round=2),
    "release": _beat("hand_stretch", Cue.RELEASE),
    "hold-back": _beat("toe_stretch", Cue.HOLD),
    "hold-forward": _beat("toe_stretch", Cue.HOLD, nth=1),
    "wiggle": _beat("toe_stretch", Cue.WIGGLE),
    "rub": _beat("massage", Cue.MOVE),
    "rub-between": _beat("massage", Cue.MOVE, nth=1),
    "press": _beat("massage", Cue.HOLD),
    "press-off": _beat("massage", Cue.RELEASE),
    "roll": _beat("roller", Cue.MOVE, elapsed=30_000),
    "calf": _beat("calf_stretch", Cue.HOLD, elapsed=9_000),
    "calf-off": _beat("calf_stretch", Cue.RELEASE),
    "walk": _beat("walk", Cue.MOVE, elapsed=20_000),
    "gone": _state(pages.Gone(ANY)),
    "stop-soak": _state(pages.Gone(ANY), episode=Episode(NOW, cramp=False)),
    "awake": _state(pages.Awake(ANY, NOW + MINUTE)),
    "rating": _state(pages.Rating(4, 6)),
    "rating-none": _state(pages.Rating()),
    "good-night": _state(pages.GoodNight(4, NOW)),
    "good-night-soak": _state(pages.GoodNight(None, NOW)),
    "resume": _state(pages.Resume(4, NOW)),
    **_cards(),
    "soak-waiting": _soak(Verdict.WAITING),
    "soak-dry": _soak(Verdict.DRY, 21.4),
    "soak-cold": _soak(Verdict.COLD, 32.1),
    "soak-top-up": _soak(Verdict.TOP_UP, 34.6),
    "soak-settling": _soak(Verdict.SETTLING, 37.9),
    "soak-warm": _soak(Verdict.WARM, 38.4),
    "soak-warm-for": _soak(Verdict.WARM, 38.4, 6 * MINUTE),
    "soak-hot-edge": _soak(Verdict.HOT_EDGE, 40.6),
    "soak-too-hot": _soak(Verdict.TOO_HOT, 41.8),
    "soak-danger": _soak(Verdict.DANGER, 43.6),
    "soak-danger-lost": _lost(_soak(Verdict.DANGER, 43.6)),
    "soak-rising": _soak(Verdict.RISING, 39.4),
    "soak-fault": _soak(Verdict.FAULT),
    "ten-minutes": _state(pages.TenMinutes(ANY)),
    **{f"signs-{i}": _state(pages.Signs(ANY, i)) for i in range(SIGN_CARDS)},
    "diary": _state(pages.Diary(), tally=TALLY),
    **{f"settings-{i}": _state(pages.Settings(i)) for i in range(4)},
    **{f"health-{c}": _state(pages.Health(i)) for i, c in enumerate(Condition)},
    "health-yes": _with(_state(pages.Health(0)), conditions=frozenset({Condition.NUMB}), profile_asked=True),
    "health-no": _with(_state(pages.Health(1)), profile_asked=True),
    "techniques": _state(pages.Techniques(0)),
    "techniques-off": _with(_state(pages.Techniques(4)), left_out=frozenset({"calf_stretch"})),
    **{f"about-{i}": _state(pages.About(i)) for i in range(4)},
    **{f"check-{i}": _state(pages.Check(i)) for i in range(4)},
    "check-felt": _state(pages.Check(0, felt=True)),
    "check-silent": _with(_state(pages.Check(2)), volume=Volume.OFF),
    "check-probe": _with(_state(pages.Check(3, celsius=21.4)), probe_offset=-0.5),
    "check-probe-broken": _state(pages.Check(3, broken=True)),
    "check-probe-several": _state(pages.Check(3, probes=(FELT, FELT), undecided=True)),
    "check-probe-new": _state(pages.Check(3, probes=(FELT,), undecided=True)),
    "check-probe-kept": _state(pages.Check(3, celsius=24.1, probes=(FELT, FELT), kept=FELT.name)),
    "failsafe": _state(pages.Failsafe()),
    "dip-ice": _state(pages.Dip(readings=_readings(0.4))),
    "dip-ice-wait": _state(pages.Dip(readings=_readings(3.1, 5))),
    "dip-ice-colder": _state(pages.Dip(readings=_readings(21.4))),
    "dip-ice-none": _state(pages.Dip()),
    "dip-ice-broken": _state(pages.Dip(broken=True)),
    "dip-warm-water": _state(pages.WarmWater(-0.4)),
    "dip-warm": _state(pages.Dip(-0.4, 3, _readings(37.1))),
    "dip-warm-wait": _state(pages.Dip(-0.4, 0, _readings(37.1, 5))),
    "dip-warm-colder": _state(pages.Dip(-0.4, 0, _readings(42.8))),
    "dip-warm-none": _state(pages.Dip(-0.4)),
    "dip-warm-broken": _state(pages.Dip(-0.4, broken=True)),
    "probe-offset": _state(pages.ProbeOffset(-0.4, 0.3)),
    "probe-offset-refused": _state(pages.ProbeOffset(-2.1, -1.4)),
    **{f"check-touch-{i}": _state(pages.Check(TOUCH, hit=i), own_touch=True) for i in range(len(DOTS))},
    "check-touch-works": _state(pages.Check(TOUCH, hit=len(DOTS)), own_touch=True),
    "check-touch-missed": _state(pages.Check(TOUCH, missed=(0.93, 0.2)), own_touch=True),
    **{f"crosses-{i}": _state(pages.Calibration((ORIGIN,) * i), own_touch=True) for i in range(TOUCHES)},
    "crosses-again": _state(pages.Calibration(again=True), own_touch=True),
}


def in_look(
    state: State, theme: Theme = Theme.NIGHT, text_size: TextSize = TextSize.NORMAL, side: Side = Side.LEFT
) -> State:
    """The same State for an owner who chose this theme, text size and foot."""
    return _with(state, theme=theme, text_size=text_size, side=side)


def with_faults(state: State, *faults: Fault) -> State:
    """The same State with these faults."""
    return msgspec.structs.replace(state, faults=frozenset(faults))


def draw(state: State, panel: Panel) -> tuple[pygame.Surface, Stage]:
    """The whole frame of a State at ``NOW``, and the stage that drew it."""
    surface = pygame.Surface(panel.size)
    stage = Stage(panel)
    stage.draw(surface, state, NOW)
    return surface, stage


def sheet(
    panel: Panel, names: list[str], across: int = 4, width: int = 480, **look: object
) -> pygame.Surface:
    """All frames of one panel in one picture."""
    w, h = width, round(width * panel.size[1] / panel.size[0])
    rows = -(-len(names) // across)
    whole = pygame.Surface((across * (w + 8), rows * (h + 8)))
    whole.fill((60, 56, 50))
    for i, name in enumerate(names):
        surface, _ = draw(in_look(GALLERY[name], **look), panel)  # type: ignore[arg-type]
        small = pygame.transform.smoothscale(surface, (w, h)) if w < panel.size[0] else surface
        whole.blit(small, (i % across * (w + 8) + 4, i // across * (h + 8) + 4))
    return whole


if __name__ == "__main__":
    pygame.font.init()
    panel = PANELS[sys.argv[1]]
    names = list(GALLERY)[int(sys.argv[3]) : int(sys.argv[4])] if len(sys.argv) > 3 else list(GALLERY)
    pygame.image.save(sheet(panel, names, int(sys.argv[5]) if len(sys.argv) > 5 else 4), sys.argv[2])
