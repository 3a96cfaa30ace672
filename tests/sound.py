"""Tests that need SDL's mixer for real: PyPI's needs the system's glib, which a small system lacks."""

import importlib

import pytest


def _loads() -> bool:
    try:
        importlib.import_module("pygame.mixer")
    except ImportError:
        return False
    return True


needs_mixer = pytest.mark.skipif(not _loads(), reason="the mixer needs the system's glib: libglib2.0-0")
