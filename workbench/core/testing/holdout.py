"""The hold-out: cases that are kept away while a prompt is being changed, so that its last number is an honest one.

Invariant: cases of one cluster are all held out or none of them, and nobody chooses: a hash of the cluster (or of the
case's uid) and a salt of the prompt decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from fractions import Fraction

from workbench.core.cases import Case

FEWEST_CASES = 30
"""From this number of cases on a hold-out is offered; fewer would leave too few on both sides."""
SHARE = Fraction(1, 3)


def proposed(cases: Collection[Case], seen: Collection[str], salt: str) -> frozenset[str]:
    """Return the uids of the cases for a new hold-out: about a third, () for fewer than FEWEST_CASES.

    `seen` are the uids of cases that ran in Compose. They and their clusters are not held out, so that fewer than a
    third may remain.
    """
    if len(cases) < FEWEST_CASES:
        return frozenset()
    groups: dict[str, list[str]] = {}
    for case in cases:
        groups.setdefault(_group(case), []).append(case.uid)
    unseen = [group for group, uids in groups.items() if not any(uid in seen for uid in uids)]
    wanted, found = round(len(cases) * SHARE), set[str]()
    for group in sorted(unseen, key=lambda one: _hash(one, salt)):
        # A large cluster that would make the hold-out much larger than a third is passed over.
        if len(found) < wanted and len(found) + len(groups[group]) <= wanted + 1:
            found.update(groups[group])
    return frozenset(found)


def joined(case: Case, others: Iterable[Case], salt: str) -> bool:
    """Return whether a new case belongs to the hold-out: with its cluster, else one in three by its hash.

    `others` are the cases that are there; `salt` is "" while the prompt has no hold-out.
    """
    if not salt:
        return False
    if case.cluster:
        for other in others:
            if other.cluster == case.cluster:
                return other.held_out
    return _hash(_group(case), salt) < int(SHARE * 2**64)


def _group(case: Case) -> str:
    return f"cluster {case.cluster}" if case.cluster else f"case {case.uid}"


def _hash(group: str, salt: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{salt}\n{group}".encode()).digest()[:8], "big")
