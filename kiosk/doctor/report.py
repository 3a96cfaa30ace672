"""The findings as a page for people, and as JSON for machines."""

import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from kiosk import __version__
from kiosk.doctor.finding import GROUPS, Finding, Level
from kiosk.i18n import N_, _, ngettext

#: Raised when a field changes its meaning or goes; new checks and facts do not raise it.
SCHEMA = 1

_LABELS = {Level.OK: N_("ok"), Level.NOTE: N_("note"), Level.PROBLEM: N_("PROBLEM")}


def count_problems(findings: Iterable[Finding]) -> int:
    """How many of them are problems."""
    return sum(finding.level is Level.PROBLEM for finding in findings)


def text(findings: Sequence[Finding], width: int = 100) -> str:
    """Grouped, aligned, without colour: what is so, and below it after an arrow what to do."""
    labels = {level: _(label) for level, label in _LABELS.items()}
    margin = max(map(len, labels.values())) + 4
    order = list(GROUPS)
    lines: list[str] = []
    for group, members in groupby(sorted(findings, key=lambda f: order.index(f.group)), lambda f: f.group):
        lines.append(_(GROUPS[group]))
        for finding in members:
            label = f"  {labels[finding.level]}".ljust(margin)
            lines += _wrapped(finding.says, label, width)
            if finding.remedy:
                lines += _wrapped(finding.remedy, " " * margin + "-> ", width)
        lines.append("")
    problems = count_problems(findings)
    if problems:
        lines.append(ngettext("{n} problem found.", "{n} problems found.", problems).format(n=problems))
    else:
        lines.append(_("All is well."))
    return "\n".join(lines)


def _wrapped(sentence: str, first: str, width: int) -> list[str]:
    return textwrap.wrap(
        sentence,
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def json(findings: Sequence[Finding]) -> str:
    """One object: ``schema``, ``version``, ``problems`` (a count) and ``findings``, see ``Finding``."""
    report = {
        "schema": SCHEMA,
        "version": __version__,
        "problems": count_problems(findings),
        "findings": findings,
    }
    return msgspec.json.format(msgspec.json.encode(report)).decode()
