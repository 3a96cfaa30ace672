"""Settings: four small menus, the safety profile, the techniques, and what this device is."""

from kiosk import __version__
from kiosk.core.events import Act
from kiosk.core.pages import About, Health, Settings, Techniques
from kiosk.core.rules import Condition, Glow, TextSize, Theme
from kiosk.core.signals import Volume
from kiosk.core.technique import Side
from kiosk.i18n import N_, _
from kiosk.screen import art, parts
from kiosk.screen.drawers import draws
from kiosk.screen.layout import Box
from kiosk.screen.pages.stop import text_card
from kiosk.screen.scene import Pose, Scene

MENUS = 4

VALUES: dict[str, dict[str, str]] = {
    "glow": {Glow.DIM: N_("dim"), Glow.SOFT: N_("soft"), Glow.BRIGHT: N_("bright")},
    "volume": {
        Volume.OFF: N_("off"),
        Volume.LOW: N_("low"),
        Volume.MEDIUM: N_("medium"),
        Volume.HIGH: N_("high"),
    },
    "theme": {Theme.NIGHT: N_("night"), Theme.DAY: N_("day"), Theme.CONTRAST: N_("contrast")},
    "side": {Side.LEFT: N_("left"), Side.RIGHT: N_("right"), Side.BOTH: N_("both")},
    "text_size": {TextSize.NORMAL: N_("normal"), TextSize.LARGER: N_("larger")},
}

QUESTIONS: dict[Condition, str] = {
    Condition.NUMB: N_("Diabetes, or numb feet?"),
    Condition.CIRCULATION: N_("Poor circulation in legs?"),
    Condition.RAYNAUD: N_("Raynaud's, or cold hurts skin?"),
    Condition.THINNER: N_("Blood thinner, or fragile bones?"),
    Condition.WOUND: N_("Sore or cut on foot?"),
    Condition.CLOT: N_("Leg clot, now or recent?"),
    Condition.PREGNANT: N_("Pregnant?"),
    Condition.UNSTEADY: N_("Unsteady on your feet?"),
}

#: Fixed text: what is so, and what to do about it. With Next and Back at most eight words a card.
ABOUT: tuple[tuple[str, str], ...] = (
    (N_("Not a medical device."), N_("Version %s")),
    (N_("It can fail."), N_("Trust yourself first.")),
    (N_("Test water with your elbow."), ""),
    (N_("Ten minutes, or worried?"), N_("Get help.")),
)


@draws(Settings)
def settings(scene: Scene, page: Settings) -> None:
    """One menu: two settings, and on the right what leads on and back."""
    first, second, third, fourth = _menu_boxes(scene)
    if page.menu == 0:
        _setting(scene, first, "glow", _("Light"), "moon")
        _setting(scene, second, "volume", _("Sound"), "sound")
    elif page.menu == 1:
        _setting(scene, first, "theme", _("Colours"), "theme")
        _setting(scene, second, "side", _("Foot"), "foot")
    elif page.menu == 2:
        parts.target(scene, first, Act.TECHNIQUES, _("Techniques"), "list", short=_("Moves"))
        parts.target(scene, second, Act.HEALTH, _("Health"), "health")
    else:
        _setting(scene, first, "text_size", _("Text"), "text")
        parts.target(scene, second, Act.CHECK, _("Check parts"), "button")
    if page.menu < MENUS - 1:
        parts.target(scene, third, Act.NEXT, _("More"), "next")
    else:
        parts.target(scene, third, Act.ABOUT, _("About"), "about")
    parts.target(scene, fourth, Act.BACK, _("Back"), "back")


def _menu_boxes(scene: Scene) -> tuple[Box, Box, Box, Box]:
    look, area = scene.look, scene.box.inset(scene.look.edge)
    if look.tall:
        low = area.low(look.least(24))
        upper = area.without(low=low.h + look.gap)
        first, second = upper.column(2, look.gap)
        third, fourth = low.row(2, look.gap)
        return first, second, third, fourth
    aside = area.right_part(max(look.least(26), int(area.w * 0.3)))
    first, second = area.without(right=aside.w + look.gap).column(2, look.gap)
    third, fourth = aside.column(2, look.gap)
    return first, second, third, fourth


