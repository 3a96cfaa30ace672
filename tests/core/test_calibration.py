"""Touch, the last of the parts: two dots to tap, then three crosses and a proof where taps land elsewhere."""

from collections.abc import Callable
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core import night as the_night
from kiosk.core.calibration import (
    CROSSES,
    MOST,
    NEAR_ENOUGH,
    PROOF,
    Affine,
    Point,
    calibrate,
    judged,
    moved,
    near,
    on_panel,
    on_picture,
    text,
)
from kiosk.core.check import DOTS, TOUCH
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    ChangeSetting,
    ReadEveryProbe,
    ReadWater,
    Touched,
)
from kiosk.core.pages import Asleep, Calibration, Check, Dip, Home, Page, Settings
from kiosk.core.state import Light
from tests.bedside import Bedside, standard
from tests.touch_panels import straight, worn

WIDE = 800 / 480
ASPECTS = (480 / 320, WIDE, 1280 / 720, 480 / 800, 720 / 1280)
Says = Callable[[Point], Point]


def trying(rotation: int = 0, *, own_touch: bool = True) -> Bedside:
    """Somebody came by the button alone as far as touch."""
    night = Bedside(standard(rotate=rotation))
    night.conductor.state = msgspec.structs.replace(night.state, own_touch=own_touch)
    night.press()
    night.press(10)
    for _ in range(TOUCH):
        night.press()
    night.effects.clear()
    return night


def touch(night: Bedside, seen: Point, aspect: float = WIDE) -> None:
    """A finger is lifted; the panel says that it was there."""
    night.happen(Touched(*seen, aspect))


def calibrated(night: Bedside) -> Affine | None:
    """What was told to the settings."""
    for effect in night.effects:
        if isinstance(effect, ChangeSetting):
            assert effect.key == "calibration"
            a, b, c, d, e, f = (float(number) for number in effect.value.split())
            return a, b, c, d, e, f
    return None


# --- the dots


def test_two_taps_on_the_dots_and_touch_works():
    night = trying()
    assert night.page == Check(TOUCH)
    touch(night, DOTS[0])
    assert night.page == Check(TOUCH, hit=1)
    touch(night, (DOTS[1][0] + 0.03, DOTS[1][1] - 0.03))
    assert night.page == Check(TOUCH, hit=2)
    night.press()
    assert (night.page, night.effects) == (Settings(3), [])


def test_a_tap_seen_elsewhere_is_shown_and_the_button_leads_to_the_crosses():
    night = trying()
    touch(night, DOTS[0])
    touch(night, (0.2, 0.3))
    assert night.page == Check(TOUCH, missed=(0.2, 0.3))
    touch(night, DOTS[0])  # judged it is
    assert night.page == Check(TOUCH, missed=(0.2, 0.3))
    night.press()
    assert night.page == Calibration()


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("lies", [*product((0, 1), repeat=3)][1:], ids=repr)
def test_no_other_way_a_panel_can_lie_brings_both_taps_to_their_dots(lies, aspect):
    swap, invert_x, invert_y = lies
    for dot in DOTS:
        x, y = dot[::-1] if swap else dot
        if not near((abs(invert_x - x), abs(invert_y - y)), dot, aspect):
            return
    raise AssertionError("both are where they belong")


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_panel_that_does_not_reach_its_rims_misses_a_dot(aspect):
    assert not all(near((0.075 + 0.85 * x, 0.075 + 0.85 * y), (x, y), aspect) for x, y in DOTS)


@pytest.mark.parametrize(
    ("page", "act", "to"),
    [
        (Check(TOUCH, hit=2), Act.NEXT, Settings(3)),
        (Check(TOUCH, hit=2), Act.BACK, Check(TOUCH - 1)),
        (Check(TOUCH, hit=2), Act.ADJUST, Calibration()),
        (Check(TOUCH, missed=(0.2, 0.3)), Act.NEXT, Settings(3)),
        (Check(TOUCH, missed=(0.2, 0.3)), Act.BACK, Check(TOUCH)),
        (Check(TOUCH, missed=(0.2, 0.3)), Act.ADJUST, Calibration()),
        (Calibration(), Act.ANYWHERE, Calibration()),
        (Calibration(), Act.NEXT, Calibration()),
    ],
    ids=repr,
)
def test_where_each_tap_leads(page: Page, act: Act, to: Page):
    night = trying()
    night.conductor.state = msgspec.structs.replace(night.state, page=page)
    night.tap(act)
    assert night.page == to


def test_where_the_system_has_calibrated_touch_it_is_no_part():
    night = trying(own_touch=False)
    assert night.page == Settings(3)


def test_the_other_parts_do_not_ask_where_a_finger_is():
    night = trying()
    night.conductor.state = msgspec.structs.replace(night.state, page=Check(1))
    touch(night, (0.5, 0.5))
    assert night.page == Check(1)


def test_a_finger_lifted_when_the_page_is_over_is_any_tap():
    night = trying()
    night.wait(120)
    assert night.page == Asleep()
    touch(night, DOTS[0])
    assert (night.page, night.state.light) == (Home(), Light.LIT)


