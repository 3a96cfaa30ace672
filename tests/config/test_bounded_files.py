"""What is read at a start costs little, whatever is in it: operations are counted, not seconds."""

import contextlib
import os
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from kiosk.cli import script
from kiosk.cli.script import ScriptError
from kiosk.config import techniques
from kiosk.config.settings import check, find, to_rules
from kiosk.config.techniques import BYTES, FILES
from kiosk.config.tomlfile import MOST, TomlError
from kiosk.core.timeline import lay_out
from tests.config.test_techniques import GOOD, SHIPPED, own

STEP = GOOD[GOOD.index("[[block.step]]") :]


def calls(work: Callable[[], object]) -> int:
    """How many functions, Python's and C's, ``work`` calls."""
    count = 0

    def one_more(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(one_more)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def read_settings(path: Path) -> None:
    found = find([path])
    assert len(found.problems) <= 21
    assert len(check(found, SHIPPED_TECHNIQUES)) <= 21
    to_rules(found.in_force, SHIPPED_TECHNIQUES)


def read_technique(path: Path) -> None:
    found = techniques.find([path.parent])
    assert len(found.problems) <= 21
    for technique in found.techniques:
        assert len(lay_out(technique)) <= 500


def read_script(path: Path) -> None:
    try:
        script.load(path)
    except (ScriptError, TomlError) as error:
        assert len(str(error).splitlines()) <= 21  # noqa: PT017 - a right script raises nothing


SHIPPED_TECHNIQUES = techniques.load([SHIPPED])[0]

#: Who reads it, what is at its beginning, what is repeated ({n} counts), what is at its end.
FILES_THAT_COST = {
    "conditions that are none": (read_settings, "[health]\nconditions = [", '"num{n}",', "]"),
    "names nobody knows": (read_settings, "[sound]\n", "volum{n} = 1\n", ""),
    "headings nobody knows": (read_settings, "", "[soun{n}]\n", ""),
    "techniques there are not": (read_settings, "[night]\ntechniques = [", '"wal{n}",', "]"),
    "techniques left out": (read_settings, "[night]\nleft_out = [", '"walk",', "]"),
    "choices of techniques there are not": (read_settings, "[night.choice]\n", "wal{n} = {{hold = 3}}\n", ""),
    "choices that are none": (read_settings, "[night.choice]\n", "wal{n} = {{hold = 0}}\n", ""),
    "a calibration without end": (read_settings, "[touch]\ncalibration = [", "1,", "]"),
    "names with points": (read_settings, "", "a.b.c.d.e.f.g.h{n} = 1\n", ""),
    "lists in lists": (read_settings, "a = [", "[[[[]]]],", "]"),
    "one list of two": (read_settings, "a = [", "[[", ""),
    "brackets": (read_settings, "a = ", "[", ""),
    "points": (read_settings, "a", ".a", " = 1"),
    "texts": (read_settings, "a = [", "'[',", "]"),
    "quotes": (read_settings, "", '"', ""),
    "three quotes": (read_settings, 'a = """', '\\"""', ""),
    "comments": (read_settings, "", "#[\n", ""),
    "curly quotes": (read_settings, "volume = ", "“", ""),
    "spaces": (read_settings, "volume", " ", "low"),
    "digits": (read_settings, "a = [", "9" * 3999 + ",", "]"),
    "steps": (read_technique, GOOD, STEP, ""),
    "steps that are none": (read_technique, GOOD, "[[block.step]]\nline = 3\n", ""),
    "steps without a picture": (read_technique, GOOD, STEP.replace('pose = "back"', 'art = "a{n}"'), ""),
    "loads": (read_technique, GOOD.replace("loads", "load") + "loads = [", '"stretch",', "]"),
    "rounds": (read_technique, GOOD + "rounds = [", "3,", "]\n"),
    "moments": (read_script, 'title = "T"\nuntil = "1"\n', '[[moment]]\nat = "{n}"\n', ""),
    "moments at no time": (
        read_script,
        'title = "T"\nuntil = "1"\n',
        '[[moment]]\nat = "x"\npress = 1\n',
        "",
    ),
    "moments that are none": (read_script, 'title = "T"\nuntil = "1"\n', "[[moment]]\nx = 1\n", ""),
}


@pytest.mark.parametrize("kind", FILES_THAT_COST)
def test_twice_the_file_costs_twice_as_much_and_no_more(tmp_path: Path, kind: str) -> None:
    read, begin, again, end = FILES_THAT_COST[kind]
    path = tmp_path / "a.toml"

    def written(size: int) -> None:
        count = (size - len((begin + end).encode()) - 400) // len(again.format(n=9999).encode())
        path.write_text(begin + "".join(again.format(n=n) for n in range(count)) + end, encoding="utf-8")

    written(1000)
    read(path)  # what is found out once is known from then on
    half, whole = [], []
    for size, cost in ((MOST // 2, half), (MOST, whole)):
        written(size)
        assert path.stat().st_size <= MOST
        cost.append(calls(lambda: read(path)))
    assert whole[0] < 2.1 * half[0]
    assert whole[0] < 12 * MOST


@pytest.mark.parametrize("size", [8_000, 30_000, MOST])
@pytest.mark.parametrize(("again", "end"), [("a.", "a = 1"), ("[", ""), ("{a=", "")])
def test_what_goes_deep_is_refused_before_it_is_parsed(
    tmp_path: Path, again: str, end: str, size: int
) -> None:
    """Eight thousand bytes of ``a.a.a`` took 91 MB and eight seconds."""
    path = tmp_path / "a.toml"
    begin = "" if end else "a = "
    path.write_text(begin + again * ((size - 10) // len(again)) + end, encoding="utf-8")
    tracemalloc.start()
    try:
        count = calls(lambda: find([path]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "more than 8 deep" in find([path]).problems[0]
    assert count < 1000
    assert peak < 2_000_000


def test_a_folder_of_a_thousand_techniques(tmp_path: Path) -> None:
    for number in range(1000):
        (tmp_path / f"{number:05}.toml").touch()
    for number in range(2):
        own(tmp_path, **{f"{number:05}": GOOD.replace('"ankle"', f'"a{number}"')})
    found = techniques.find([tmp_path])
    assert [technique.id for technique in found.techniques] == ["a0", "a1"]
    assert found.problems[0] == f"{tmp_path} has 1000 files; the first 50 by name are read."
    assert found.problems[-1] == f"{tmp_path}: and 317 more mistakes."


def test_a_folder_without_end_is_not_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.toml").write_text(GOOD, encoding="utf-8")
    with os.scandir(tmp_path) as entries:
        (entry,) = entries
    listed = 0

    def endless() -> Iterator[os.DirEntry[str]]:
        nonlocal listed
        while True:
            listed += 1
            yield entry

    monkeypatch.setattr(os, "scandir", lambda _folder: contextlib.closing(endless()))
    assert techniques.find([tmp_path]) == techniques.Found(
        (), (f"{tmp_path} has more than 1000 files in it, so none is read: keep only techniques there.",)
    )
    assert listed == 1001


def test_a_folder_of_long_techniques(tmp_path: Path) -> None:
    long = GOOD + "#" * (MOST - len(GOOD))
    own(tmp_path, a=long, b=long.replace('"ankle"', '"b"'), c=GOOD.replace('"ankle"', '"c"'))
    found = techniques.find([tmp_path])
    assert len(found.techniques) == BYTES // MOST == 2
    assert found.problems == (
        f"{tmp_path}/c.toml is not read, nor what follows: a folder may have 128 kB in all.",
    )


def test_the_shipped_techniques_are_far_from_any_limit() -> None:
    files = list(SHIPPED.glob("*.toml"))
    assert len(files) * 5 < FILES
    assert sum(path.stat().st_size for path in files) * 5 < BYTES
