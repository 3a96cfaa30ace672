"""The vocabulary: what words, lines, pictures, labels and tunes are taken for (vocabulary.toml)."""

from tests.people.data import Table, read


class Meaning(Table, frozen=True):
    """What something asks for; empty: it does not say."""

    kind: str = ""
    does: str = ""
    posture: str = ""


class Movement(Table, frozen=True):
    """How a movement is done."""

    postures: tuple[str, ...]
    hands: bool = False
    hold: bool = False


class Vocabulary(Table, frozen=True):
    """vocabulary.toml."""

    word: dict[str, Meaning]
    line: dict[str, Meaning]
    picture: dict[str, Meaning]
    label: dict[str, Meaning]
    tune: dict[str, Meaning]
    want: dict[str, tuple[str, ...]]
    movement: dict[str, Movement]
    counts_as: dict[str, tuple[str, ...]]
    condition: dict[str, tuple[str, ...]]


def vocabulary() -> Vocabulary:
    """What pages mean."""
    return read("vocabulary.toml", Vocabulary)
