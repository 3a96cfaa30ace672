"""The schema of the settings: types, bounds, defaults, and a description of each key."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from kiosk.core.calibration import MOST
from kiosk.core.rules import Condition, Glow, TextSize, Theme
from kiosk.core.signals import Volume
from kiosk.core.technique import Count, Seconds, Side
from kiosk.devices.pins import Pins as Wiring
from kiosk.i18n import N_


class Buzzer(StrEnum):
    """The kind of buzzer: passive needs a square wave for each tone, active makes its own single tone."""

    PASSIVE = "passive"
    ACTIVE = "active"


class Display(StrEnum):
    """Where the kiosk is drawn. AUTO: on a desktop if the environment names one, otherwise on the console."""

    AUTO = "auto"
    CONSOLE = "console"
    DESKTOP = "desktop"


class Factory(StrEnum):
    """The GPIO library. AUTO: gpiod. MOCK: no real pins, for tests."""

    AUTO = "auto"
    GPIOD = "gpiod"
    LGPIO = "lgpio"
    RPIGPIO = "rpigpio"
    MOCK = "mock"


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


def _about(text: str, **bounds: Any) -> Meta:
    return Meta(description=text, **bounds)


_ORDER = N_("Ids of the techniques in the order of the night. Those not named follow in their usual order.")
_LEFT_OUT = N_("Ids of the techniques that are never shown.")
_CHOICE = N_(
    "Seconds of a hold, and rounds, of one technique; both stay within what its source allows. "
    "Example: { calf_stretch = { hold = 10, rounds = 4 } }."
)
_SIDE = N_("The foot that cramps; pictures are mirrored to match.")
_VOLUME = N_("How loud. The alarm for water that burns is never silent.")
_BUZZER = N_("Passive buzzers play tones; active ones only beep.")
_QUIET_FROM = N_("Quiet hours begin; they play at the lowest level.")
_QUIET_TO = N_("Quiet hours end. The same time twice: no quiet hours.")
_THEME = N_("Colours of the screen.")
_TEXT_SIZE = N_("Size of words, where there is room.")
_GLOW = N_("How bright the screen is when someone is there.")
_MOTION = N_("Pictures move.")
_PANEL = N_("Diagonal of the panel in inches; words and targets are sized by it.")
_ROTATE = N_("Degrees the picture is turned, clockwise.")
_DISPLAY = N_("Bare console, a window on a desktop, or whichever is there.")
_SWAP = N_("The touch panel says the way down where it should say the way across.")
_INVERT_X = N_("The touch panel counts from the right (after the axes were swapped).")
_INVERT_Y = N_("The touch panel counts from below (after the axes were swapped).")
_CALIBRATION = N_(
    "Six numbers that move a touch to where the finger was; written by cramp-kiosk calibrate and by Check "
    "parts. They come after the axes were swapped and turned round."
)
_CLOCK = N_("Show the time while asleep.")
_MINUTES = N_("Minutes the feet stay in warm water.")
_ALLOWED = N_("A clinician said yes to soaking with sensitive feet.")
_PROBE = N_(
    "Number of the water's probe, as cramp-kiosk doctor names it. Empty: the only one there is. With "
    "several, choose here, or warm the water's probe in your hand on the page Check parts."
)
_OFFSET = N_("Degrees Celsius added to what the probe says. Beyond one degree the probe needs replacing.")
_CONDITIONS = N_(
    "What the device must take care of: numb (diabetes, or feet that feel little), circulation (poor in "
    "the legs), raynaud (or cold harms the skin), thinner (blood thinner, fragile bones), wound (sore or "
    "infection on the foot), clot (in the leg, suspected or recent), pregnant, unsteady (on the feet, new "
    "hip or knee, drowsy from medicine)."
)
_ASKED = N_("The health questions were answered.")
_FACTORY = N_(
    "Which way to the pins: gpiod (the kernel's own, and what auto means), lgpio, or rpigpio for old systems."
)
_PIN = N_("BCM number of the pin.")
_DIARY = N_("File of the diary. Empty: its usual place.")
_LANGUAGE = N_("Language of the screen, as a code.")

# \Z, because $ would allow a line break at the end. ``form`` is a key of ``tomlwords._FORMS``.
Hour = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", examples=["22:00"], extra={"form": "hour"})
]
Pin = Annotated[int, _about(_PIN, ge=2, le=27)]


class Chosen(_Table, frozen=True):
    """The owner's lengths for one technique: seconds of a hold, and rounds. None: as in the technique."""

    hold: Seconds | None = None
    rounds: Count | None = None


