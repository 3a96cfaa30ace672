"""Asleep: black, or the time where the owner wants it."""

from kiosk.core.pages import Asleep
from kiosk.core.technique import MINUTE, Ms
from kiosk.screen import parts
from kiosk.screen.drawers import draws
from kiosk.screen.scene import Scene


@draws(Asleep)
def asleep(scene: Scene, _page: Asleep) -> None:
    """Nothing at all, so that nothing is lit and nothing is due."""


def clock(scene: Scene, text: str, changes_in: Ms) -> None:
    """The time of day, faint, in another place every minute so that no panel keeps its picture."""
    minute = scene.now // MINUTE
    reach = scene.look.px(4)
    x = scene.box.cx + (minute * 7 % 5 - 2) * reach // 2
    y = scene.box.cy + (minute * 3 % 5 - 2) * reach // 2
    parts.write(scene, text, "body", x, y, align="centre", colour="faint", bold=False)
    scene.wake(scene.now + changes_in)
