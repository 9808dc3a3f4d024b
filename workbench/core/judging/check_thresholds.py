"""Another threshold for a check, wherever it stands among others.

Invariant: a check is found by its hash; nothing else of it changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workbench.core.cases import SET, Check
from workbench.core.testing.check_hash import check_hash


def with_threshold(checks: Iterable[Check], hash_: str, threshold: float) -> tuple[Check, ...]:
    """Return checks in which the one with this hash, also inside of sets, passes from `threshold` on."""
    return tuple(_changed(check, hash_, threshold) for check in checks)


def _changed(check: Check, hash_: str, threshold: float) -> Check:
    if check.type == SET:
        inner = with_threshold(check.checks, hash_, threshold)
        return check if inner == check.checks else replace(check, checks=inner)
    return replace(check, threshold=threshold) if check_hash(check) == hash_ else check
