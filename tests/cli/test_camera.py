"""Pictures of a rehearsal, one for each new page."""

import msgspec
import pygame

from kiosk.cli.camera import Camera
from kiosk.core import night
from kiosk.core.pages import Asleep, Diary, Home, TenMinutes
from tests.bedside import standard


def test_each_page_is_a_picture_named_by_number_time_and_page(tmp_path):
    folder = tmp_path / "pictures"
    camera = Camera(folder, (800, 480))
    state = night.new(standard())
    for page, now in [
        (Asleep(), 0), (Home(), 1000), (TenMinutes(Home()), 600_000), (Asleep(), 700_000),
        (Diary(), 3_723_999),
    ]:  # fmt: skip
        camera(msgspec.structs.replace(state, page=page), now)
    pictures = sorted(folder.iterdir())
    assert [path.name for path in pictures] == [
        "001-0h00m00s-asleep.png",
        "002-0h00m01s-home.png",
        "003-0h10m00s-ten_minutes.png",
        "005-1h02m03s-diary.png",
    ]
    sizes = {pygame.image.load(path).get_size() for path in pictures}
    lit = [
        pygame.mask.from_threshold(pygame.image.load(path), (0, 0, 0), (8, 8, 8, 255)).count()
        for path in pictures
    ]
    assert sizes == {(800, 480)}
    assert lit[0] == 800 * 480  # asleep is black
    assert all(dark < 800 * 480 for dark in lit[1:])


def test_pictures_of_an_earlier_rehearsal_go_and_other_files_stay(tmp_path):
    (tmp_path / "007-0h00m01s-home.png").touch()
    (tmp_path / "holiday.png").touch()
    Camera(tmp_path, (480, 320))
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.png"]
