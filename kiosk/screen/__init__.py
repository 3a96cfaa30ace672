"""Draws the pages on any pygame surface, independent of the display.

``stage`` composes a ``Scene`` (a list of things) from the State and the time, compares it with the last one
and draws the differences. Sizes are in millimetres (``theme``, ``assets/tokens.toml``), so a panel needs no
layout of its own, only its diagonal; pages are laid out by the ``Room`` of its ``Shape``.

**Drawings**: ``assets/art/`` has one SVG for each picture, and ``poses.toml`` for all: a pose has a transform
for each moving group, and a cue names the poses that it uses. Six literal colours stand for tokens: outline,
furniture, marks, resting parts, acting parts, background. A picture has one bright area, filled, and at most
a fifth of it is brighter than luma 40; tests check every drawing. ``python -m tests.tools.naming OUT`` tests
whether a person understands the pictures: each frame that asks for an action, without words, sharp and as
seen with two dioptres of blur. The accepted answers were written before the first reading.

**The typeface** is Atkinson Hyperlegible Next, Regular and Bold: latin and latin-ext of npm
``@fontsource/atkinson-hyperlegible-next`` 5.3.0, each pair merged into one TrueType file with fontTools
(``merge.Merger``; pygame needs one file for each face). It replaced the family of 2020, which lacks the
Turkish dotted capital I, the Dutch ij and the German capital sharp s. Both have capitals of 0.668 em and the
same widths within 2 %. BENCHMARKS.md compares them.
"""
