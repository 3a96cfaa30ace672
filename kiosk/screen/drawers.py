"""Who draws which page. A page without a drawer ends at import, not at night."""

from collections.abc import Callable
from typing import Any, TypeVar, get_args

from kiosk.core.pages import Page
from kiosk.screen.scene import Scene

P = TypeVar("P")

DRAWERS: dict[type, Callable[[Scene, Any], None]] = {}
"""kind of page -> what puts it on a scene; filled by ``draws``"""


def draws(kind: type[P]) -> Callable[[Callable[[Scene, P], None]], Callable[[Scene, P], None]]:
    """``@draws(Home)`` before a function: it draws that kind of page."""

    def register(drawer: Callable[[Scene, P], None]) -> Callable[[Scene, P], None]:
        DRAWERS[kind] = drawer
        return drawer

    return register


def check_complete() -> None:
    """Raises ``TypeError`` for pages that nobody draws, by name."""
    missing = [kind.__name__ for kind in get_args(Page) if kind not in DRAWERS]
    if missing:
        raise TypeError(f"nobody draws these pages: {', '.join(missing)}; see kiosk/screen/pages")
