"""The pin factory as a package of its own, and its stand-in as the library."""

import ast
import inspect
from importlib import metadata
from pathlib import Path

import gpiod
import pytest
from gpiozero.pins.mock import MockFactory

from kiosk.devices import gpiod_pins
from kiosk.devices.gpiod_pins import GpiodFactory, GpiodPin
from tests.devices.gpiod.fake_gpiod import FakeChip, FakeRequest


class TestAsAPackageOfItsOwn:
    def test_gpiozero_finds_it_by_name(self) -> None:
        (entry,) = metadata.entry_points(group="gpiozero_pin_factories", name="gpiod")
        assert entry.load() is GpiodFactory

    def test_imports_nothing_of_the_kiosk(self) -> None:
        folder = Path(gpiod_pins.__file__).parent
        nodes = [node for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
        absolute = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0]
        absolute += [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
        assert [name for name in absolute if name and name.startswith("kiosk")] == []
        assert {node.level for node in nodes if isinstance(node, ast.ImportFrom)} == {0, 1}

    def test_has_all_that_a_gpiozero_pin_has(self) -> None:
        mock_pin = MockFactory().pin_class
        ours = {name for name in dir(GpiodPin) if not name.startswith("__")}
        assert {name for name in dir(mock_pin.__mro__[1]) if not name.startswith("__")} <= ours

    @pytest.mark.parametrize(("real", "fake"), [(gpiod.Chip, FakeChip), (gpiod.LineRequest, FakeRequest)])
    def test_the_stand_in_takes_what_the_library_takes(self, real: type, fake: type) -> None:
        shared = {name for name in vars(fake) if not name.startswith("_")} - {"board", "deliver"}
        for name in sorted(shared):
            theirs, mine = getattr(real, name), getattr(fake, name)
            if callable(theirs):
                assert list(inspect.signature(mine).parameters) == list(inspect.signature(theirs).parameters)
