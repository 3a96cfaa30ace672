"""Whatever happens, in whatever order: what must be true of every moment of every night."""

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.core import night, safety
from kiosk.core.calibration import CROSSES, MOST, PROOF, TOUCHES
from kiosk.core.check import PROBE, TOUCH, is_dipping
from kiosk.core.events import (
    Act,
    ButtonPressed,
    ButtonReleased,
    ChangeSetting,
    DiaryRead,
    Due,
    EpisodeBegan,
    EpisodeEnded,
    EpisodeRated,
    EpisodeResumed,
    Event,
    Fault,
    FaultCleared,
    FaultFound,
    Interrupted,
    QuietHours,
    ReadEveryProbe,
    ReadWater,
    RulesChanged,
    StopShown,
    Tally,
    Tapped,
    TechniqueBegan,
    TechniqueEnded,
    Touched,
    WaterRead,
)
from kiosk.core.pages import (
    Asleep,
    Calibration,
    Card,
    Check,
    CountIn,
    Dip,
    Guide,
    NextUp,
    Signs,
    Soak,
    TenMinutes,
)
from kiosk.core.rules import Rules
from kiosk.core.signals import LAMP, OFF, SILENT, Signal, Volume, tune
from kiosk.core.soak import FROZEN_AFTER, URGENT, Verdict
from kiosk.core.state import Light, State
from kiosk.core.technique import MINUTE, SECOND, Ms
from kiosk.core.transition import soak_of, urgent
from tests.core.any_owner import IDS, PROBES, RULES, WAITS, WATER
from tests.core.player import Player

#: While nothing may change under a pressing finger, what is due waits so long.
FINGER: Ms = 1500


