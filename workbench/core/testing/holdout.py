"""The hold-out: cases that are kept away while a prompt is being changed, so that its last number is an honest one.

Invariant: nobody chooses. A hash of the cluster (or of the case's uid) and a salt of the prompt decides, so that cases
of one cluster are all held out or none of them; what was seen in Compose is never held out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from workbench.core.cases import Case
from workbench.core.text import counted

FEWEST_CASES = 30
"""From this number of cases on a hold-out is offered; fewer would leave too few on both sides."""
SHARE = Fraction(1, 3)


@dataclass(frozen=True, slots=True)
class HoldoutProposal:
    """The hold-out that could be set aside: `uids` of `cases` cases, which are `clusters` clusters.

    `seen` cases ran in Compose. `uids` are empty if there are too few cases, or too few that nobody saw.
    """

    prompt_uid: str
    salt: str
    uids: frozenset[str]
    cases: int
    clusters: int = 0
    seen: int = 0

    @property
    def refusal(self) -> str:
        """Why there is nothing to set aside, "" if there is."""
        if self.cases < FEWEST_CASES:
            return (
                f"A hold-out needs at least {FEWEST_CASES} cases, and there are {self.cases:,}. Add cases, then set a "
                "third of them aside."
            )
        if not self.uids:
            return "Every case ran in Compose, so none is left for a hold-out. Add new cases, then set some aside."
        return ""

    @property
    def sentence(self) -> str:
        """What setting it aside does, and why."""
        parts = [f"Set {len(self.uids):,} of {counted(self.cases, 'case')} aside?"]
        kept = ", by cluster, so that what belongs together stays together" if self.clusters else ""
        parts.append(f"They are chosen by chance among the cases that never ran in Compose{kept}.")
        parts.append(
            "You see only their totals, so that these say how good the prompt is on cases that it was not fitted to."
        )
        if len(self.uids) < round(self.cases * SHARE):
            parts.append(f"A third would be {round(self.cases * SHARE):,}; {self.seen:,} ran in Compose.")
        return " ".join(parts)


def proposed(cases: Collection[Case], seen: Collection[str], salt: str) -> frozenset[str]:
    """Return the uids of the cases for a new hold-out: about a third, () for fewer than FEWEST_CASES.

    `seen` are the uids of cases that ran in Compose. They and their clusters are not held out, so that fewer than a
    third may remain.
    """
    if len(cases) < FEWEST_CASES:
        return frozenset()
    groups: dict[str, list[str]] = {}
    for case in cases:
        groups.setdefault(_group(case.uid, case.cluster), []).append(case.uid)
    unseen = [group for group, uids in groups.items() if not any(uid in seen for uid in uids)]
    wanted, found = round(len(cases) * SHARE), set[str]()
    for group in sorted(unseen, key=lambda one: _hash(one, salt)):
        # A large cluster that would make the hold-out much larger than a third is passed over.
        if len(found) < wanted and len(found) + len(groups[group]) <= wanted + 1:
            found.update(groups[group])
    return frozenset(found)


def proposal(prompt_uid: str, cases: Collection[Case], seen: Collection[str], salt: str) -> HoldoutProposal:
    """Return the hold-out that could be set aside of the cases of a prompt."""
    uids = proposed(cases, seen, salt)
    clusters = {case.cluster for case in cases if case.uid in uids and case.cluster}
    return HoldoutProposal(prompt_uid, salt, uids, len(cases), len(clusters), sum(case.uid in seen for case in cases))


def joining(clusters: Mapping[str, str], known: Mapping[str, bool], seen: Collection[str], salt: str) -> frozenset[str]:
    """Return which new cases belong to the hold-out: with their cluster, else one in three by their hash.

    `clusters` are those of the new cases by uid, "" for none. `known` says of the clusters that are there whether they
    are held out. `seen` are uids of cases that ran in Compose: they are not held out, and neither is a new cluster with
    one of them. `salt` is "" while the prompt has no hold-out.
    """
    if not salt:
        return frozenset()
    touched = {cluster for uid, cluster in clusters.items() if cluster and uid in seen}
    return frozenset(
        uid
        for uid, cluster in clusters.items()
        if uid not in seen
        and (
            known[cluster]
            if cluster in known
            else cluster not in touched and _hash(_group(uid, cluster), salt) < int(SHARE * 2**64)
        )
    )


def to_add(wanted: int, *, is_held_out: bool) -> int:
    """Return about how many new cases it takes until so many of them joined the hold-out, or did not."""
    return ceil(wanted / (SHARE if is_held_out else 1 - SHARE))


def together(cases: Iterable[Case], uid: str) -> frozenset[str]:
    """Return the held-out cases that are used up when one of them is opened: itself, and those of its cluster."""
    held = {case.uid: case.cluster for case in cases if case.held_out}
    if uid not in held:
        return frozenset()
    return frozenset(one for one, cluster in held.items() if one == uid or (cluster and cluster == held[uid]))


def _group(uid: str, cluster: str) -> str:
    return f"cluster {cluster}" if cluster else f"case {uid}"


def _hash(group: str, salt: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{salt}\n{group}".encode(errors="surrogatepass")).digest()[:8], "big")
