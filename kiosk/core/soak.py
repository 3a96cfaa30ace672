"""Water readings -> can I trust it? -> what to tell the feet. Bands and hysteresis as in the signal table.

Degrees Celsius throughout, after the owner's probe offset. Never "warm" from a single reading, never an
old number: all verdicts but danger need two readings that agree, and after 5 s without a good reading
there is no temperature at all. A number that does not change while real water would have is no reading
either. Danger outlasts all of that: without a number, until it is answered.
"""

import math
from enum import StrEnum
from statistics import linear_regression

import msgspec

from kiosk.core.technique import MINUTE, SECOND, Ms


class Verdict(StrEnum):
    """What the water is, for a pair of feet."""

    WAITING = "waiting"
    """no two readings yet"""
    FAULT = "fault"
    DRY = "dry"
    """the probe is not in the water"""
    COLD = "cold"
    TOP_UP = "top-up"
    SETTLING = "settling"
    """in the warm band, not yet steady"""
    WARM = "warm"
    """the one verdict in which feet are in the water"""
    HOT_EDGE = "hot-edge"
    TOO_HOT = "too-hot"
    DANGER = "danger"
    RISING = "rising"


#: Verdicts that must not hide behind a question: feet out, now.
URGENT = frozenset({Verdict.DANGER, Verdict.TOO_HOT, Verdict.RISING, Verdict.FAULT})

_UNBELIEVED = frozenset({Verdict.WAITING, Verdict.FAULT})

#: Where the same number for long says nothing: while the probe may lie in the air of a room.
_MAY_STAND_STILL = frozenset({Verdict.WAITING, Verdict.DRY})

STALE: Ms = 5 * SECOND
KEEP: Ms = 5 * MINUTE
STEADY_FOR: Ms = 15 * SECOND
RISE_WITHIN: Ms = 10 * SECOND
DRY_FOR: Ms = 10 * SECOND
TELL_FOR: Ms = 20 * SECOND
FIT_OVER: Ms = 2 * MINUTE
#: Warm water loses a step of a 12 bit probe (1/16 degree) every quarter of a minute (8 litres), a full bath
#: one a minute. The same number for so long is a conversion that no longer comes to an end.
FROZEN_AFTER: Ms = 3 * MINUTE
#: Water that is warmer than the room by no more than so many degrees may keep its number for minutes.
HARDLY_WARMER = 4.0

#: What a foot bath can be. Outside of it the probe is wrong, or somewhere else.
POSSIBLE = (5.0, 70.0)
ROOM_POSSIBLE = (15.0, 30.0)
ROOM_USUAL = 21.0
ROOM_WITHIN = 2.0
JUMP = 5.0
AGREE = 1.0
STEADY_WITHIN = 0.3
RISE = 0.5
STEP_BACK = 0.5


class Reading(msgspec.Struct, frozen=True):
    """One good reading."""

    at: Ms
    celsius: float


class Bands(msgspec.Struct, frozen=True):
    """Where one verdict ends and the next begins, in degrees Celsius."""

    cold: float = 33.0
    warm_low: float = 36.0
    warm_high: float = 40.0
    too_hot: float = 41.0
    danger: float = 43.0


#: For feet that feel little, once a clinician said yes to soaking.
SENSITIVE = Bands(cold=29.0, warm_low=32.0, warm_high=35.0, too_hot=36.0, danger=38.0)


