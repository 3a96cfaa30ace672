"""A healthy device to begin with."""

import pytest

from tests.doctor.pi import Pi


@pytest.fixture
def pi(tmp_path, monkeypatch):
    """A healthy device; its user has no settings and no techniques of their own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setattr("kiosk.config.settings.SYSTEM", tmp_path / "system")
    made = Pi(tmp_path)
    yield made
    made.factory.reset()
