"""What is drawn, on any pygame surface; knows no display.

``stage`` makes of State and time one ``Scene`` (a list of things), compares it with the last one and draws
what differs. Sizes are millimetres (``theme``, ``assets/tokens.toml``), so a panel needs its diagonal and
no layout of its own; a layout is made for each ``Shape``.

**Drawings**: ``assets/art/`` has one SVG a picture and one table, ``poses.toml``: a pose is a transform for
each moving group, a cue names the poses it goes through. Six literal colours stand for tokens: outline,
furniture, marks, what rests, what acts, ground. A picture is bright in one thing, filled, and at most a
fifth of it is above luma 40; tests hold every drawing to that. ``python -m tests.tools.naming OUT`` asks
whether a person knows what to do: each frame in which something is asked, without a word, sharp and as an
eye two dioptres off sees it. What counts as an answer was written before anybody reads.

**The typeface** is Atkinson Hyperlegible Next, Regular and Bold: latin and latin-ext of npm
``@fontsource/atkinson-hyperlegible-next`` 5.3.0, each pair merged into one TrueType file with fontTools
(``merge.Merger``; pygame takes one file a face). It replaced the family of 2020, which lacks the Turkish
dotted capital I, the Dutch ij and the German capital sharp s. Both have capitals of 0.668 em and the same
widths within 2 %. How they compare is in BENCHMARKS.md.
"""
