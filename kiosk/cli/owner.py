"""The owner's settings and the diary's path, for the commands."""

from pathlib import Path

from kiosk.cli.streams import complain
from kiosk.config import settings
from kiosk.diary import place
from kiosk.files import at_home
from kiosk.i18n import speak


def read_settings() -> settings.Found:
    """Read the owner's settings, switch to their language, and print what is wrong with them."""
    found = settings.find()
    speak(found.in_force.language)
    complain([*found.notes, *found.problems])
    return found


def diary_path(config: settings.Settings) -> Path:
    """Path of the diary: ``diary.path`` of the settings, or its usual place (``diary.place.usual``)."""
    if config.diary.path:
        return at_home(config.diary.path)
    return place.usual()
