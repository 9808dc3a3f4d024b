"""What a judge says of answers that are shown beside each other, apart from what people say.

Invariant: marks are of one judge, the one that last compared any of these answers, and come with its agreement with
people.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from workbench.core.lanes import short_model
from workbench.store import Store
from workbench.store.judging.judge_pairs import Comparison, compared


@dataclass(frozen=True, slots=True)
class JudgeMarks:
    """What a judge says of answers: by uid, how each compares with others by uid, in the order of the verdicts.

    `agreement` is a sentence on how often the judge decides as people do. `judge` is "" without verdicts.
    """

    judge: str = ""
    criterion: str = ""
    agreement: str = ""
    is_measured: bool = False
    marks: Mapping[str, tuple[tuple[Comparison, str], ...]] = field(default_factory=dict)


def judge_marks(store: Store, prompt_uid: str, output_uids: Collection[str]) -> JudgeMarks:
    """Return what the judge that last compared any of these answers says of each; blocks. Raises StoreError."""
    found = store.judges.pairs_about(output_uids)
    if not found:
        return JudgeMarks()
    # Imports numpy, which most prompts do not need: no judge has compared their answers.
    from workbench.core.ranking.judge_agreement import agreement_words
    from workbench.usecases.judging.judge_ranking import judge_agreement

    judge = found[-1].judge
    marks: dict[str, list[tuple[Comparison, str]]] = {}
    for pair in found:
        if pair.judge != judge:
            continue
        for this, other in (pair.verdict.outputs, pair.verdict.outputs[::-1]):
            if this.uid in output_uids:
                marks.setdefault(this.uid, []).append((compared(this, other), other.uid))
    every = [one.verdict for one in store.judges.pairs(prompt_uid) if one.judge == judge]
    agreement = judge_agreement(store, prompt_uid, every, "both")
    name = short_model(judge.model)
    return JudgeMarks(
        name,
        judge.criterion,
        agreement_words(agreement, name),
        agreement.is_measured,
        {uid: tuple(one) for uid, one in marks.items()},
    )
