"""What the owner can configure: schema, settings, techniques, TOML files with readable errors, and the
firmware's config.txt.

Settings, techniques and rehearsal scripts are TOML files written by hand, and the start of the kiosk waits
until they are read.

* **The cost of a file is bounded before it is parsed**: 64 KiB, and a nesting depth of 8 (brackets, or dots
  in a key). ``tomlsyntax.too_deep`` scans the text once, whereas tomllib's time is quadratic in the dots of a
  key and its stack grows with the brackets. Of a folder of techniques 50 files and 128 KiB are read; of a
  folder with more than 1000 files, none. ``tomltypes`` checks types in one pass and finds every mistake; the
  first 20 are reported. The tests count calls instead of milliseconds.
* **A mistake affects only its own value.** If a file, or its health section, cannot be understood, all health
  conditions count as present, unless a later file gives the answers. This holds only while the kiosk runs and
  is never written: a change on the screen writes its own key, and everything else in the file stays, mistakes
  too. The doubt ends when the file is corrected or when every health question is answered on the screen; then
  all answers are written together. Until then each yes is kept in ``config.toml.yes``; a no given meanwhile
  removes nothing from the corrected file.
* **A fault's banner stays until the fault is gone** (``keeper``). While there is one, the modification times
  of the files are checked with each sign of life, and a failed save is retried after a minute. While there is
  none, nothing is checked.
* **Privacy**: the package's file has mode 0640 and the service's group, files written by the kiosk have 0600.
  A file that this user may not read gives one note; for the service it is a fault. ``private`` recognises
  text that may be about health: no message quotes it.
* **config.txt** is parsed as the firmware parses it, and our block is added and removed without changing
  another byte (``config_txt``, shared by setup, doctor and the package's purge). ``assets/overlays.toml``
  lists which overlays take which pins.
"""
