"""A home to run commands in; and how properties are searched: the same examples in every run, so that a red
test stays red.

``HYPOTHESIS_PROFILE=explore`` looks further, with new examples each time.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a shared machine pauses now and then, and that is no fault of the code.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user without settings, techniques or nights; no desktop and no service manager."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "NOTIFY_SOCKET", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path
