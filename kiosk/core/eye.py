"""How much light looks how bright."""

GAMMA = 2.2
"""The eye takes a fifth of the light for half as bright; so do screens and pictures."""


def light(level: float) -> float:
    """Share of the full light (0.0 to 1.0) that looks like ``level`` (0.0 to 1.0; clamped)."""
    return float(min(max(level, 0.0), 1.0) ** GAMMA)
