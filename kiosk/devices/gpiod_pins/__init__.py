"""A gpiozero pin factory on the kernel's GPIO character device, through libgpiod 2.

Choose it by name, ``GPIOZERO_PIN_FACTORY=gpiod``, or make one and hand it to the devices::

    from gpiozero import Button, PWMLED

    with GpiodFactory() as factory:
        button = Button(5, pin_factory=factory, bounce_time=0.02)
        led = PWMLED(12, pin_factory=factory)

Needs Linux 5.10 and the Python bindings of libgpiod 2.1 or newer: ``gpiod`` on PyPI,
``python3-libgpiod`` in Debian 13. Knows every Raspberry Pi that gpiozero knows, the Pi 5 included, and
counts pins as gpiozero does (``5``, ``"GPIO5"``, ``"BOARD29"``, ``"J8:29"``).

What differs from gpiozero's other factories:

* **Nothing is polled.** The kernel detects edges, debounces them and stamps them. One thread for all
  pins sleeps in ``epoll`` until there is one; it is there only while a pin has a ``when_changed``.
  Callbacks run in it, one after the other, so they must not block; one that raises is logged, and the
  thread goes on. Should an interrupt get lost, a pin's ``read_anew()`` lets the kernel look at the line.
* **``bounce_time`` means "stable for so long"**, as in lgpio, not "deaf for so long", as in RPi.GPIO: an
  edge is reported once the line has kept its new level for that time, so anything shorter never
  happened, and what is reported comes that much later (rounded up to the kernel's timer tick, 4 ms at
  the usual 250 Hz). Its time stamp is that of the report. ``value`` of such a pin is debounced too.
* **A pin is taken as it is.** Making one drives nothing: a line that an earlier program left high stays
  high until ``function`` is set.
* **PWM is the hardware's where a PWM overlay owns the pin**
  (``dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4`` or ``dtoverlay=pwm-gpio,gpio=13``), found in the
  device tree. Such a pin is an output only: making it a plain line would take it away from the PWM for
  good. Elsewhere a small process of its own makes the pulses, with absolute deadlines: in a thread they
  would have to wait for Python's lock, and a tone would stutter with every picture drawn. It is started
  by the first ``frequency``, or before by the pin's ``prepare_pulses()``, sleeps while the level is 0 or
  1, and ends, its lines low, when the program does, however that ended. If it is the process that dies,
  another one goes on; the factory's ``check()`` asks whether it still answers. Good for lamps and tones
  (up to 10 kHz), not for servos.
* **``close()`` leaves inputs behind**, as the others do. A killed program cannot: the Raspberry Pi's own
  kernels leave steady outputs driven as they were (upstream's make them inputs; raspberrypi/linux#6117),
  and hardware PWM goes on playing. Let something that outlives the program write them low, or set
  ``dtparam=strict_gpiod``.
* **Forks**: a child has the lines but not the threads. Make the factory after ``os.fork()``, or use
  ``subprocess``, which closes the lines in the child.

Why it exists: gpiozero's lgpio polls all night (joan2937/lg#26; 46,760 wake-ups in 30 s with one button
armed, this one none), leaves a pipe in the working folder and is not in Debian. It could be a package of
its own: it imports nothing of the kiosk, and whoever uses it may hand it a supervisor for its threads
(``threads``).

Why a process makes the pulses: beside a thread that computes, on a crowded two-core machine, 523 Hz came
out as 123 Hz (median) from a thread, and as 340 to 521 Hz from the process. It takes 5 MB, asks for real
time, sleeps while nothing is dimmed or sounds, and ends a tone by itself. If the process is killed or
hangs, its lines are written low and another one is told all of them, as each message is the whole state of
a line. One that dies again and again is tried again after five seconds at most; meanwhile who wants a tone
is told that there is none.

Why ``read_anew()``: a debounced line's level is what its last interrupt said. At most every two seconds the
line is set up anew, for which the kernel looks at it, so that a lost interrupt is made up for.

Errors are gpiozero's: ``BadPinFactory`` (no chip, no permission), ``PinUnknownPi`` (not a Pi),
``PinInvalidPin``, ``GPIOPinInUse`` (in this program, or by another: the message names who),
``PinFixedPull``, ``PinSetInput`` and so on.
"""

from .factory import GpiodFactory
from .line_pin import GpiodPin
from .pwm_pin import GpiodPWMPin

__all__ = ["GpiodFactory", "GpiodPWMPin", "GpiodPin"]
