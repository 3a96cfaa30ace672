"""Reads and checks technique files: the shipped ones, then the owner's, which may replace them.

Each mistake gives one sentence, and only its own file is left out.
"""

import heapq
import itertools
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.config.tomlfile import (
    SYSTEM,
    ForbiddenError,
    TomlError,
    dangling,
    own_folder,
    parse,
    passed_over,
    read,
    read_text,
)
from kiosk.config.tomltypes import MisfitError, fit
from kiosk.config.tomlwords import at_most, shown
from kiosk.core.cues import CUES
from kiosk.core.technique import Block, Card, Load, Place, Step, Technique, with_ids
from kiosk.files import asset
from kiosk.i18n import _, ngettext

Pictures = Mapping[str, frozenset[str]]
"""illustration -> its poses, and "@cue" for each cue under which it moves"""

NEXT_UP_WORDS = 5
"""most words of name and posture: with three targets a page has at most eight"""
GUIDE_WORDS = 7
"""most words of key word and line: with one target a page has at most eight"""
LINE_WORDS = 5
"""most words of a line"""

#: Files and bytes that are read of a folder, because the start waits for it. An owner has a handful of
#: techniques.
FILES, BYTES = 50, 128 * 1024
#: Of a folder with more entries nothing is read.
_ENTRIES = 1000
#: Most steps of a technique, counted in every round; shipped ones have 12 at most.
_BEATS = 500

_ROUNDS = (1, 60)
_SOAK_MINUTES = (1, 20)
_PLACES = list(Place)


def folders() -> tuple[Path, ...]:
    """Folders of technique files: shipped, the administrator's, this user's. A later one overrides earlier
    ones."""
    return (asset("techniques"), SYSTEM / "techniques", own_folder() / "techniques")


