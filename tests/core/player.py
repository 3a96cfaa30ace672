"""A State played on without the conductor: events, and every deadline at its own moment."""

from kiosk.core import night
from kiosk.core.events import ButtonPressed, ButtonReleased, Due, Effect, Event
from kiosk.core.state import State
from kiosk.core.technique import Ms


class Player:
    """Plays a State on: events, and every deadline at its own moment."""

    def __init__(self, state: State, now: Ms) -> None:
        self.state = state
        self.now = now
        self.effects: list[Effect] = []

    def happen(self, event: Event) -> None:
        self.state, effects = night.transition(self.state, event, self.now)
        self.effects += effects
        self.look()

    def wait(self, length: Ms) -> None:
        end = self.now + length
        told = 0
        while (due := night.due(self.state)) is not None and due <= end:
            told = told + 1 if due <= self.now else 0
            assert told < 20, f"due again and again at {self.now}: {self.state.page}"
            self.now = max(self.now, due)
            self.happen(Due())
        self.now = end

    def press(self, length: Ms) -> None:
        if self.state.down_at is not None:
            self.happen(ButtonReleased())
        self.happen(ButtonPressed())
        self.wait(length)
        self.happen(ButtonReleased())

    def look(self) -> None:
        """What is checked after each event."""
