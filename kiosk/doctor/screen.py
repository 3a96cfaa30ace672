"""Checks of screen, touch panel and backlight: what there is, what the console would use, and whether this
user may use it."""

import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from kiosk.config.config_txt import read, settings
from kiosk.config.firmware import find_config
from kiosk.devices.backlight import Backlight
from kiosk.display.backlights import KernelLight, Kin, lights
from kiosk.display.base import DisplayError
from kiosk.display.decode import EV_ABS, EV_KEY, is_touch_panel
from kiosk.display.geometry import Channel, Geometry, refusal, remedy
from kiosk.display.panels import Candidate, pixels, survey
from kiosk.doctor.finding import Finding, fine, note, problem
from kiosk.doctor.machine import Machine
from kiosk.i18n import _


def check_screen(machine: Machine) -> list[Finding]:
    """Every framebuffer and connector, and which one the console would use and why."""
    seen = survey(machine.root)
    found = [_without_root(each, machine.root) for each in seen.candidates]
    reasons = [note("screen.framebuffer", each.why(), **_facts(each)) for each in found]
    reasons += [
        note(
            "screen.socket",
            _("{socket} is connected, but its card has no framebuffer.").format(socket=each.name),
            _('Set screen.display to "desktop" to draw there all the same.'),
            socket=each.name,
        )
        for each in seen.without
    ]
    if not found:
        no_screen = problem(
            "screen.panel",
            _("There is no screen: the kernel offers no framebuffer."),
            _("Connect the panel before switching on; config.txt needs dtoverlay=vc4-kms-v3d.")
            if machine.is_pi
            else _("Connect the panel before switching on, or run cramp-kiosk in a desktop."),
        )
        return [no_screen, *reasons, *_desktop(machine)]
    best = found[0]
    device = str(best.device)
    if best.rank == 3:
        says, cable = _("No screen is connected."), _("Check the panel's cable, then restart the device.")
        return [problem("screen.panel", says, cable, chosen=device), *reasons]
    if not machine.may(seen.candidates[0].device, os.R_OK | os.W_OK):
        return [_not_allowed("screen.panel", device, "video", chosen=device), *reasons]
    reasons = [*reasons, *_shape(machine, best), *_desktop(machine)]
    geometry = _geometry(machine, best)
    why_not = refusal(best.device, geometry)
    if why_not is not None:
        return [problem("screen.panel", why_not, remedy(geometry), chosen=device), *reasons]
    says = _("The picture goes to {device}.").format(device=device)
    return [fine("screen.panel", says, chosen=device), *reasons]