class AnyNight(RuleBasedStateMachine):
    @initialize(rules=RULES, own_touch=st.booleans())
    def begin(self, rules: Rules, own_touch: bool) -> None:
        state = msgspec.structs.replace(night.new(rules, 1000), own_touch=own_touch)
        self.player = Player(state, 1000)
        self.player.look = self.look  # type: ignore[method-assign]  # each event of each rule is checked
        self.heard = 0
        self.reading = False
        self.open = False
        self.using = ""
        self.stops = 0

    @property
    def state(self) -> State:
        return self.player.state

    # --- what may happen

    @rule(length=st.sampled_from([20, 100, 900, 1499]))
    def press(self, length: Ms) -> None:
        self.player.press(length)

    @rule(length=st.sampled_from([1500, 1600, 5000, 40_000]))
    def hold(self, length: Ms) -> None:
        self.player.press(length)

    @rule()
    def edge_down(self) -> None:
        self.player.happen(ButtonPressed())

    @rule()
    def edge_up(self) -> None:
        self.player.happen(ButtonReleased())

    @rule(act=st.sampled_from(Act), number=st.integers(-1, 8))
    def tap(self, act: Act, number: int) -> None:
        self.player.happen(Tapped(act, number))

    @rule(length=WAITS)
    def wait(self, length: Ms) -> None:
        self.player.wait(length)

    @precondition(lambda self: self.state.episode is not None)
    @rule(minutes=st.integers(2, 11))
    def endure(self, minutes: int) -> None:
        self.player.wait(minutes * MINUTE)

    @precondition(lambda self: soak_of(self.state.page) is not None)
    @rule(celsius=WATER, times=st.integers(1, 40))
    def water(self, celsius: float | None, times: int) -> None:
        for _ in range(times):
            self.read(celsius)

    @precondition(lambda self: soak_of(self.state.page) is not None)
    @rule(by=st.sampled_from([-1.5, -0.4, -0.1, 0.1, 0.4, 1.5]), times=st.integers(2, 30))
    def drift(self, by: float, times: int) -> None:
        """Hot or cold water runs in, or time passes."""
        last = self.state.water.last
        celsius = 38.0 if last is None else last.celsius
        for step in range(times):
            self.read(celsius + by * step)

    @precondition(lambda self: soak_of(self.state.page) is not None)
    @rule(seconds=st.sampled_from([16, 40, 130, 700]), frozen=st.booleans())
    def good_water(self, seconds: int, frozen: bool) -> None:
        bands = safety.bands(self.state.rules)
        for _ in range(seconds):
            drift = 0.0 if frozen else 0.1 * (self.player.now // MINUTE % 2)
            self.read((bands.warm_low + bands.warm_high) / 2 + drift)

    def read(self, celsius: float | None) -> None:
        self.player.happen(WaterRead(celsius))
        self.player.wait(SECOND)

    @precondition(lambda self: soak_of(self.state.page) is None)
    @rule()
    def to_the_soak(self) -> None:
        """What a person does who wants to soak now; else few of these nights would come so far."""
        if self.state.episode is not None:
            self.player.press(1600)
        self.player.wait(80 * SECOND)
        for act in (Act.ANYWHERE, Act.SOAK, Act.NEXT, Act.NEXT, Act.NEXT, Act.NEXT):
            self.player.happen(Tapped(act))
            self.player.wait(2 * SECOND)

    @rule(part=st.integers(0, TOUCH))
    def to_the_parts(self, part: int) -> None:
        """Somebody tries the parts."""
        way = (Act.ANYWHERE, Act.MORE, Act.SETTINGS, *[Act.NEXT] * 3, Act.CHECK, *[Act.NEXT] * part)
        for act in way:
            self.player.happen(Tapped(act))
            self.player.wait(2 * SECOND)

    @rule(held=st.sampled_from(PROBES), warm=st.lists(st.sampled_from([21.0, 22.5, 30.0, None]), max_size=6))
    def to_the_probes(self, held: str, warm: list[float | None]) -> None:
        """Somebody has two probes and holds one of them in the hand."""
        self.to_the_parts(PROBE)
        for celsius in warm:
            for name in PROBES:
                self.player.happen(WaterRead(celsius if name == held else 21.0, probe=name))
                self.player.wait(SECOND)

    @rule(ice=st.sampled_from([-0.5, 0.3, 1.2, 21.0, None]), warm=st.integers(-12, 12), far=st.integers(1, 4))
    def to_the_two_points(self, ice: float | None, warm: int, far: int) -> None:
        """Somebody checks the probe, and comes so far."""
        self.to_the_parts(PROBE)
        nudges = [Act.PLUS if warm > 0 else Act.MINUS] * abs(warm)
        points = [
            (ice, [Act.ADJUST]),
            (ice, [Act.SAVE, Act.NEXT]),
            (37.5 - warm / 10, [*nudges, Act.SAVE]),
            (None, [Act.SAVE]),
        ]
        for celsius, acts in points[:far]:
            if isinstance(self.state.page, Dip):
                for _ in range(17):
                    in_bath = celsius is not None and celsius >= 5
                    self.player.happen(WaterRead(celsius if in_bath else None, outside=celsius))
                    self.player.wait(SECOND)
            for act in acts:
                self.player.happen(Tapped(act))

    @rule(worn=st.floats(-0.2, 1.2), seen=st.floats(0, 1), touches=st.integers(0, 6))
    def to_the_crosses(self, worn: float, seen: float, touches: int) -> None:
        """Somebody whose taps land elsewhere, or not, touches the crosses, and comes so far."""
        self.to_the_parts(TOUCH)
        self.player.happen(Touched(seen, 0.25, 1.6))
        self.player.happen(Tapped(Act.ADJUST))
        for x, y in (*CROSSES, PROOF, *CROSSES)[:touches]:
            self.player.happen(Touched(1 - worn * x, y, 1.6))

    @rule(event=st.one_of(
        st.builds(FaultFound, st.sampled_from(Fault)), st.builds(FaultCleared, st.sampled_from(Fault)),
        st.builds(RulesChanged, RULES), st.builds(QuietHours, st.booleans()), st.just(DiaryRead(Tally())),
        st.just(Due()),
    ))  # fmt: skip
    def news(self, event: Event) -> None:
        self.player.happen(event)

    @rule(
        kind=st.sampled_from(["", "", "", "error", "power cut"]),
        ago=st.integers(0, 20 * MINUTE),
        techniques=st.lists(IDS, max_size=3),
    )
    def trouble(self, kind: str, ago: Ms, techniques: list[str]) -> None:
        if kind == "error":
            self.player.state, effects = night.failsafe(self.state, self.player.now)
            self.player.effects += effects
            self.look()
        elif kind == "power cut":
            was_open = self.open and self.state.episode is not None and self.state.episode.cramp
            new = night.new(self.state.rules, self.player.now)
            self.player.state = msgspec.structs.replace(new, own_touch=self.state.own_touch)
            self.reading, self.open, self.using, self.stops = False, was_open, "", 0
            if was_open:
                self.player.happen(Interrupted(ago, tuple(techniques)))

    # --- what must be true

    def look(self) -> None:
        self.hear()
        self.outputs()
        self.bath()
        self.pages()

    def hear(self) -> None:
        """The record tells one story, and the probe is read in a soak alone, or while it is tried."""
        for effect in self.player.effects[self.heard :]:
            match effect:
                case EpisodeBegan():
                    assert not self.open
                    self.open, self.stops = True, 0
                case EpisodeResumed():
                    assert self.open
                case TechniqueBegan(_, technique):
                    assert self.open
                    assert not self.using
                    self.using = technique
                case TechniqueEnded(_, technique, _, low, high, spent):
                    assert self.using == technique
                    assert (low is None) == (high is None)
                    assert spent is None or 0 <= spent <= 20 * MINUTE
                    self.using = ""
                case EpisodeEnded():
                    assert self.open
                    assert not self.using
                    self.open = False
                case EpisodeRated(_, rating):
                    assert not self.open
                    assert 0 <= rating <= 10
                case StopShown():
                    assert self.open
                    self.stops += 1
                case ReadWater(on):
                    self.reading = on
                case ReadEveryProbe():
                    self.reading = True
                case ChangeSetting("probe", value):
                    assert value in PROBES
                case ChangeSetting("probe_offset", value):
                    assert -1.0 <= float(value) <= 1.0
                case ChangeSetting("calibration", value):
                    assert [abs(float(number)) <= MOST for number in value.split()] == [True] * 6
        self.heard = len(self.player.effects)
        page = self.state.page
        assert self.reading == (soak_of(page) is not None or is_dipping(page))
        episode = self.state.episode
        assert self.using == ("" if episode is None else episode.using)

    def outputs(self) -> None:
        state = self.state
        if isinstance(state.page, Asleep):
            assert (state.lamp.pattern, state.sound.tune, state.light) == (OFF, SILENT, Light.OFF)
            assert state.episode is None
        else:
            assert state.light is not Light.OFF
        assert state.lamp.pattern in {*LAMP.values(), OFF}
        if state.episode and state.rules.volume is Volume.OFF and state.sound.tune is not SILENT:
            assert state.water.verdict is Verdict.DANGER

    def bath(self) -> None:
        state, soak = self.state, soak_of(self.state.page)
        if soak is None:
            return
        verdict, water = state.water.verdict, state.water
        assert soak.length <= safety.soak_length(state.rules) <= 20 * MINUTE
        assert soak.spent_at(self.player.now) <= soak.length
        # the clock runs in warm water alone, and warm water is in the band, read a moment ago
        assert (soak.since is not None) == (verdict is Verdict.WARM)
        # an unanswered danger stays one, whatever the probe says or does not say
        assert not water.latched or verdict is Verdict.DANGER
        assert not water.lost or (water.latched and water.celsius is None)
        if verdict is Verdict.WARM:
            assert self.player.now <= water.stale_at()
            assert self.player.now - water.same_since <= FROZEN_AFTER + 2 * SECOND
        if verdict is Verdict.FAULT:
            assert water.celsius is None
        if verdict is Verdict.DANGER:
            assert state.sound.tune == tune(Signal.DANGER, passive=state.rules.passive_buzzer)
            assert state.sound.volume in {Volume.MEDIUM, Volume.HIGH}
            assert state.lamp.pattern == LAMP[Signal.DANGER]
        if verdict in URGENT:  # never behind a question; but a broken probe must not hide the stop page
            assert isinstance(state.page, Soak) or (
                verdict is Verdict.FAULT and isinstance(state.page, TenMinutes | Signs)
            )
            assert state.light is Light.LIT

    def pages(self) -> None:
        state, now = self.state, self.player.now
        page = state.page
        match page:
            case Guide():
                assert 0 <= page.index < len(page.timeline)
                assert page.technique < len(state.sequence)
            case Dip():
                assert all(now - reading.at <= 35 * SECOND for reading in page.readings)
                assert not (page.readings and page.broken)
            case Calibration(touched):
                assert len(touched) < TOUCHES
                assert state.own_touch
            case Check(part):
                assert part < TOUCH + state.own_touch
            case CountIn(number) | NextUp(number) | Card(number) | Soak(number):
                assert number < len(state.sequence)
        episode = state.episode
        assert self.open >= (episode is not None and episode.gone_at is None)
        if episode is None or not episode.cramp or episode.stop_shown:
            return
        late = now - episode.began - safety.STOP_AFTER
        if late > FINGER and not urgent(state) and state.down_at is None:
            due = night.due(state)
            assert due is not None
            assert due <= now  # the next thing that happens

    @invariant()
    def the_button_leads_out_of_everything(self) -> None:
        if not hasattr(self, "player"):
            return
        other = Player(self.state, self.player.now)
        for _ in range(3):
            other.press(1600)
            if isinstance(other.state.page, Asleep):
                break
            if other.state.episode is None:
                other.wait(151 * SECOND)
                break
        assert isinstance(other.state.page, Asleep), other.state.page

    @invariant()
    def a_press_is_always_answered(self) -> None:
        if not hasattr(self, "player") or self.state.episode is None or self.state.down_at is not None:
            return
        other = Player(self.state, self.player.now)
        other.press(100)
        danger = self.state.water.verdict is Verdict.DANGER and soak_of(self.state.page) is not None
        if danger and self.state.episode.gone_at is None:
            assert isinstance(other.state.page, Soak)  # it waits for cool water
        else:
            assert other.state.page != self.state.page

    def teardown(self) -> None:
        """Left alone, every night ends asleep."""
        if not hasattr(self, "player"):
            return
        other = Player(msgspec.structs.replace(self.state), self.player.now)
        other.wait(90 * MINUTE)
        assert isinstance(other.state.page, Asleep), other.state.page
        assert night.due(other.state) is None


TestAnyNight = AnyNight.TestCase
