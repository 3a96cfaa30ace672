"""A night under way: conductor, outputs, main loop, supervision; ``app`` puts it together.

* **Threads meet in queues only.** Main draws; the conductor owns the State; diary and settings wait for the
  card (an fsync may take half a second); touch blocks in ``select``, the button's edges in ``epoll``; the
  probe's thread is there while a soak is on; one waits for the end of the process that makes pulses.
* **Every thread is watched** (``supervision``). One that dies is logged with its traceback and started
  again: at once the first time, then ever more seldom. One that is gone without a trace counts as dead. A
  dead conductor ends the program at once, lamp and buzzer off, with exit code 1; another thread that dies
  again and again ends it when nobody is led any more. systemd starts it anew. A thread that hangs for half
  a minute is logged, too. The banner of its part says what a death or a hang costs: touch, diary, settings,
  outputs.
* **Asleep nothing is due** but a sign of life every 2.25 s: main asks, the conductor answers, the watchdog
  is fed. A conductor or a main loop that hangs is noticed within 12 s. From a checkout, where no watchdog
  is, main ends the program itself two seconds later than the watchdog would. The same sign of life reads
  the button's level again (for an edge that was lost), asks the process that makes pulses for an answer
  while it pulses, starts what is gone without a trace, and looks whether the settings' files were mended
  while one is wrong. Nobody wakes for these alone.
* **A fault costs only its part.** An output that fails is logged once, shown by a banner and tried again
  ever more seldom, while water may burn every 2 s (``outputs``). A button that is down at the start (a
  short circuit, a hand) counts as pressed and spent: a banner, and the next press begins a night. One that
  cannot be read is a banner, and read again with each sign of life. A display that cannot be had is tried
  again; button, lamp and buzzer lead without it. An error in the conductor ends on the failsafe page, with
  the events that led to it in the journal.
* **Local time** serves quiet hours, the diary and the clock shown asleep; ``clock.local_now`` notices a
  changed time zone without a restart, one that ``cp -p`` wrote over another as well.
* **Real time**: the conductor, the pulse process and the thread of the button's edges ask for SCHED_FIFO
  (the unit's ``LimitRTPRIO=``), drawing does not. Without it the worst cue beside two busy programs came 14
  ms late. Whoever leads still needs Python's lock: it is asked back every half millisecond (Python's
  default is 5 ms), and no call of pygame keeps it for long (pictures are encoded in bands).
"""
