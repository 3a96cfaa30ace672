"""Which chip has the header's pins, and what is said when there is none."""

import errno
from pathlib import Path

import pytest
from gpiozero import LED, BadPinFactory, PinUnknownPi

from kiosk.devices.gpiod_pins import GpiodFactory
from kiosk.devices.gpiod_pins.chips import NoHeaderChip
from tests.devices.gpiod.bench import PI_5, Heard, plug
from tests.devices.gpiod.fake_gpiod import Board


class TestChip:
    def test_is_found_by_its_label(self, factory: GpiodFactory, board: Board, tmp_path: Path) -> None:
        assert factory.chip.path == str(tmp_path / "gpiochip0")
        assert board.opened == [str(tmp_path / "gpiochip0")]

    @pytest.mark.parametrize("number", [0, 4, 10])
    def test_on_a_pi_5_it_is_the_rp1_whatever_its_number(
        self, board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", lambda: PI_5)
        others = {"gpiochip0": "gpio-brcmstb@107d508500", "gpiochip13": "gpio-brcmstb@107d517c00"}
        plug(board, tmp_path, {**others, f"gpiochip{number}": "pinctrl-rp1"})
        with GpiodFactory(dev=tmp_path) as factory, LED(12, pin_factory=factory) as led:
            assert factory.chip.path == str(tmp_path / f"gpiochip{number}")
            led.on()
            assert board.lines[12].history == [0, 1]

    def test_the_link_gpiochip4_of_raspberry_pi_os_is_not_a_second_one(
        self, board: Board, tmp_path: Path
    ) -> None:
        (tmp_path / "gpiochip4").symlink_to("gpiochip0")
        with GpiodFactory(dev=tmp_path) as factory:
            assert factory.chip.path == str(tmp_path / "gpiochip0")

    def test_may_be_named(self, board: Board, tmp_path: Path) -> None:
        with GpiodFactory(tmp_path / "gpiochip1") as factory:
            assert factory.chip.path == str(tmp_path / "gpiochip1")

    @pytest.mark.parametrize(
        ("chips", "says"),
        [
            ({}, "there is no GPIO chip in {dev}: boot a Raspberry Pi kernel"),
            (
                {"gpiochip0": "pinctrl-nuc", "gpiochip1": OSError(errno.ENODEV, "No such device")},
                (
                    "none of these GPIO chips has a Raspberry Pi's pins: "
                    "{dev}/gpiochip0 (pinctrl-nuc), {dev}/gpiochip1 ([Errno 19] No such device)"
                ),
            ),
            (
                {"gpiochip0": PermissionError(errno.EACCES, "Permission denied"), "gpiochip1": "other"},
                (
                    "no permission to open {dev}/gpiochip0: add yourself to the group gpio "
                    "(sudo usermod -aG gpio $USER) and log in again"
                ),
            ),
        ],
    )
    def test_what_is_wrong_is_said(
        self, board: Board, tmp_path: Path, chips: dict[str, str | OSError], says: str
    ) -> None:
        dev = tmp_path / "dev"
        dev.mkdir()
        plug(board, dev, chips)
        with pytest.raises(BadPinFactory) as raised:
            GpiodFactory(dev=dev)
        assert str(raised.value) == says.format(dev=dev)
        assert board.opened == []

    def test_the_labels_of_what_is_there_are_told(self, board: Board, tmp_path: Path) -> None:
        (dev := tmp_path / "dev").mkdir()
        plug(
            board, dev, {"gpiochip11": "gpio-brcmstb@107d508500", "gpiochip15": OSError(errno.ENODEV, "gone")}
        )
        with pytest.raises(NoHeaderChip) as raised:
            GpiodFactory(dev=dev)
        assert raised.value.labels == ["gpio-brcmstb@107d508500"]

    def test_an_unknown_board_is_known_at_once(
        self, board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", lambda: 0x9999)
        with pytest.raises(PinUnknownPi):
            GpiodFactory(dev=tmp_path)
        assert board.opened == []

    def test_closes_twice_and_takes_everything_with_it(self, board: Board, tmp_path: Path) -> None:
        factory = GpiodFactory(dev=tmp_path)
        heard = Heard()
        factory.pin(5).when_changed = heard
        factory.pin(12).output_with_state(True)
        factory.close()
        factory.close()
        assert board.lines[12].history == [1, "in"]
        assert (board.lines[5].consumer, board.lines[12].consumer, board.opened) == (None, None, [])