class Water(msgspec.Struct, frozen=True):
    """What is known of the water, and what that means."""

    verdict: Verdict = Verdict.WAITING
    readings: tuple[Reading, ...] = ()
    """the good ones of the last minutes, oldest first; emptied by a fault"""
    warm_for: Ms | None = None
    """said once in a warm spell: the water leaves the warm band in about so many ms"""
    told_at: Ms | None = None
    """when that was said; None: not yet in this warm spell"""
    since: Ms = 0
    """when reading began, or the last good reading"""
    last: Reading | None = None
    """the last possible value, good or a jump"""
    bad: int = 0
    """bad readings in a row"""
    next: Verdict | None = None
    """what the last reading said instead of ``verdict``; a second one in a row ends the verdict"""
    latched: bool = False
    """danger was reached and not yet answered by a press"""
    lost: bool = False
    """danger is latched, and since then the probe failed: no two readings have agreed again"""
    same: float | None = None
    """what the probe said last, possible or not"""
    same_since: Ms = 0
    """since when it says that"""
    room: float | None = None
    """what the probe said in the air since reading began, at its lowest; None: it was in none yet"""
    room_before: float = ROOM_USUAL
    """the same of the last soak, for a probe that is put into the water at once"""
    dry_since: Ms | None = None
    warm_since: Ms | None = None
    """since when the water is warm; None: it is not"""
    low: float | None = None
    high: float | None = None
    """coldest and warmest while the feet were in"""

    @property
    def celsius(self) -> float | None:
        """The temperature to show; None when there is none to be trusted."""
        return None if self.doubted or not self.readings else self.readings[-1].celsius

    @property
    def doubted(self) -> bool:
        """No two readings have agreed yet, or since the probe failed."""
        return self.verdict in _UNBELIEVED or self.lost

    @property
    def failed(self) -> bool:
        """The probe failed and has not recovered: nothing is left that could grow old."""
        return self.verdict is Verdict.FAULT or self.lost

    @property
    def air(self) -> float:
        """The room's temperature, as well as it is known."""
        return self.room_before if self.room is None else self.room

    @property
    def trend(self) -> float:
        """Degrees a minute over the last half minute; 0.0 while too few readings are known."""
        recent = within(self.readings, 30 * SECOND)
        if len(recent) < 2 or recent[-1].at - recent[0].at < 5 * SECOND:
            return 0.0
        return (recent[-1].celsius - recent[0].celsius) * MINUTE / (recent[-1].at - recent[0].at)

    def stale_at(self) -> Ms:
        """When the last good reading is too old to be shown."""
        return self.since + STALE

    def may_clear(self, bands: Bands) -> bool:
        """Danger is over as far as the water goes, by two readings; a press says the feet are safe."""
        two = self.readings[-2:]
        cool = len(two) == 2 and all(reading.celsius < bands.too_hot for reading in two)
        return self.latched and not self.lost and cool


def begin(now: Ms, air: float = ROOM_USUAL) -> Water:
    """Reading begins; ``air`` is the room's temperature as the last soak knew it."""
    return Water(since=now, room_before=air)


def read(water: Water, celsius: float | None, now: Ms, bands: Bands, bits: int = 12) -> Water:
    """Take one reading (None: the probe could not) and judge the water anew.

    ``bits``: the probe's resolution, 9 to 12; a coarser one may say the same number for longer.
    """
    water = age(water, now)
    if celsius is not None and celsius != water.same:
        water = msgspec.structs.replace(water, same=celsius, same_since=now)
    if celsius is None or not POSSIBLE[0] <= celsius <= POSSIBLE[1] or _frozen(water, now, bits):
        return _bad(water)
    reading = Reading(now, celsius)
    jumped = water.last is not None and _jumped(water.last, reading)
    water = msgspec.structs.replace(water, last=reading)
    if jumped:
        return _bad(water)
    if celsius >= bands.danger:
        return _good(msgspec.structs.replace(water, dry_since=None), reading, Verdict.DANGER, latched=True)
    if water.doubted and not _agrees(water, reading):
        # the first of two: remembered, not yet believed
        return msgspec.structs.replace(water, readings=(reading,), bad=0, since=now)
    return _judge(water, reading, bands)


def age(water: Water, now: Ms) -> Water:
    """Nothing was read for too long: there is no temperature any more."""
    return _fault(water) if now >= water.stale_at() and not water.failed else water


def answer(water: Water, bands: Bands) -> Water:
    """The button was pressed: danger ends if the water has cooled below the limit."""
    if not water.may_clear(bands):
        return water
    verdict = _band(water.readings[-1].celsius, Verdict.TOO_HOT, bands)
    verdict = Verdict.SETTLING if verdict is Verdict.WARM else verdict
    return msgspec.structs.replace(water, latched=False, verdict=verdict, next=None)


def _bad(water: Water) -> Water:
    bad = water.bad + 1
    if bad >= 2 or water.failed:
        return _fault(water)
    # While nothing is believed yet, a bad reading takes back the good one before it.
    readings = () if water.verdict is Verdict.WAITING else water.readings
    return msgspec.structs.replace(water, bad=bad, readings=readings)


