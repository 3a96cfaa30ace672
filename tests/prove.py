"""How often the files that are read back are spoilt: a hundred times each in ``make test``, ``PROVE`` times
in ``make prove``."""

import os

import hypothesis
import pytest

ROUNDS = int(os.environ.get("PROVE", "100"))

#: For tests that spoil a file ROUNDS times: what ``make prove`` runs.
prove = pytest.mark.prove

#: The same for what Hypothesis draws.
examples = hypothesis.settings(max_examples=ROUNDS)
