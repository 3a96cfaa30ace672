"""Runs in the guest: creates and removes COUNT touch panels of different lifetimes: ``panels.py COUNT``."""

import sys
import time

from evdev import AbsInfo, UInput
from evdev import ecodes as e

RANGE = AbsInfo(value=0, min=0, max=799, fuzz=0, flat=0, resolution=0)
SLOTS = AbsInfo(value=0, min=0, max=9, fuzz=0, flat=0, resolution=0)
CAN = {
    e.EV_KEY: [e.BTN_TOUCH],
    e.EV_ABS: [
        (e.ABS_MT_SLOT, SLOTS),
        (e.ABS_MT_TRACKING_ID, RANGE),
        (e.ABS_MT_POSITION_X, RANGE),
        (e.ABS_MT_POSITION_Y, RANGE),
    ],
}
#: Longest lifetime in seconds. The shortest-lived panels are gone before they are opened, the others while
#: they are touched.
LONGEST = 0.12

count = int(sys.argv[1])
for number in range(count):
    panel = UInput(CAN, name=f"panel {number}", input_props=[e.INPUT_PROP_DIRECT])
    lives = LONGEST * (number * 37 % count) / count
    until = time.monotonic() + lives
    while time.monotonic() < until:
        panel.write(e.EV_ABS, e.ABS_MT_TRACKING_ID, number)
        panel.write(e.EV_ABS, e.ABS_MT_POSITION_X, number)
        panel.syn()
        time.sleep(0.004)
    panel.close()
print(count)
