"""What all parts have in common: they are closed, and they have hiccups."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from kiosk.core.errors import KioskError
from kiosk.i18n import _

log = logging.getLogger(__name__)


class Part(ABC):
    """Something that is closed at the end of its ``with``."""

    @abstractmethod
    def close(self) -> None:
        """Leave the part at rest and give it back. May be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PartFails(KioskError):  # noqa: N818 - a finding, for whoever drives the part
    """A part could not be driven. The message is one sentence for the owner, with the reason."""


@contextmanager
def driving(sentence: str) -> Iterator[None]:
    """Whatever fails inside becomes ``PartFails`` with this sentence (marked with ``N_``).

    Every ``Exception``, because the pin libraries have no common one: ``lgpio.error`` derives from
    ``Exception``, RPi.GPIO raises ``RuntimeError``, gpiozero its own.
    """
    try:
        yield
    except Exception as error:
        raise PartFails(f"{_(sentence)} ({error})") from error


class LogOnce:
    """``with once:`` around every touch of a part; whatever fails inside ends there.

    ``sentence`` says what does not work (marked with ``N_``). The first failure is logged, the next
    ones are not, until one touch has succeeded: a part that came loose must not fill the journal.
    For what nobody waits for: reading the button, closing. What must be tried again is ``driving``.
    ``on_change`` hears of the first failure (True) and that it works again (False).
    """

    def __init__(self, sentence: str, on_change: Callable[[bool], None] = lambda _failing: None) -> None:
        self._sentence = sentence
        self._on_change = on_change
        self._failing = False

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None:
            self._change(False)
            return True
        if not isinstance(error, Exception):
            return False
        if not self._failing:
            log.warning("%s (%s)", _(self._sentence), error)
        self._change(True)
        return True

    def _change(self, failing: bool) -> None:
        if failing is not self._failing:
            self._failing = failing
            self._on_change(failing)
