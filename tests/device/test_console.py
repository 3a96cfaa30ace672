"""The panel shared with other programs: another terminal is shown, and SDL draws instead of the console."""

from pathlib import Path

from kiosk.core.events import Act
from kiosk.core.pages import CountIn, Home
from tests.device.both import Both
from tests.device.look import lit
from tests.device.product import UNIT, start_with
from tests.device.rig import BUZZER, LAMP, Rig

#: linux/kd.h, linux/vt.h
KDGETMODE, KD_TEXT, KD_GRAPHICS = 0x4B3B, 0, 1
VT_ACTIVATE, VT_WAITACTIVE = 0x5606, 0x5607


def _ask(rig: Rig, *lines: str) -> str:
    """Run Python code in the guest, with the imports for a console's ioctls; return its output."""
    return rig.guest("python3 - <<'E'\n" + "\n".join(("import array, fcntl", *lines, "E")))


def _switch(rig: Rig, terminal: int) -> None:
    """Switch the terminal as with Ctrl+Alt+F1, F2 ...; wait until it is shown."""
    _ask(
        rig,
        "console = open('/dev/tty0')",
        f"fcntl.ioctl(console, {VT_ACTIVATE}, {terminal})",
        f"fcntl.ioctl(console, {VT_WAITACTIVE}, {terminal})",
    )


def _mode(rig: Rig) -> int:
    """The mode of the kiosk's terminal: text or graphics."""
    return int(
        _ask(
            rig,
            "mode = array.array('i', [-1])",
            f"fcntl.ioctl(open('/dev/tty1'), {KDGETMODE}, mode)",
            "print(mode[0])",
        )
    )


def test_another_terminal_comes_and_goes(rig: Rig, shots: Path) -> None:
    """A user with a keyboard switches to another terminal; the night goes on, and so does the page."""
    both = Both(rig)
    both.tap()
    both.see(shots / "1-home.png")
    assert _mode(rig) == KD_GRAPHICS

    _switch(rig, 2)
    rig.wait(5)
    text = rig.screenshot(shots / "2-terminal.png").read_bytes()
    assert 0 < lit(shots / "2-terminal.png") < 4000, "a question who is there"
    since = rig.now()
    rig.tap(*both.twin.where(Act.START))
    rig.wait(1)
    assert rig.edges([LAMP, BUZZER], since=since) == [], "a finger there means nothing to the kiosk"

    contact = both.press()
    assert rig.wait_edge(LAMP, 1, since=contact) - contact < 0.1, "the button does"
    both.wait(3.3)
    assert isinstance(both.page, CountIn)
    assert rig.screenshot(shots / "3-terminal.png").read_bytes() == text, "nothing is drawn over it"

    _switch(rig, 1)
    both.wait(0)
    both.see(shots / "4-count-in.png")

    rig.guest(f"systemctl stop {UNIT}")
    assert _mode(rig) == KD_TEXT


def test_a_killed_kiosk_leaves_the_terminal_to_text(rig: Rig) -> None:
    """The killed program could not restore it; systemd does."""
    rig.guest(f"systemctl kill --kill-whom=all -s KILL {UNIT}; systemctl stop {UNIT}")
    assert _mode(rig) == KD_TEXT
    _switch(rig, 2)


def test_sdl_draws_and_feels_through_kms(rig: Rig, shots: Path) -> None:
    """``display = "desktop"`` without any desktop: the same pages, the same taps."""
    start_with(rig, '[screen]\ndisplay = "desktop"\n')
    both = Both(rig)
    both.tap()
    assert isinstance(both.page, Home)
    both.see(shots / "1-home.png")
    both.tap(Act.MORE)
    both.see(shots / "2-more.png")
    contact = both.press()
    assert rig.wait_edge(LAMP, 1, since=contact) - contact < 0.1
    both.wait(3.3)
    assert isinstance(both.page, CountIn)
    both.see(shots / "3-count-in.png")
