"""Checks of the water probe: the 1-Wire bus, the sensors on it, and whether their readings are plausible."""

from typing import Any

from kiosk.core.events import ProbeError
from kiosk.devices.pins import ONE_WIRE
from kiosk.devices.probe import FINEST, HIGHEST, LOWEST, Measured, Sensor, survey, water_probe
from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import Machine
from kiosk.i18n import N_, _

_WIRING = N_(
    "Check the wires: red to 3V3, black to ground, yellow to GPIO{pin}, 4.7 kΩ between yellow and red."
)

_SAYS: dict[ProbeError, tuple[str, str]] = {
    ProbeError.NO_PROBE: (N_("{name} was unplugged while it was read."), _WIRING),
    ProbeError.EMPTY: (N_("{name} does not answer."), _WIRING),
    ProbeError.CRC: (
        N_("{name} answers, but damaged: the CRC is wrong."),
        N_("Use a shorter cable, or 2.2 kΩ in place of 4.7 kΩ for a long one."),
    ),
    ProbeError.MALFORMED: (N_("{name} answers nonsense: its yellow wire may touch black."), _WIRING),
    ProbeError.RESET: (
        N_("{name} says 85 degrees, which it does after losing power."),
        N_("Check that the red wire is on 3V3 and sits firmly."),
    ),
    ProbeError.NO_POWER: (
        N_("{name} has too little power to measure (127.94 degrees)."),
        N_("Put the red wire on 3V3: without a supply of its own it is not read reliably."),
    ),
}


def check_probe(machine: Machine) -> list[Finding]:
    """The 1-Wire bus and every sensor on it. Each is read once, which takes 0.8 s."""
    root = machine.root / "sys/bus/w1/devices"
    masters = sorted(path.name for path in root.glob("w1_bus_master*"))
    if not masters and not machine.is_pi:
        return [note("probe.bus", _("There is no 1-Wire bus here, so no probe can be read."), masters=[])]
    if not masters:
        return [
            problem(
                "probe.bus",
                _("1-Wire is off, so no probe can be read."),
                _("Run sudo cramp-kiosk setup, then restart the device."),
                masters=[],
            )
        ]
    sensors, soak = survey(root), machine.config.soak
    if sensors:
        water = water_probe([each.name for each in sensors], soak.probe)
        found = [_sensor(each, is_water=each.name == water, offset=soak.probe_offset) for each in sensors]
        doubts = [doubt for each in sensors if each.name == water for doubt in _doubts(each)]
        return [*found, *doubts] if water else [_undecided(sensors, soak.probe), *found]
    floating = sorted(path.name for path in root.glob("00-*"))
    if floating:
        says = _("The probe's line floats: the kernel sees numbers that no probe has.")
    else:
        says = _("1-Wire is on, but no probe is found.")
    return [problem("probe.sensor", says, _(_WIRING).format(pin=ONE_WIRE), masters=masters, noise=floating)]


def _undecided(sensors: list[Sensor], chosen: str) -> Finding:
    names = ", ".join(each.name for each in sensors)
    if chosen:
        says = _("The water's probe, {chosen}, is not there; found: {names}. None is read.")
    else:
        says = _("There are several probes and none was chosen: {names}. None is read.")
    remedy = _(
        "Warm the water's probe in your hand on the page Check parts, or write into [soak]: probe = "
        '"{name}".'
    )
    return problem(
        "probe.sensor",
        says.format(chosen=chosen, names=names),
        remedy.format(name=sensors[0].name),
        chosen=chosen,
        sensors=[each.name for each in sensors],
    )


def _sensor(sensor: Sensor, *, is_water: bool, offset: float) -> Finding:
    """The reading of one sensor. ``offset`` (degrees Celsius) is that of the water's probe only."""
    check = "probe.sensor" if is_water else "probe.other"
    facts: dict[str, Any] = {"name": sensor.name, "raw": sensor.text, "offset": offset}
    if isinstance(sensor.value, ProbeError):
        says, remedy = _SAYS[sensor.value]
        sentence = _(says).format(name=sensor.name)
        if not is_water:
            return note(check, sentence, celsius=None, error=sensor.value, **facts)
        return problem(
            check, sentence, _(remedy).format(pin=ONE_WIRE), celsius=None, error=sensor.value, **facts
        )
    celsius, bits = sensor.value
    facts |= {"celsius": celsius, "bits": bits, "error": None}
    raw = " / ".join(sensor.text.split("\n")[:2])
    if not is_water:
        says = _("{name} says {celsius:.1f} degrees; it is not the water's ({raw}).")
        return note(check, says.format(name=sensor.name, celsius=celsius, raw=raw), **facts)
    if not LOWEST <= celsius + offset <= HIGHEST:
        return problem(
            check,
            _("{name} says {celsius:.1f} degrees, which no foot bath has.").format(
                name=sensor.name, celsius=celsius
            ),
            _("Put it in water you can touch; if it still says so, replace it."),
            **facts,
        )
    says = _("{name} says {celsius:.1f} degrees, CRC right ({raw}).").format(
        name=sensor.name, celsius=celsius, raw=raw
    )
    return fine(check, says, **facts)


def _doubts(sensor: Sensor) -> list[Finding]:
    doubts = []
    if isinstance(sensor.value, Measured) and sensor.value.bits < FINEST:
        doubts.append(
            note(
                "probe.resolution",
                _("{name} measures in steps of {step:g} degrees.").format(
                    name=sensor.name, step=2.0 ** (8 - sensor.value.bits)
                ),
                _(
                    "So coarse, one that stands still is noticed late. Write 12 into its file resolution, "
                    "and save into eeprom_cmd, both in /sys/bus/w1/devices/{name}."
                ).format(name=sensor.name),
                bits=sensor.value.bits,
            )
        )
    if not sensor.looks_counterfeit:
        return doubts
    return [
        *doubts,
        note(
            "probe.origin",
            _("The number of {name} is not one of a genuine DS18B20.").format(name=sensor.name),
            _(
                "Copies may be off by several degrees: check it in ice water and beside a thermometer. "
                "The screen leads through it and keeps the offset: More, Settings, Check parts, Adjust. "
                "Or set soak.probe_offset."
            ),
            name=sensor.name,
        ),
    ]
