"""Files as a worn card, a wrong editor or a tired owner leaves them: nothing is raised, whatever is in
them, all is told in sentences, and the night comes."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.cli import script
from kiosk.cli.rehearsal import Rehearsal
from kiosk.cli.script import ScriptError, parse_time
from kiosk.config import techniques
from kiosk.config.changes import meant, save
from kiosk.config.defaults import defaults_text
from kiosk.config.settings import Settings, SettingsError, check, find, to_rules
from kiosk.config.tomlfile import TomlError
from kiosk.core.timeline import lay_out
from kiosk.files import asset
from tests.config.test_settings import WARM
from tests.config.test_techniques import SHIPPED
from tests.prove import ROUNDS, prove

TECHNIQUES = techniques.load([SHIPPED])[0]
RULES = to_rules(Settings(), TECHNIQUES)
HOUR = 3_600_000

SEEDS = {
    "settings": [
        defaults_text(),
        '[health]\nconditions = ["numb"]\nasked = true\n[night.choice]\nwalk = {rounds = 2}\n',
    ],
    "technique": [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.toml"))],
    "rehearsal": [path.read_text(encoding="utf-8") for path in sorted(asset("rehearsals").glob("*.toml"))],
}
PIECES = [
    "[", "]", "{", "}", "[[", "]]", '"', "'", '"""', "'''", "\\", "#", "=", ",", ".", "\n", "\r", "\t", "\0",
    "nan", "inf", "-inf", "1e999", "9" * 5000, "0x" + "f" * 5000, "-1", "0", "7,0", "1979-05-27", "22:00",
    "“", "”", "ß", "\ufeff", "\u2028", "\x85", "\x1b[2J", "a.b", "[block]", "[[block]]",
    "[[block.step]]", "[soak]", "[moment]",
    "[1, [2]]", '"numb"', '"x\\u0000"', "health", "conditions = []", "99:99:99", "{ a = 1 }", " ", "true",
]  # fmt: skip
TAPS = [
    {"volume": ""}, {"glow": ""}, {"side": ""}, {"technique": "walk"}, {"earlier": "walk"},
    {"probe": WARM, "probe_offset": "0.5"}, {"calibration": "1 0 0 0 1 0"},
]  # fmt: skip


def spoiled(dice: random.Random, text: str) -> bytes:
    """The text with one to four things wrong."""
    data = bytearray(text.encode())
    for _wrong in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        to = min(len(data), at + dice.choice([0, 1, 3, 20, 200]))
        match dice.randrange(6):
            case 0:  # a bit of the card
                data[at : at + 1] = bytes([data[at] ^ 1 << dice.randrange(8)]) if at < len(data) else b""
            case 1:  # the end is not there any more
                del data[max(at, 1) :]
            case 2:
                del data[at:to]
            case 3:  # twice
                data[at:at] = data[at:to]
            case 4:
                data[at:to] = dice.choice(PIECES).encode()
            case 5:  # another value behind the next =
                start = data.find(b"= ", at) + 2
                end = data.find(b"\n", start)
                if 1 < start <= end:
                    data[start:end] = dice.choice(PIECES).encode()
    return bytes(data)


def read_settings(path: Path) -> list[str]:
    found = find([path])
    to_rules(found.in_force, TECHNIQUES)
    told = [*found.problems, *check(found, TECHNIQUES)]
    before = path.read_bytes()
    taps, after = [], found.settings
    for key, value in TAPS[len(before) % len(TAPS)].items():
        taps.append(meant(after, key, value, ["stretch", "walk"]))
        after = taps[-1].on(after)
    try:
        save(taps, path, found.settings)
    except SettingsError:
        assert path.read_bytes() == before
    else:
        again = find([path])
        assert again.settings == after
        assert again.doubtful == found.doubtful
    return told


def read_technique(path: Path) -> list[str]:
    found = techniques.find([path.parent])
    for technique in found.techniques:
        assert len(lay_out(technique)) <= 500
        techniques.describe(technique)
    return list(found.problems)


def read_rehearsal(path: Path) -> list[str]:
    try:
        found = script.load(path)
    except (ScriptError, TomlError) as error:
        return str(error).splitlines()
    if parse_time(found.until) <= HOUR:
        Rehearsal(RULES, found, lambda _line: None).play_all()
    return []


@prove
@pytest.mark.parametrize(
    ("kind", "read"),
    [("settings", read_settings), ("technique", read_technique), ("rehearsal", read_rehearsal)],
)
def test_whatever_a_file_holds_it_is_told_in_sentences(
    tmp_path: Path, kind: str, read: Callable[[Path], list[str]]
) -> None:
    dice = random.Random(f"{kind} {ROUNDS}")  # noqa: S311 - the same files each time
    path = tmp_path / f"{kind}.toml"
    wrong = 0
    for _round in range(ROUNDS):
        data = spoiled(dice, dice.choice(SEEDS[kind]))
        path.write_bytes(data)
        try:
            told = read(path)
        except BaseException:
            print(f"{kind}: {data!r}")
            raise
        wrong += bool(told)
        assert len(told) <= 42, data
        for sentence in told:
            assert sentence.startswith(str(tmp_path)), (sentence, data)
            assert sentence.isprintable(), (sentence, data)
            assert len(sentence) < 1000, (sentence, data)
            assert "None" not in sentence, (sentence, data)
    if ROUNDS >= 100:  # of a few all may be wrong, or none
        assert ROUNDS / 3 < wrong < ROUNDS, "most are wrong, and some still right"
