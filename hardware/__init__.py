"""Everything needed to build the device: pins, circuit, wiring, enclosure, and what checks them."""
