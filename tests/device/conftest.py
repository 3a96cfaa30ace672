"""One emulated device for all scenarios: built and booted once, put back to "asleep" before each."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.device import product
from tests.device.rig import Rig

HERE = Path(__file__).parent
WORK = Path(os.environ.get("CRAMP_RIG", product.ROOT / ".rig")).resolve()

_figures: list[str] = []


@pytest.fixture(scope="session")
def images() -> Path:
    """The folder with the disk image, built if anything it is made of changed."""
    subprocess.run([HERE / "build_image.sh", WORK], check=True)
    return WORK


@pytest.fixture(scope="session")
def device(images: Path) -> Iterator[Rig]:
    """The device with the kiosk in it, ready and asleep; a snapshot of that is kept."""
    with Rig(images) as rig:
        figure(f"power on -> agent answers {rig.boot(fresh=True):.1f} s ({rig.accel})")
        product.install(rig)
        since = rig.now()
        rig.guest(f"systemctl start --no-block {product.UNIT}")
        rig.wait_active(product.UNIT)
        figure(f"start -> ready {rig.now() - since:.1f} s")
        rig.wait(5)  # what Python does after its first picture is done
        rig.snapshot("asleep")
        yield rig


@pytest.fixture
def rig(device: Rig, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The device, asleep; nothing has happened yet."""
    device.restore("asleep")
    device.clear_edges()
    failed_before = request.session.testsfailed
    yield device
    if request.session.testsfailed > failed_before or request.config.getoption("verbose") > 1:
        (shots_of(request) / "journal.txt").write_text(device.journal(product.UNIT))


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Path:
    """Where this scenario puts its screenshots."""
    return shots_of(request)


def shots_of(request: pytest.FixtureRequest) -> Path:
    folder: Path = WORK / "shots" / request.node.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def figure(text: str) -> None:
    """Something measured, told at the end of the run."""
    _figures.append(text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _figures:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(_figures))