def _setting(scene: Scene, box: Box, key: str, label: str, icon_name: str) -> None:
    value = _(VALUES[key][getattr(scene.state.rules, key)])
    parts.target(scene, box, Act.CHANGE, label, icon_name, value=value, key=key)


@draws(Health)
def health(scene: Scene, page: Health) -> None:
    """One question of the safety profile, by day; the answer that stands is marked."""
    condition = list(Condition)[page.index]
    look, area = scene.look, scene.box.inset(scene.look.edge)
    tall = look.tall
    high = look.least(20 if look.small else 24)
    low = area.low(high * 2 + look.gap if tall else high)
    if tall:
        yes, no = low.top(high).row(2, look.gap)
        back = low.low(high)
    else:
        yes, no, back = low.row(3, look.gap)
    above = area.without(low=low.h + look.px(4))
    text = _(QUESTIONS[condition])
    mm = parts.largest(scene, above, text, (10.0, 9.0, 8.0, 7.0, 6.2, 5.6, 5.2, 5.0))
    parts.paragraph(scene, above, text, "title", align="left", mm=mm)
    held = condition in scene.state.rules.conditions
    marked = "gone"
    asked = scene.state.rules.profile_asked
    parts.target(scene, yes, Act.YES_CONDITION, _("Yes"), marked if held else "", main=held)
    parts.target(
        scene, no, Act.NO_CONDITION, _("No"), marked if asked and not held else "", main=asked and not held
    )
    parts.target(scene, back, Act.BACK, _("Back"), "back")


@draws(Techniques)
def techniques(scene: Scene, page: Techniques) -> None:
    """One technique: on or off, and its place in the order."""
    known = scene.state.rules.techniques
    about, switch, earlier, following, back = _technique_boxes(scene)
    if known:
        technique = known[page.index % len(known)]
        on, name = technique.id not in scene.state.rules.left_out, _(technique.name)
        place, text = about.top(about.h * 3 // 5), about.low(about.h * 2 // 5)
        if scene.look.small:
            text = about
        else:
            flipped = art.is_flipped(technique.art, scene.state.rules.side)
            parts.picture(scene, place, technique.art, Pose("rest", "rest"), flipped=flipped)
        mm = parts.largest(scene, text, name, (9.0, 7.0, 6.2, 5.6, 5.2))
        parts.paragraph(scene, text, name, "title", mm=mm)
        label, sign = (_("On"), "gone") if on else (_("Off"), "stop")
        parts.target(scene, switch, Act.CHANGE, label, sign, key="technique")
        parts.target(scene, earlier, Act.CHANGE, _("Earlier"), "up", short=_("Up"), key="earlier")
        parts.target(scene, following, Act.NEXT, _("Next"), "next")
    parts.target(scene, back, Act.BACK, _("Back"), "back")


def _technique_boxes(scene: Scene) -> tuple[Box, Box, Box, Box, Box]:
    """Room for the technique, then on or off, earlier, next and back."""
    look, area = scene.look, scene.box.inset(scene.look.edge)
    if look.small:
        first, second, switch, earlier, following, back = area.grid(3, 2, look.gap)
        return Box(first.x, first.y, second.right - first.x, first.h), switch, earlier, following, back
    if look.tall:
        low = area.low(look.least(22) * 2 + look.gap)
        about = area.without(low=low.h + look.px(3))
    else:
        low = area.right_part(max(2 * look.least(30) + look.gap, int(area.w * 0.54)))
        about = area.without(right=low.w + look.px(4))
    switch, earlier, following, back = low.grid(2, 2, look.gap)
    return about, switch, earlier, following, back


@draws(About)
def about(scene: Scene, page: About) -> None:
    """What this device is and is not."""
    fact, advice = (_(text) for text in ABOUT[min(page.index, len(ABOUT) - 1)])
    told = advice % __version__ if "%s" in advice else advice
    text_card(scene, fact, told, page.index, len(ABOUT), main=None)