@dataclass(frozen=True)
class Found:
    """The techniques in their usual order. ``problems``: a sentence for each mistake in the files; ``notes``:
    one for each file or folder that this user may not read."""

    techniques: tuple[Technique, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def load(where: Sequence[Path] | None = None) -> tuple[tuple[Technique, ...], tuple[str, ...]]:
    """``techniques`` and ``problems`` of ``find(where)``."""
    found = find(where)
    return found.techniques, found.problems


def find(where: Sequence[Path] | None = None) -> Found:
    """Read the techniques in the folders ``where``; None: ``folders()``. Never raises for a wrong file.

    A technique replaces the one with the same id from an earlier folder and takes its place. A file with a
    mistake is left out, so that the shipped technique stays if its replacement is wrong. Techniques in bed
    come first, then those on the feet, then soaks. ``FILES`` and ``BYTES`` bound what is read of a folder.
    """
    pictures = read_pictures(asset("art", "poses.toml"))
    techniques: dict[str, Technique] = {}
    problems: list[str] = []
    notes: list[str] = []
    for folder in folders() if where is None else where:
        found, wrong, forbidden = _read_folder(folder, pictures)
        techniques |= found
        problems += at_most(wrong, folder)
        notes += forbidden
    ordered = sorted(techniques.values(), key=lambda technique: _PLACES.index(technique.place))
    return Found(tuple(ordered), tuple(problems), tuple(notes))


def _read_folder(folder: Path, pictures: Pictures) -> tuple[dict[str, Technique], list[str], list[str]]:
    """The techniques of a folder by id, a sentence for each mistake, and one for each file this user may not
    read."""
    found: dict[str, Technique] = {}
    files: dict[str, str] = {}
    wrong: list[str] = []
    forbidden: list[str] = []
    left = BYTES
    try:
        names = _names(folder, wrong)
    except PermissionError:
        return found, wrong, [passed_over(folder)]
    for name in names:
        path = folder / name
        try:
            text = read_text(path)
        except ForbiddenError:
            forbidden.append(passed_over(path))
            continue
        except FileNotFoundError:  # deleted since the folder was listed
            continue
        except TomlError as error:
            wrong.append(str(error))
            continue
        left -= len(text.encode())
        if left < 0:
            sentence = _("{file} is not read, nor what follows: a folder may have {most} kB in all.")
            wrong.append(sentence.format(file=path, most=BYTES // 1024))
            break
        technique, mistakes = read_technique(text, path, pictures)
        wrong += mistakes
        if technique is None:
            continue
        if technique.id in found:
            twice = _("{file}: id {id} is already taken by {other}; give it another.")
            wrong.append(twice.format(file=path, id=technique.id, other=files[technique.id]))
            continue
        found[technique.id], files[technique.id] = technique, name
    return found, wrong, forbidden


def _names(folder: Path, wrong: list[str]) -> list[str]:
    """Names of the first ``FILES`` technique files; that there are more is appended to ``wrong``. Raises
    ``PermissionError``."""
    try:
        with os.scandir(folder) as entries:
            there = [each.name for each in itertools.islice(entries, _ENTRIES + 1)]
    except PermissionError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        if folder.is_symlink():
            wrong.append(dangling(folder))
        return []
    except OSError as error:
        wrong.append(_("{file} cannot be read: {reason}.").format(file=folder, reason=error.strerror))
        return []
    if len(there) > _ENTRIES:
        sentence = _(
            "{folder} has more than {most} files in it, so none is read: keep only techniques there."
        )
        wrong.append(sentence.format(folder=folder, most=_ENTRIES))
        return []
    names = [each for each in there if each.endswith(".toml") and each[0] != "."]
    if len(names) > FILES:
        sentence = _("{folder} has {n} files; the first {most} by name are read.")
        wrong.append(sentence.format(folder=folder, n=len(names), most=FILES))
    return heapq.nsmallest(FILES, names)


def read_technique(text: str, path: Path, pictures: Pictures) -> tuple[Technique | None, list[str]]:
    """Parse and check the text of one file: the technique, or None and a sentence for each mistake."""
    try:
        technique = fit(parse(text, path), Technique, path)
    except MisfitError as error:
        return None, error.sentences
    except TomlError as error:
        return None, [str(error)]
    wrong = [f"{path}: {sentence}" for sentence in check(technique, pictures)]
    return (None, at_most(wrong, path)) if wrong else (with_ids(technique), [])


def read_pictures(poses: Path) -> Pictures:
    """Poses and cues of each illustration, from ``poses.toml``. Raises ``TomlError``."""
    tables = read(poses)
    cues, _feet = tables.pop("cue"), tables.pop("foot")
    return {
        art: frozenset({*shown, *(f"@{cue}" for cue in cues.get(art, ()))}) for art, shown in tables.items()
    }


def check(technique: Technique, pictures: Pictures) -> Iterator[str]:
    """A sentence, without the file's name, for each mistake that the types cannot express."""
    if bool(technique.block) == (technique.soak is not None):
        yield _(
            "a technique has either timed steps, below [[block]] and [[block.step]], or a soak, below [soak]."
        )
    if (technique.place is Place.SOAK) != (technique.soak is not None):
        yield _('a technique with [soak] has place = "soak", and no other has.')
    if technique.soak is not None and Load.HEAT not in technique.loads:
        yield _(
            "loads of a soak must name heat; without it the safety profile could not leave it out. "
            'Example: loads = ["heat"]'
        )
    if not technique.loads:
        yield _(
            "loads must say what it asks of the body, so that the safety profile can leave it out. "
            'Example: loads = ["stretch"]'
        )
    yield from _same_ids("block", technique.block)
    beats = sum(block.bounds[1] * len(block.step) for block in technique.block)
    if beats > _BEATS:
        sentence = _("its blocks come to {n} steps with all their rounds; there is room for {most}.")
        yield sentence.format(n=beats, most=_BEATS)
    yield from _too_long("name + posture", NEXT_UP_WORDS, technique.name, technique.posture)
    yield from _picture("posture_art", technique.posture_art, technique.posture_pose, pictures)
    yield from _picture("art", technique.art, "", pictures)
    for number, block in enumerate(technique.block, 1):
        yield from _check_block(f"block {number}", block, technique, pictures)
    if technique.soak is not None:
        yield from _within("soak.minutes", technique.soak.minutes, technique.soak.range, _SOAK_MINUTES)
        for name, cards in (("prepare", technique.soak.prepare), ("after", technique.soak.after)):
            yield from _same_ids(f"soak.{name}", cards)
            for number, card in enumerate(cards, 1):
                at = f"soak.{name} {number}"
                yield from _check_line(at, card.word, card.line)
                yield from _step_picture(at, card, card.pose, technique, pictures)


def _check_block(at: str, block: Block, technique: Technique, pictures: Pictures) -> Iterator[str]:
    yield from _within(f"{at}.times", block.rounds, block.bounds, _ROUNDS)
    yield from _same_ids(f"{at}.step", block.step)
    for number, step in enumerate(block.step, 1):
        key = f"{at}.step {number}"
        if step.range is not None:
            yield from _within(f"{key}.seconds", step.seconds, step.range, (1, 1800))
        beyond = [turn for turn in step.rounds if turn > block.bounds[1]]
        if beyond:
            sentence = _("{key}.rounds names round {round}, but the block has only {rounds}.")
            yield sentence.format(key=key, round=beyond[0], rounds=block.bounds[1])
        word = step.word or CUES[step.cue].word
        for line in filter(None, (step.line, step.gentle)):
            yield from _check_line(key, word, line)
        yield from _step_picture(key, step, step.pose or f"@{CUES[step.cue].poses}", technique, pictures)


def _same_ids(key: str, parts: Sequence[Block | Step | Card]) -> Iterator[str]:
    """Ids that are not unique: the diary could not tell these parts apart."""
    ids = Counter(part.id for part in parts if part.id)
    for name in (name for name, count in ids.items() if count > 1):
        yield _("{key}: {n} of them have the id {id}; give each its own.").format(
            key=key, n=ids[name], id=name
        )


def _step_picture(
    at: str, step: Step | Card, pose: str, technique: Technique, pictures: Pictures
) -> Iterator[str]:
    """Check a step's own picture, or the technique's; not if the latter is missing, which is reported
    already."""
    if step.art or technique.art in pictures:
        yield from _picture(f"{at}.art", step.art or technique.art, pose, pictures)


def _check_line(at: str, word: str, line: str) -> Iterator[str]:
    yield from _too_long(f"{at}.line", LINE_WORDS, line)
    yield from _too_long(f"{at}.word + line", GUIDE_WORDS, word, line)


def _too_long(key: str, most: int, *lines: str) -> Iterator[str]:
    """Too many words. A number does not count as a word."""
    count = sum(any(map(str.isalpha, word)) for line in lines for word in line.split())
    if count > most:
        yield ngettext(
            "{key} has {count} words; there is room for {most}.",
            "{key} has {count} words; there is room for {most}.",
            most,
        ).format(key=key, count=count, most=most)


def _within(key: str, value: int, given: tuple[int, int], ever: tuple[int, int]) -> Iterator[str]:
    low, high = given
    if not ever[0] <= low <= high <= ever[1]:
        sentence = _("{key}: the range {low} to {high} must rise and stay within {least} to {most}.")
        yield sentence.format(key=key, low=low, high=high, least=ever[0], most=ever[1])
    elif not low <= value <= high:
        sentence = _("{key} is {value}, which is outside its range of {low} to {high}.")
        yield sentence.format(key=key, value=value, low=low, high=high)


def _picture(key: str, art: str, pose: str, pictures: Pictures) -> Iterator[str]:
    """An unknown picture or pose. ``pose``: a pose; "@cue": the picture's movement under that cue; "":
    any."""
    if art not in pictures:
        named, stem = sorted(pictures), art.rsplit(".", 1)[0]
        sentence = _(
            "{key}: there is no picture {art}; there are, named without .svg: {known}. Example: {example}"
        )
        line = f'{key.rsplit(".", 1)[-1]} = "{stem if stem in pictures else named[0]}"'
        yield sentence.format(key=key, art=shown(art), known=", ".join(named), example=line)
    elif pose.startswith("@") and pose not in pictures[art]:
        sentence = _("{key}: the picture {art} knows no {cue}; name a pose.")
        yield sentence.format(key=key, art=shown(art), cue=shown(pose[1:]))
    elif pose and pose not in pictures[art]:
        known = ", ".join(sorted(each for each in pictures[art] if not each.startswith("@")))
        sentence = _("{key}: the picture {art} has no pose {pose}; it has {known}.")
        yield sentence.format(key=key, art=shown(art), pose=shown(pose), known=known)


def describe(technique: Technique) -> list[str]:
    """A technique as lines of text: steps with seconds and ranges, cautions, sources."""
    lines = [_(technique.name), _("Posture: {posture}").format(posture=_(technique.posture))]
    sources = [technique.source]
    for block in technique.block:
        lines.append(_rounds(block))
        lines += ["  " + _step(step) for step in block.step]
        sources += [step.source for step in block.step]
    if (soak := technique.soak) is not None:
        low, high = soak.range
        length = _("Soak {minutes} minutes ({low} to {high})")
        lines += ["  " + _card(card) for card in soak.prepare]
        lines.append(length.format(minutes=soak.minutes, low=low, high=high))
        lines += ["  " + _card(card) for card in soak.after]
        sources += [soak.source, *(card.source for card in (*soak.prepare, *soak.after))]
    if technique.caution:
        lines.append(_("Take care: {caution}").format(caution=_(technique.caution)))
    if technique.by_day:
        lines.append(_("By day: {by_day}").format(by_day=_(technique.by_day)))
    return [*lines, _("Sources:"), *("  " + source for source in dict.fromkeys(sources))]


def _rounds(block: Block) -> str:
    count = ngettext("{rounds} round", "{rounds} rounds", block.rounds)
    if block.until:
        count = ngettext(
            "{rounds} round, again until it is gone", "{rounds} rounds, again until it is gone", block.rounds
        )
    low, high = block.bounds
    if low != high:
        count = _("{rounds} ({low} to {high})").format(rounds=count, low=low, high=high)
    return count.format(rounds=block.rounds)


def _step(step: Step) -> str:
    word, line = _(step.word or CUES[step.cue].word), _(step.line)
    text = _("{word} {seconds} s – {line}")
    if step.range is not None:
        text = _("{word} {seconds} s ({low} to {high}) – {line}")
    if step.rounds:
        text = _("{step} (round {rounds} only)").format(step=text, rounds=", ".join(map(str, step.rounds)))
    low, high = step.range or (step.seconds, step.seconds)
    return text.format(word=word, seconds=step.seconds, low=low, high=high, line=line)


def _card(card: Card) -> str:
    return _("{word} – {line}").format(word=_(card.word), line=_(card.line))
