"""The collected sentences: complete, fresh, and the same bytes each time."""

import gettext
from pathlib import Path

import pytest

from kiosk import i18n
from kiosk.config.techniques import describe, load
from kiosk.core.technique import Technique
from kiosk.files import asset
from tests.tools.messages import POT, ROOT, collect, template


def test_the_template_is_fresh() -> None:
    told = "a sentence changed: run `python -m tests.tools.messages`"
    assert POT.read_text(encoding="utf-8") == template(), told


def test_the_template_is_the_same_twice() -> None:
    assert template() == template()
    assert "POT-Creation-Date" not in template()


def test_python_and_technique_files_alike(tmp_path: Path) -> None:
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "kiosk" / "page.py").write_text(
        '_("Good night")\n'
        'TITLE = N_("Diary")\n'
        "# Translators: on a small panel\n"
        'pgettext("short", "HOLD")\n'
        'ngettext("{n} minute", "{n} minutes", n)\n',
        encoding="utf-8",
    )
    (tmp_path / "assets" / "techniques").mkdir(parents=True)
    (tmp_path / "assets" / "techniques" / "a.toml").write_text(
        'id = "a"\nname = "Press"\nposture = "Sit"\ncaution = "Gently."\nby_day = "Walk."\nsource = "x"\n'
        '[[block]]\n[[block.step]]\nword = "PRESS"\nline = "Thumb"\ngentle = "Rest thumb"\nsource = "y"\n'
        '[soak]\n[[soak.prepare]]\nword = "FILL"\nline = "Tub"\n'
        '[[soak.after]]\nword = "DRY"\nline = "Toes"\n',
        encoding="utf-8",
    )
    found = {(m.context, m.id) for m in collect(tmp_path) if m.id}
    assert found == {
        (None, "Good night"),
        (None, "Diary"),
        ("short", "HOLD"),
        (None, ("{n} minute", "{n} minutes")),
        (None, "Press"),
        (None, "Sit"),
        (None, "Gently."),
        (None, "Walk."),
        (None, "PRESS"),
        (None, "Thumb"),
        (None, "Rest thumb"),
        (None, "FILL"),
        (None, "Tub"),
        (None, "DRY"),
        (None, "Toes"),
    }


class _Marking(gettext.NullTranslations):
    """A language in which every sentence stands between brackets."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"[{one if n == 1 else many}]"


def spoken_by(technique: Technique) -> set[str]:
    lines = [technique.name, technique.posture, technique.caution, technique.by_day]
    for step in (step for block in technique.block for step in block.step):
        lines += [step.word, step.line, step.gentle]
    if technique.soak is not None:
        for card in (*technique.soak.prepare, *technique.soak.after):
            lines += [card.word, card.line]
    return {line for line in lines if line}


def test_every_sentence_of_every_technique_is_collected() -> None:
    ids = {message.id for message in collect(ROOT)}
    for technique in load([asset("techniques")])[0]:
        assert spoken_by(technique) <= ids


def test_a_described_technique_speaks_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_translation", _Marking())
    walk = next(t for t in load([asset("techniques")])[0] if t.id == "walk")
    lines = describe(walk)
    assert lines[: lines.index("[Sources:]")] == [
        "[Walk]",
        "[Posture: [Light on, slippers on]]",
        "[1 round]",
        "  [[WALK] 120 s – [Round the room, steady]]",
        "[Take care: [Sit for ten seconds before you stand. Clear the way first.]]",
        "[By day: [Take a few short walks through the day.]]",
    ]
