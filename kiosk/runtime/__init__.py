"""The running kiosk: conductor, outputs, main loop, supervision; ``app`` assembles them.

* **Threads communicate through queues only.** The main thread draws; the conductor owns the State; the
  threads of diary and settings wait for the SD card (an fsync may take 0.5 s); touch blocks in ``select``,
  the button's edges in ``epoll``; the probe's thread exists during a soak; one thread waits for the pulse
  process to exit.
* **Every thread is supervised** (``supervision``). One that dies is logged with its traceback and restarted:
  at once the first time, then after longer and longer pauses. One that vanished without an exception counts
  as dead. If the conductor dies, the program ends at once with lamp and buzzer off and exit code 1; if
  another thread dies again and again, it ends as soon as the kiosk is asleep. systemd restarts it. A thread
  that hangs for 30 s is logged too. A banner says what is lost by a death or a hang: touch, diary, settings,
  outputs.
* **Asleep nothing is due** but a sign of life every 2.25 s: the main thread asks, the conductor answers, and
  the watchdog is fed. A hanging conductor or main loop is noticed within 12 s. In a checkout there is no
  watchdog; there the main thread ends the program itself, 2 s later than the watchdog would. The same sign of
  life reads the button's level again (in case an edge was lost), checks the pulse process while it pulses,
  restarts vanished threads, and, while a settings file is wrong, checks whether it was corrected. None of
  these has a wake-up of its own.
* **A fault affects only its part.** An output that fails is logged once, reported by a banner and retried
  after longer and longer pauses, at most 2 s while the water is dangerously hot (``outputs``). A button
  that is down at the start (a short circuit, a hand) counts as already pressed: a banner is shown, and the
  next press starts a relief. A button that cannot be read is reported by a banner and read again with each
  sign of life. A display that cannot be opened is retried; button, lamp and buzzer work without it. An error
  in the conductor leads to the failsafe page, and the events before it are logged.
* **Local time** is used for quiet hours, the diary and the clock shown asleep. ``clock.local_now`` notices a
  new time zone without a restart, even if ``cp -p`` wrote it over the old one with the same modification
  time.
* **Real time**: the conductor, the pulse process and the thread of the button's edges request SCHED_FIFO (the
  unit's ``LimitRTPRIO=``), drawing does not. Without it the latest cue beside two busy programs was 14 ms
  late. The conductor still needs Python's global lock: the switch interval is 0.5 ms (Python's default is 5
  ms), and no pygame call holds the lock for long (pictures are encoded in bands).
"""
