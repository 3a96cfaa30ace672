"""``cramp-kiosk setup`` where Debian's own firmware package writes config.txt anew at each upgrade."""

import pytest

from kiosk.config import config_txt
from tests.config.test_config_txt import BLOCK
from tests.config.test_firmware import GENERATED
from tests.pi_disk import Bench


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def upgrade(bench):
    """What /etc/kernel/postinst.d/z50-raspi-firmware does with the two files."""
    custom = bench.root / "etc/default/raspi-firmware-custom"
    text = GENERATED
    if custom.is_file():
        text += f"\n# Inserted by /etc/default/raspi-firmware-custom\n{custom.read_text().rstrip()}\n"
    bench.config.write_text(text)
    return custom


def test_what_debian_writes_anew_is_told_where_it_lasts(bench):
    custom = upgrade(bench)
    custom.parent.mkdir(parents=True)
    assert bench.setup(yes=True) == 0
    assert custom.read_text() == BLOCK
    assert custom.stat().st_mode & 0o777 == 0o644
    assert bench.config.read_text() == GENERATED
    anew = f"Let Debian write {bench.config} anew: sudo update-initramfs -u -k all"
    assert bench.said[-3:] == ["Written.", anew, "Restart the device for this to take effect: sudo reboot"]
    assert bench.setup() == 0  # not before it did
    assert bench.said == [f"{bench.config} has everything that cramp-kiosk needs.", anew]
    upgrade(bench)
    assert bench.setup() == 0
    assert bench.said == [f"{bench.config} has everything that cramp-kiosk needs."]

    assert bench.setup(undo=True, yes=True) == 0
    assert not custom.exists()
    assert "cramp" not in bench.config.read_text()
    assert config_txt.without_block(GENERATED) == GENERATED


def test_lines_of_its_owner_in_debians_own_file_stay(bench):
    custom = bench.root / "etc/default/raspi-firmware-custom"
    custom.parent.mkdir(parents=True)
    custom.write_text("dtparam=audio=off")
    upgrade(bench)
    assert bench.setup(yes=True) == 0
    assert custom.read_text().startswith("dtparam=audio=off\n# cramp-kiosk begin")
    assert bench.setup(undo=True, yes=True) == 0
    assert custom.read_text() == "dtparam=audio=off"


def test_a_block_that_an_earlier_release_wrote_into_the_generated_file_comes_out(bench):
    upgrade(bench)
    bench.config.write_text(GENERATED + BLOCK)
    assert bench.setup(undo=True, yes=True) == 0
    assert bench.config.read_text() == GENERATED


def test_on_a_card_in_a_reader_debians_file_is_left_alone(bench, tmp_path):
    upgrade(bench)
    assert bench.setup(file=bench.config, yes=True) == 1
    assert bench.warned == [
        (
            f"{bench.config} is written anew at each upgrade of Debian's kernel or firmware: run cramp-kiosk "
            "setup on the device itself, or put the lines into /etc/default/raspi-firmware-custom there."
        )
    ]
    assert bench.config.read_text() == GENERATED
