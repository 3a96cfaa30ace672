"""``doctor --watch``: prints a line for each change of button, touch and probe, until Ctrl-C."""

import queue
from collections.abc import Callable
from contextlib import ExitStack

from kiosk.core.events import ButtonName, ButtonPressed, ButtonReleased, FaultCleared, FaultFound, WaterRead
from kiosk.devices.button import Button
from kiosk.devices.pins import PinsUnavailable
from kiosk.devices.probe import Probe
from kiosk.display.base import Contact
from kiosk.display.touch_devices import Find
from kiosk.display.touch_reader import TouchReader
from kiosk.doctor.buttons import SAYS
from kiosk.doctor.machine import Machine
from kiosk.i18n import _
from kiosk.runtime.clock import SystemClock, local_now
from kiosk.runtime.supervision import Supervisor

Say = Callable[[str], None]
Inbox = queue.SimpleQueue[object]

#: Contacts are reported in percent of the panel's width and height.
_PERCENT = (100, 100)

#: The fault that a button posts when it is down at the start, and the button.
_HELD = {button.stuck: button for button in ButtonName}


def clock_time() -> str:
    """The local time of day, hh:mm:ss."""
    return f"{local_now():%H:%M:%S}"


def watch(
    machine: Machine,
    say: Say,
    *,
    inbox: Inbox | None = None,
    now: Callable[[], str] = clock_time,
    find: Find | None = None,
) -> None:
    """Print each change with ``say`` until Ctrl-C (``KeyboardInterrupt``) or until ``inbox`` yields None.

    ``now`` returns the time for a line. ``find`` opens the touch panels; None: those in /dev/input.
    """
    events = queue.SimpleQueue() if inbox is None else inbox
    printed: dict[str, str] = {}
    with ExitStack() as stack:
        for sentence in _open(machine, events, stack, find):
            say(sentence)
        say(_("Press the button, touch the screen, dip the probe. Ctrl-C ends this."))
        while (event := events.get()) is not None:
            what, sentence = _describe(event)
            if printed.get(what) != sentence:
                printed[what] = sentence
                say(f"{now()}  {sentence}")


def _open(machine: Machine, events: Inbox, stack: ExitStack, find: Find | None) -> list[str]:
    """Start button, probe and touch; return a sentence for each one that cannot be used."""
    trouble, supervisor = [], Supervisor()
    if machine.service_runs:
        trouble.append(_("The service holds the button: sudo systemctl stop cramp-kiosk to see it here."))
    else:
        try:
            factory = machine.open_factory(machine.config.pins.factory)
            stack.callback(factory.close)
            for name in ButtonName:
                pin = machine.wired.of(name)
                button = Button(pin, factory, events.put, SystemClock().now, name=name)
                stack.callback(button.close)
                events.put((ButtonPressed if button.is_pressed else ButtonReleased)(name))
        except PinsUnavailable as error:
            trouble.append(str(error))
    soak = machine.config.soak
    w1 = machine.root / "sys/bus/w1/devices"
    probe = Probe(events.put, soak.probe_offset, soak.probe, w1, supervisor=supervisor)
    stack.callback(probe.close)
    probe.start()
    if find is not None or machine.installed("evdev"):
        folder = machine.root / "dev/input"
        touch = TouchReader(events.put, _PERCENT, supervisor=supervisor, folder=folder, find=find)
        stack.enter_context(touch)
    else:
        trouble.append(_("The library evdev is not installed, so touches cannot be seen here."))
    return trouble


def _describe(event: object) -> tuple[str, str]:
    """The part that the event is about, and the sentence for it."""
    match event:
        case ButtonPressed(button):
            return button, _(SAYS[button].live_down)
        case ButtonReleased(button):
            return button, _(SAYS[button].live_up)
        case FaultFound(fault) if fault in _HELD:
            return _HELD[fault], _(SAYS[_HELD[fault]].live_down)
        case FaultFound():
            return ButtonName.BIG, _("The button does not answer.")
        case FaultCleared():
            return ButtonName.BIG, _("The button answers again.")
        case WaterRead(None, error):
            return "probe", _("probe: no reading ({error})").format(error=error)
        case WaterRead(celsius):
            return "probe", _("probe: {celsius:.1f} degrees").format(celsius=celsius)
        case Contact(kind, x, y):
            sentence = _("touch: {kind} at {x} % from the left, {y} % from the top")
            return "touch", sentence.format(kind=kind, x=x, y=y)
        case _:
            raise AssertionError(event)
