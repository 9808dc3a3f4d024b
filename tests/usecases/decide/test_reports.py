"""Reports of stored histories: the runs behind the findings, and what would be handed over to training."""

from __future__ import annotations

from datetime import date

import pytest

from tests.usecases.decide import scenarios
from tests.usecases.decide.histories import Col, History
from workbench.core.decide.report import DecisionReport, EvidenceRun
from workbench.core.training_commands import training_commands
from workbench.formats.decision_reports import FORMATS
from workbench.usecases.handover import suffix


def written(report: DecisionReport) -> str:
    return "".join(FORMATS["markdown"].write(report)).replace("\u00a0", " ")


def behind(report: DecisionReport, finding: str) -> tuple[EvidenceRun, ...]:
    """Return the runs behind a finding."""
    return report.runs_of(next(one.run_uids for one in report.decision.findings if one.id == finding))


def test_runs_have_the_names_and_days_that_people_see(history: History) -> None:
    scenarios.data_rich(history)
    report = history.decider.report(history.prompt)
    assert [run.title for run in behind(report, "F4")] == ["test 10 (20 Nov 2026)"]
    assert "| test 10 (20 Nov 2026) |" in written(report)
    known = {run.uid for run in report.runs}
    assert {uid for one in report.decision.findings for uid in one.run_uids} == known


def test_training_rows_lead_to_the_runs_of_their_answers(history: History) -> None:
    scenarios.data_rich(history)
    report = history.decider.report(history.prompt)
    rows, labels = behind(report, "F13"), behind(report, "F2")
    assert rows == labels
    assert [(run.name, run.is_test) for run in rows] == [("#1", False)]
    assert "`#1 (20 Nov 2026)`" in written(report)


def test_contradictions_lead_to_the_runs_in_which_they_are(history: History) -> None:
    scenarios.contradictory(history)
    report = history.decider.report(history.prompt)
    runs = behind(report, "F2")
    assert runs
    assert all(not run.is_test and run.name.startswith("#") for run in runs)
    history.store.curation.delete([runs[0].uid], deleted=True).result(60)
    assert runs[0].uid not in {run.uid for run in history.decider.report(history.prompt).runs}


def test_suggested_base_model_is_told_with_its_retirement(history: History) -> None:
    scenarios.data_rich(history)
    base = training_commands().base_model
    assert f"{base} (suggested" in written(history.decider.report(history.prompt))
    history.retired[base] = date(2027, 6, 30)
    report = history.decider.report(history.prompt)
    assert report.hand_over is not None
    assert report.hand_over.base_retires_on == date(2027, 6, 30)
    assert "It retires on 30 Jun 2027, and the tuned model with it." in written(report)


@pytest.mark.parametrize("lane", ["together_ai/me/Qwen3-8B-{}-1a2b", "openai/{}"])
def test_model_named_as_in_the_hand_over_is_read_as_tuned(history: History, lane: str) -> None:
    model = lane.format(f"{suffix('Order bot')}-tuned-all")
    history.version()
    history.cases(200, holdout=100)
    mine, other = scenarios.table(80, 8, 5, 7)
    history.test(Col(mine), Col(other, model=model), set_name="holdout", first=200)
    found = next(one for one in history.decide().findings if one.id == "F16")
    assert found.state == "same"
    assert "fixes 8 and breaks 5 of 100" in found.sentence
    assert len(found.run_uids) == 1


@pytest.mark.parametrize("scenario", [scenarios.good_enough, scenarios.broken_format, scenarios.too_dear])
def test_nothing_is_handed_over_unless_it_leans_to_training(history: History, scenario: object) -> None:
    scenario(history)  # type: ignore[operator]
    report = history.decider.report(history.prompt)
    assert report.hand_over is None
    assert "To hand over" not in written(report)
