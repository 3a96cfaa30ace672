"""What the kernel's 1-Wire driver writes of a DS18B20."""


def crc8(data: bytes) -> int:
    """Dallas/Maxim 1-Wire CRC."""
    crc = 0
    for byte in data:
        for bit in range(8):
            mix = (crc ^ (byte >> bit)) & 1
            crc = (crc >> 1) ^ (0x8C if mix else 0)
    return crc


def w1_slave(celsius: float, *, scratchpad: bytes | None = None, good: bool = True) -> str:
    """What the kernel writes for a DS18B20 at 12 bits."""
    raw = round(celsius * 16)
    data = scratchpad or (raw & 0xFFFF).to_bytes(2, "little") + bytes([0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10])
    crc = crc8(data)
    line = data.hex(" ") + f" {crc:02x} "
    milli = int(int.from_bytes(data[:2], "little", signed=True) * 1000 / 16)
    return f"{line}: crc={crc:02x} {'YES' if good else 'NO'}\n{line}t={milli}\n"
