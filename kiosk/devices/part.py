"""What all parts share: ``close``, and how their errors are handled."""

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
    """A piece of hardware; a context manager that closes it."""

    @abstractmethod
    def close(self) -> None:
        """Switch the part off and release it. May be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PartFails(KioskError):  # noqa: N818 - named like PinsUnavailable, after what has happened
    """A part could not be driven. The message is one sentence for the owner, with the reason."""


@contextmanager
def driving(sentence: str) -> Iterator[None]:
    """Convert any ``Exception`` in the block to ``PartFails`` with this sentence (marked with ``N_``).

    The pin libraries have no common base class: ``lgpio.error`` derives from ``Exception``, RPi.GPIO raises
    ``RuntimeError``, gpiozero its own errors.
    """
    try:
        yield
    except Exception as error:
        raise PartFails(f"{_(sentence)} ({error})") from error


class LogOnce:
    """Suppresses any ``Exception`` in a ``with`` block around an access to a part.

    The first failure is logged with ``sentence`` (marked with ``N_``); further ones are not, until an access
    succeeds, so that a loose part does not fill the log. ``on_change`` is called with True at the first
    failure and with False when it works again. Use it where no caller can handle the error: reading the
    button, closing. Use ``driving`` where the caller retries.
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
