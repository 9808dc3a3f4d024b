"""Ranking by the verdicts of a judge, and its agreement with people.

Invariant: verdicts of judges and of people are never put into one ranking, nor those of two judges: the judge that
compared last is ranked by. This module imports numpy, so import it only when Rank is opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workbench.core.lanes import short_model
from workbench.core.ranking.judge_agreement import PairAgreement, agreement_words, pair_agreement
from workbench.core.ranking.sufficiency import FEWEST, RankingSufficiency
from workbench.core.text import counted
from workbench.store import Store
from workbench.store.runs.ranking_queries import StoredVerdict
from workbench.usecases.entrants import judgement
from workbench.usecases.judging.judge_models import OWN_ANSWERS, is_same_model
from workbench.usecases.ranking import rank_verdicts
from workbench.usecases.ranking_result import Grouping, JudgeRanking, RankingRemark, RankingResult

NOTHING = (
    "No judge has compared answers yet. A judge is a model that says which of two answers to the same values is "
    f"better; its ranking appears after {FEWEST} pairs and never counts as yours."
)


def rank_by_judge(store: Store, prompt_uid: str, grouping: Grouping) -> JudgeRanking:
    """Return the ranking by the judge that compared last; blocks. Raises StoreError.

    Techniques are not ranked by judges: grouped by them, versions are.
    """
    by = "version" if grouping == "technique" else grouping
    prompt = None if by == "everywhere" else prompt_uid
    pairs = store.judges.pairs(prompt)
    judge = pairs[-1].judge if pairs else None
    verdicts = [one.verdict for one in pairs if one.judge == judge]
    result = rank_verdicts(store, prompt_uid, by, verdicts, of_people=False)
    if judge is None:
        return JudgeRanking(replace(result, enough=RankingSufficiency("no_verdict", FEWEST, NOTHING)))
    name = short_model(judge.model)
    if result.enough.reason == "few":
        said = f"{counted(len(verdicts), 'verdict')} of {name} so far. The ranking appears after {FEWEST}."
        result = replace(result, enough=replace(result.enough, sentence=said))
    found = judge_agreement(store, prompt, verdicts, by)
    words = agreement_words(found, name)
    left_out = len(pairs) - len(verdicts)
    made_by = {(output.who.endpoint, output.who.model) for one in verdicts for output in one.outputs}
    own = any(is_same_model((judge.endpoint, judge.model), one) for one in made_by)
    if own:
        result = replace(result, remarks=(RankingRemark(OWN_ANSWERS, warns=True), *result.remarks))
    return JudgeRanking(result, name, judge.criterion, words, found.is_measured, left_out)


def with_agreement(store: Store, people: RankingResult) -> RankingResult:
    """Return a ranking by people with a sentence on how often the judge that compared last agrees; blocks.

    Raises StoreError. Nothing is added before a judge and people have compared the same pair.
    """
    prompt = None if people.grouping == "everywhere" else people.prompt_uid
    pairs = store.judges.pairs(prompt)
    if not pairs or not people.rows:
        return people
    judge = pairs[-1].judge
    found = judge_agreement(store, prompt, [one.verdict for one in pairs if one.judge == judge], people.grouping)
    if not found.shared:
        return people
    remark = RankingRemark(f"{agreement_words(found, short_model(judge.model))} Its ranking is under “By judge”.")
    return replace(people, remarks=(*people.remarks, remark))


def judge_agreement(
    store: Store, prompt: str | None, verdicts: Iterable[StoredVerdict], grouping: Grouping
) -> PairAgreement:
    """Return how often verdicts of a judge are those of people, for the answers to one prompt or to all; blocks."""
    people = store.judgements.verdicts(prompt)
    return pair_agreement((judgement(one, grouping) for one in people), (judgement(one, grouping) for one in verdicts))