class Night(_Table, frozen=True):
    """Which techniques are used, in which order, for which foot."""

    techniques: Annotated[tuple[str, ...], _about(_ORDER, examples=[["walk", "calf_stretch"]])] = ()
    left_out: Annotated[tuple[str, ...], _about(_LEFT_OUT, examples=[["walk"]])] = ()
    choice: Annotated[dict[str, Chosen], _about(_CHOICE)] = {}
    side: Annotated[Side, _about(_SIDE)] = Side.LEFT


class Sound(_Table, frozen=True):
    """Buzzer, volume and quiet hours."""

    volume: Annotated[Volume, _about(_VOLUME)] = Volume.MEDIUM
    buzzer: Annotated[Buzzer, _about(_BUZZER)] = Buzzer.PASSIVE
    quiet_from: Annotated[Hour, _about(_QUIET_FROM)] = "22:00"
    quiet_to: Annotated[Hour, _about(_QUIET_TO)] = "07:00"


class Screen(_Table, frozen=True):
    """What the screen shows and how; size and rotation of the panel."""

    theme: Annotated[Theme, _about(_THEME)] = Theme.NIGHT
    text_size: Annotated[TextSize, _about(_TEXT_SIZE)] = TextSize.NORMAL
    glow: Annotated[Glow, _about(_GLOW)] = Glow.DIM
    motion: Annotated[bool, _about(_MOTION)] = True
    panel: Annotated[float, _about(_PANEL, ge=2.0, le=32.0)] = 7.0
    rotate: Annotated[Literal[0, 90, 180, 270], _about(_ROTATE)] = 0
    display: Annotated[Display, _about(_DISPLAY)] = Display.AUTO
    asleep_clock: Annotated[bool, _about(_CLOCK)] = False


#: A coefficient of the calibration.
Number = Annotated[float, Meta(ge=-MOST, le=MOST)]


class Touch(_Table, frozen=True):
    """How coordinates of the touch panel map to the screen, on a console only: under X11 and Wayland the
    compositor maps them. Order: ``swap``, ``invert_x`` and ``invert_y``, then ``calibration``
    (``core.calibration.Affine``)."""

    swap: Annotated[bool, _about(_SWAP)] = False
    invert_x: Annotated[bool, _about(_INVERT_X)] = False
    invert_y: Annotated[bool, _about(_INVERT_Y)] = False
    calibration: Annotated[tuple[Number, Number, Number, Number, Number, Number], _about(_CALIBRATION)] = (
        1.0,
        0.0,
        0.0,
        0.0,
        1.0,
        0.0,
    )


class Soak(_Table, frozen=True):
    """Length of the soak, and the water's probe."""

    minutes: Annotated[int, _about(_MINUTES, ge=15, le=20)] = 15
    allowed: Annotated[bool, _about(_ALLOWED)] = False
    probe: Annotated[
        str,
        _about(
            _PROBE,
            pattern=r"^((28|22|10|3b|42)-[0-9a-f]{12})?\Z",
            examples=["28-3c01f0964f8f"],
            extra={"form": "probe"},
        ),
    ] = ""
    probe_offset: Annotated[float, _about(_OFFSET, ge=-1.0, le=1.0)] = 0.0


class Health(_Table, frozen=True):
    """The owner's health answers, by which techniques and steps are left out."""

    conditions: Annotated[tuple[Condition, ...], _about(_CONDITIONS)] = ()
    asked: Annotated[bool, _about(_ASKED)] = False


_USUAL = Wiring()


class Pins(_Table, frozen=True):
    """The GPIO library and the BCM pins of button, lamp and buzzer; see hardware/pinmap.toml."""

    factory: Annotated[Factory, _about(_FACTORY)] = Factory.AUTO
    button: Pin = _USUAL.button
    lamp: Pin = _USUAL.lamp
    buzzer: Pin = _USUAL.buzzer


class Diary(_Table, frozen=True):
    """Path of the diary; "": its usual place."""

    path: Annotated[
        str,
        _about(
            _DIARY,
            pattern=r"^([/~][^\x00-\x1f\x7f]*)?\Z",
            max_length=1000,
            examples=["/data/diary.db"],
            extra={"form": "path"},
        ),
    ] = ""


class Settings(_Table, frozen=True):
    """The root of the settings."""

    language: Annotated[
        str,
        _about(_LANGUAGE, pattern=r"^[a-z]{2,3}(_[A-Z]{2})?\Z", examples=["en"], extra={"form": "language"}),
    ] = "en"
    night: Night = Night()
    sound: Sound = Sound()
    screen: Screen = Screen()
    touch: Touch = Touch()
    soak: Soak = Soak()
    health: Annotated[Health, Meta(extra={"private": True})] = Health()
    pins: Pins = Pins()
    diary: Diary = Diary()
