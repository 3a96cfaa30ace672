"""What is drawn, on any pygame surface; knows no display."""

from kiosk.lean import load_pygame

load_pygame()
