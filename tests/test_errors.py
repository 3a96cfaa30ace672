"""One tree of errors: whoever catches ``KioskError`` catches all that a person can be told."""

import importlib
import inspect
import pkgutil

import pytest

import kiosk
from kiosk.core.errors import KioskError
from kiosk.core.events import Fault

#: Errors that are no ``KioskError``, each with its reason.
APART = {
    "kiosk.config.config_txt.BrokenMarksError": "the module runs by itself, without the kiosk, at a purge",
    "kiosk.cli.streams.OutputError": "of what is printed: an OSError to whoever prints",
    "kiosk.devices.gpiod_pins.chips.NoHeaderChip": "of a pin factory that could be a package of its own",
    "kiosk.devices.gpiod_pins.software_pwm.PulserDied": "of a pin factory that could be a package of its own",
}


def modules() -> list[str]:
    found = pkgutil.walk_packages(kiosk.__path__, "kiosk.")
    return [each.name for each in found if not each.name.endswith("__main__")]


def errors(module: str) -> list[type[BaseException]]:
    """The public errors made in a module."""
    made = vars(importlib.import_module(module)).values()
    return [
        each
        for each in made
        if inspect.isclass(each)
        and issubclass(each, BaseException)
        and each.__module__ == module
        and not each.__name__.startswith("_")
    ]


def test_every_error_is_in_the_tree_or_says_why_not():
    found = [each for module in modules() for each in errors(module)]
    assert len(found) > 12
    outside = {f"{each.__module__}.{each.__qualname__}" for each in found if not issubclass(each, KioskError)}
    assert outside == set(APART)


@pytest.mark.parametrize("module", [name for name in modules() if errors(name)])
def test_every_error_says_what_it_is(module):
    assert all(each.__doc__ for each in errors(module))


def test_every_fault_has_its_banner():
    from kiosk.screen import faults  # noqa: PLC0415 - pygame, which the tree needs not

    assert set(faults.SENTENCES) == set(Fault)
