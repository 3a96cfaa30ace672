"""The hardware: button, lamp, buzzer, probe and backlight, real and simulated.

An input posts events; an output is set from the State. Outputs raise ``PartFails``; ``runtime.outputs`` logs
it and retries.

* **Pins** are opened through one gpiozero factory (``pins``): our own (``gpiod_pins``), lgpio or RPi.GPIO,
  as ``[pins] factory`` says. There is no automatic fallback: with a factory that reports no edges the kiosk
  would seem to work but answer no press.
* **The button** is debounced by the kernel: bounces, spikes and the noise of a long cable never wake the
  program, and no press is lost while the program is busy. A press has to last 20 ms and up to the next tick
  of the kernel: at 250 Hz (4 ms) a press of 20 ms is never reported, one of 22 ms half of the time, one of
  24 ms always if the kernel's timers are not delayed. While someone is using the kiosk, the level is also
  read once a second.
"""
