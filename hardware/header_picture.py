"""Draws header.svg: the 40-pin header with the seven leads of pinmap.toml."""

from html import escape

from hardware.facts import HEADER, PinMap

_PITCH, _TOP, _LEFT = 26, 96, 350
_COLOUR = {"orange": "#e07b00", "red": "#c81e1e", "black": "#111111", "yellow": "#e0c000", "blue": "#1f5fd0",
           "green": "#1b8a2f", "violet": "#7a2fb0"}  # fmt: skip


def _text(words: str, x: float, y: float, size: int, *, anchor: str = "middle", more: str = "") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" {more}>{escape(words)}</text>'
    )


def picture(pins: PinMap) -> str:
    """The content of header.svg: the Raspberry Pi from above, with the header at its right edge."""
    names = {pin.header: (f"GPIO{pin.bcm} {pin.name}", pin.wire) for pin in pins.pin}
    names |= {supply.header: (supply.name, supply.wire) for supply in pins.supply}
    place = {header: number for number, (_, header, _) in enumerate(pins.leads(), 1)}
    width, height = 2 * _LEFT + _PITCH, _TOP + 20 * _PITCH + 24
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="DejaVu Sans, Arial, sans-serif">'
    )
    socket = (
        f'<rect x="{_LEFT - 20}" y="{_TOP - 20}" width="{_PITCH + 40}" height="{20 * _PITCH + 14}" rx="5" '
        'fill="#1d3b2a"/>'
    )
    lines = [
        head,
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        _text("The seven leads on the Raspberry Pi", width / 2, 26, 18, more='font-weight="bold"'),
        _text("seen from above; pin 1 is at the end with the memory card", width / 2, 50, 13),
        socket,
    ]
    for header, what in HEADER.items():
        right = header % 2 == 0
        x, y = _LEFT + (_PITCH if right else 0), _TOP + (header - 1) // 2 * _PITCH
        label, wire = names.get(header, (f"GPIO{what}" if isinstance(what, int) else what, ""))
        out, anchor = (1, "start") if right else (-1, "end")
        fill = _COLOUR[wire] if wire else "#c9b26a"
        if header == 1:
            lines.append(f'<rect x="{x - 11}" y="{y - 11}" width="22" height="22" fill="#f2e6b8"/>')
        lines.append(f'<circle cx="{x}" cy="{y}" r="{10 if wire else 6}" fill="{fill}" stroke="#fff"/>')
        ink = "#fff" if wire and wire != "yellow" else "#222"
        lines.append(_text(str(header), x, y + 3.5, 9, more=f'fill="{ink}"'))
        if wire:
            lines.append(
                f'<line x1="{x + out * 26}" y1="{y}" x2="{x + out * 62}" y2="{y}" stroke="{fill}" '
                'stroke-width="7" stroke-linecap="round"/>'
            )
            words = f"{wire}: {label}, to J1 pin {place[header]}"
            lines.append(_text(words, x + out * 72, y + 5, 14, anchor=anchor, more='font-weight="bold"'))
        else:
            lines.append(_text(label, x + out * 30, y + 4, 11, anchor=anchor, more='fill="#777"'))
    return "\n".join([*lines, "</svg>"]) + "\n"
