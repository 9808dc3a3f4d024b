"""Checks, hold-outs and results of tests in packs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import LATER, NOW, done, lane, run, text
from tests.store.testing.suites import answered, begun, key, scored
from tests.ui.judged_support import judged_test, label_all
from tests.usecases.judged_pairs import JUDGE, against_people, compared
from tests.usecases.packs.pack_house import House, house
from workbench.cli.pack_show import _lines as shown_lines
from workbench.core.blocks import Attachment
from workbench.core.cases import Case, Check
from workbench.core.runs import Verdict
from workbench.core.testing.settings import SuiteSettings
from workbench.core.value_kinds import file_text
from workbench.packs.errors import PackError
from workbench.packs.pack_contents import PackAbout
from workbench.packs.pack_reader import read_pack
from workbench.packs.pack_source import open_source
from workbench.packs.validator import evidence, problems
from workbench.store import StoreError
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.usecases.packs.exporter import PackChoice

CHECKS = (Check("is-json"), Check("contains", True, '"sorry"', weight=2.0))
FULL = Case(
    "c1",
    "Late",
    (("order", "1"), ("record", '{ "price": 1.50,\n"of": ["a"] }')),
    (Check("regex", value='"[0-9]+"'),),
    0.5,
    expectation="It is late.",
    tags=("late", "mail"),
    cluster="customer 7",
    notes="From a mail.",
    kinds=(("record", "json"),),
)
HELD = Case("c2", "Secret", (("order", "2"),), held_out=True)


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, "mine") as one:
        store = one.store
        store.create_prompt("p", "Order bot", NOW).result(60)
        for number in (1, 2):
            store.begin_run(run(f"r{number}", text(f"{number}: {{{{order}}}}"), based_on=number - 1 or None)).result(60)
            store.finish_output(f"r{number}.0.0", done("x"), LATER).result(60)
        store.packs.save_cases("p", [FULL, HELD]).result(60)
        settings = SuiteSettings(CHECKS, 0.75, columns=(lane("A"),))
        store.tests.save_settings("p", settings, LATER).result(60)
        yield one


def test_checks_and_every_field_of_cases_survive_a_round_trip(mine: House, tmp_path: Path) -> None:
    first = mine.export(tmp_path / "out")
    assert problems(tmp_path / "out") == []
    with house(tmp_path, "other") as other:
        plan = other.bring(tmp_path / "out")
        assert plan.prompts[0].words == "New: 2 versions and 1 case, with 2 checks for all cases."
        assert other.store.packs.cases("p") == (FULL,)
        assert other.store.tests.settings("p") == SuiteSettings(CHECKS, 0.75)
        assert other.export(tmp_path / "back") == first
        assert [one.state for one in other.bring(tmp_path / "out").prompts] == ["identical"]
        assert other.importer.undo() == "Removed: 1 prompt."


def test_files_of_cases_travel_with_their_bytes(mine: House, tmp_path: Path) -> None:
    body = b"Late.\r\n\xc3\xa9"
    file = Attachment(mine.store.add_blob(body, "text/plain").result(60), "text/plain", "note.txt")
    case = Case("c3", "With a file", (("order", file_text(file)),), kinds=(("order", "file"),))
    mine.store.packs.save_cases("p", [FULL, case]).result(60)
    first = mine.export(tmp_path / "out")
    assert problems(tmp_path / "out") == []
    assert (tmp_path / "out" / "attachments" / file.hash).read_bytes() == body
    with house(tmp_path, "other") as other:
        other.bring(tmp_path / "out")
        assert other.store.packs.cases("p") == (FULL, case)
        assert other.store.blob(file.hash) == body
        assert other.export(tmp_path / "back") == first


def test_file_of_a_case_outlives_deleted_runs(mine: House) -> None:
    hash_ = mine.store.add_blob(b"Late.", "text/plain").result(60)
    file = Attachment(hash_, "text/plain", "note.txt")
    case = Case("c3", "With a file", (("order", file_text(file)),), kinds=(("order", "file"),))
    mine.store.packs.save_cases("p", [case]).result(60)
    mine.store.deleting.purge(PurgeTargets(runs=("r1", "r2")), LATER, lambda: "nobody")
    assert mine.store.blob(hash_) == b"Late."


def test_hold_out_cases_are_left_out_unless_asked(mine: House) -> None:
    made = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p")])
    assert made.pack.prompts[0].cases == (FULL,)
    assert made.notes == ("1 hold-out case is left out of “Order bot”.",)
    whole = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p")], with_hold_out=True)
    assert (whole.pack.prompts[0].cases, whole.notes) == ((FULL, HELD), ())


def test_checks_are_added_to_a_prompt_that_has_none_and_undone(mine: House, tmp_path: Path) -> None:
    with house(tmp_path, "other") as other:
        mine.store.tests.save_settings("p", SuiteSettings(), LATER).result(60)
        mine.export(tmp_path / "bare")
        other.bring(tmp_path / "bare")
        own = SuiteSettings(samples=3)
        other.store.tests.save_settings("p", own, LATER).result(60)
        mine.store.tests.save_settings("p", SuiteSettings(CHECKS), LATER).result(60)
        mine.export(tmp_path / "checked")
        plan = other.bring(tmp_path / "checked")
        assert [(one.state, one.words) for one in plan.prompts] == [
            ("changed", "“Order bot” lacks no versions and no cases, and the checks for all cases."),
        ]
        assert other.store.tests.settings("p") == replace(own, checks=CHECKS)
        other.importer.undo()
        assert other.store.tests.settings("p") == own
        other.bring(tmp_path / "checked")
        other.store.tests.save_settings("p", replace(own, checks=CHECKS[:1]), LATER).result(60)
        with pytest.raises(StoreError, match="edited after the import"):
            other.importer.undo()


def test_checks_that_are_here_stay(mine: House, tmp_path: Path) -> None:
    mine.export(tmp_path / "out")
    with house(tmp_path, "other") as other:
        other.bring(tmp_path / "out")
        own = SuiteSettings((Check("equals", value='"x"'),))
        other.store.tests.save_settings("p", own, LATER).result(60)
        plan = other.bring(tmp_path / "out")
        assert [(one.state, one.words) for one in plan.prompts] == [
            ("identical", "“Order bot” lacks nothing. It has other checks for all cases, which stay as they are."),
        ]
        assert other.store.tests.settings("p") == own


def ran_tests(mine: House, uid: str, version: int, *, failing: int, **fields: object) -> None:
    cases = tuple(Case(f"k{number}", f"Case {number}", (("order", str(number)),)) for number in range(20))
    columns = (lane("A", "vendor/one", version), lane("B", "two", 1))
    begun(mine.store, uid, cases=cases, columns=columns, content=None, version_uid="", based_on=2, **fields)
    cells = [key(number, column) for column in (0, 1) for number in range(20)]
    outputs = answered(mine.store, uid, cells, done("secret answer"))
    mine.store.tests.begin_scoring(uid, f"{uid}.s", CHECKS, LATER).result(60)
    states = ["fail" if cell.column == 0 and cell.case < failing else "pass" for cell in cells]
    scores = [scored(cell, output, state) for cell, output, state in zip(cells, outputs, states, strict=True)]  # type: ignore[arg-type]
    mine.store.tests.save_scores(f"{uid}.s", scores).result(60)


def test_newest_results_of_each_version_are_evidence_in_numbers(mine: House, tmp_path: Path) -> None:
    ran_tests(mine, "t1", 1, failing=20)
    ran_tests(mine, "t2", 2, failing=5, round=2)
    ran_tests(mine, "t3", 2, failing=0, round=3, probe="facts")
    made = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all")], with_evidence=True)
    lines = [json.loads(one) for one in made.evidence["order-bot"].splitlines()]
    results = [one for one in lines if "test" in one]
    hashes = {version.number: version.hash for version in mine.store.versions("p")}
    assert [(one["number"], one["version"], one["model"], one["passing"], one["scored"]) for one in results] == [
        *((2, hashes[2], "vendor/one", 15, 20), (2, hashes[1], "two", 20, 20)),
    ]
    assert results[0]["rate"] == 0.75
    assert 0.5 < results[0]["low"] < 0.75 < results[0]["high"] < 0.9
    assert results[0]["set"] == "tuning"
    assert len(results[0]["checks"]) == 64
    assert b"secret answer" not in made.evidence["order-bot"]
    mine.exporter.write(made, tmp_path / "out")
    assert problems(tmp_path / "out") == []
    prompt = read_pack(tmp_path / "out").pack.prompts[0]
    with open_source(tmp_path / "out") as place:
        said = list(shown_lines(prompt, list(evidence(place, prompt)), told=True))
    assert any("15 of 20 cases pass, 75 % (53 to 89)" in one for one in said)
    assert "checks for all cases: is-json, not-contains" in said


def test_evidence_says_how_far_the_judges_of_a_test_can_be_trusted(mine: House, tmp_path: Path) -> None:
    outputs = judged_test(mine.store, 24, "t1", columns=(lane("A", "acme-large", 2), lane("B", "acme-mini", 1)))

    def shown() -> tuple[list[dict[str, Any]], str]:
        made = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all")], with_evidence=True)
        mine.exporter.write(made, tmp_path / "out")
        assert problems(tmp_path / "out") == []
        prompt = read_pack(tmp_path / "out").pack.prompts[0]
        with open_source(tmp_path / "out") as place:
            found = list(evidence(place, prompt))
        judged = [said for one in found if "test" in one for said in one["judged"]]
        return judged, "\n".join(shown_lines(prompt, found, told=True))

    judged, words = shown()
    assert [(one["models"], one["labels"], one["measured"], one["corrected"]) for one in judged] == [
        (["judge"], 0, False, None)
    ] * 2
    assert "; judge: unmeasured" in words
    label_all(mine.store, outputs)
    judged, words = shown()
    assert [(one["labels"], one["measured"]) for one in judged] == [(48, True)] * 2
    assert all(one["low"] <= one["corrected"] <= one["high"] and one["raw"] > one["corrected"] for one in judged)
    assert "; judge: judged " in words
    assert b"Wait." not in (tmp_path / "out" / "evidence" / "order-bot.jsonl").read_bytes().split(b'"test"', 1)[1]


def test_evidence_has_comparisons_of_judges_apart_from_verdicts_of_people(mine: House, tmp_path: Path) -> None:
    store = mine.store
    lanes = (lane("A", "vendor/one"), lane("B", "vendor/two"))
    store.begin_run(run("r3", text("3: {{order}}"), lanes=lanes, based_on=2)).result(60)
    for output in ("r3.0.0", "r3.1.0"):
        store.finish_output(output, done(output), LATER).result(60)
    compared(store, "p", [("r3.1.0", "r3.0.0", "first")])
    made = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all")], with_evidence=True)
    mine.exporter.write(made, tmp_path / "out")
    assert problems(tmp_path / "out") == []
    prompt = read_pack(tmp_path / "out").pack.prompts[0]
    with open_source(tmp_path / "out") as place:
        found = list(evidence(place, prompt))
    (values,) = next(one for one in found if one["run"] == "r3")["value_sets"]
    assert values["verdict"]["kind"] == "none"
    assert values["judges"] == [
        {
            **{"judge": JUDGE, "criterion": "The kinder one.", "lanes": [2, 1], "samples": [1, 1], "preferred": 1},
            **{"measured": False, "alike": 0, "shared": 0},
        }
    ]
    told = "\n".join(shown_lines(prompt, found, told=True))
    assert f"(the judge {JUDGE} compared two and one: prefers two; unmeasured)" in told
    # A pack of a stranger, or of before the agreement was in it, is no measurement.
    said = values["judges"][0]
    for other in ({"measured": "yes"}, {"measured": True, "alike": "20", "shared": 20}):
        values["judges"] = [{**said, **other}]
        assert "prefers two; unmeasured)" in "\n".join(shown_lines(prompt, found, told=True))
    values["judges"] = [{key: one for key, one in said.items() if key not in ("measured", "alike", "shared")}]
    assert "prefers two; unmeasured)" in "\n".join(shown_lines(prompt, found, told=True))


def test_evidence_says_how_often_a_judge_decides_like_people(mine: House, tmp_path: Path) -> None:
    store = mine.store
    lanes = (lane("A", "vendor/one"), lane("B", "vendor/two"))
    for number in range(24):
        uid = f"pair{number}"
        store.begin_run(run(uid, text("3: {{order}}"), lanes=lanes, based_on=2)).result(60)
        outputs = (f"{uid}.0.0", f"{uid}.1.0")
        for output in outputs:
            store.finish_output(output, done(output), LATER).result(60)
        store.mark(uid, f"v{number}", Verdict("winner", (0,)), outputs, LATER).result(60)
    against_people(store, "p", lambda place: place % 4 != 0)
    made = mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all")], with_evidence=True)
    mine.exporter.write(made, tmp_path / "out")
    assert problems(tmp_path / "out") == []
    prompt = read_pack(tmp_path / "out").pack.prompts[0]
    with open_source(tmp_path / "out") as place:
        told = list(shown_lines(prompt, list(evidence(place, prompt)), told=True))
    said = [one for one in told if one.startswith(f"(the judge {JUDGE} compared ")]
    assert len(said) >= 24
    ends = {one.partition("; ")[2] for one in said}
    assert len(ends) == 1
    (end,) = ends
    assert re.fullmatch(r"it decided like people in \d+ of 2\d pairs\)", end), end


GOOD = {
    **{"test": "t", "number": 1, "version": "a" * 64, "set": "tuning", "model": "m", "checks": "b" * 64},
    **{"cases": 1, "scored": 1, "passing": 1, "rate": 1.0, "low": None, "high": None},
}


@pytest.mark.parametrize(
    "hostile",
    [
        {"rate": 2}, {"rate": "1"}, {"low": -1}, {"cases": -1}, {"version": "x"}, {"checks": "b"}, {"set": "other"},
        {"model": "m" * 2000}, {"model": 7}, {"number": "1"}, {"rate": []}, {"passing": 1e400},
        {"judged": 1}, {"judged": [{"check": "c", "labels": -1, "measured": True}]}, {"judged": [{}]},
    ],
)  # fmt: skip
def test_hostile_results_of_tests_are_refused(mine: House, tmp_path: Path, hostile: dict[str, object]) -> None:
    mine.export(tmp_path / "out")
    folder = tmp_path / "out" / "evidence"
    folder.mkdir()
    prompt = read_pack(tmp_path / "out").pack.prompts[0]

    def read(**more: object) -> list[str]:
        (folder / "order-bot.jsonl").write_text(json.dumps({**GOOD, **more}) + "\n")
        with open_source(tmp_path / "out") as place:
            return list(shown_lines(prompt, list(evidence(place, prompt)), told=True))

    assert read(title="\x1b[2J evil\n== prompt ==")[-1].startswith("-- test 1: ")
    assert "\x1b" not in "".join(read(title="\x1b[2J evil"))
    with pytest.raises(PackError):
        read(**hostile)
