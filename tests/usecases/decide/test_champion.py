"""Which column the advice is about, where tuned models and their base models were tested too."""

from __future__ import annotations

import pytest

from tests.usecases.decide.histories import MODEL, Col, History, rated, table
from workbench.core.content import Content, Message
from workbench.core.decide.evidence import PairEvidence
from workbench.core.drafts import Draft
from workbench.core.lanes import LITELLM, Lane


def pairs_with_tuned(history: History) -> list[PairEvidence]:
    return [one for one in history.evidence().pairs if one.role == "tuned"]


def draft_of(history: History, *models: str) -> None:
    """Let the lanes in Compose be of these models."""
    lanes = tuple(Lane(f"lane-{at}", LITELLM, model) for at, model in enumerate(models))
    draft = Draft(Content((Message("user", "{{order}}"),)), lanes=lanes)
    history.store.save_draft(history.prompt, draft, history.now()).result(60)


OWN, BASE, TUNED = rated(108, 150), rated(60, 150), rated(90, 150)


@pytest.mark.parametrize("lanes", [(), (MODEL,), (MODEL, "ft:acme-small:me::1")])
def test_tuned_model_is_compared_with_the_model_in_use(history: History, lanes: tuple[str, ...]) -> None:
    """Its own base stands beside it in the newest test, and was tested alone before where Compose tells it apart."""
    history.version()
    history.cases(300, holdout=150)
    if lanes:
        draft_of(history, *lanes)
    history.test(Col(OWN), set_name="holdout", first=300)
    if lanes:
        history.test(Col(BASE, model="acme-small"), set_name="holdout", first=300)
    tuned = Col(TUNED, model="ft:acme-small:me::1")
    history.test(Col(BASE, model="acme-small"), tuned, set_name="holdout", first=300)
    decision = history.decide()
    assert decision.headline == "Keep the prompt: the tuned model is worse."
    [found] = pairs_with_tuned(history)
    assert (found.passes.fixed, found.passes.broken) == (0, 18)


def test_tuned_model_beside_another_model_says_nothing_of_the_prompt(history: History) -> None:
    history.version()
    history.cases(300, holdout=150)
    draft_of(history, MODEL)
    guard = history.guard("general", 60)
    columns = Col(BASE, model="acme-small"), Col(TUNED, model="ft:acme-small:me::1")
    history.test(*columns, set_name="holdout", first=300)
    history.test(Col("+" * 60, model="acme-small"), Col("-" * 60, model="ft:acme-small:me::1"), prompt=guard)
    decision = history.decide()
    found = next(one for one in decision.findings if one.id == "F16")
    assert (found.state, found.word) == ("few", "cannot tell")
    assert "was not run beside the model that the prompt uses" in found.sentence
    assert pairs_with_tuned(history) == []
    assert "tuned model is" not in decision.headline


def test_tuned_model_that_won_a_comparison_is_measured_against_the_prompt(history: History) -> None:
    history.version()
    history.cases(300, holdout=150)
    mine, other = table(90, 30, 4, 26)
    history.trial(Col(mine), Col(other, model="ft:acme-large:me::1"), set_name="holdout", first=300)
    [found] = pairs_with_tuned(history)
    assert (found.champion, found.passes.fixed) == (f"1 {LITELLM} {MODEL} {{}}", 30)
    assert next(one for one in history.decide().findings if one.id == "F16").state == "open"
