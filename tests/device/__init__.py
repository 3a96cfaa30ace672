"""The emulated device: ``make test-device`` installs the Debian package in Debian Trixie under QEMU, and
operates it as a person would: pushes the button, taps the screen, changes the water, cuts the power. It
checks the kernel's traces and the panel's pixels. Measurements are in BENCHMARKS.md.

============= ================================================= ===================================
part          real                                              emulated
============= ================================================= ===================================
pins          /dev/gpiochip0, gpiolib, kernel debounce; every   the chip (gpio-sim, 54 lines)
              write of lamp and buzzer stamped by tracefs
probe         w1 core and w1_therm: sysfs files, conversions    the bus master and the DS18B20
              of 750 ms, CRC, searches
screen, touch DRM, fbdev, evdev multitouch protocol B           virtio-gpu and virtio-multitouch
backlight     the kernel's class and our udev rule              the light
power         SIGKILL to QEMU: unflushed data is lost           a card that lies about flushing
============= ================================================= ===================================

* **All times are the guest's.** Its clock advances with its instructions (``-icount``, 500 million a second,
  on one host thread), so a busy host makes a run longer but no computation late; scenarios wait in seconds
  of the guest. While the guest is idle its clock follows the host's. Where milliseconds matter, a program at
  idle priority keeps the guest from being idle.
* **One processor**, fewer than any board has: with two, QEMU delays a timer of the second until the first has
  had its turn.
* **A twin gives the expected result** (``twin``): the product's conductor and stage on a simulated clock.
  Screenshot and picture may differ in 1 % of the pixels; edges are compared as complete histories.
* **Parallel devices**: each process of pytest-xdist has its own device. Most scenarios share one boot: a
  snapshot of the kiosk asleep is restored before each scenario. That takes a second, and starts a new QEMU,
  because within one process the emulated time stamp counter never goes back.
"""
