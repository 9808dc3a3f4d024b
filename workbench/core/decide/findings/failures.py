"""F6 and F7: whether failures are of the format, and whether knowledge is missing."""

from __future__ import annotations

from workbench.core.decide.decision import Action, Figure, Finding
from workbench.core.decide.figure_words import p_text
from workbench.core.decide.findings.maker import FindingMaker, percents, share_figure
from workbench.core.decide.reading import EvidenceReading
from workbench.core.statistics.proportions import mcnemar, wilson
from workbench.core.text import counted, plural


def format_failures(maker: FindingMaker) -> Finding:
    """F6: the share of failures that break only the format. States: unknown, fine, format."""
    reading, rules = maker.reading, maker.reading.rules
    main = reading.main
    if main is None or main.format_only is None or not (main.format_checked or main.format_only):
        return maker.finding("F6", "unknown", "cannot tell", maker.say("F6.unknown"))
    if not reading.is_rated:
        few = maker.say("F6.few", cases=counted(reading.scored, "case"))
        return maker.finding("F6", "unknown", "cannot tell", few, run_uids=main.run_uids)
    figures: list[Figure] = []
    sentences: list[str] = []
    is_few = main.format_checked < rules.thresholds.fewest_cases
    if is_few and main.format_checked and not main.format_only:
        few = maker.say(
            "F6.few_checked",
            answers=counted(main.format_checked, "answer"),
            have=plural(main.format_checked, "has", "have"),
        )
        return maker.finding("F6", "unknown", "cannot tell", few, run_uids=main.run_uids)
    if not is_few:
        rate = main.format_valid / main.format_checked
        ends = wilson(rate, main.format_checked)
        figures.append(share_figure("valid answers", rate, main.format_checked, main.set_name, ends))
        sentences.append(
            maker.say(
                "F6.valid", valid=f"{main.format_valid:,}", checked=f"{main.format_checked:,}", ends=percents(ends)
            )
        )
    if not main.failed or not main.format_only:
        said = " ".join((maker.say("F6.clean"), *sentences))
        sure = maker.confidence(main.set_name, reading.scored, is_clear=True)
        return maker.finding("F6", "fine", "holds", said, sure, tuple(figures), main.run_uids)
    share, limit = main.format_only / main.failed, rules.thresholds.format_share
    ends = wilson(share, main.failed)
    figures.insert(0, share_figure("failures of the format only", share, main.failed, main.set_name, ends))
    sure = maker.confidence(main.set_name, reading.scored, is_clear=ends.low >= limit or ends.high < limit)
    words = {"only": f"{main.format_only:,}", "failed": counted(main.failed, "failure")}
    if share < limit:
        said = " ".join((maker.say("F6.fine", **words), *sentences))
        return maker.finding("F6", "fine", "holds", said, sure, tuple(figures), main.run_uids)
    schema = maker.say({True: "F6.some_schema", False: "F6.no_schema", None: "F6.unknown_schema"}[had_schema(maker)])
    said = maker.say("F6.format", schema=schema, **words)
    return maker.finding("F6", "format", "limit reached", said, sure, tuple(figures), main.run_uids)


def had_schema(maker: FindingMaker) -> bool | None:
    """Whether any version or column of the prompt used a schema; None if unknown."""
    evidence = maker.reading.evidence
    known = [one.has_schema for one in evidence.versions] + [one.schema_enforced for one in evidence.columns]
    if any(known):
        return True
    return False if any(one is False for one in known) else None


def _columns(reading: EvidenceReading) -> int:
    """Return the columns of the prompt on the cases that the person tunes on."""
    return sum(one.set_name == "tuning" and not one.adapter for one in reading.evidence.columns)


def knowledge(maker: FindingMaker) -> Finding:
    """F7: cases that fail everywhere, and the probe with facts. States: unknown, none, untested, knowledge, other."""
    reading, limits = maker.reading, maker.reading.rules.thresholds
    found = reading.evidence.stubborn
    if found is None or found.stubborn is None:
        columns = max(limits.stubborn_versions * limits.stubborn_models - _columns(reading), 1)
        calls = columns * max(reading.scored, limits.fewest_cases)
        effort = reading.effort_words(calls)
        said = maker.say(
            "F7.need_columns", versions=limits.stubborn_versions, models=limits.stubborn_models, effort=effort
        )
        action = Action("models", "Add two models")
        need = reading.need("models", limits.stubborn_models, said, calls=calls, action=action)
        return maker.finding("F7", "unknown", "cannot tell", maker.say("F7.unknown"), need=need)
    figures = (Figure("cases that always fail", "cases", found.stubborn, found.cases),)
    words = {"stubborn": f"{found.stubborn:,}", "cases": counted(found.cases, "case")}
    fires = found.stubborn >= limits.stubborn_cases and found.stubborn >= limits.stubborn_share * found.cases
    if not fires:
        said = maker.say("F7.none", **words)
        sure = maker.confidence(reading.main.set_name if reading.main else "tuning", found.cases, is_clear=True)
        return maker.finding("F7", "none", "holds", said, sure, figures, found.run_uids)
    probe = found.probe
    if probe is None or not probe.cases:
        need_said = maker.say("F7.need", effort=reading.effort_words(2 * found.stubborn))
        action = Action("probe", "Run the probe", count=found.stubborn)
        need = reading.need("probe", found.stubborn, need_said, calls=2 * found.stubborn, action=action)
        said = maker.say("F7.untested", need=need_said, **words)
        return maker.finding("F7", "untested", "not tried", said, "high", figures, found.run_uids, need)
    p = mcnemar(probe.fixed, probe.broke)
    helps = probe.fixed >= limits.probe_share * probe.cases and p < limits.significance and probe.fixed > probe.broke
    words |= {"fixed": f"{probe.fixed:,}", "probed": f"{probe.cases:,}", "broke": f"{probe.broke:,}", "p": p_text(p)}
    both = (*figures, Figure("fixed by facts", "cases", probe.fixed, probe.cases))
    runs = (*found.run_uids, *probe.run_uids)
    sure = maker.confidence(reading.main.set_name if reading.main else "tuning", found.cases, is_clear=True)
    if helps:
        return maker.finding("F7", "knowledge", "limit reached", maker.say("F7.knowledge", **words), sure, both, runs)
    return maker.finding("F7", "other", "holds", maker.say("F7.other", **words), sure, both, runs)
