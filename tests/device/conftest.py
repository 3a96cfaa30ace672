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
    if subprocess.run([HERE / "build_image.sh", WORK], check=False).returncode != 0:
        pytest.exit("The image of the emulated device cannot be built; the reason stands above.", 1)
    return WORK


@pytest.fixture(scope="session")
def deb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Debian package of this checkout."""
    return product.package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="session")
def device(images: Path, deb: Path) -> Iterator[Rig]:
    """The device with the kiosk installed, ready and asleep; a snapshot of that is kept."""
    with Rig(images) as rig:
        figure(f"power on -> the system answers {rig.boot(fresh=True):.1f} s ({rig.accel})")
        product.install(rig, deb)
        rig.wait_active(product.UNIT)
        rig.wait(5)  # what Python does after its first picture is done
        rig.guest("sync")  # a power cut later finds the package whole
        rig.snapshot("asleep")
        yield rig


@pytest.fixture
def rig(device: Rig, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The device, asleep; nothing has happened yet."""
    device.has_touch, device.words = True, ""
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
