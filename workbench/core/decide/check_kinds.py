"""What kind of evidence a check gives: about the format, by a rule, or by a judge."""

from __future__ import annotations

from typing import Literal

from workbench.core.cases import SET, Check
from workbench.core.checks.check_types import CHECK_TYPES

CheckKind = Literal["format", "rule", "judge"]
FORMAT_TYPES = frozenset(
    {
        *("is-json", "contains-json", "is-xml", "contains-xml", "is-html", "contains-html", "is-sql", "contains-sql"),
        "is-valid-openai-tools-call",
    }
)
"""Checks that say whether an answer has the form that a program can read."""


def check_kind(check: Check) -> CheckKind:
    """Return the kind of a check; a set is judged if one of its members is, and of format if all of them are."""
    if check.type == SET:
        kinds = {check_kind(member) for member in check.checks}
        return "judge" if "judge" in kinds else "format" if kinds == {"format"} else "rule"
    row = CHECK_TYPES.get(check.type)
    if row is not None and row.judged:
        return "judge"
    return "format" if check.type in FORMAT_TYPES and not check.negated else "rule"
