"""A bedside step timer, instruction card, bath thermometer and log for cramps in the foot at night."""

__version__ = "0.1.0"
