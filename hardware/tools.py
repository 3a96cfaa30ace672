"""Installs and runs the programs that draw and render."""

import os
import shutil
import subprocess

#: Program -> the Debian packages it needs, including the fonts used in the drawings.
PACKAGES = {
    "dot": ("graphviz", "fonts-dejavu-core"),
    "openscad": ("openscad",),
    "xvfb-run": ("xvfb", "xauth"),
}


def need(*programs: str) -> None:
    """Install missing programs if run as root; else raise ``SystemExit`` with the command to run."""
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
    """Run a program. If it fails, raises ``SystemExit`` with its output; with ``quiet`` False the output is
    not captured."""
    done = subprocess.run(command, check=False, capture_output=quiet, text=True)  # noqa: S603 - fixed commands
    if done.returncode:
        output = ((done.stdout or "") + (done.stderr or "")).strip()
        raise SystemExit(f"{' '.join(command)} failed ({done.returncode}).\n{output}".rstrip())
