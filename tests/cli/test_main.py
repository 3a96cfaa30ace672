"""``python -m kiosk`` is the command."""

import runpy
import sys

import pytest

from kiosk import __version__


def test_it_is_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["kiosk", "--version"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("kiosk", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out == f"cramp-kiosk {__version__}\n"
