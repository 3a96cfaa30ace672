"""The screen: where the picture is shown and where touches come from.

There are three displays (``base.Display``): the console (framebuffer and evdev), a desktop window, and the
simulator. The console is the default because it needs the least processor time and no GL (BENCHMARKS.md).

* **Which panel**: the framebuffer whose graphics card has a connected connector; a built-in panel (DSI, DPI,
  SPI) is preferred to a monitor, and a monitor to a framebuffer without connectors (``panels.survey``, which
  ``doctor`` prints). The program waits up to 30 s for one that appears late; button, lamp and buzzer work
  meanwhile, and systemd is notified.
* **No half-drawn picture**: pages are drawn on a copy in the panel's own pixel format (16, 24 or 32 bits, any
  stride), and only finished parts are written: whole rows in one write, or, on an SPI panel, only the pixels
  that changed. A format that cannot be drawn, or whose values contradict each other (``geometry``), is
  refused with a sentence, also by ``doctor``.
* **Mode changes**: the picture is laid out anew when the panel is given another mode. The framebuffer's mode
  is read in each pass of the main loop. A window is resized by the window manager or compositor (cage 0.1.4
  in Debian 12 does not); under X11 without a window manager ``x11`` makes the window follow the screen.
* **The terminal is restored** (KD_TEXT) on every exit: a normal end, an exception, SIGTERM, SIGINT, SIGHUP,
  the interpreter's exit; after a SIGKILL systemd resets it (TTYReset=). A user with a keyboard may switch to
  another terminal (Ctrl+Alt+F2): in graphics mode the kernel refuses that unless this process agrees each
  time (VT_PROCESS). Then nothing is drawn, the touch panel is released, and on return the whole picture is
  written.
* **Rotation is done here** (``turned``), because neither the framebuffer nor SDL's KMS driver rotates a
  picture. Only changed parts are rotated: 0.04 ms for a ring.
* **Touch**: protocol B, protocol A and single touch are converted to contacts (``decode``). Axes are swapped
  and inverted by the settings, and calibrated by touching three crosses and a fourth to verify the result
  (``core.calibration``), either by the command or as the last item of the parts page. If a panel's touches
  are off, its owner cannot reach a page of the settings by touch; therefore the button alone leads there, by
  a press held for ten seconds while no relief is under way. While crosses are shown the console reports
  uncalibrated touches, and the page gets their position (``Touched``) instead of a target. The six numbers
  are saved like any setting and apply from the next touch on. Calibration is not offered where the system
  calibrates touch (SDL).
* **Backlight**: perceived brightness is converted to the steps of the backlight. If it cannot be dimmed
  (HDMI, on/off backlights) the palette is dimmed instead, as far as text keeps a contrast of 7:1. If there
  are several backlights, the panel's own is used (``backlights``): the one on its connector, on its device,
  or linked to it by the kernel's device links; else one that belongs to no known panel. One without write
  permission is skipped. A backlight of another panel is never used as ours; if no desktop is running it is
  switched off until the program ends. One that belongs to no known panel is not switched off, because two
  backlights may be behind one panel.
* **SDL** (``display = "desktop"``, or started under X11, cage or labwc): without a display server SDL would
  choose a driver that shows nothing. This is an error, and retried, unless the owner chose that driver
  (SDL_VIDEODRIVER). Wayland is preferred to Xwayland, which turns every finger into a mouse. On a console
  without a desktop, KMS is used, on the card of the connected panel; there the axis settings apply, because
  no compositor handles them. ``pygame.event.wait`` is never used: it polls a thousand times a second if
  the compositor does not support waiting. If a compositor dies, the display is lost, and opened again. If an
  X server dies, Xlib ends the program; lamp and buzzer are switched off before, and the exit code is 1
  (``x11``).
* **Cost**: a frame is compared with the last one before anything is drawn. pygame is loaded without
  pkg_resources, numpy and the mixer (``pygame_import``), which takes 28 ms of processor time instead of 124,
  and 16 MB less memory.
"""
