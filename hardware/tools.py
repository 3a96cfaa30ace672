"""The programs that draw and render, and how they get here."""

import os
import shutil
import subprocess

#: Program -> the Debian packages it needs; the fonts are those the drawings ask for.
PACKAGES = {
    "dot": ("graphviz", "fonts-dejavu-core"),
    "openscad": ("openscad",),
    "xvfb-run": ("xvfb", "xauth"),
}


def need(*programs: str) -> None:
    """Install what is missing, as root; anyone else is told the one command (``SystemExit``)."""
    missing = [program for program in programs if shutil.which(program) is None]
    if not missing:
        return
    packages = [package for program in missing for package in PACKAGES[program]]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit(
            f"{' and '.join(missing)} is missing. Do this once: sudo apt-get install {' '.join(packages)}"
        )
    print(f"Installing {' '.join(packages)} ...", flush=True)
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


def run(*command: str, quiet: bool = True) -> None:
    """Run a program; if it fails, what it said ends ours (``SystemExit``)."""
    done = subprocess.run(command, check=False, capture_output=quiet, text=True)  # noqa: S603 - fixed commands
    if done.returncode:
        said = ((done.stdout or "") + (done.stderr or "")).strip()
        raise SystemExit(f"{' '.join(command)} failed ({done.returncode}).\n{said}".rstrip())