def _geometry(machine: Machine, candidate: Candidate) -> Geometry:
    """A framebuffer's pixel format from sysfs. What sysfs does not tell (channels, offset) is assumed to be
    drawable."""
    folder = f"sys/class/graphics/{candidate.device.name}"
    bits, stride = (machine.text(f"{folder}/{name}") for name in ("bits_per_pixel", "stride"))
    width, height = pixels(candidate, machine.root) or (1, 1)
    line = machine.text(f"{folder}/virtual_size").split(",")[0]
    depth = int(bits) if bits.isdecimal() else 32
    colour = min(8, depth // 3)
    return Geometry(
        width,
        height,
        depth,
        int(stride) if stride.isdecimal() else width * depth // 8,
        0,
        Channel(2 * colour, colour),
        Channel(colour, colour),
        Channel(0, colour),
        line=int(line) if line.isdecimal() else 0,
    )


#: Overlays of round panels.
_ROUND = frozenset({"vc4-kms-dpi-hyperpixel2r", "hyperpixel2r", "gc9a01"})


def _loads_round(machine: Machine) -> bool:
    """Whether config.txt loads the overlay of a round panel on this board."""
    path = find_config(machine.root)
    try:
        entries = [] if path is None else list(settings(read(path)))
    except OSError:
        return False
    return any(
        each.key.strip() == "dtoverlay"
        and each.value.split(",", 1)[0].strip() in _ROUND
        and each.counts(machine.model) is not False
        for each in entries
    )


def _shape(machine: Machine, candidate: Candidate) -> list[Finding]:
    """A finding for a round panel, or for one that may be round.

    Pages have words and targets in their corners, which a round panel does not show. The kernel does not tell
    the shape; but every round panel has as many columns as rows, and so is recognised by its overlay or its
    name.
    """
    size = pixels(candidate, machine.root)
    if size is None or size[0] != size[1]:
        return []
    facts = {"width": size[0], "height": size[1]}
    if _loads_round(machine) or "gc9a01" in candidate.name:
        return [
            problem(
                "screen.shape",
                _("The panel is round. That is not supported: words and targets lie in its corners."),
                _("Use a rectangular panel: screen.panel is a diagonal, a round one has a diameter."),
                **facts,
            )
        ]
    return [
        note(
            "screen.shape",
            _(
                "The panel has {n} pixels across and as many down. If it is round, it is not supported."
            ).format(n=size[0]),
            _("Use a rectangular panel. Of a square one screen.panel is the diagonal, not the side."),
            **facts,
        )
    ]


def _without_root(candidate: Candidate, root: Path) -> Candidate:
    """The candidate with its device path relative to ``root``, as the owner knows it."""
    return msgspec.structs.replace(candidate, device=Path("/") / candidate.device.relative_to(root))


def _facts(candidate: Candidate) -> dict[str, Any]:
    return {
        "device": str(candidate.device),
        "name": candidate.name,
        "sockets": [f"{each.name} {each.status}" for each in candidate.connectors],
    }


def _desktop(machine: Machine) -> list[Finding]:
    if machine.service_runs or not any(machine.environ.get(n) for n in ("WAYLAND_DISPLAY", "DISPLAY")):
        return []
    try:
        machine.require_window()
    except DisplayError as error:
        return [note("screen.desktop", str(error))]
    return [note("screen.desktop", _("A desktop is running: cramp-kiosk run opens a window in it."))]


def _not_allowed(check: str, place: str, group: str, **facts: Any) -> Finding:
    return problem(
        check,
        _("{device} may not be used by this user.").format(device=place),
        _("Run sudo usermod -aG {group} $USER and log in again, or use sudo cramp-kiosk doctor.").format(
            group=group
        ),
        **facts,
    )


def check_touch(machine: Machine) -> list[Finding]:
    """Every touch panel among the input devices of the kernel."""
    panels = touch_panels(machine.text("proc/bus/input/devices"))
    if not panels:
        return [note("screen.touch", _("There is no touch panel; the button alone leads through the night."))]
    found = [_touch(machine, event, name) for event, name in panels]
    if not machine.installed("evdev"):
        found.append(
            problem(
                "screen.evdev",
                _("The library evdev is not installed, so touch does not work without a desktop."),
                _("Run sudo apt install python3-evdev, or pip install 'cramp-kiosk[pi]'."),
            )
        )
    return found


def _touch(machine: Machine, event: str, name: str) -> Finding:
    device = f"/dev/input/{event}"
    if not machine.may(machine.root / device[1:], os.R_OK):
        return _not_allowed("screen.touch", device, "input", device=device, name=name)
    says = _("The touch panel is {name} ({device}).").format(name=name, device=device)
    return fine("screen.touch", says, device=device, name=name)


def touch_panels(text: str, word_bits: int = sys.maxsize.bit_length() + 1) -> list[tuple[str, str]]:
    """(event file, name) of each touch panel in the text of ``/proc/bus/input/devices``.

    Bit sets are hexadecimal words, the highest first, of ``word_bits`` each: the word size of the reading
    process (input_bits_to_string in the kernel's drivers/input/input.c).
    """
    found = []
    for block in text.split("\n\n"):
        name = re.search(r'^N: Name="(.*)"$', block, re.MULTILINE)
        event = re.search(r"^H: Handlers=.*\b(event\d+)\b", block, re.MULTILINE)
        bits = {m[1]: _bits(m[2], word_bits) for m in re.finditer(r"^B: (\w+)=(.*)$", block, re.MULTILINE)}
        keys = bits.get("KEY", set()) if EV_KEY in bits.get("EV", set()) else set()
        axes = bits.get("ABS", set()) if EV_ABS in bits.get("EV", set()) else set()
        if name and event and is_touch_panel(keys, axes, bits.get("PROP", set())):
            found.append((event[1], name[1]))
    return found


def _bits(words: str, word_bits: int) -> set[int]:
    value = 0
    for word in words.split():
        value = value << word_bits | int(word, 16)
    return {bit for bit in range(value.bit_length()) if value >> bit & 1}


def check_backlight(machine: Machine) -> list[Finding]:
    """Whether the screen's backlight can be set, and of several, which one is used and why."""
    light = Backlight(partial(lights, machine.root, machine.may))
    chosen = light.chosen
    others = [_other_light(machine, each, chosen) for each in light.lights if each is not chosen]
    if chosen is None:
        says = _("The screen's light cannot be set: while asleep it shows plain black.")
        return [note("screen.backlight", says), *others]
    if not chosen.writable:
        place = "/" + str((chosen.folder / "brightness").relative_to(machine.root))
        return [_not_allowed("screen.backlight", place, "video"), *others]
    return [fine("screen.backlight", light.describe(), kin=chosen.kin.name.lower()), *others]


def _other_light(machine: Machine, light: KernelLight, chosen: KernelLight | None) -> Finding:
    """A note that says why this backlight is not the one used."""
    if light.kin is Kin.STRANGER:
        says = _("The backlight {folder} is another panel's; the service leaves it dark.")
    elif not light.writable and chosen is not None and chosen.writable:
        says = _("The backlight {folder} is passed over: it may not be written.")
    elif chosen is not None and chosen.kin < light.kin:
        says = _("The backlight {folder} is left alone: the other one is nearer to the panel.")
    elif light.kin is Kin.UNKNOWN:
        says = _("The backlight {folder} is left alone: whether it is the panel's, the kernel does not say.")
    else:
        says = _("The backlight {folder} is left alone: the other one is the panel's, too, and comes first.")
    place = "/" + str(light.folder.relative_to(machine.root))
    return note("screen.light", says.format(folder=place), kin=light.kin.name.lower())
