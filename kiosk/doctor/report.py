"""The findings as text for people, and as JSON for programs."""

import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from kiosk import __version__
from kiosk.doctor.finding import GROUPS, Finding, Level
from kiosk.i18n import N_, _, ngettext

#: Version of the JSON: raised when a field changes its meaning or is removed, not for new checks or facts.
SCHEMA = 1

_LABELS = {Level.OK: N_("ok"), Level.NOTE: N_("note"), Level.PROBLEM: N_("PROBLEM")}


def count_problems(findings: Iterable[Finding]) -> int:
    """Number of findings of level ``PROBLEM``."""
    return sum(finding.level is Level.PROBLEM for finding in findings)


def text(findings: Sequence[Finding], width: int = 100) -> str:
    """The findings grouped and wrapped to ``width`` columns, without colour. A remedy follows its finding,
    after an arrow."""
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
    """A JSON object of ``schema``, ``version``, ``problems`` (their number) and ``findings``, see
    ``Finding``."""
    report = {
        "schema": SCHEMA,
        "version": __version__,
        "problems": count_problems(findings),
        "findings": findings,
    }
    return msgspec.json.format(msgspec.json.encode(report)).decode()
