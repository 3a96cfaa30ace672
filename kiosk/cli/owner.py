"""What the owner's files say, for the commands."""

from pathlib import Path

from kiosk.cli.streams import complain
from kiosk.config import settings
from kiosk.diary import place
from kiosk.files import at_home
from kiosk.i18n import speak


def read_settings() -> settings.Found:
    """The owner's settings. What is wrong with them is told, in their language."""
    found = settings.find()
    speak(found.in_force.language)
    complain([*found.notes, *found.problems])
    return found


def diary_path(config: settings.Settings) -> Path:
    """Where the diary is: where the settings say, else the service's or the user's state folder."""
    if config.diary.path:
        return at_home(config.diary.path)
    return place.usual()
