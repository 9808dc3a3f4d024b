"""Prompts with retired models, and the notice about them."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from tests.usecases.making import PATIENCE_S, cloud, draft, echo, new_prompt, opened
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Endpoint
from workbench.store.records import DraftLane
from workbench.usecases.retirement import RetiringUse, retirement_line, retiring

TODAY = date(2026, 11, 28)
GONE, SOON, LATE = date(2025, 9, 1), date(2027, 1, 5), date(2029, 1, 1)


def use(model: str, day: date, prompt: str = "Bot") -> RetiringUse:
    return RetiringUse(DraftLane(prompt, prompt, "a", LITELLM, model), day, day <= TODAY)


@pytest.mark.parametrize(
    ("uses", "line"),
    [
        ((), ""),
        ((use("a", GONE),), "a was retired on 2025-09-01. It is in the prompt “Bot”."),
        ((use("a", SOON), use("a", SOON, "Other")), "a retires on 2027-01-05. It is in 2 prompts."),
        ((use("a", GONE), use("b", GONE)), "Retired models in use: a, b."),
        ((use("a", SOON), use("b", SOON)), "Models in use that retire soon: a, b."),
        ((use("a", GONE), use("b", SOON)), "Retired models in use: a. Retiring soon: b."),
        (tuple(use(one, GONE) for one in "abcde"), "Retired models in use: a, b, c and 2 more."),
    ],
)
def test_retirement_notice_names_models_dates_and_prompts(uses: tuple[RetiringUse, ...], line: str) -> None:
    assert retirement_line(uses) == line


def test_only_models_of_litellm_are_checked_for_retirement() -> None:
    days = {"gone": GONE, "soon": SOON, "late": LATE}
    mine = Endpoint("e1", "openai", "Mine", "http://127.0.0.1:1/v1")
    lanes = [DraftLane("p", "Bot", "a", LITELLM, model) for model in ("soon", "gone", "late", "unknown")]
    lanes += [DraftLane("p", "Bot", "b", "e1", "gone"), DraftLane("p", "Bot", "c", "removed", "gone")]

    def retires(endpoint: Endpoint, model: str) -> date | None:
        return days.get(model) if endpoint.kind == "litellm" else None

    found = retiring(lanes, (*FIXED_ENDPOINTS, mine), retires, TODAY)
    assert [one.line for one in found] == ["Bot: gone, retired 2025-09-01", "Bot: soon, retires on 2027-01-05"]


def test_draft_lanes_skip_archived_deleted_and_damaged_drafts(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        before = len(workbench.store.draft_lanes())
        for name in ("Archived", "Deleted", "Damaged", "Odd", "Kept"):
            uid = new_prompt(workbench, name)
            workbench.prompts.save_draft(uid, draft(cloud("gpt-4-0613", "x"), echo("y"))).result(PATIENCE_S)
        connection = sqlite3.connect(tmp_path / "w.db")
        connection.execute("UPDATE prompts SET archived = 1 WHERE name = 'Archived'")
        connection.execute("UPDATE prompts SET archived = 2 WHERE name = 'Deleted'")
        for name, body in (("Damaged", "{"), ("Odd", '{"lanes": [1, null, {"slot": 2}, {"slot": "a", "model": []}]}')):
            where = "prompt_id = (SELECT id FROM prompts WHERE name = ?)"
            connection.execute(f"UPDATE drafts SET body = ? WHERE {where}", (body, name))
        connection.commit()
        connection.close()
        found = workbench.store.draft_lanes()
        assert len(found) == before + 2
        assert [(lane.prompt_name, lane.slot, lane.model) for lane in found[:2]] == [
            ("Kept", "x", "gpt-4-0613"),
            ("Kept", "y", "echo"),
        ]


def test_retirement_date_is_known_for_names_that_have_a_price(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        litellm = next(one for one in FIXED_ENDPOINTS if one.uid == LITELLM)
        catalogue = workbench.catalogue
        for model in ("gpt-4-0613", "openai/gpt-4-0613"):
            assert workbench.pricing.rates_for(litellm, model) is not None
            assert catalogue.retires(litellm, model) == date(2026, 10, 23)
        assert catalogue.retires(Endpoint("e1", "openai", "Mine", "http://127.0.0.1:1/v1"), "gpt-4-0613") is None
        assert catalogue.retires(litellm, "no-such-model") is None
