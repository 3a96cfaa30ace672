"""The emulated device of all scenarios, reset to "asleep" before each.

Disk image and package are built once. Each worker of pytest-xdist has its own device; these run in parallel,
as each has its own clock.
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

#: Created by each run: the package of this checkout, and the measurements of the scenarios.
PACKAGE = WORK / "package"
FIGURES = WORK / "figures.txt"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Build the package of this checkout, and the image if one of its sources has changed."""
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
    """The device with the kiosk installed, ready and asleep, and a snapshot of this state."""
    with Rig(WORK, WORK / f"run-{worker_id}") as rig:
        figure(f"power on -> the system answers {rig.boot(fresh=True):.1f} s ({rig.accel})")
        product.install(rig, deb)
        rig.wait_active(product.UNIT)
        rig.wait(5)  # until Python has finished its work after the first picture
        rig.guest("sync")  # so that a later power cut does not damage the package
        rig.snapshot("asleep")
        yield rig


@pytest.fixture
def rig(device: Rig, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The device, asleep, as after installation."""
    device.has_touch, device.words = True, ""
    device.restore("asleep")
    device.clear_edges()
    failed_before = request.session.testsfailed
    yield device
    if request.session.testsfailed > failed_before or request.config.getoption("verbose") > 1:
        (shots_of(request) / "journal.txt").write_text(device.journal(product.UNIT))


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Path:
    """The folder for this scenario's screenshots."""
    return shots_of(request)


def shots_of(request: pytest.FixtureRequest) -> Path:
    folder: Path = WORK / "shots" / request.node.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def figure(text: str) -> None:
    """Record a measurement, which is printed at the end of the run."""
    with FIGURES.open("a") as figures:
        figures.write(text + "\n")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES.exists():
        terminalreporter.section("measured")
        terminalreporter.write_line(FIGURES.read_text().rstrip())