# --- the crosses


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("says", [straight, worn])
def test_three_crosses_and_a_proof_by_the_button_and_a_finger(says: Says, rotation: int, aspect: float):
    def seen(point: Point) -> Point:
        return on_picture(says(on_panel(point, rotation)), rotation)

    night = trying(rotation)
    touch(night, (0.99, 0.99), aspect)
    night.press()
    shown = []
    for cross in (*CROSSES, PROOF):
        shown.append(night.page)
        touch(night, seen(cross), aspect)
    assert shown == [Calibration(tuple(seen(cross) for cross in CROSSES[:count])) for count in range(4)]
    assert night.page == Check(TOUCH, hit=2)
    found = calibrated(night)
    assert found is not None
    for point in ((0.05, 0.05), (0.95, 0.1), (0.5, 0.5), (0.1, 0.9)):
        assert moved(says(point), found) == pytest.approx(point, abs=1e-4)
    night.press()
    assert night.page == Settings(3)


def test_a_proof_beside_its_cross_is_refused_and_offered_again():
    night = trying()
    touch(night, (0.9, 0.9))
    night.press()
    for cross in CROSSES:
        touch(night, worn(cross))
    x, y = PROOF
    touch(night, worn((x + 1.5 * NEAR_ENOUGH, y)))
    assert (night.page, night.effects) == (Calibration(again=True), [])
    touch(night, worn(CROSSES[0]))
    assert night.page == Calibration((worn(CROSSES[0]),))


def test_touches_near_one_line_are_refused_and_offered_again():
    night = trying()
    touch(night, (0.9, 0.9))
    night.press()
    for place in ((0.1, 0.1), (0.5, 0.52), (0.9, 0.9), PROOF):
        touch(night, place)
    assert (night.page, night.effects) == (Calibration(again=True), [])


def test_a_panel_worn_beyond_use_is_refused():
    """One that says almost the same all over one axis: its calibration would not be taken by the settings."""
    touches = [(x, 0.5 + 0.04 * y) for x, y in (*CROSSES, PROOF)]
    found = calibrate(touches[:3], CROSSES)
    assert max(abs(number) for number in found) > MOST
    assert judged(touches, 0, WIDE) is None


def crossing(touches: int = 2) -> Bedside:
    """So many crosses are touched."""
    night = trying()
    touch(night, (0.9, 0.9))
    night.press()
    for cross in CROSSES[:touches]:
        touch(night, cross)
    assert night.page == Calibration(CROSSES[:touches])
    return night


def test_the_button_leaves_the_crosses_and_all_is_as_it_was():
    night = crossing()
    night.press()
    assert (night.page, night.effects) == (Check(TOUCH), [])
    night.press()
    assert (night.page, night.state.episode) == (Settings(3), None)


def test_a_long_press_there_sleeps():
    night = crossing()
    night.hold()
    assert (night.page, night.effects, night.state.episode) == (Asleep(), [], None)


def test_left_alone_they_dim_and_sleep_and_nothing_is_lost():
    night = crossing()
    night.wait(60)
    assert (night.page, night.state.light) == (Calibration(CROSSES[:2]), Light.DIMMED)
    touch(night, CROSSES[0])
    assert night.state.light is Light.LIT
    night.wait(119.999)
    assert isinstance(night.page, Calibration)
    night.wait(0.001)
    assert (night.page, night.effects) == (Asleep(), [])


def test_a_press_there_begins_no_relief_and_one_after_it_does():
    night = crossing()
    night.happen(ButtonPressed())
    assert night.state.episode is None
    night.happen(ButtonReleased())
    night.press()
    night.press()
    assert night.state.episode is not None


def test_the_probe_rests_before_touch_is_tried():
    night = trying()
    night.tap(Act.ANYWHERE)
    night.conductor.state = msgspec.structs.replace(night.state, page=Check(TOUCH, hit=2))
    night.tap(Act.BACK)
    night.tap(Act.ADJUST)
    assert (night.page, night.effects) == (Dip(), [ReadEveryProbe(), ReadWater(on=True)])


def test_after_an_error_of_our_own_touch_is_still_a_part():
    state, _ = the_night.failsafe(crossing().state, 500_000)
    assert state.own_touch


# --- the arithmetic

share = st.floats(0.05, 0.95)


@given(
    st.tuples(*[st.floats(-0.3, 0.3)] * 4),
    st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)),
    st.tuples(share, share),
)
def test_calibration_undoes_any_affine_error(
    skew: tuple[float, float, float, float], shift: Point, point: Point
):
    def wrong(p: Point) -> Point:
        a, b, c, d = skew
        return (1 + a) * p[0] + b * p[1] + shift[0], c * p[0] + (1 + d) * p[1] + shift[1]

    wanted = ((0.1, 0.1), (0.9, 0.15), (0.5, 0.9))
    calibration = calibrate([wrong(place) for place in wanted], wanted)
    assert moved(wrong(point), calibration) == pytest.approx(point, abs=1e-9)


def test_three_touches_on_a_line_calibrate_nothing():
    with pytest.raises(ValueError, match="one line"):
        calibrate(((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_from_the_picture_to_the_panel_and_back(rotation: int):
    assert on_picture(on_panel((0.2, 0.3), rotation), rotation) == pytest.approx((0.2, 0.3))


def test_it_is_kept_as_six_short_numbers():
    assert text((1.061234567, 0.0, -0.04, 0.0, -1.1, 1.05)) == "1.06123 0.0 -0.04 0.0 -1.1 1.05"
