"""The parts are tried one by one: what to do, or what should now be seen or heard."""

from kiosk.core.check import BUTTON, BUZZER, LAMP_PART, PARTS, PROBE
from kiosk.core.events import Act
from kiosk.core.pages import Check
from kiosk.core.signals import Volume
from kiosk.screen.pages.stop import text_card
from kiosk.screen.scene import Scene
from kiosk.words import _


def check(scene: Scene, page: Check) -> None:
    """One part. With Next and Back at most eight words."""
    text, advice = _words(scene, page)
    adjust = (Act.ADJUST, _("Adjust"), "settings", _("Set"))
    adjustable = page.part == PROBE and not page.broken
    text_card(scene, text, advice, page.part, PARTS, between=adjust if adjustable else None)


def _words(scene: Scene, page: Check) -> tuple[str, str]:
    if page.part == BUTTON:
        return (
            (_("The button works."), "")
            if page.felt
            else (_("Press the button."), _("Nothing? Check wires."))
        )
    if page.part == LAMP_PART:
        return _("Lamp on?"), _("Else check its wires.")
    if page.part == BUZZER:
        if scene.state.rules.volume is Volume.OFF:
            return _("Sound is off."), ""
        return _("Tones?"), _("Else check its wires.")
    if page.celsius is None:
        return _("Dip the probe."), _("Check its wires.") if page.broken else ""
    return _degrees(page.celsius, scene.state.rules.probe_offset), _("Dip the probe.")


def _degrees(celsius: float, offset: float) -> str:
    """The reading, and what was added to it after the owner's two-point check."""
    return f"{celsius:.1f}°" if not offset else f"{celsius:.1f}° ({offset:+.1f}°)"
