"""Everything needed to build the device: pins, circuit, wiring and enclosure, and their checks."""
