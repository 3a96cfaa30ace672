"""Any owner's rules, any water, any time to wait: what the nights of ``test_any_night`` are drawn from."""

from hypothesis import strategies as st

from kiosk.config.techniques import folders, load
from kiosk.core.rules import Condition, Rules
from kiosk.core.signals import Volume
from kiosk.core.technique import MINUTE, SECOND
from kiosk.core.timeline import Choice

SHIPPED = {technique.id: technique for technique in load(folders()[:1])[0]}
IDS = st.sampled_from(sorted(SHIPPED))


def house(order: list[str], **more: object) -> Rules:
    """An owner's rules; the techniques by name, so that a failing night can be read."""
    return Rules(techniques=tuple(SHIPPED[name] for name in order), **more)  # type: ignore[arg-type]


RULES = st.builds(
    house,
    order=st.permutations(sorted(SHIPPED)),
    left_out=st.frozensets(IDS, max_size=2),
    choices=st.dictionaries(
        IDS, st.builds(Choice, hold=st.integers(1, 60), rounds=st.integers(1, 9)), max_size=3
    ),
    conditions=st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(Condition), max_size=2)),
    soak_allowed=st.booleans(),
    soak_minutes=st.integers(1, 40),
    volume=st.sampled_from(Volume),
    passive_buzzer=st.booleans(),
    rotate=st.sampled_from([0, 90, 180, 270]),
)
WATER = st.one_of(
    st.floats(36.5, 39.5), st.floats(30, 46), st.sampled_from([None, 20.0, 34.0, 38.0, 41.5, 43.0, 85.0])
)
PROBES = ("28-3c01f0964f8f", "28-3c01f0964f90")
#: From a moment to a quarter of an hour: half of them short, so that things meet.
WAITS = st.one_of(st.integers(0, 3 * SECOND), st.integers(0, 130 * SECOND), st.integers(0, 16 * MINUTE))
