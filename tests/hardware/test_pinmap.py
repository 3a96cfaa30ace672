"""pinmap.toml is the one source of pins: change one there, and everything that disagrees is named here."""

import re
from pathlib import Path

import msgspec
import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from hardware import board_picture, header_picture
from hardware.facts import FOLDER, HEADER, Addon, circuit, pin_map
from hardware.wiring import COLOURS
from kiosk.config import conflicts, overlays, schema
from kiosk.devices.backlight import Backlight
from kiosk.devices.pins import Pins
from kiosk.devices.safe import safe_outputs

ROOT = FOLDER.parent
PINMAP = pin_map()
OURS = {pin.name: pin.bcm for pin in PINMAP.pin}


def test_the_program_begins_with_these_pins() -> None:
    assert msgspec.structs.asdict(Pins()) == OURS


def test_so_do_the_owners_settings() -> None:
    # the probe is the kernel's: there is no setting for it
    defaults = msgspec.structs.asdict(schema.Pins())
    assert {name: defaults[name] for name in OURS if name != "probe"} == {
        name: bcm for name, bcm in OURS.items() if name != "probe"
    }


def test_the_installed_copy_is_the_same_file() -> None:
    told = "run `make hardware`: assets/pinmap.toml is a copy of hardware/pinmap.toml"
    assert (ROOT / "assets" / "pinmap.toml").read_bytes() == (FOLDER / "pinmap.toml").read_bytes(), told


def test_the_readme_names_them() -> None:
    told = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    found = re.search(r"\(BCM numbers\): (.+?)\.", told)
    assert found
    assert found.group(1) == ", ".join(f"{name} {bcm}" for name, bcm in OURS.items())


def test_each_gpio_is_where_the_header_has_it() -> None:
    assert {pin.name: HEADER[pin.header] for pin in PINMAP.pin} == OURS


def test_each_supply_pin_is_of_its_rail() -> None:
    for supply in PINMAP.supply:
        rail = {number for number, what in HEADER.items() if what == supply.name}
        assert {supply.header, *supply.also} == rail, supply.name


def test_no_pin_twice_and_no_colour_twice() -> None:
    leads = PINMAP.leads()
    assert len({header for _, header, _ in leads}) == len(leads)
    assert len({wire for _, _, wire in leads}) == len(leads)


def test_after_every_end_each_output_is_off() -> None:
    factory = MockFactory(pin_class=MockPWMPin)
    assert safe_outputs(Pins(), factory, Backlight(list)) == []
    assert {pin.name for pin in factory.pins} == {f"GPIO{p.bcm}" for p in PINMAP.pin if p.direction == "out"}


@pytest.mark.parametrize("table", [COLOURS, board_picture._WIRE, header_picture._COLOUR])
def test_every_picture_has_the_colour_of_each_wire(table: dict[str, str]) -> None:
    assert {wire for _, _, wire in PINMAP.leads()} <= set(table)


def test_until_the_program_runs_nothing_is_on_and_nothing_pressed() -> None:
    # BCM2835 ARM Peripherals, table 6-31: GPIO0 to GPIO8 start with a pull-up, the others with a pull-down
    for pin in PINMAP.pin:
        assert pin.boot_pull == ("up" if pin.bcm <= 8 else "down"), pin.name
        if pin.direction != "both":
            assert pin.boot_pull != {"low": "down", "high": "up"}[pin.active], pin.name


def test_the_circuit_has_each_pin_and_no_other() -> None:
    nets = circuit().nets()
    assert {net for net in nets if net.startswith("GPIO")} == {pin.net for pin in PINMAP.pin}
    assert [circuit().parts["J1"].pins[str(n)] for n in range(1, 8)] == [net for net, _, _ in PINMAP.leads()]


def config_lines(addon: Addon) -> list[str]:
    """Every line of config.txt that turns the add-on on, one file each."""
    overlays = [f"dtoverlay={name.replace('*', 'x')}" for name in addon.overlays]
    return overlays + [f"dtparam={name}=on" for name in addon.params]


@pytest.mark.parametrize("addon", PINMAP.addon, ids=lambda addon: addon.key)
def test_doctor_says_what_the_table_says(addon: Addon) -> None:
    lines = config_lines(addon)
    assert lines
    for line in lines:
        told = conflicts.find(Pins(), line)
        assert bool(told) == (addon.verdict in ("clash", "display-only")), (line, told)
        assert all(line.split("=")[1] in sentence for sentence in told)


def test_the_pins_of_the_table_are_those_of_the_overlays() -> None:
    """The page and the check cannot tell different things."""
    exact = {name for overlay in overlays.table().overlay for name in overlay.names}
    ours = set(OURS.values())
    compared = 0
    for addon in PINMAP.addon:
        lines = [overlays.Line(name=name, params={}) for name in addon.overlays if name in exact]
        taken = {pin for line in lines for each in overlays.known(line.name) for pin in each.takes(line)}
        if addon.overlays and len(lines) == len(addon.overlays):
            assert taken & ours == set(addon.bcm) & ours, addon.key
            compared += 1
    assert compared > 10


def test_the_overlays_are_known_for_each_pin_of_ours() -> None:
    """The table is whole for the pins that its head names, and for no other."""
    *pins, last = map(str, sorted(OURS.values()))
    head = (ROOT / "assets" / "overlays.toml").read_text(encoding="utf-8").splitlines()[0]
    assert f"GPIO {', '.join(pins)} or {last}" in head


def test_doctor_knows_each_addon_of_the_table() -> None:
    assert [addon.key for addon in conflicts.addons()] == [addon.key for addon in PINMAP.addon]


@pytest.mark.parametrize("name", OURS)
def test_a_pin_moved_onto_an_add_on_is_named(name: str) -> None:
    moved = msgspec.structs.replace(Pins(), **{name: 24})  # a pin of the SPI panels
    told = conflicts.find(moved, "dtoverlay=piscreen")
    assert len(told) == 1
    assert "GPIO24" in told[0]


def test_a_misspelt_key_is_named(tmp_path: Path) -> None:
    text = (FOLDER / "pinmap.toml").read_text(encoding="utf-8").replace("boot_pull =", "bootpull =", 1)
    wrong = tmp_path / "pinmap.toml"
    wrong.write_text(text, encoding="utf-8")
    with pytest.raises(msgspec.ValidationError, match="bootpull"):
        pin_map(wrong)
