"""Everything outside a relief: home, lists, diary, settings. Each page has a way back."""

import msgspec

from kiosk.core import check, twopoint
from kiosk.core.events import Act, ChangeSetting, Tapped
from kiosk.core.pages import (
    About,
    Awake,
    Check,
    Choose,
    Crosses,
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
from kiosk.core.turn import Turn

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


def act(turn: Turn, tap: Tapped) -> None:
    """A tap on one of these pages; what does not apply here is ignored."""
    page = turn.page
    if tap.act is Act.BACK and type(page) in PARENT:
        turn.go(PARENT[type(page)])
        return
    match page:
        case Home():
            _home(turn, tap.act)
        case More():
            _more(turn, tap.act)
        case Choose(first):
            _choose(turn, tap, first)
        case Settings(menu):
            _settings(turn, tap, menu)
        case Health(index):
            _health(turn, tap.act, index)
        case Techniques(index):
            _techniques(turn, tap, index)
        case Check(part) if tap.act is Act.NEXT:
            check.show(turn, part + 1)
        case Check() if tap.act is Act.BACK:
            check.back(turn, page)
        case Check(check.PROBE) if tap.act is Act.ADJUST:
            check.dip(turn, page)
        case Check(check.TOUCH) if tap.act is Act.ADJUST:
            turn.go(Crosses())
        case Dip() | WarmWater() | ProbeOffset():
            twopoint.act(turn, page, tap.act)
        case About(index) if tap.act is Act.NEXT:
            turn.go(About((index + 1) % ABOUT_CARDS))
        case Awake(back) if tap.act is Act.YES:
            go_on(turn, back)


def _home(turn: Turn, tapped: Act) -> None:
    soaks = [i for i, t in enumerate(turn.state.sequence) if t.place is Place.SOAK]
    if tapped is Act.START:
        begin(turn)
    elif tapped is Act.SOAK and soaks:
        begin(turn, soaks[0], cramp=False)
    elif tapped is Act.MORE:
        turn.go(More())


def _more(turn: Turn, tapped: Act) -> None:
    pages: dict[Act, Page] = {Act.CHOOSE: Choose(), Act.DIARY: Diary(), Act.SETTINGS: Settings()}
    if tapped in pages:
        turn.go(pages[tapped])


def _choose(turn: Turn, tap: Tapped, first: int) -> None:
    count = len(turn.state.sequence)
    if tap.act is Act.PICK and 0 <= tap.number < count:
        begin(turn, tap.number)
    elif tap.act is Act.NEXT:
        turn.go(Choose(first + LISTED if first + LISTED < count else 0))


def _settings(turn: Turn, tap: Tapped, menu: int) -> None:
    pages: dict[Act, Page] = {Act.HEALTH: Health(), Act.TECHNIQUES: Techniques(), Act.ABOUT: About()}
    if tap.act in pages:
        turn.go(pages[tap.act])
    elif tap.act is Act.CHECK:
        check.show(turn, check.BUTTON)
    elif tap.act is Act.CHANGE:
        turn.do(ChangeSetting(tap.key))
    elif tap.act is Act.NEXT:
        turn.go(Settings((menu + 1) % SETTINGS_MENUS))
    elif tap.act is Act.BACK:
        turn.go(Settings(menu - 1) if menu else More())


def _health(turn: Turn, tapped: Act, index: int) -> None:
    answers = {Act.YES_CONDITION: "yes", Act.NO_CONDITION: "no"}
    if tapped not in answers:
        return
    turn.do(ChangeSetting("condition", f"{CONDITIONS[index]}={answers[tapped]}"))
    turn.go(Health(index + 1) if index + 1 < len(CONDITIONS) else Settings(2))


def _techniques(turn: Turn, tap: Tapped, index: int) -> None:
    techniques = turn.state.rules.techniques
    if not techniques:
        return
    if tap.act is Act.CHANGE:
        turn.do(ChangeSetting(tap.key, techniques[index % len(techniques)].id))
    elif tap.act is Act.NEXT:
        turn.state = msgspec.structs.replace(turn.state, page=Techniques((index + 1) % len(techniques)))
