"""config.txt as the firmware reads it, and our block in it: in, out, every byte as it was, whatever stands
there."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.config import config_txt
from kiosk.config.config_txt import (
    BrokenMarksError,
    block,
    has_block,
    settings,
    split,
    with_block,
    without_block,
)

BLOCK = """\
# cramp-kiosk begin: taken out by "cramp-kiosk setup --undo"
[all]
dtparam=strict_gpiod
dtoverlay=w1-gpio
dtoverlay=
# cramp-kiosk end
"""
LINES = ["dtparam=strict_gpiod", "dtoverlay=w1-gpio"]
JOINED = BLOCK.replace('--undo"', '--undo" (the line above had no end)')

PI_4 = "Raspberry Pi 4 Model B Rev 1.5"
PI_400 = "Raspberry Pi 400 Rev 1.0"
PI_5 = "Raspberry Pi 5 Model B Rev 1.0"
ZERO = "Raspberry Pi Zero 2 W Rev 1.0"
CM_4S = "Raspberry Pi Compute Module 4S Rev 1.0"


# --- lines and filters

#: what str.splitlines takes for seven lines
SEPARATED = "# page one\fdtoverlay=w1-gpio\v\x1c\x85\u2028x\r# still"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a=1", ["a=1"]),
        ("a=1\nb=2\n", ["a=1\n", "b=2\n"]),
        ("a=1\r\n\r\nb=2", ["a=1\r\n", "\r\n", "b=2"]),
        (f"{SEPARATED}\n", [f"{SEPARATED}\n"]),
    ],
)
def test_a_line_ends_at_a_newline_and_nowhere_else(text: str, lines: list[str]) -> None:
    assert split(text) == lines


def test_what_a_remark_hides_behind_a_form_feed_is_no_setting() -> None:
    text = "# chapter\fdtoverlay=w1-gpio\n  # dtparam=strict_gpiod\n\t gpu_mem=16 \r\n"
    assert [(each.number, each.text) for each in settings(text)] == [(3, "gpu_mem=16")]


@pytest.mark.parametrize(
    ("filters", "model", "counts"),
    [
        ("", "", True),
        ("[all]", "", True),
        ("[pi4]", "", None),
        ("[pi4]", PI_4, True),
        ("[pi4]", PI_400, True),
        ("[pi400]", PI_4, False),
        ("[cm4]", CM_4S, False),
        ("[cm4s]", CM_4S, True),
        ("[PI4]", PI_4, True),
        ("[pi4]\n[pi5]", PI_4, False),  # of one kind: the later one counts
        ("[pi4]\n[all]", PI_5, True),
        ("[EDID=VSC-TD2220]", PI_4, None),
        ("[EDID=VSC-TD2220]\n[pi5]", PI_4, False),  # of two kinds: both must hold
        ("[pi5]\n[gpio4=1]", PI_4, False),
        ("[0x1234abcd]", PI_4, None),
        ("[board-type=0x14]", PI_4, None),
        ("[pi9]", PI_4, None),
        ("[none]", PI_4, False),
        ("[none]\n[pi4]", PI_4, None),
        ("[none]\n[all]", PI_4, True),
        ("[pi4", PI_4, True),
        ("[pi0]", ZERO, True),
        ("[pi0w]", ZERO, True),
        ("[pi3]", ZERO, False),
    ],
)
def test_filters_of_one_kind_replace_each_other_and_of_two_add_up(filters, model, counts) -> None:
    (entry,) = settings(f"{filters}\ngpu_mem=16\n")
    assert entry.counts(model) is counts


# --- the block


def test_the_block_goes_to_the_end_and_comes_out_again() -> None:
    text = "# mine\n[pi4]\narm_boost=1\n"
    assert with_block(text, LINES) == text + BLOCK
    assert without_block(text + BLOCK) == text
    assert has_block(text + BLOCK)
    assert not has_block(text)
    assert block(text + BLOCK) == BLOCK.splitlines()[1:-1]


def test_no_line_of_it_is_longer_than_the_firmware_reads() -> None:
    pwm = "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4"
    for text in ("", "x=1"):
        assert max(map(len, split(with_block(text, [*LINES, pwm])))) <= config_txt.WIDTH


def test_a_hats_own_overlay_is_left_alone_and_ours_gets_nobody_elses_dtparam() -> None:
    # an empty dtoverlay= before any other keeps the firmware from loading the HAT's
    lines = split(with_block("gpu_mem=16\n", LINES))
    empty = lines.index("dtoverlay=\n")
    assert any(line.startswith("dtoverlay=w1") for line in lines[:empty])
    assert lines[empty + 1].startswith("# cramp-kiosk end")
    assert "dtoverlay=\n" not in split(with_block("", LINES[:1]))


def test_windows_line_ends_are_kept() -> None:
    mine = BLOCK.replace("\n", "\r\n")
    assert with_block("[all]\r\n", LINES) == f"[all]\r\n{mine}"
    assert without_block(f"[all]\r\n{mine}") == "[all]\r\n"


def test_a_file_that_begins_with_the_block_of_a_line_that_is_gone() -> None:
    assert without_block(JOINED) == ""
    assert without_block("\n" + JOINED) == ""
    assert without_block(JOINED + "gpu_mem=16\n") == "gpu_mem=16\n"


def test_the_block_of_the_first_release_candidate_comes_out_as_well() -> None:
    begin = '# cramp-kiosk begin: written by "cramp-kiosk setup", taken out by "cramp-kiosk setup --undo"'
    rest = "[all]\ndtparam=strict_gpiod\ndtoverlay=w1-gpio\n# cramp-kiosk end\n"
    assert without_block(f"gpu_mem=16\n{begin}\n{rest}") == "gpu_mem=16\n"
    assert without_block(f"gpu_mem=16\n{begin} (the line above had no end)\n{rest}") == "gpu_mem=16"


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [
        ("[pi4]\narm_boost=1\n", "dtparam=i2c_arm=on\n", "[all]\n"),
        ("[pi4]\narm_boost=1\n", "# a word\n\n[pi5]\nusb=1\n", ""),
        ("[EDID=X]\n", "gpu_mem=16", "[all]\n"),
        ("[EDID=X]\n", "[pi5]\nusb=1\n", "[all]\n"),  # or it would be for one monitor only
        ("[pi4]\n[all]\n", "gpu_mem=16\n", ""),
        ("a=1\n", "b=2\n", ""),
        ("[pi4]\n", "# a last word\n", ""),
        ("dtoverlay=gpio-fan\n", "dtparam=gpiopin=26\n", "dtoverlay=\n"),
        ("dtoverlay=gpio-fan\n", "dtoverlay=disable-bt\ndtparam=audio=on\n", ""),
        ("dtoverlay=gpio-fan\ndtoverlay=\n", "dtparam=audio=on\n", ""),
        # only where there is a fan: elsewhere it would be the first, and keep a HAT's own from being loaded
        ("[pi5]\ndtoverlay=gpio-fan\n", "dtparam=audio=on\n", "dtoverlay=\n[all]\n"),
        ("[EDID=A]\ndtoverlay=x\n[all]\n", "dtparam=y\n", "[EDID=A]\ndtoverlay=\n[all]\n"),
        (
            "[pi4]\ndtoverlay=x\n[pi5]\ndtoverlay=y\n[pi5]\ndtoverlay=\n",
            "dtparam=z\n",
            "[all]\n[pi4]\ndtoverlay=\n[all]\n",
        ),
        ("[pi4]\ndtoverlay=x\n[all]\ndtoverlay=y\n", "dtparam=z\n", "dtoverlay=\n"),
        ("dtoverlay=gpio-fan\n", "[pi4]\ndtoverlay=x\n[all]\ndtparam=gpiopin=26\n", "dtoverlay=\n"),
        ("device_tree_overlay=gpio-fan\n", "dtparam=gpiopin=26\n", "dtoverlay=\n"),
        ("dtoverlay=gpio-fan\n", "device_tree_param=gpiopin=26\n", "dtoverlay=\n"),
        ("dtoverlay=gpio-fan\n", "device_tree_overlay=x\ndtparam=y\n", ""),
        ("dtoverlay=gpio-fan\ndevice_tree_overlay=\n", "dtparam=y\n", ""),
        ("dtoverlay=gpio-fan\n[pi4]\nx=1\n", "[pi5]\ndtparam=gpiopin=26\n", "[all]\ndtoverlay=\n"),
    ],
)
def test_what_was_added_after_the_block_means_the_same_without_it(before, after, between) -> None:
    assert without_block(before + BLOCK + after) == before + between + after


def test_a_block_that_closes_no_overlay_is_missed_by_none() -> None:
    before, after = "dtoverlay=gpio-fan\n", "dtparam=gpiopin=26\n"
    assert without_block(with_block(before, LINES[:1]) + after) == before + after


def test_what_somebody_wrote_into_the_block_is_theirs_and_stays() -> None:
    edited = BLOCK.replace(
        "dtoverlay=w1-gpio\n", "# for the shed\n\ndtoverlay=gpio-shutdown\ndtoverlay=w1-gpio,gpiopin=17\n"
    )
    assert without_block(f"[pi4]\n{edited}") == "[pi4]\n[all]\n# for the shed\ndtoverlay=gpio-shutdown\n"


BEGIN, END = BLOCK.splitlines(keepends=True)[0], BLOCK.splitlines(keepends=True)[-1]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (BLOCK.replace(END, ""), 1, "has no end"),
        (f"a=1\n{END}{BEGIN}b=2\n", 2, "has no beginning"),  # reversed
        (f"{BEGIN}gpu_mem=16\n{BLOCK}", 1, "has no end"),  # doubled: what is between is not ours to delete
        (f"{BLOCK}gpu_mem=16\n{END}", 8, "has no beginning"),
    ],
)
def test_marks_that_do_not_pair_are_left_for_a_person(text, line, says) -> None:
    with pytest.raises(BrokenMarksError, match=says) as raised:
        without_block(text)
    assert raised.value.line == line
    assert str(raised.value).startswith(f"config.txt, line {line}: the block of cramp-kiosk")
    assert block(text) == []
    assert has_block(text)


def test_two_whole_blocks_come_out_both() -> None:
    assert without_block(f"a=1\n{BLOCK}b=2\n{BLOCK}c=3\n") == "a=1\nb=2\nc=3\n"


def test_a_word_of_its_owner_about_the_kiosk_is_no_mark() -> None:
    text = (
        "# cramp-kiosk beginners: README\n# cramp-kiosk\n## cramp-kiosk end\ngpu_mem=16 # cramp-kiosk end\n"
    )
    assert without_block(text) == text
    assert not has_block(text)


PIECES = [
    "[pi4]", "[all]", "[EDID=x]", "[none]", "dtparam=audio=on", "dtoverlay=w1-gpio #mine", "# é", "",
    "\r", "\v\f",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from([*PIECES, "\udce9", "dtoverlay=", "dtoverlay=gpio-fan"])).map("\n".join)


@given(TEXTS)
def test_every_byte_is_as_it_was(text: str) -> None:
    assert without_block(with_block(text, LINES)) == text


@given(TEXTS, TEXTS)
def test_what_follows_is_read_by_the_same_devices_as_before(before: str, after: str) -> None:
    there = with_block(before, LINES) + after
    plain = without_block(there)
    followed = [each for each in settings(there) if each.number > len(split(with_block(before, LINES)))]
    left = list(settings(plain))[-len(followed) :] if followed else []
    assert [(each.text, each.filters) for each in left] == [(each.text, each.filters) for each in followed]


@given(st.lists(st.sampled_from([*BLOCK.splitlines(), JOINED.splitlines()[0], *PIECES])).map("\n".join))
def test_whatever_is_left_of_marks_nothing_of_others_is_lost(text: str) -> None:
    try:
        plain = without_block(text)
    except BrokenMarksError:
        return
    assert not has_block(plain)
    ours = {line for line in BLOCK.splitlines() if not line.startswith("#")} | {""}
    others = [line for line in split(text) if line.strip("\r\n") not in ours and not has_block(line)]
    kept = iter(line.rstrip("\n") for line in split(plain))
    assert all(line.rstrip("\n") in kept for line in others), "in their order"


# --- the module by itself, as a purge runs it


def disk(root: Path, **texts: str) -> dict[str, Path]:
    """The three files, as far as they are given."""
    places = dict(zip(("firmware", "boot", "lasting"), config_txt.PLACES, strict=True))
    paths = {name: root / places[name] for name in texts}
    for name, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[name])
    return paths


def test_it_takes_the_block_out_of_every_file_and_says_so(tmp_path, capsys) -> None:
    paths = disk(tmp_path, firmware=f"gpu_mem=16\n{BLOCK}", boot="moved\n", lasting=BLOCK)
    backup = config_txt.backup_of(paths["firmware"])
    backup.write_text("gpu_mem=16\n")
    assert config_txt.main([str(tmp_path)]) == 0
    assert paths["firmware"].read_text() == "gpu_mem=16\n"
    assert paths["boot"].read_text() == "moved\n"
    assert not paths["lasting"].exists()
    assert not backup.exists()
    assert capsys.readouterr().out == "".join(
        f"{paths[name]} is without the lines of cramp-kiosk.\n" for name in ("firmware", "lasting")
    )


def test_a_copy_that_says_something_else_is_its_owners(tmp_path, capsys) -> None:
    paths = disk(tmp_path, firmware=f"gpu_mem=32\n{BLOCK}")
    backup = config_txt.backup_of(paths["firmware"])
    backup.write_text("gpu_mem=16\n")
    assert config_txt.main([str(tmp_path)]) == 0
    assert backup.read_text() == "gpu_mem=16\n"
    assert capsys.readouterr().out.endswith(f"As it was before cramp-kiosk, it is in {backup}.\n")


def test_a_link_stays_a_link(tmp_path) -> None:
    paths = disk(tmp_path, firmware=f"gpu_mem=16\n{BLOCK}")
    link = tmp_path / config_txt.PLACES[1]
    link.symlink_to("firmware/config.txt")
    assert config_txt.places(tmp_path) == [paths["firmware"]]
    assert config_txt.main([str(tmp_path)]) == 0
    assert link.is_symlink()
    assert link.read_text() == "gpu_mem=16\n"


def test_what_it_cannot_do_it_says_and_goes_on(tmp_path, capsys) -> None:
    paths = disk(tmp_path, firmware=f"{BEGIN}gpu_mem=16\n", boot=f"{BLOCK}x=1\n", lasting="# " + "x" * 65_536)
    assert config_txt.main([str(tmp_path)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith(
        f"{paths['firmware']}, line 1: the block of cramp-kiosk that begins here has no end."
    )
    assert said[1:] == [f"{paths['lasting']} still has the lines of cramp-kiosk: File too large."]
    assert paths["boot"].read_text() == "x=1\n"
    assert paths["firmware"].read_text() == f"{BEGIN}gpu_mem=16\n"


def test_it_needs_nothing_but_the_standard_library(tmp_path) -> None:
    paths = disk(tmp_path, firmware=f"gpu_mem=16\n{BLOCK}")
    code = (
        "import sys; from kiosk.config.config_txt import main; code = main(sys.argv[1:])\n"
        "print(sorted(each for each in sys.modules if each.split('.')[0] not in sys.stdlib_module_names))\n"
        "sys.exit(code)"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", code, tmp_path],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (
        run.stdout.splitlines()[-1]
        == "['__main__', 'kiosk', 'kiosk.config', 'kiosk.config.config_txt', 'kiosk.files']"
    )
    assert paths["firmware"].read_text() == "gpu_mem=16\n"
