"""The pins of the parts, and the gpiozero pin factory that opens them, chosen by name."""

import contextlib
import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from kiosk.core.errors import KioskError
from kiosk.core.events import ButtonName
from kiosk.core.threads import Watcher
from kiosk.i18n import _

if TYPE_CHECKING:  # importing gpiozero is slow, and most commands need no pins
    from gpiozero.pins import Factory

Bcm = Annotated[int, msgspec.Meta(ge=0, le=27)]
"""a pin in BCM numbers, as gpiozero counts (GPIO5 is 5), not a position on the header"""


#: Default pin of the overlay w1-gpio (its parameter gpiopin), BCM number.
ONE_WIRE = 4


class Pins(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pin of each part. The defaults are those of ``hardware/pinmap.toml``. These fields are the list of
    the parts that have a pin: settings, setup, conflicts and doctor iterate over them."""

    button: Bcm = 5
    lamp: Bcm = 12
    buzzer: Bcm = 13
    probe: Bcm = ONE_WIRE
    """1-Wire; driven by the kernel (``dtoverlay=w1-gpio``), never by this program"""

    def of(self, button: ButtonName) -> Bcm:
        """Where this button is wired."""
        pin: Bcm = getattr(self, button)
        return pin


if unwired := set(ButtonName) - set(Pins.__struct_fields__):
    raise TypeError(f"no pin for: {', '.join(unwired)}")


class PinsUnavailable(KioskError):  # noqa: N818 - named like gpiozero's own errors, after the condition
    """The pins, or one pin, cannot be used. The message is one sentence: the reason and what to do."""


def open_factory(
    name: str = "auto", *, dev: Path = Path("/dev"), supervisor: Watcher | None = None
) -> "Factory":
    """Open the pin factory of this name: one of ``FACTORIES``, or "auto" for the first of them.

    Never falls back to another library: with simulated pins, or pins that report no edges, the kiosk would
    seem to work but answer no press. ``dev`` is the folder of the kernel's GPIO devices. ``supervisor`` runs
    the threads of our own factory.

    Raises ``PinsUnavailable``.
    """
    chosen = next(iter(FACTORIES)) if name == "auto" else name
    if chosen not in FACTORIES:
        raise PinsUnavailable(
            _("There is no pin library called {name}; choose one of: {names}.").format(
                name=name, names=", ".join(["auto", *FACTORIES])
            )
        )
    try:
        return FACTORIES[chosen](supervisor)
    except PinsUnavailable:
        raise
    except Exception as error:
        raise PinsUnavailable(_why(chosen, error, dev)) from error


@contextlib.contextmanager
def claiming(pin: int) -> Iterator[None]:
    """Convert any ``Exception`` in the block, which opens ``pin``, to ``PinsUnavailable``."""
    try:
        yield
    except Exception as error:
        if "edge detection" in str(error):
            sentence = _(
                "GPIO{pin} reports no presses: RPi.GPIO cannot do that on Linux 6.6 and newer. "
                "Choose the pin library gpiod."
            )
        else:
            sentence = _(
                "GPIO{pin} cannot be used ({error}). End the other program that uses it, "
                "or choose another pin."
            )
        raise PinsUnavailable(sentence.format(pin=pin, error=error)) from error


def _know_board() -> None:
    """Raise gpiozero's ``PinUnknownPi`` on anything but a Raspberry Pi. Called first, so that the error on a
    laptop is not about a missing library."""
    importlib.import_module("gpiozero.pins.local").get_pi_revision()


def _gpiod(supervisor: Watcher | None) -> "Factory":
    _know_board()
    pins = importlib.import_module("kiosk.devices.gpiod_pins")
    return pins.GpiodFactory(consumer="cramp-kiosk", supervisor=supervisor)


def _lgpio(_supervisor: Watcher | None) -> "Factory":
    _know_board()
    # On import lgpio creates a pipe `.lgd-nfy0` in the working folder (or in LG_WD, if set, to which it
    # changes the working folder of the process) and opens both ends. It is therefore imported in a temporary
    # folder, which can be deleted at once: an open pipe needs no name.
    if "lgpio" not in sys.modules:
        try:
            with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
                importlib.import_module("lgpio")
        except OSError as error:
            raise PinsUnavailable(
                _(
                    "lgpio finds no folder to make its pipe in ({error}): give the service a writable "
                    "/tmp (PrivateTmp=yes) and leave LG_WD unset."
                ).format(error=error)
            ) from error
    return importlib.import_module("gpiozero.pins.lgpio").LGPIOFactory()


def _rpigpio(_supervisor: Watcher | None) -> "Factory":
    _know_board()
    return importlib.import_module("gpiozero.pins.rpigpio").RPiGPIOFactory()


def _mock(_supervisor: Watcher | None) -> "Factory":
    mock = importlib.import_module("gpiozero.pins.mock")
    return mock.MockFactory(pin_class=mock.MockPWMPin)


#: The pin libraries by name; "auto" is the first.
FACTORIES: dict[str, Callable[[Watcher | None], "Factory"]] = {
    "gpiod": _gpiod,
    "lgpio": _lgpio,
    "rpigpio": _rpigpio,
    "mock": _mock,
}


def _is_bad_factory(error: Exception) -> bool:
    """Whether the error is gpiozero's ``BadPinFactory``, which is a subclass of ImportError."""
    return any(kind.__name__ == "BadPinFactory" for kind in type(error).__mro__)


def _why(name: str, error: Exception, dev: Path) -> str:
    """One sentence: why the factory did not open. The most likely cause is tested first."""
    match error:
        case ModuleNotFoundError(name="gpiozero"):
            return _("The library gpiozero is not installed: pip install 'gpiozero>=2.0.1'.")
        case ModuleNotFoundError(name="gpiod"):
            return _(
                "The library gpiod is not installed: sudo apt install python3-libgpiod, "
                "or pip install 'cramp-kiosk[pi]'."
            )
        case ModuleNotFoundError(name="lgpio"):
            return _(
                "The library lgpio is not installed: sudo apt install python3-lgpio, "
                "or pip install 'cramp-kiosk[lgpio]'."
            )
        case ModuleNotFoundError() if name == "rpigpio":
            return _("The library RPi.GPIO is not installed: pip install 'cramp-kiosk[rpi-gpio]'.")
        case ImportError() | AttributeError() if name == "gpiod" and not _is_bad_factory(error):
            # python3-libgpiod of Debian 12 is 1.6: the same module name, another interface.
            return _(
                "The installed gpiod does not fit ({error}): version 2.1 or newer is needed, "
                "python3-libgpiod of Debian 13 or pip install 'cramp-kiosk[pi]'."
            ).format(error=error)
        case ImportError() | AttributeError() if name != "gpiod":
            # gpiozero 1.6.2 (Debian 12) does not support lgpio 0.2; lgpio 0.0.0.2 on PyPI is empty.
            return _(
                "The installed gpiozero and {name} do not fit together ({error}): "
                "gpiozero 2.0.1, lgpio 0.2.2 or newer are needed."
            ).format(name=name, error=error)
        case FileNotFoundError(filename="/proc/cpuinfo"):
            return _(
                "The board cannot be recognised because /proc is hidden: "
                "take ProcSubset=pid out of the service."
            )
    if type(error).__name__ == "PinUnknownPi":
        return _("This is not a Raspberry Pi: it has no pins to use.")
    if name == "rpigpio":
        return _("RPi.GPIO cannot use this board ({error}): choose the pin library gpiod.").format(
            error=error
        )
    chips = sorted(dev.glob("gpiochip*"))
    if not chips:
        return _(
            "There is no GPIO device {dev}/gpiochip0: boot a Raspberry Pi kernel, "
            "and let the service see it (DeviceAllow=char-gpiochip rw)."
        ).format(dev=dev)
    if labels := getattr(error, "labels", ()):
        return _(
            "No GPIO chip here has the pins of the header (there are: {labels}): this kernel does not know "
            "the board's. Boot the one of Raspberry Pi OS."
        ).format(labels=", ".join(labels))
    if name == "lgpio":  # gpiozero opens only these two numbers
        chips = [chip for chip in chips if chip.name in {"gpiochip0", "gpiochip4"}]
        if not chips:
            return _(
                "lgpio looks for the pins at {dev}/gpiochip0, and that is not here: set pins.factory to "
                '"auto", which knows the right chip by its label.'
            ).format(dev=dev)
    refused = [chip for chip in chips if not os.access(chip, os.R_OK | os.W_OK)]
    if refused:
        return _("No permission to use {chip}: sudo usermod -aG gpio $USER, then log in again.").format(
            chip=refused[0]
        )
    return _("{chip} cannot be opened ({error}): restart the device, then run cramp-kiosk doctor.").format(
        chip=chips[0], error=error
    )
