"""The things that can be touched: button, lamp, buzzer, probe, backlight; real and simulated.

A part posts events or is driven by the State; it never calls back. Parts raise (``PartFails``), so that
somebody hears of it; ``runtime.outputs`` tries again.

* **Pins** are reached through one gpiozero factory (``pins``): ours (``gpiod_pins``), lgpio or RPi.GPIO as
  ``[pins] factory`` says. Nothing falls back by itself: a kiosk on pins without edges would look alive and
  answer no press.
* **The button** is debounced by the kernel: bounces, spikes and the noise of a long cable never wake the
  program, and a press counts even if the program was busy meanwhile. It has to last 20 ms and up to the
  kernel's next tick: at 250 ticks a second (4 ms) a press of 20 ms never counts, one of 22 ms half the
  times, one of 24 ms always where the kernel gets to its timers at once. The level is still read once a
  second while someone is there.
"""
