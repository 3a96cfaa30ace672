"""Everything outside a relief: home, lists, diary, settings. Each page has a way back."""

import msgspec

from kiosk.core import check, twopoint
from kiosk.core.events import Act, ChangeSetting, Tapped
from kiosk.core.pages import (
    About,
    Awake,
    Calibration,
    Check,
    Choose,
    Diary,
    Dip,
    Health,
    Home,
    More,
    Page,
    ProbeOffset,
    Settings,
    Techniques,
    WarmWater,
)
from kiosk.core.relief import begin, go_on
from kiosk.core.rules import Condition
from kiosk.core.technique import Place
from kiosk.core.transition import Transition

LISTED = 3
SETTINGS_MENUS = 4
ABOUT_CARDS = 4
CONDITIONS = tuple(Condition)

#: Where these pages lead back to.
PARENT: dict[type, Page] = {
    More: Home(),
    Choose: More(),
    Diary: More(),
    Health: Settings(2),
    Techniques: Settings(2),
    About: Settings(3),
}


def act(t: Transition, tap: Tapped) -> None:
    """A tap on one of these pages; what does not apply here is ignored."""
    page = t.page
    if tap.act is Act.BACK and type(page) in PARENT:
        t.show(PARENT[type(page)])
        return
    match page:
        case Home():
            _home(t, tap.act)
        case More():
            _more(t, tap.act)
        case Choose(first):
            _choose(t, tap, first)
        case Settings(menu):
            _settings(t, tap, menu)
        case Health(index):
            _health(t, tap.act, index)
        case Techniques(index):
            _techniques(t, tap, index)
        case Check(part) if tap.act is Act.NEXT:
            check.show(t, part + 1)
        case Check() if tap.act is Act.BACK:
            check.back(t, page)
        case Check(check.PROBE) if tap.act is Act.ADJUST:
            check.dip(t, page)
        case Check(check.TOUCH) if tap.act is Act.ADJUST:
            t.show(Calibration())
        case Dip() | WarmWater() | ProbeOffset():
            twopoint.act(t, page, tap.act)
        case About(index) if tap.act is Act.NEXT:
            t.show(About((index + 1) % ABOUT_CARDS))
        case Awake(back) if tap.act is Act.YES:
            go_on(t, back)


def _home(t: Transition, tapped: Act) -> None:
    soaks = [i for i, each in enumerate(t.state.sequence) if each.place is Place.SOAK]
    if tapped is Act.START:
        begin(t)
    elif tapped is Act.SOAK and soaks:
        begin(t, soaks[0], cramp=False)
    elif tapped is Act.MORE:
        t.show(More())


def _more(t: Transition, tapped: Act) -> None:
    pages: dict[Act, Page] = {Act.CHOOSE: Choose(), Act.DIARY: Diary(), Act.SETTINGS: Settings()}
    if tapped in pages:
        t.show(pages[tapped])


def _choose(t: Transition, tap: Tapped, first: int) -> None:
    count = len(t.state.sequence)
    if tap.act is Act.PICK and 0 <= tap.number < count:
        begin(t, tap.number)
    elif tap.act is Act.NEXT:
        t.show(Choose(first + LISTED if first + LISTED < count else 0))


def _settings(t: Transition, tap: Tapped, menu: int) -> None:
    pages: dict[Act, Page] = {Act.HEALTH: Health(), Act.TECHNIQUES: Techniques(), Act.ABOUT: About()}
    if tap.act in pages:
        t.show(pages[tap.act])
    elif tap.act is Act.CHECK:
        check.show(t, check.BUTTON)
    elif tap.act is Act.CHANGE:
        t.emit(ChangeSetting(tap.key))
    elif tap.act is Act.NEXT:
        t.show(Settings((menu + 1) % SETTINGS_MENUS))
    elif tap.act is Act.BACK:
        t.show(Settings(menu - 1) if menu else More())


def _health(t: Transition, tapped: Act, index: int) -> None:
    answers = {Act.YES_CONDITION: "yes", Act.NO_CONDITION: "no"}
    if tapped not in answers:
        return
    t.emit(ChangeSetting("condition", f"{CONDITIONS[index]}={answers[tapped]}"))
    t.show(Health(index + 1) if index + 1 < len(CONDITIONS) else Settings(2))


def _techniques(t: Transition, tap: Tapped, index: int) -> None:
    techniques = t.state.rules.techniques
    if not techniques:
        return
    if tap.act is Act.CHANGE:
        t.emit(ChangeSetting(tap.key, techniques[index % len(techniques)].id))
    elif tap.act is Act.NEXT:
        t.state = msgspec.structs.replace(t.state, page=Techniques((index + 1) % len(techniques)))
