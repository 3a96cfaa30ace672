"""A gpiozero pin factory on the kernel's GPIO character device, through libgpiod 2.

Choose it by name, ``GPIOZERO_PIN_FACTORY=gpiod``, or make one and hand it to the devices::

    from gpiozero import Button, PWMLED

    with GpiodFactory() as factory:
        button = Button(5, pin_factory=factory, bounce_time=0.02)
        led = PWMLED(12, pin_factory=factory)

Needs Linux 5.10 and the Python bindings of libgpiod 2.1 or newer: ``gpiod`` on PyPI,
``python3-libgpiod`` in Debian 13. Supports every Raspberry Pi that gpiozero knows, including the Pi 5, and
accepts gpiozero's pin names (``5``, ``"GPIO5"``, ``"BOARD29"``, ``"J8:29"``).

Differences from gpiozero's other factories:

* **No polling.** The kernel detects, debounces and timestamps edges. One thread for all pins sleeps in
  ``epoll`` until there is an edge; it exists only while a pin has a ``when_changed``. Callbacks run on this
  thread, one after the other, so they must not block; one that raises is logged, and the thread goes on. If
  an interrupt was lost, a pin's ``read_anew()`` lets the kernel sample the line.
* **``bounce_time`` is the time for which a level must be stable**, as in lgpio. In RPi.GPIO it is the time
  during which further edges are ignored. An edge is reported, and time-stamped, when the line has kept its
  new level for that time (rounded up to the kernel's timer tick, 4 ms at the usual 250 Hz); shorter pulses
  are not reported. The ``value`` of such a pin is debounced, too.
* **Opening a pin does not change it.** A line that an earlier program left high stays high until ``function``
  is set.
* **Hardware PWM is used if a PWM overlay owns the pin**
  (``dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4`` or ``dtoverlay=pwm-gpio,gpio=13``), as found in the
  device tree. Such a pin is an output only: requesting it as a GPIO line would disconnect it from the PWM
  permanently. For all other pins a small process generates the pulses, with absolute deadlines. It is
  started by the first ``frequency``, or earlier by the pin's ``prepare_pulses()``, and sleeps while the level
  is 0 or 1. When the program ends in any way, the process sets its lines low and ends. If the process dies,
  another one takes over; the factory's ``check()`` tests whether it responds. Suitable for lamps and tones
  (up to 10 kHz), not for servos.
* **``close()`` makes every line an input**, as in the other factories. If the program is killed, the
  Raspberry Pi's kernels leave steady outputs driven (upstream kernels make them inputs;
  raspberrypi/linux#6117), and hardware PWM continues. Let another program set them low afterwards, or set
  ``dtparam=strict_gpiod``.
* **Forks**: a child process inherits the lines but not the threads. Create the factory after ``os.fork()``,
  or use ``subprocess``, which closes the lines in the child.

Why not lgpio: gpiozero's lgpio factory polls all night (joan2937/lg#26; 46,760 wake-ups in 30 s with one
button armed, against none here), leaves a pipe in the working folder and is not in Debian. This package
imports nothing of the kiosk and could be published on its own; a program that uses it may pass a supervisor
for its threads (``threads``).

Why a process generates the pulses: a thread would have to wait for Python's global interpreter lock. Beside a
computing thread, on a busy two-core machine, 523 Hz came out as 123 Hz (median) from a thread, and as 340 to
521 Hz from the process. It takes 5 MB and asks for real-time priority. If it is killed or hangs, its lines
are set low, and another process gets the state of all lines, as each message has the complete state of one
line. If it dies repeatedly, the pause before the next one grows to five seconds at most; calls that need
pulses raise meanwhile.

Why ``read_anew()``: the level of a debounced line is that of its last interrupt. Reconfiguring the line makes
the kernel sample it, so that a lost interrupt is made up for; the kiosk does so every two seconds at most.

Errors are gpiozero's: ``BadPinFactory`` (no chip, no permission), ``PinUnknownPi`` (not a Pi),
``PinInvalidPin``, ``GPIOPinInUse`` (in this program, or in another, which the message names),
``PinFixedPull``, ``PinSetInput`` and so on.
"""

from .factory import GpiodFactory
from .line_pin import GpiodPin
from .pwm_pin import GpiodPWMPin

__all__ = ["GpiodFactory", "GpiodPWMPin", "GpiodPin"]
