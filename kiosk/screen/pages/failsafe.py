"""Something went wrong: never a dead black screen."""

from kiosk.core.events import Act
from kiosk.core.pages import Failsafe
from kiosk.screen import parts
from kiosk.screen.scene import Scene, Target
from kiosk.words import _


def failsafe(scene: Scene, _page: Failsafe) -> None:
    """Press to start again; the whole screen is the target."""
    look, area = scene.look, scene.box.inset(scene.look.edge * 2)
    side = min(look.px(20), area.h // 4)
    parts.icon(scene, area.top(side), "button")
    rest = area.without(top=side + look.px(2))
    upper, lower = rest.column(2, 0)
    for box, text, colour in (
        (upper, _("Something went wrong."), "body"),
        (lower, _("Press to start again."), "key"),
    ):
        mm = parts.largest(scene, box, text, (7.0, 6.2, 5.6, 5.2))
        parts.paragraph(scene, box, text, "title", colour=colour, mm=mm)
    scene.targets.append(Target(scene.box, Act.START, main=True))
