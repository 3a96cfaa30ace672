"""What the kiosk loads, in an interpreter of its own: memory and the first picture hang on it."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.sound import needs_mixer

ROOT = Path(__file__).parents[2]
HEAVY = (
    "numpy",
    "pkg_resources",
    "setuptools",
    "pygame.mixer",
    "pygame.mixer_music",
    "pygame.sndarray",
    "pygame.surfarray",
    "pygame.scrap",
    "pygame.fastevent",
)


def loaded(program: str, **environ: str) -> set[str]:
    """The modules there are after a program."""
    done = subprocess.run(
        [sys.executable, "-c", f"{textwrap.dedent(program)}\nimport sys; print(*sys.modules)"],
        env={**os.environ, "SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1", **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "program",
    [
        "import kiosk.cli.run, kiosk.runtime.main_loop, kiosk.display.console, kiosk.display.desktop",
        "import kiosk.cli.run, kiosk.runtime.main_loop, kiosk.display.simulator, kiosk.devices.simulated",
        "import kiosk.cli.camera",
    ],
    ids=["by the bed", "simulator", "pictures of a rehearsal"],
)
def test_nothing_heavy_is_loaded(program: str) -> None:
    modules = loaded(program)
    assert "pygame" in modules
    assert modules & set(HEAVY) == set()


def test_the_night_itself_needs_no_pygame() -> None:
    modules = loaded(
        "import kiosk.core.night, kiosk.runtime.conductor, kiosk.config.settings"
        "\nimport kiosk.cli.main, kiosk.cli.run"
    )
    assert "kiosk.core.night" in modules
    assert "pygame" not in modules


@needs_mixer
def test_what_was_left_out_can_still_be_had() -> None:
    """The speaker loads the mixer where it can be heard; gpiozero 1.6 needs pkg_resources."""
    modules = loaded(
        """
        from kiosk.display.pygame_import import load_pygame
        load_pygame()
        import pygame, pygame.mixer
        pygame.mixer.init()
        pygame.mixer.quit()
        """,
        SDL_AUDIODRIVER="dummy",
    )
    assert "pygame.mixer" in modules


def test_what_is_there_already_stays() -> None:
    """Which parts of pygame load differs from system to system; none of them may go."""
    loaded(
        """
        import sys, warnings
        warnings.simplefilter("ignore")  # of pkg_resources, in some versions
        import pygame
        before = set(sys.modules)
        from kiosk.display.pygame_import import load_pygame
        load_pygame()
        assert before <= set(sys.modules)
        """
    )


@pytest.mark.parametrize("processor", ["avx2", "sse2", "neon"])
def test_debians_pygame_boasts_to_nobody(processor: str, tmp_path: Path) -> None:
    """Before every command it said that another build could use more of the processor; what else it has to
    say is still told."""
    (tmp_path / "pygame.py").write_text(
        "import warnings\n"
        f"warnings.warn('Your system is {processor} capable but pygame was not built with support for it. "
        "The performance of some of your blits could be adversely affected.', RuntimeWarning)\n"
        "warnings.warn('no fast renderer available', RuntimeWarning)\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "default",
            "-c",
            "from kiosk.display.pygame_import import load_pygame; load_pygame()",
        ],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line for line in done.stderr.splitlines() if "Warning: " in line] == [
        f"{tmp_path}/pygame.py:3: RuntimeWarning: no fast renderer available"
    ]
