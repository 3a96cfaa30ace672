"""The people who sleep here: somebody by chance, or of a named situation, lives a night with the device.

``data/`` is who they are (numbers with their sources, or said to be guesses; none of them is the
product's), and what words and pictures are taken for. ``draw`` makes somebody of it; ``body``, ``person``,
``reactions`` and ``bath`` are how they act; ``meaning`` is all that reaches them. ``bed`` is the device:
the conductor and the clock of a rehearsal, the screen's stage, a real diary. ``night`` plays the two
together, and a witness notes down in ``life`` what happened to the person. ``judges`` makes a table of it,
``stuck`` looks for the way out, ``run`` and ``make people`` live many nights. Situations are in
``test_situations_*``.

A person perceives what the stage's composed frame, lamp and buzzer give their senses (capitals of 13 mm
without glasses, no tone when deaf), recognises what is asked by its words and pictures, needs time to get
there, and answers by presses and taps, or not. ``make test`` lives two hundred nights by chance and the
situations.

To change a number in ``data/`` takes a source: they were fixed before the first night was measured.
"""
