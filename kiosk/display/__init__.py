"""The glass: where a picture goes and where taps come from."""

from kiosk.lean import load_pygame

load_pygame()
