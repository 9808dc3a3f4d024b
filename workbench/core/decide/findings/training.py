"""F2, F13 and F14: whether labels agree, whether there is enough data, and whether a route and people are there."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.core.decide.decision import Action, Figure, Finding, FindingWord, Need
from workbench.core.decide.evidence import TrainingEvidence
from workbench.core.decide.figure_words import listed
from workbench.core.decide.findings.maker import FindingMaker, share_figure
from workbench.core.decide.routes import JudgedRoute, day_words
from workbench.core.statistics.proportions import wilson
from workbench.core.text import counted, plural


def labels_agree(maker: FindingMaker) -> Finding:
    """F2: the share of answers called both good and bad. States: none, agree, disagree."""
    found = maker.reading.evidence.training
    if found is None or not found.rows + found.contradictions:
        return maker.finding("F2", "none", "not tried", maker.say("F2.none"))
    answers = found.rows + found.contradictions
    share, limit = found.contradictions / answers, maker.reading.rules.thresholds.contradictions
    figures = (share_figure("called both good and bad", share, answers, "tuning", wilson(share, answers)),)
    words = contradiction_words(found)
    if share <= limit:
        said = maker.say("F2.agree" if found.contradictions else "F2.clean", **words)
        return maker.finding("F2", "agree", "holds", said, figures=figures, run_uids=found.run_uids)
    need = Need(
        "labels",
        found.contradictions,
        maker.say("F2.need", count=counted(found.contradictions, "answer")),
        action=Action("training", "Show the contradictions", "contradictions", count=found.contradictions),
    )
    said = maker.say("F2.disagree", share=_fine_percent(share), **words)
    runs = found.contradiction_run_uids
    return maker.finding("F2", "disagree", "limit reached", said, figures=figures, run_uids=runs, need=need)


def contradiction_words(found: TrainingEvidence) -> dict[str, str]:
    """Return the words of "9 of 119 answers are called both good and bad"."""
    answers = found.rows + found.contradictions
    return {
        "count": f"{found.contradictions:,}",
        "all": f"{answers:,}",
        "are": plural(found.contradictions, "is", "are"),
    }


def _fine_percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def enough_rows(maker: FindingMaker) -> Finding:
    """F13: the number of training rows. States: none, too_few, try, usual, good."""
    limits, found = maker.reading.rules.thresholds, maker.reading.evidence.training
    if found is None or not found.rows:
        need = _rows_need(maker, limits.rows_to_try)
        return maker.finding("F13", "none", "not tried", maker.say("F13.none"), need=need)
    rows = found.rows
    state = "good" if rows >= limits.rows_good else "usual" if rows >= limits.rows_usual else "try"
    state = "too_few" if rows < limits.rows_to_try else state
    words: dict[str, FindingWord] = {"too_few": "limit reached", "try": "limit near"}
    said = maker.say(
        f"F13.{state}",
        rows=counted(rows, "usable row"),
        to_try=f"{limits.rows_to_try - rows:,}",
        to_usual=f"{limits.rows_usual - rows:,}",
    )
    if found.doubles:
        said = f"{said} {maker.say('F13.doubles', doubles=counted(found.doubles, 'double'))}"
    if found.smallest_tag is not None:
        key = "F13.tag" if found.smallest_tag_name else "F13.untitled_tag"
        count = counted(found.smallest_tag, "row")
        said = f"{said} {maker.say(key, tag=found.smallest_tag_name, count=count)}"
    if found.pairs:
        said = f"{said} {_pairs_words(maker, found.pairs)}"
    figures = [Figure("usable rows", "rows", rows)]
    if found.smallest_tag is not None:
        figures.append(Figure("rows of the smallest tag", "rows", found.smallest_tag, rows))
    wanted = _rows_need(maker, limits.rows_to_try - rows) if state == "too_few" else None
    word = words.get(state, "holds")
    return maker.finding("F13", state, word, said, figures=tuple(figures), run_uids=found.run_uids, need=wanted)


def _pairs_words(maker: FindingMaker, pairs: int) -> str:
    """Return whether there are enough pairs to train by preferences."""
    limits = maker.reading.rules.thresholds
    state = "usual" if pairs >= limits.pairs_usual else "try" if pairs >= limits.pairs_to_try else "few"
    return maker.say(f"F13.pairs.{state}", pairs=counted(pairs, "pair"), least=f"{limits.pairs_to_try:,}")


def _rows_need(maker: FindingMaker, count: int) -> Need:
    there = maker.reading.evidence.training is not None and maker.reading.evidence.training.rows
    answers = f"{count:,} {'more ' if there else ''}good {plural(count, 'answer')}"
    said = maker.say("F13.need", count=answers, effort=maker.reading.effort_words(count))
    action = Action("winners", "Mark winners in Compose", count=count)
    return maker.reading.need("rows", count, said, calls=count, action=action)


def route_and_people(maker: FindingMaker, routes: Sequence[JudgedRoute]) -> Finding:
    """F14: an open route with a base model that lives long enough, and people.

    States: holds, no_people, no_choice, no_route, short (base models retire too soon).
    An answer that is not given counts as possible, with a low confidence.
    """
    goals = maker.reading.evidence.goals
    answers = {"label": goals.can_label, "train": goals.can_train, "serve": goals.can_serve}
    cannot = [what for what, answer in answers.items() if answer is False]
    if cannot:
        said = maker.say("F14.no_people", what=listed(cannot, "or"))
        return maker.finding("F14", "no_people", "limit reached", said)
    usable = [one for one in routes if one.is_usable]
    allowed = [one for one in routes if one.status.is_allowed is not False]
    if not usable:
        if not allowed:
            return maker.finding("F14", "no_choice", "limit reached", maker.say("F14.no_choice"))
        is_short = any(one.status.is_open for one in allowed)
        key = "short" if is_short else "no_route"
        closest = next(one for one in allowed if one.status.is_open or not is_short)
        said = maker.say(
            f"F14.{key}",
            closest=f"{closest.rule.title}: {closest.facts}",
            months=maker.reading.rules.thresholds.base_months,
        )
        return maker.finding("F14", key, "limit reached", said)
    named = [one for one in usable if one.status.is_allowed is True]
    # Whether there is hardware of one's own is not assumed.
    chosen = named or [one for one in usable if not one.rule.is_own] or usable
    titles = [maker.say("F14.own") if one.rule.is_own else one.rule.title for one in chosen]
    unknown = [what for what, answer in answers.items() if answer is None]
    people = maker.say("F14.people_unknown" if unknown else "F14.people_yes", what=listed(unknown, "and"))
    shown = titles[:3] + ([f"{len(titles) - 3} more"] if len(titles) > 3 else [])
    said = maker.say("F14.holds", routes=listed(shown), people=people)
    for one in usable:
        if one.rule.open_until is not None and one.status.is_allowed:
            said = f"{said} {maker.say('F14.closes', title=one.rule.title, day=day_words(one.rule.open_until))}"
    need: Need | None = None
    if unknown:
        need = Need(
            "goal",
            None,
            maker.say("F14.need"),
            action=Action("goal", "Say who can", f"can_{unknown[0]}"),
            goal=f"can_{unknown[0]}",
        )
    # Nothing speaks against it; but to say that it holds, the person has to say so.
    return maker.finding("F14", "holds", "cannot tell" if unknown else "holds", said, "medium", need=need)
