"""What the package is made of; ``tests/package`` looks at the package itself."""

import argparse
import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import kiosk
from kiosk.cli import main as cli
from kiosk.config import settings
from kiosk.config.defaults import defaults_text
from systemd.debian import build
from systemd.debian.manual import manual

NOON = 1_700_000_000  # 2023-11-14


def test_the_version_is_the_same_everywhere():
    """The project takes it from the package."""
    project = tomllib.loads((build.ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"]
    assert build.ROOT / project["tool"]["hatch"]["version"]["path"] == Path(kiosk.__file__)


# --- the settings file


def test_the_shipped_settings_change_nothing(tmp_path):
    shipped = tmp_path / "config.toml"
    shipped.write_text(build.commented(defaults_text()))
    assert settings.load([shipped]) == (settings.Settings(), ())


def test_every_setting_is_there_and_taking_its_mark_away_sets_it(tmp_path):
    shipped = build.commented(defaults_text())
    assert re.findall(r"(?m)^[a-z].*", shipped) == []
    all_set = re.sub(r"(?m)^#(?=[a-z_]+ = )", "", shipped)
    assert tomllib.loads(all_set) == tomllib.loads(defaults_text())
    quiet = tmp_path / "config.toml"
    quiet.write_text(shipped.replace('#volume = "medium"', 'volume = "low"'))
    assert settings.load([quiet])[0].sound.volume == "low"


@pytest.mark.parametrize("before", [0o644, 0o640, 0o600])
@pytest.mark.parametrize("group", ["root", "staff"])
def test_an_installation_lets_only_the_service_read_the_settings(tmp_path, before, group):
    """postinst's own lines, with a stat and a chgrp that need no root."""
    script = (build.HERE / "postinst").read_text()
    (lines,) = re.findall(r"(?ms)^config=.*?^fi$", script)
    config, asked = tmp_path / "config.toml", tmp_path / "asked"
    config.write_text("[health]\n")
    config.chmod(before)
    tools = {"stat": f"echo {group}", "chgrp": f'echo "$@" >> {asked}'}
    for name, does in tools.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    lines = lines.replace("/etc/cramp-kiosk/config.toml", str(config))
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(["sh", "-ec", lines], check=True, env={"PATH": path})
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert asked.exists() is (group == "root")
    if group == "root":
        assert asked.read_text() == f"cramp-kiosk {config}\n"
    config.unlink()  # one that its administrator deleted is no reason to fail
    subprocess.run(["sh", "-ec", lines], check=True, env={"PATH": path})


def test_the_group_is_there_before_the_settings_get_it():
    script = (build.HERE / "postinst").read_text()
    assert script.index("systemd-sysusers cramp-kiosk.conf") < script.index("chgrp cramp-kiosk")


# --- the man page


def told_by(parser: argparse.ArgumentParser) -> dict[str, list[str]]:
    """Each command and its options, as typed."""
    found = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                options = [each for each in command._actions if each.dest != "help"]
                found[name] = sorted(option for each in options for option in each.option_strings)
    return found


def test_the_manual_names_every_command_and_option_and_no_other():
    page = manual(NOON).split(".Sh COMMANDS\n")[1].split(".Sh ")[0]
    named = {
        part.split("\n")[0]: sorted("-" + option for option in re.findall(r"Fl (\S+)", part))
        for part in page.split(".Ss ")[1:]
    }
    commands = told_by(cli.command_line())
    assert named == commands
    assert {"run", "diary", "settings"} <= set(named)
    assert "--csv" in named["diary"]


def test_the_manual_is_filled_in_and_dated():
    page = manual(NOON)
    assert ".Dd November 14, 2023\n" in page
    assert f"cramp-kiosk {kiosk.__version__}" in page
    assert re.findall(r"@\w+@", page) == []


# --- the changelog


def test_the_changelog_in_debians_words():
    text = (
        "# Changelog\n\nHow it is kept.\n\n## Unreleased\n\n### Added\n\n* One thing,\n  on two lines.\n"
        "* Another.\n\n## 0.0.9 - 2023-10-01\n\n### Fixed\n\n* The first.\n"
    )
    assert build.changelog(text, NOON) == (
        f"cramp-kiosk ({kiosk.__version__}) unstable; urgency=medium\n\n"
        "  * One thing, on two lines.\n  * Another.\n\n"
        f" -- {build.MAINTAINER}  Tue, 14 Nov 2023 22:13:20 +0000\n\n"
        "cramp-kiosk (0.0.9) unstable; urgency=medium\n\n"
        "  * The first.\n\n"
        f" -- {build.MAINTAINER}  Sun, 01 Oct 2023 00:00:00 +0000\n"
    )


# --- what is brought along


def test_a_download_with_another_hash_is_not_taken(tmp_path, monkeypatch):
    (tmp_path / "gpiozero-2.0.1.post3-py3-none-any.whl").write_bytes(b"something else")
    pip = tmp_path / "pip"
    pip.write_text("#!/bin/sh\necho 'a page' >&2; echo 'ERROR: No matching distribution found' >&2; exit 1\n")
    pip.chmod(0o755)
    monkeypatch.setattr(build.sys, "executable", str(pip))
    with pytest.raises(build.BuildError) as raised:
        build.fetch(tmp_path)
    assert str(raised.value) == (
        "gpiozero and colorzero could not be had from PyPI: connect this computer to the network, then do "
        "the same again (ERROR: No matching distribution found)."
    )
    monkeypatch.setattr(build.sys, "executable", "/bin/false")
    with pytest.raises(build.BuildError, match="pip said nothing"):
        build.fetch(tmp_path)


# --- where things are missing


def test_the_date_of_the_package_without_git(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build.epoch() == int((build.ROOT / "CHANGELOG.md").stat().st_mtime)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOON))
    assert build.epoch() == NOON
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    monkeypatch.setattr(build, "fetch", lambda _folder: [])
    assert build.main(["--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        'SOURCE_DATE_EPOCH is "yesterday": it must be seconds since 1970, or not be set.\n'
    )


@pytest.mark.parametrize(
    ("user", "command", "state"),
    [
        (0, "diary", "/var/lib/cramp-kiosk"),
        (0, "run", None),
        (990, "diary", "/var/lib/cramp-kiosk"),
        (1000, "diary", None),
        (54321, "diary", None),  # a number without a name, as in a container
    ],
)
def test_whose_diary_the_command_means(monkeypatch, user, command, state):
    names = {0: "root", 990: "cramp-kiosk", 1000: "anna"}
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr("pwd.getpwuid", lambda number: argparse.Namespace(pw_name=names[number]))
    monkeypatch.setattr("faulthandler.enable", lambda: None)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "argv", ["cramp-kiosk", command])
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(cli, "main", lambda: 0)
    with pytest.raises(SystemExit) as ended:
        exec((build.HERE / "launcher").read_text(), {})  # noqa: S102 - it has no name that could be imported
    assert ended.value.code == 0
    assert os.environ.get("STATE_DIRECTORY") == state
