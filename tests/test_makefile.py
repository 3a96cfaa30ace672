"""``make help`` is the list of everything that make can do here; and the environment that make keeps: made
once, made anew where it is no use any more, and one sentence where it cannot be made."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_help_names_every_target():
    told = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(targets) > 10
    named = set(re.findall(r"[a-z][a-z-]*", told.stdout))
    assert [target for target in targets if target not in {"help", *named}] == []


#: Makes environments as Python does, as far as the Makefile can see: scripts that name their place. What pip
#: says is in a file beside it, and then it fails.
PYTHON = """\
#!/bin/sh
case "$*" in
"-c "*print*) cat "@HERE@/version" ;;
"-m venv "*)
    mkdir -p .venv/bin
    cp "$0" .venv/bin/python
    ln -sf /bin/sh .venv/bin/interpreter
    ;;
"-m pip install "*)
    echo "$*" >>"@HERE@/pip.calls"
    [ ! -e "@HERE@/pip.fails" ] || { cat "@HERE@/pip.fails"; exit 1; }
    {
        echo "#!/bin/sh"
        echo "exec '@QUOTED@/.venv/bin/interpreter' -c 'echo the kiosk of \\$PWD'"
    } | sed "s|@QUOTED@|$PWD|" >.venv/bin/cramp-kiosk
    chmod +x .venv/bin/cramp-kiosk
    ;;
esac
"""

MADE = "Getting what cramp-kiosk needs into .venv (the first time only) ..."
ANEW = ".venv was made in another folder, or for another Python: it is made anew."

OFFLINE = (
    "PyPI cannot be reached: connect this computer to the network, then do the same again "
    "(.venv/pip.log has pip's words)."
)

#: pip 23 without a network, shortened.
NO_NETWORK = """\
  WARNING: Retrying (Retry(total=1, connect=None)) after connection broken by 'NewConnectionError('Failed to
  establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/hatchling/
  ERROR: Could not find a version that satisfies the requirement hatchling>=1.27 (from versions: none)
  ERROR: No matching distribution found for hatchling>=1.27
"""


class Checkout:
    """A checkout as a newcomer has it."""

    def __init__(self, folder: Path) -> None:
        self.tools = folder / "tools"
        self.tools.mkdir()
        self.place = folder / "my kiosk"
        self.place.mkdir()
        for name in ("Makefile", "pyproject.toml"):
            shutil.copy(ROOT / name, self.place / name)
        self.python = self.tools / "python3"
        self.python.write_text(PYTHON.replace("@HERE@", str(self.tools)))
        self.python.chmod(0o755)
        (self.tools / "version").write_text("3.11\n")

    def run(self) -> tuple[int, list[str]]:
        """``make run``: its exit code and what it says, without make's own words."""
        done = subprocess.run(
            ["make", "--no-print-directory", f"PYTHON={self.python}", "run"],
            cwd=self.place,
            env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = done.stdout.splitlines()
        return done.returncode, [line for line in lines if not line.startswith(("make: ", ".venv/bin/"))]

    @property
    def runs(self) -> str:
        return f"the kiosk of {self.place}"


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


def test_the_environment_is_made_once(checkout):
    assert checkout.run() == (0, [MADE, checkout.runs])
    assert checkout.run() == (0, [checkout.runs])


def test_a_folder_that_was_moved_gets_a_new_one(checkout):
    checkout.run()
    checkout.place = checkout.place.rename(checkout.place.with_name("moved"))
    assert checkout.run() == (0, [ANEW, MADE, checkout.runs])
    assert checkout.run() == (0, [checkout.runs])


def test_one_that_was_moved_without_a_network_loses_nothing(checkout):
    """The old environment is of use again as soon as the folder is back."""
    checkout.run()
    checkout.place = checkout.place.rename(checkout.place.with_name("moved"))
    (checkout.tools / "pip.fails").write_text(NO_NETWORK)
    for _turn in range(2):
        assert checkout.run() == (2, [ANEW, MADE, OFFLINE])
    assert (checkout.place / ".venv/pip.log").read_text() == NO_NETWORK
    checkout.place = checkout.place.rename(checkout.place.with_name("my kiosk"))
    assert checkout.run() == (0, [checkout.runs])


def test_a_folder_in_which_no_environment_can_be_is_told(checkout):
    checkout.place = checkout.place.rename(checkout.place.with_name("my:kiosk"))
    assert checkout.run() == (
        2,
        [
            (
                "A virtual environment cannot be in a folder whose path has a colon (:): "
                f"give {checkout.place} another name."
            )
        ],
    )


def test_so_does_a_copy_and_one_whose_python_was_upgraded(checkout):
    checkout.run()
    checkout.place = Path(shutil.copytree(checkout.place, checkout.place.with_name("copy"), symlinks=True))
    assert checkout.run() == (0, [ANEW, MADE, checkout.runs])
    (checkout.tools / "version").write_text("3.13\n")
    assert checkout.run() == (0, [ANEW, MADE, checkout.runs])


def test_a_change_of_what_is_needed_is_fetched_into_the_one_there_is(checkout):
    checkout.run()
    kept = checkout.place / ".venv/kept"
    kept.touch()
    (checkout.place / "pyproject.toml").write_text("# another library\n")
    mark = checkout.place / ".venv/.ready"
    os_time = (checkout.place / "pyproject.toml").stat().st_mtime
    os.utime(mark, (os_time - 10, os_time - 10))
    assert checkout.run() == (0, [MADE, checkout.runs])
    assert kept.exists()


def test_no_network_at_first_is_one_sentence_and_later_it_goes_on(checkout):
    fails = checkout.tools / "pip.fails"
    fails.write_text(NO_NETWORK)
    assert checkout.run() == (2, [MADE, OFFLINE])
    assert (checkout.place / ".venv/pip.log").read_text() == NO_NETWORK
    fails.unlink()
    assert checkout.run() == (0, [MADE, checkout.runs])


def test_another_trouble_of_pip_is_told_by_its_last_line(checkout):
    (checkout.tools / "pip.fails").write_text("a page\nERROR: No space left on device\n\n")
    code, said = checkout.run()
    assert code == 2
    assert said[1:] == [
        ("pip could not install what is needed: ERROR: No space left on device (.venv/pip.log has the rest).")
    ]


def test_every_use_of_pip_says_it_so():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert text.count("-m pip") == 1
    assert len(re.findall(r"\$\(call install,", text)) == 3
