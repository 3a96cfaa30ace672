"""The emulated device of all scenarios, put back to "asleep" before each.

What all share, the disk image and the package, is made once. Each worker of pytest-xdist then has a device of
its own: the devices keep their own time, so that they may run beside each other.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist import is_xdist_worker

from systemd.debian.build import BuildError
from tests.device import product
from tests.device.rig import Rig

HERE = Path(__file__).parent
WORK = Path(os.environ.get("CRAMP_RIG", product.ROOT / ".rig")).resolve()

#: Made when a run begins: the package of this checkout, and what its scenarios measured.
PACKAGE = WORK / "package"
FIGURES = WORK / "figures.txt"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Build the image, if anything it is made of changed, and the package of this checkout."""
    if is_xdist_worker(session) or session.config.option.collectonly:
        return
    if subprocess.run([HERE / "build_image.sh", WORK], check=False).returncode != 0:
        pytest.exit("The image of the emulated device cannot be built; the reason stands above.", 1)
    shutil.rmtree(PACKAGE, ignore_errors=True)
    try:
        product.package(PACKAGE)
    except BuildError as error:
        pytest.exit(str(error), 1)
    FIGURES.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def deb() -> Path:
    """The Debian package of this checkout."""
    (package,) = PACKAGE.glob("*.deb")
    return package


@pytest.fixture(scope="session")
def device(deb: Path, worker_id: str) -> Iterator[Rig]:
    """The device with the kiosk installed, ready and asleep; a snapshot of that is kept."""
    with Rig(WORK, WORK / f"run-{worker_id}") as rig:
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
    with FIGURES.open("a") as figures:
        figures.write(text + "\n")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES.exists():
        terminalreporter.section("measured")
        terminalreporter.write_line(FIGURES.read_text().rstrip())
