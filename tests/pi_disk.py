"""A Raspberry Pi's disk for ``cramp-kiosk setup``, and a person who answers."""

from kiosk.cli.setup import Setup
from kiosk.config.firmware import Needs

CONFIG = "# mine\ndtparam=audio=on\n[pi4]\narm_boost=1\n"


class Bench:
    """A Raspberry Pi's disk, and a person who answers ``answer`` to everything."""

    def __init__(self, root, model="Raspberry Pi 4 Model B Rev 1.5"):
        self.root = root
        self.config = root / "boot/firmware/config.txt"
        self.config.parent.mkdir(parents=True)
        self.config.write_text(CONFIG)
        self.backup = self.config.with_name("config.txt.before-cramp-kiosk")
        (root / "proc/device-tree").mkdir(parents=True)
        (root / "proc/device-tree/model").write_bytes(model.encode() + b"\0")
        self.answer = True
        self.questions = []
        self.said = []
        self.warned = []

    def _ask(self, question):
        self.questions.append(question)
        return self.answer

    def setup(self, needs=Needs(), file=None, **how):  # noqa: B008 - immutable
        self.said.clear()
        return Setup(
            needs, root=self.root, file=file, ask=self._ask, say=self.said.append, warn=self.warned.append
        ).run(**how)