def _frozen(water: Water, now: Ms, bits: int) -> bool:
    """Whether the probe says the same for longer than water can."""
    limit = FROZEN_AFTER << max(0, 12 - bits)
    if water.same is None or water.verdict in _MAY_STAND_STILL or now - water.same_since < limit:
        return False
    return abs(water.same - water.air) > HARDLY_WARMER


def _fault(water: Water) -> Water:
    """Nothing is believed any more. An unanswered danger stays one, without a number."""
    return msgspec.structs.replace(
        water,
        verdict=Verdict.DANGER if water.latched else Verdict.FAULT,
        lost=water.latched,
        readings=(),
        bad=max(water.bad, 2),
        next=None,
        warm_for=None,
        told_at=None,
        dry_since=None,
        warm_since=None,
    )


def _jumped(last: Reading, reading: Reading) -> bool:
    seconds = max(1.0, (reading.at - last.at) / SECOND)
    return abs(reading.celsius - last.celsius) > JUMP * seconds


def _agrees(water: Water, reading: Reading) -> bool:
    """The second of two, close to the first in time and in degrees."""
    if not water.readings:
        return False
    first = water.readings[-1]
    return reading.at - first.at < STALE and abs(first.celsius - reading.celsius) <= AGREE


def within(readings: tuple[Reading, ...], length: Ms) -> tuple[Reading, ...]:
    """The readings of the last ``length`` ms, seen from the newest."""
    if not readings:
        return ()
    return tuple(r for r in readings if readings[-1].at - r.at <= length)


def _good(water: Water, reading: Reading, verdict: Verdict, *, latched: bool = False) -> Water:
    """Keep the reading and become ``verdict``."""
    kept = tuple(r for r in water.readings if reading.at - r.at <= KEEP)
    water = msgspec.structs.replace(
        water,
        readings=(*kept, reading),
        bad=0,
        since=reading.at,
        latched=latched or water.latched,
        lost=False,
        verdict=verdict,
        next=None if verdict is not water.verdict else water.next,
    )
    if verdict is not Verdict.WARM:
        return msgspec.structs.replace(water, warm_for=None, told_at=None, warm_since=None)
    since = reading.at if water.warm_since is None else water.warm_since
    low = reading.celsius if water.low is None else min(water.low, reading.celsius)
    high = reading.celsius if water.high is None else max(water.high, reading.celsius)
    return msgspec.structs.replace(water, low=low, high=high, warm_since=since)


def _judge(water: Water, reading: Reading, bands: Bands) -> Water:
    """All verdicts but danger: two readings in a row that contradict the verdict end it.

    They need not say the same: while hot water runs in, every reading may be in another band, and the
    feet must not be told "good" until two of them happen to meet in one. The newer one counts.
    """
    water = _feel_room(water, reading)
    if water.latched:
        return _good(water, reading, Verdict.DANGER)
    kept = msgspec.structs.replace(water, readings=(*water.readings, reading))
    says = _says(kept, reading, bands)
    if says is water.verdict:
        return _predict(msgspec.structs.replace(_good(water, reading, says), next=None), bands)
    begun = water.verdict in _UNBELIEVED  # its two readings agreed already
    lasted = says is Verdict.DRY or (water.verdict is Verdict.SETTLING and says is Verdict.WARM)
    if begun or lasted or water.next is not None:
        return _good(water, reading, says)
    return msgspec.structs.replace(_good(water, reading, water.verdict), next=says)


def _says(water: Water, reading: Reading, bands: Bands) -> Verdict:
    """What the water would be if this reading were believed."""
    if water.verdict is Verdict.DRY and reading.celsius <= ROOM_POSSIBLE[1]:
        return Verdict.DRY
    if water.dry_since is not None:
        if reading.at - water.dry_since >= DRY_FOR:
            return Verdict.DRY
        if water.verdict in _UNBELIEVED:
            return Verdict.WAITING
    band = _band(reading.celsius, water.verdict, bands)
    if band in {Verdict.WARM, Verdict.TOP_UP} and _rising(water):
        return Verdict.RISING
    if band is Verdict.WARM and water.verdict is not Verdict.WARM and not steady(water.readings, STEADY_FOR):
        return Verdict.SETTLING
    return band


