"""The doctor looks at the owner's settings: are they right, and who may read them?"""

import os
import stat
from pathlib import Path

import pytest

from kiosk.doctor import service
from tests.doctor.pi import RUNNING, told

OPEN = "holds answers about health, and everyone on this machine may read it."
ANSWERS = "[health]\nconditions = []\n"


@pytest.fixture
def known(pi, tmp_path, monkeypatch):
    """The folders above may be searched, as /etc and most homes may."""
    real, above = Path.stat, {tmp_path, *tmp_path.parents}

    def searched(path, **how):
        about = real(path, **how)
        return os.stat_result((about.st_mode | stat.S_IXOTH, *about[1:])) if path in above else about

    monkeypatch.setattr(Path, "stat", searched)
    return pi


def test_health_answers_that_everyone_may_read(known):
    mine = known.put("config/cramp-kiosk/config.toml", ANSWERS)
    old = known.put("config/cramp-kiosk/config.toml.old", ANSWERS)
    mine.chmod(0o644)
    old.chmod(0o604)
    assert told(service.check_privacy(known.machine())) == [
        ("problem", f"{mine} {OPEN}", f"Run chmod 600 {mine}."),
        ("problem", f"{old} {OPEN}", f"Run chmod 600 {old}."),
    ]
    mine.chmod(0o640)
    old.chmod(0o600)
    assert service.check_privacy(known.machine()) == []


def test_this_machines_answers_stay_readable_for_the_service(known):
    file = known.put("system/config.toml", ANSWERS)
    file.chmod(0o644)
    own = known.root / "config/cramp-kiosk/config.toml"
    remedy = f"Move its lines below [health] to {own}."
    assert told(service.check_privacy(known.machine())) == [("problem", f"{file} {OPEN}", remedy)]
    known.unit = RUNNING
    remedy = f"Run sudo chgrp cramp-kiosk {file}, then sudo chmod 640 {file}."
    assert told(service.check_privacy(known.machine())) == [("problem", f"{file} {OPEN}", remedy)]


def test_a_folder_that_is_closed_keeps_its_files(known):
    mine = known.put("config/cramp-kiosk/config.toml", ANSWERS)
    mine.chmod(0o644)
    mine.parent.chmod(0o700)
    assert service.check_privacy(known.machine()) == []


@pytest.mark.parametrize(
    ("text", "found"), [("[sound]\n", 0), ("[health]\n", 0), ("[health\n", 1), ("[me]\nclot = 1\n", 1)]
)
def test_what_tells_nothing_about_health_may_be_read(known, text, found):
    known.put("config/cramp-kiosk/config.toml", text).chmod(0o644)
    assert len(service.check_privacy(known.machine())) == found
