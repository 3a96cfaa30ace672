"""The glass: where a picture goes and where taps come from.

A night is shown by one of three displays (``base.Display``): the console (framebuffer and evdev), a desktop
window, the simulator. The console is the default because it costs less and needs no GL (BENCHMARKS.md).

* **Which panel**: the framebuffer whose card has a connected socket; a built-in one (DSI, DPI, SPI) before
  a monitor, before one without sockets (``panels.survey``, which ``doctor`` prints). A late one is waited
  for, 30 s; button, lamp and buzzer lead meanwhile, and systemd hears of us.
* **No half-drawn picture**: pages are drawn on a copy in the panel's own format (16, 24 or 32 bits, any
  stride), and only finished parts are written: whole rows in one write, on an SPI panel just the pixels
  that changed. What cannot be drawn, or contradicts itself (``geometry``), is refused with a sentence, by
  ``doctor`` too.
* **Another mode**: the picture is laid out anew when the panel is given one. The framebuffer is asked with
  each look of the main loop; a window is told by the window manager or compositor (cage 0.1.4, Bookworm's,
  does not); where X11 runs without a window manager, ``x11`` makes the window follow the screen.
* **The terminal is given back** (KD_TEXT) on every way out: an end in good order, an exception, SIGTERM,
  SIGINT, SIGHUP, the interpreter's end; after a SIGKILL systemd resets it (TTYReset=). A person with a
  keyboard may switch to another terminal (Ctrl+Alt+F2): in graphics mode the kernel refuses that unless we
  agree each time (VT_PROCESS). Then nothing is drawn, the touch panel is let go, and on return the picture
  is written whole.
* **Rotation is ours** (``turned``), as neither the framebuffer nor SDL's KMS driver turns a picture; only
  dirty parts are turned, 0.04 ms for a ring.
* **Touch**: protocol B, protocol A and single touch become contacts (``decode``). Axes are swapped and
  turned round by the settings, and calibrated by three crosses and a proof (``core.calibration``): by the
  command, or as the last of the parts on the screen. A panel whose touches land elsewhere leads nobody to a
  page of the settings, so the button alone leads there: a long press held on for ten seconds, never out of
  a relief. While crosses are shown the console reports touches without calibration, and a page asks for
  their place (``Touched``) instead of targets; the six numbers go the way of every setting and count from
  the next touch on. Not offered where the system has calibrated touch (SDL).
* **Light**: the eye's scale to the backlight's steps. Where the light cannot be turned down (HDMI, on/off
  backlights) the palette is dimmed instead, as far as words keep a contrast of 7:1. Of several backlights
  the panel's own is used (``backlights``): on its socket, on its device, or needed by it as the kernel's
  device links say; one of unknown place is the second choice, one that may not be written is passed over. A
  light that is known to be another panel's is never used as ours, and where no desktop runs it is dark
  until the end. One of unknown place is left alone: two lights may be behind one panel.
* **SDL** (``display = "desktop"``, or started under X11, cage or labwc): where nobody answers, SDL would
  take a driver that shows nothing; that is an error, tried again, unless the owner named that driver
  (SDL_VIDEODRIVER). Wayland comes before Xwayland, which makes a mouse of every finger. On a bare console
  it is KMS, on the card of the connected panel; there the axes of the settings count, as no compositor
  knows them. Never ``pygame.event.wait``, which looks a thousand times a second where the compositor does
  not help. A compositor that dies is a lost display, and tried again. No program outlives its X server, as
  Xlib ends it: lamp and buzzer are switched off before, and the exit code is 1 (``x11``).
* **Cost**: a frame is compared with the last before a pixel is drawn. pygame is loaded without
  pkg_resources, numpy and the mixer (``pygame_import``): 28 ms of processor time instead of 124, and 16 MB
  less.
"""