def _band(celsius: float, was: Verdict, bands: Bands) -> Verdict:
    """The band, with the step back that keeps a verdict from flickering at its edge."""
    hot = was in {Verdict.TOO_HOT, Verdict.DANGER}
    if celsius > bands.too_hot or (hot and celsius >= bands.too_hot - STEP_BACK):
        return Verdict.TOO_HOT
    if celsius > bands.warm_high:
        return Verdict.HOT_EDGE
    if celsius < bands.cold or (was is Verdict.COLD and celsius < bands.cold + STEP_BACK):
        return Verdict.COLD
    cool = was in {Verdict.TOP_UP, Verdict.COLD}
    if celsius < bands.warm_low or (cool and celsius < bands.warm_low + STEP_BACK):
        return Verdict.TOP_UP
    return Verdict.WARM


def _rising(water: Water) -> bool:
    """Hot water is being added: it warms while the feet are in, and was not yet steady since."""
    recent = within(water.readings, RISE_WITHIN)
    if water.verdict is Verdict.WARM:
        # From the second lowest: a single low reading says nothing, so the way back from it neither.
        low = sorted(r.celsius for r in recent)[:2][-1]
        return recent[-1].celsius - low > RISE
    return water.verdict is Verdict.RISING and not steady(water.readings, RISE_WITHIN)


def steady(readings: tuple[Reading, ...], length: Ms) -> bool:
    """All readings of the last ``length`` ms are close together (a gap of 5 s would have emptied them)."""
    if readings[-1].at - readings[0].at < length:
        return False
    values = [r.celsius for r in within(readings, length)]
    return max(values) - min(values) <= STEADY_WITHIN


def _feel_room(water: Water, reading: Reading) -> Water:
    """Learn the room's temperature before the probe is in water; note since when the probe looks dry."""
    low, high = ROOM_POSSIBLE
    possible = low <= reading.celsius <= high
    room = water.room
    # A probe that failed before it was in any water may as well lie in the air now.
    unknown = room is None and water.low is None and water.verdict is Verdict.FAULT
    if possible and (unknown or water.verdict in _MAY_STAND_STILL):
        # The lowest: a probe that was in a hand, or in water, only cools towards the room. Of this soak
        # alone: a room is warmer in summer than it was in winter.
        room = reading.celsius if room is None else min(room, reading.celsius)
    near = abs(reading.celsius - (water.room_before if room is None else room)) <= ROOM_WITHIN
    since = water.dry_since if water.dry_since is not None else reading.at
    return msgspec.structs.replace(water, room=room, dry_since=since if possible and near else None)


def _predict(water: Water, bands: Bands) -> Water:
    """Newton's law of cooling, fitted to this warm spell: when does the water leave the band? Said once."""
    newest = water.readings[-1]
    if water.warm_since is None:
        return water
    if water.told_at is not None:
        over = newest.at - water.told_at >= TELL_FOR
        return msgspec.structs.replace(water, warm_for=None) if over else water
    spell = tuple(r for r in within(water.readings, FIT_OVER) if r.at >= water.warm_since)
    left = warm_left(spell, water.air, bands)
    return water if left is None else msgspec.structs.replace(water, warm_for=left, told_at=newest.at)


def warm_left(readings: tuple[Reading, ...], room: float, bands: Bands) -> Ms | None:
    """How long until the water cools to the lower edge of the warm band, in ms.

    A straight line through ln(T - room) over time (least squares). None while fewer than two minutes
    are known, or while the water does not cool.
    """
    if readings[-1].at - readings[0].at < FIT_OVER - 2 * SECOND:
        return None
    if any(r.celsius - room < 1.0 for r in readings) or bands.warm_low - room < 1.0:
        return None
    start = readings[0].at
    times = [(r.at - start) / SECOND for r in readings]
    slope, first = linear_regression(times, [math.log(r.celsius - room) for r in readings])
    if slope >= -1e-6:
        return None
    seconds = (math.log(bands.warm_low - room) - first) / slope - times[-1]
    return round(seconds * SECOND) if seconds > 0 else 0
