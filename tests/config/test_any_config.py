"""Any config.txt at all, bytes turned, lines lost and doubled: no traceback, bounded time, nothing lost."""

import random

import pytest

from kiosk.config import config_txt
from kiosk.config.conflicts import doubts, find
from kiosk.config.firmware import Needs
from kiosk.devices.pins import Pins
from tests.config.test_config_txt import BLOCK
from tests.config.test_conflicts import USUAL
from tests.config.test_firmware import GENERATED
from tests.pi_disk import Bench
from tests.prove import ROUNDS, prove

MODELS = ["", "Raspberry Pi 4 Model B Rev 1.5", "Raspberry Pi 5 Model B Rev 1.0"]
SEEDS = [
    USUAL,
    USUAL + BLOCK,
    f"{BLOCK}[pi4]\narm_boost=1\ndtoverlay=gpio-shutdown\n",
    GENERATED,
    "[EDID=x]\ndtoverlay=max98357a,sdmode-pin=4 #amp\n[none]\ndtparam=act_led_gpio=12\n[gpio4=1]\ninclude\n",
    "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4\r\ndtoverlay=i2c-sensor:mpu6050,int_pin=0x1a\r\n",
]
SPLINTERS = [
    b"\n",
    b"\r",
    b"\f",
    b"[",
    b"]",
    b"=",
    b",",
    b"#",
    b"\0",
    b"\xff",
    b"9" * 5000,
    b"x" * 200,
    b"[all]\n",
]
SPLINTERS += [line.encode() for line in BLOCK.splitlines(keepends=True)]


def mutant(rng: random.Random) -> bytes:
    """One of the seeds, hit up to five times."""
    data = bytearray(rng.choice(SEEDS).encode())
    for _ in range(rng.randint(0, 5)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(5):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                del data[at : at + rng.randint(1, 40)]
            case 2:
                data[at:at] = rng.choice(SPLINTERS)
            case 3:
                data += data[at:]
            case _:
                del data[at:]
    return bytes(data)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@prove
def test_any_config_txt_is_put_back_or_told(bench):
    rng = random.Random(10)  # noqa: S311 - the same mutants in every run
    custom = bench.root / config_txt.PLACES[-1]
    custom.parent.mkdir(parents=True)
    written = 0
    for _ in range(ROUNDS):
        data = mutant(rng)
        bench.config.write_bytes(data)
        custom.unlink(missing_ok=True)
        bench.warned.clear()
        needs = Needs(pwm=rng.random() < 0.5)
        text = config_txt.read(bench.config)
        for model in MODELS:
            find(Pins(), text, model)
            doubts(text, model)
        before = bench.config.read_bytes()
        code = bench.setup(needs, yes=True)
        assert (code == 0) == (not bench.warned)
        assert len(bench.warned) <= 1
        if code:
            assert bench.config.read_bytes() == before
            continue
        assert bench.setup(needs, dry_run=True) == 0
        assert "has everything that cramp-kiosk needs" in bench.said[0], data
        assert bench.setup(undo=True, yes=True) == 0, data
        assert bench.config.read_bytes() == config_txt.without_block(text).encode(errors="surrogateescape")
        written += 1
    if ROUNDS >= 100:  # of a few all may be wrong
        assert written > ROUNDS * 0.3
