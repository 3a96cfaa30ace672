"""What somebody takes a page for: their senses and the vocabulary, nothing of the device's inside."""

import msgspec

from tests.people.bed import Text, Touchable, View
from tests.people.data import Hearing, Sight
from tests.people.words import Meaning, vocabulary

#: Capitals of a key word, in mm.
_KEY = 9.0


class Saw(msgspec.Struct, frozen=True):
    """What reached somebody, and what they take it for. ``read``: all that they could read."""

    meaning: Meaning
    view: View
    read: str = ""

    @property
    def dark(self) -> bool:
        """Nothing shines from the glass."""
        return self.view.dark


def everything(view: View) -> Saw:
    """What it means to eyes that miss nothing."""
    return _taken(view)


def as_seen_by(sight: Sight, view: View) -> Saw:
    """What of it reaches these eyes."""
    if not sight.eyes:
        return Saw(Meaning(), View(view.kind))
    texts = tuple(text for text in view.texts if _is_legible(text, sight))
    pictures = tuple(picture for picture in view.pictures if picture.mm >= sight.picture)
    targets = tuple(
        target._replace(labels=tuple(text for text in target.labels if _is_legible(text, sight)))
        for target in view.targets
    )
    return _taken(View(view.kind, texts, pictures, targets, view.dark))


def as_heard_by(hearing: Hearing, tune: str) -> Meaning:
    """What of it reaches these ears."""
    return vocabulary().tune.get(tune, Meaning()) if hearing.tones else Meaning()


def _is_legible(text: Text, sight: Sight) -> bool:
    return text.mm >= sight.least


def _taken(view: View) -> Saw:
    known = vocabulary()
    on_targets = {text for target in view.targets for text in target.labels if target.act != "anywhere"}
    ordered = sorted(view.texts, key=lambda text: (text in on_targets, text.y, text.x))
    read = " ".join(text.words for text in ordered)
    big = [text.words for text in ordered if text.mm >= _KEY and text.words.isupper()]
    found: list[Meaning] = []
    whole = " ".join(big)
    found += [known.word[word] for word in (whole, *big) if word in known.word][:1]
    labels = {label for target in view.targets for label in said(target)}
    found += [meaning for all_of, meaning in known.label.items() if set(_spoken(all_of)) <= labels]
    small = read.casefold()
    found += [meaning for line, meaning in known.line.items() if line in small]
    for picture in view.pictures:
        for name in (f"{picture.name}:{picture.pose}", picture.name):
            if name in known.picture:
                found.append(known.picture[name])
                break
    return Saw(_merged(found), view, read)


def _spoken(labels: str) -> list[str]:
    return [labels] if labels in {"not me", "not now"} else labels.split()


def _merged(found: list[Meaning]) -> Meaning:
    def first(part: str) -> str:
        return next((value for one in found if (value := getattr(one, part))), "")

    kind, does, posture = first("kind"), first("does"), first("posture")
    if does == "pull" and posture == "crossed":
        does = "pull by hand"
    if does in {"roll", "roll frozen"} and any(one.does == "roll frozen" for one in found):
        does = "roll frozen"
    if kind not in {"hold", "move", "feet in", ""}:
        does = ""
    return Meaning(kind=kind, does=does, posture=posture)


def said(target: Touchable) -> tuple[str, ...]:
    """A target's label, in small letters; empty where it has none that is seen."""
    label = " ".join(text.words for text in target.labels).casefold()
    return (label,) if label else ()


def wanted(saw: Saw, want: str) -> Touchable | None:
    """The target that says what is wanted, if one does that can be read; a sign (plus, minus) by its act."""
    for word in vocabulary().want[want]:
        for target in saw.view.targets:
            labels = said(target)
            if word in labels or (not labels and target.act == word and word in {"plus", "minus"}):
                return target
    return None
