"""Something went wrong: never a dead black screen."""

from kiosk.core.events import Act
from kiosk.core.pages import Failsafe
from kiosk.i18n import _
from kiosk.screen import parts
from kiosk.screen.drawers import draws
from kiosk.screen.parts import Passage
from kiosk.screen.scene import Scene, Target


@draws(Failsafe)
def failsafe(scene: Scene, _page: Failsafe) -> None:
    """Press to start again; the whole screen is the target."""
    look = scene.look
    area = scene.box.inset(look.edge * (1 if look.small else 2))
    side = min(look.px(20), area.h // 4)
    parts.icon(scene, area.top(side), "button")
    passages = [
        Passage(_("Something went wrong."), "title", (7.0, 6.2, 5.6, 5.2, 5.0), bold=False, colour="body"),
        Passage(_("Press to start again."), "title", (9.0, 7.0, 6.2, 5.6, 5.2)),
    ]
    parts.stack(scene, area.without(top=side + look.px(2)), passages, align="centre")
    scene.targets.append(Target(scene.box, Act.START, main=True))
