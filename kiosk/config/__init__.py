"""What the owner may change: schema, settings, techniques, TOML with errors in plain words; and the
firmware's config.txt.

Settings, techniques and rehearsal scripts are TOML that somebody writes by hand, and a start waits for
them.

* **What a file costs is bounded before it is parsed**: 64 kB, and eight brackets or points deep
  (``tomlsyntax.too_deep`` looks at each mark once; tomllib's time grows with the square of a name's points,
  its stack with the brackets). Of a folder of techniques fifty files and 128 kB are read; of one with over
  a thousand files, none. ``tomltypes`` checks types in one pass and finds every mistake; the first twenty
  are told. The tests count calls, not milliseconds.
* **A mistake costs the value it is in.** Where a file, or what it says about health, cannot be understood,
  the night goes by all conditions, unless a later file answers. That holds for the moment and is never
  written: a change on the screen writes its one key, everything else in the file stays, mistakes too.
  Doubtful answers are settled by mending the file or by answering every question on the screen, which
  writes them together. Until then each yes waits in ``config.toml.yes``; a no said meanwhile takes nothing
  out of the mended file.
* **The banner stays as long as the fault** (``keeper``). While there is one, the files' dates are looked at
  with each sign of life, and what could not be saved is tried again after a minute; while there is none,
  nothing is looked at.
* **Private**: the package's file is 0640 for the service's group, what the kiosk writes is 0600. A file
  that this user may not read costs one line; for the service it is a fault. ``private`` knows what may tell
  about health: no message quotes it.
* **config.txt** is read as the firmware reads it, and our block goes in and out byte for byte
  (``config_txt``): setup, doctor and the package's purge share it. What overlays take of our pins is in
  ``assets/overlays.toml``.
"""
