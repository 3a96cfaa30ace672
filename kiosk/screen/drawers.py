"""The drawer of each kind of page. A page without one fails at import, not at night."""

from collections.abc import Callable
from typing import Any, TypeVar, get_args

from kiosk.core.pages import Page
from kiosk.screen.scene import Scene

P = TypeVar("P")

DRAWERS: dict[type, Callable[[Scene, Any], None]] = {}
"""kind of page -> function that adds it to a scene; filled by ``draws``"""


def draws(kind: type[P]) -> Callable[[Callable[[Scene, P], None]], Callable[[Scene, P], None]]:
    """A decorator, as in ``@draws(Home)``: registers the function as the drawer of that kind of page."""

    def register(drawer: Callable[[Scene, P], None]) -> Callable[[Scene, P], None]:
        DRAWERS[kind] = drawer
        return drawer

    return register


def check_complete() -> None:
    """Check that each kind of page has a drawer. Raises ``TypeError`` with the names of those without."""
    missing = [kind.__name__ for kind in get_args(Page) if kind not in DRAWERS]
    if missing:
        raise TypeError(f"nobody draws these pages: {', '.join(missing)}; see kiosk/screen/pages")
