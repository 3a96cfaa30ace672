"""The emulated device: ``make test-device`` installs the Debian package in a Debian Trixie under QEMU and
uses it as a person would: pushes the button, taps the glass, warms the water, pulls the plug. What it
reads are the kernel's own traces and the panel's pixels. What was measured is in BENCHMARKS.md.

============= ================================================= ===================================
part          real                                              pretended
============= ================================================= ===================================
pins          /dev/gpiochip0, gpiolib, kernel debounce; every   the chip (gpio-sim, 54 lines)
              write of lamp and buzzer stamped by tracefs
probe         w1 core and w1_therm: sysfs files, conversions    the bus master and the DS18B20
              of 750 ms, CRC, searches
screen, touch DRM, fbdev, evdev multitouch protocol B           virtio-gpu and virtio-multitouch
backlight     the kernel's class and our udev rule              the light
power         SIGKILL to QEMU: what was not flushed is gone     a card that lies about flushing
============= ================================================= ===================================

* **Time is the guest's.** Its clock advances with its instructions (``-icount``, 500 million a second, on
  one host thread), so a busy host makes a run longer and no computing late; scenarios wait in the guest's
  seconds. Only while the guest idles its clock keeps step with ours; where milliseconds count, a program
  that takes only what is left keeps it from idling.
* **One processor**, fewer than any board has: with two, QEMU lets a timer of the second wait for the turn
  of the first.
* **A twin tells what to expect** (``twin``): the product's own conductor and stage on a simulated clock.
  Panel and picture may differ in one pixel of a hundred; edges are compared as whole histories.
* **Devices side by side**: each process of pytest-xdist has one of its own, as they keep their own time.
  One boot each serves most scenarios: a snapshot of the kiosk asleep is restored before each (a second, in
  a QEMU of its own: within one process the emulated time stamp counter never goes back).
"""
