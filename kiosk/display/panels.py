"""Lists framebuffers and display connectors, and chooses the one for the picture."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from kiosk.i18n import _

_BUILT_IN = ("DSI", "DPI", "LVDS", "eDP", "SPI")


class Connector(msgspec.Struct, frozen=True, order=True):
    """A connector of a graphics card: its name in sysfs (card1-HDMI-A-2), and the kernel's ``status``
    (connected, disconnected, unknown)."""

    name: str
    status: str

    @property
    def connected(self) -> bool:
        """Whether a panel or monitor is connected."""
        return self.status == "connected"

    @property
    def kind(self) -> str:
        """The name without the card: DSI-1, HDMI-A-2."""
        return self.name.split("-", 1)[-1]

    @property
    def built_in(self) -> bool:
        """Whether this kind of connector is for a panel of the device, not for a monitor."""
        return self.kind.startswith(_BUILT_IN)

    @property
    def is_dsi(self) -> bool:
        """Whether it is for a DSI panel."""
        return self.kind.startswith("DSI")


class Candidate(msgspec.Struct, frozen=True):
    """A framebuffer and the connectors of its card. Without connectors it is a fixed panel (fbtft)."""

    device: Path
    name: str
    connectors: tuple[Connector, ...]

    @property
    def rank(self) -> int:
        """The order of preference: 0 for a built-in panel, 1 for a monitor, 2 for a framebuffer without
        connectors, 3 if nothing is connected."""
        connected = [connector for connector in self.connectors if connector.connected]
        if connected:
            return 0 if any(connector.built_in for connector in connected) else 1
        return 3 if self.connectors else 2

    @property
    def is_slow(self) -> bool:
        """Whether it is an SPI panel, whose serial bus is slow."""
        return any(connector.kind.startswith("SPI") for connector in self.connectors)

    def why(self) -> str:
        """One sentence about what is connected to it, the reason for its rank."""
        names = ", ".join(
            connector.kind for connector in self.connectors if connector.connected or self.rank == 3
        )
        sentence = (
            _("{device} ({name}): the built-in panel {sockets} is connected."),
            _("{device} ({name}): a monitor is connected to {sockets}."),
            _("{device} ({name}): a panel without a socket, which is always there."),
            _("{device} ({name}): nothing is connected to {sockets}."),
        )[self.rank]
        return sentence.format(device=self.device, name=self.name or "?", sockets=names)


class Survey(msgspec.Struct, frozen=True):
    """All framebuffers, the best first, and connected connectors whose card has no framebuffer."""

    candidates: tuple[Candidate, ...]
    without: tuple[Connector, ...]

    @property
    def chosen(self) -> Candidate | None:
        """The framebuffer for the picture; None if there is none."""
        return self.candidates[0] if self.candidates else None

    def sentences(self) -> list[str]:
        """One sentence for each framebuffer and each connector without one, and which is chosen."""
        told = [candidate.why() for candidate in self.candidates]
        told += [
            _(
                "{socket} is connected, but the kernel gives its card no framebuffer; "
                'the setting display = "desktop" can draw there all the same.'
            ).format(socket=connector.name)
            for connector in self.without
        ]
        if self.chosen is None:
            told.append(no_framebuffer())
        elif self.chosen.rank == 3:
            told.append(
                _("The picture goes to {device}, in case a sleeping monitor wakes.").format(
                    device=self.chosen.device
                )
            )
        else:
            told.append(_("The picture goes to {device}.").format(device=self.chosen.device))
        return told


def no_framebuffer() -> str:
    """One sentence for a machine without a framebuffer."""
    return _(
        "There is no screen: the kernel shows no framebuffer (/dev/fb0). Check the cable and the "
        "display's line in /boot/firmware/config.txt."
    )


def connectors(root: Path = Path("/")) -> list[Connector]:
    """The connectors of all graphics cards, sorted by name."""
    files = sorted((root / "sys" / "class" / "drm").glob("card*-*/status"))
    # a "Writeback" connector writes the picture to memory
    return [Connector(file.parent.name, _said(file)) for file in files if "-Writeback-" not in str(file)]


def survey(root: Path = Path("/")) -> Survey:
    """Find all framebuffers and connectors. A framebuffer belongs to the card with the same ``device``; card
    numbers cannot be used, as they change from boot to boot."""
    sys_class = root / "sys" / "class"
    sockets: dict[Path, list[Connector]] = {}
    for connector in connectors(root):
        card = sys_class / "drm" / connector.name.split("-", 1)[0] / "device"
        sockets.setdefault(card.resolve(), []).append(connector)
    found = [
        Candidate(
            root / "dev" / fb.name,
            _said(fb / "name"),
            tuple(sockets.get((fb / "device").resolve(), ())),
        )
        for fb in sorted((sys_class / "graphics").glob("fb[0-9]*"), key=lambda fb: int(fb.name[2:]))
    ]
    drawn_on = {connector for candidate in found for connector in candidate.connectors}
    left = {connector for card in sockets.values() for connector in card if connector.connected} - drawn_on
    return Survey(tuple(sorted(found, key=lambda candidate: candidate.rank)), tuple(sorted(left)))


def pixels(candidate: Candidate, root: Path = Path("/")) -> tuple[int, int] | None:
    """Width and height of a framebuffer's picture in pixels: the mode of its connected connector, else the
    framebuffer's own. None if neither is known."""
    drm, graphics = root / "sys/class/drm", root / "sys/class/graphics" / candidate.device.name
    files = [drm / each.name / "modes" for each in candidate.connectors if each.connected]
    for file in (*files, graphics / "modes", graphics / "virtual_size"):
        size = re.search(r"(\d+)[x,](\d+)", _said(file))
        if size is not None:
            return int(size[1]), int(size[2])
    return None


def candidates(root: Path = Path("/")) -> list[Candidate]:
    """All framebuffers, the best first; empty if there are none."""
    return list(survey(root).candidates)


def _said(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:  # it may have been unplugged in between
        return ""
