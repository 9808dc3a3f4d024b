"""How far the judges of a prompt were compared with labels of people.

Invariant: of several judged checks the one with the fewest random labels speaks for all, because results rest on each.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from workbench.core.decide.evidence import JudgeEvidence
from workbench.store.decide.judge_labels import LabelledAnswer


def judge_evidence(labelled: Sequence[LabelledAnswer], judged: Collection[str]) -> JudgeEvidence | None:
    """Return the evidence about the judges, None without a check that a judge evaluates; `judged` are their hashes."""
    if not judged:
        return None
    checks = {check: [one for one in labelled if one.check == check] for check in judged}
    weakest = min(checks.values(), key=lambda found: sum(one.is_random for one in found))
    drawn = [one for one in weakest if one.is_random]
    return JudgeEvidence(
        len(weakest),
        len(drawn),
        _share_failed([one for one in drawn if not one.label_passes]),
        _share_failed([one for one in drawn if one.label_passes]),
    )


def _share_failed(found: Sequence[LabelledAnswer]) -> float | None:
    return sum(not one.judge_passes for one in found) / len(found) if found else None
