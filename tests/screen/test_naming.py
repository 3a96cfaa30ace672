"""The naming test as a tool: wordless pictures in an order that tells nothing, and the key apart."""

import tomllib
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from kiosk.screen.scene import Picture
from kiosk.screen.stage import Stage
from tests.screen.frames import GALLERY, NOW, PANELS
from tests.tools import naming


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("naming") / "out"
    assert naming.main([str(folder), "--seed", "7"]) == 0
    return folder


def key(folder: Path) -> dict[str, dict[str, str]]:
    table = tomllib.loads((folder / "key" / "key.toml").read_text(encoding="utf-8"))
    assert table.pop("seed") == 7
    return {name: dict(numbered) for name, numbered in table.items()}


def opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def test_every_frame_in_which_something_is_asked_is_shown_once_in_each_set(out: Path) -> None:
    asked = sorted(naming.answers())
    assert {name: sorted(numbered.values()) for name, numbered in key(out).items()} == {
        "sharp": asked,
        "blurred": asked,
    }
    for name, numbered in key(out).items():
        assert sorted(path.name for path in (out / name).iterdir()) == [f"{n}.png" for n in numbered]


def test_what_a_reader_gets_tells_neither_order_nor_name(out: Path) -> None:
    orders = [list(numbered.values()) for numbered in key(out).values()]
    assert orders[0] != orders[1]
    assert all(order != sorted(order) for order in orders)
    assert {path.name for path in out.iterdir()} == {"sharp", "blurred", "key", "questions.txt"}
    for path in (*out.glob("sharp/*"), *out.glob("blurred/*")):
        with Image.open(path) as picture:
            assert (picture.size, picture.info) == (naming.SIZE, {})


def test_the_numbers_lead_to_the_frames(out: Path) -> None:
    for number, frame in key(out)["sharp"].items():
        shown = opened(out / "sharp" / f"{number}.png")
        assert ImageChops.difference(shown, naming.drawn(frame)).getbbox() is None


def test_the_same_seed_gives_the_same_order(out: Path, tmp_path: Path) -> None:
    naming.main([str(tmp_path), "--seed", "7"])
    assert key(tmp_path) == key(out)
    naming.main([str(tmp_path / "other"), "--seed", "8"])
    other = tomllib.loads((tmp_path / "other" / "key" / "key.toml").read_text(encoding="utf-8"))
    assert other["sharp"] != key(out)["sharp"]


def test_the_blurred_set_has_no_edge_left(out: Path) -> None:
    def steepest(path: Path) -> int:
        grey = opened(path).convert("L")
        steps = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0)).crop((1, 0, *naming.SIZE))
        return int(steps.getextrema()[1])

    for number, frame in key(out)["blurred"].items():
        sharp = next(n for n, other in key(out)["sharp"].items() if other == frame)
        assert 3 * steepest(out / "blurred" / f"{number}.png") < steepest(out / "sharp" / f"{sharp}.png")


def test_a_folder_with_something_in_it_is_left_alone(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert naming.main([str(out)]) == 2
    assert capsys.readouterr().err == f"{out} is not an empty folder: name another, or empty it.\n"


def test_a_frame_without_an_answer_is_said(tmp_path: Path) -> None:
    text = naming.ANSWERS.read_text(encoding="utf-8")
    fewer = tmp_path / "fewer.toml"
    fewer.write_text(text.replace("[walk.b]", "[walk.c]"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"^fewer\.toml has no answer for walk\.b: "):
        naming.answers(fewer)
    more = tmp_path / "more.toml"
    more.write_text(text + '[walk.c]\nasks = "hop"\naccept = ["hop"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"^more\.toml names walk\.c: "):
        naming.answers(more)


@pytest.mark.parametrize("frame", sorted(naming.answers()))
def test_every_answer_can_be_told_right_from_wrong(frame: str) -> None:
    answer = naming.answers()[frame]
    assert answer.asks
    assert answer.accept
    assert not set(answer.accept) & set(answer.refuse)


def test_no_page_of_a_technique_shows_a_picture_smaller() -> None:
    stage = Stage(PANELS[f"{naming.PANEL.size[0]}x{naming.PANEL.size[1]}-7"])
    led = ("hold", "release", "hold-back", "wiggle", "rub", "press", "roll", "calf", "walk", "next-walk")
    for page in led:
        scene = stage.compose(GALLERY[page], NOW)
        boxes = [t.box for t in scene.things if isinstance(t, Picture) and not t.name.startswith("icon_")]
        assert [(box.w, box.h) >= naming.SIZE for box in boxes] == [True], page
