"""What is said where the chip with the header's pins is not, or is not ours to use."""

import os
from pathlib import Path

import mock  # noqa: UP026 - the library, as the project promises
import pytest
from gpiozero import BadPinFactory

from kiosk.devices.gpiod_pins.chips import NoHeaderChip
from kiosk.devices.pins import FACTORIES, PinsUnavailable, open_factory
from tests.devices.test_pins import LgpioError


def chips(dev: Path, *numbers: int) -> Path:
    for number in numbers:
        (dev / f"gpiochip{number}").touch()
    return dev


def test_chips_of_another_kind_are_named_by_their_label(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dev = chips(tmp_path, 11, 12, 13, 14, 15)
    labels = ["gpio-brcmstb@107d508500", "gpio-brcmstb@107d517c00"]
    error = NoHeaderChip("none of these GPIO chips has a Raspberry Pi's pins", labels)
    monkeypatch.setitem(FACTORIES, "gpiod", mock.Mock(side_effect=error))
    with pytest.raises(PinsUnavailable) as raised:
        open_factory("gpiod", dev=dev)
    assert str(raised.value) == (
        "No GPIO chip here has the pins of the header (there are: gpio-brcmstb@107d508500, "
        "gpio-brcmstb@107d517c00): this kernel does not know the board's. Boot the one of Raspberry Pi OS."
    )


def test_lgpio_without_the_chip_that_it_asks_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(FACTORIES, "lgpio", mock.Mock(side_effect=LgpioError("can not open gpiochip")))
    with pytest.raises(PinsUnavailable) as raised:
        open_factory("lgpio", dev=chips(tmp_path, 10, 11, 12))
    assert str(raised.value) == (
        f"lgpio looks for the pins at {tmp_path}/gpiochip0, and that is not here: set pins.factory to "
        '"auto", which knows the right chip by its label.'
    )
    with pytest.raises(PinsUnavailable, match="gpiochip4 cannot be opened"):
        open_factory("lgpio", dev=chips(tmp_path, 4))


def test_the_chip_that_may_not_be_used_is_the_one_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dev = chips(tmp_path, 0, 1)
    monkeypatch.setattr(os, "access", lambda path, _mode: path.name == "gpiochip0")
    monkeypatch.setitem(FACTORIES, "gpiod", mock.Mock(side_effect=BadPinFactory("no permission")))
    with pytest.raises(PinsUnavailable, match=r"^No permission to use .*gpiochip1: "):
        open_factory("gpiod", dev=dev)
