"""Import of promptfoo results: columns become lanes, tests value sets, prompts versions."""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import NOW
from tests.usecases.exchange.test_llm import take
from workbench.core.content import Content, Message
from workbench.core.imported_runs import LeftOut
from workbench.core.lanes import MOST_SAMPLES, Params
from workbench.core.money import Usage
from workbench.core.runs import Failure, IterationDetail, Result, Timing
from workbench.formats.imports import promptfoo
from workbench.host.ids import new_uid
from workbench.store import Store, open_store
from workbench.usecases.exchange.importer import sentence
from workbench.usecases.problems import RefusedError

CHAT = '[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Order {{ order }}"}]'
PROMPTS = [
    {"raw": "Where is {{order}}?", "label": "short", "provider": "openai:gpt-4o", "metrics": {}},
    {"raw": CHAT, "label": "chat", "provider": "loud"},
]
GRADE = {
    "pass": False,
    "score": 0.5,
    "reason": "no 123",
    "componentResults": [
        {
            "pass": False,
            "score": 0,
            "reason": "no 123",
            "assertion": {"type": "contains", "value": "123", "provider": {"config": {"apiKey": "sk-secret"}}},
        }
    ],
}


def answer(column: int, test: int, order: object, **more: Any) -> dict[str, Any]:
    provider = {"id": "openai:gpt-4o", "label": ""} if column == 0 else {"id": "openai:gpt-4o", "label": "loud"}
    usage = {"prompt": 12, "completion": 3, "total": 15, "completionDetails": {"reasoning": 1}}
    return {
        "promptIdx": column,
        "testIdx": test,
        "testCase": {"description": f"test {test}"},
        "provider": provider,
        "vars": {"order": order},
        "response": {"output": f"answer {column}.{test}", "cost": 0.25, "tokenUsage": usage},
        "latencyMs": 40,
        "failureReason": 0,
        "success": True,
    } | more


def document(**more: Any) -> dict[str, Any]:
    results = [
        answer(0, 0, "123", gradingResult=GRADE, failureReason=1, error="no 123"),
        answer(1, 0, "123", gradingResult={"pass": True, "score": 1, "reason": "fine"}),
        answer(0, 7, ["a", 1], response={"output": {"json": True}}),
        answer(1, 7, ["a", 1], response=None, error="429 slow down", failureReason=2),
    ]
    config = {
        "description": "Order bot",
        "providers": [
            "openai:gpt-4o",
            {
                "id": "openai:gpt-4o",
                "label": "loud",
                "config": {"temperature": 0.5, "apiKey": "sk-secret", "seed": "x"},
            },
        ],
    }
    summary = {"version": 3, "timestamp": "2026-08-01T10:00:00.000Z", "prompts": PROMPTS, "results": results}
    return {"evalId": "eval-1", "results": summary | more, "config": config}


def write(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "history.db", now=NOW, uid=new_uid)
    yield store
    store.close()


def runs(store: Store) -> list[IterationDetail]:
    connection = sqlite3.connect(store.path)
    rows = connection.execute("SELECT uid FROM runs ORDER BY id").fetchall()
    connection.close()
    return [store.iteration_detail(uid) for (uid,) in rows]


def grades(store: Store) -> list[dict[str, Any]]:
    connection = sqlite3.connect(store.path)
    rows = connection.execute(
        "SELECT extra FROM origins JOIN outputs ON outputs.uid = origins.uid WHERE extra <> '' ORDER BY lane"
    ).fetchall()
    connection.close()
    return [json.loads(extra) for (extra,) in rows]


def test_eval_becomes_one_run_with_its_columns_as_lanes(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "out.json", document())
    report = take(store, path)
    assert sentence(report) == "Imported 1 run with 4 answers in 1 new prompt."
    assert report.listed == (LeftOut("Parameter of openai:gpt-4o", "“seed” must be a whole number."),)
    assert [row.name for row in store.prompts()] == ["Order bot"]
    [run] = runs(store)
    assert run.row.note == "promptfoo: 1 of 2 passed, 1 failed"
    assert [lane.lane.title for lane in run.lanes] == ["openai:gpt-4o", "loud"]
    assert [lane.lane.params for lane in run.lanes] == [Params(), Params(temperature=0.5)]
    assert [row.content for row in store.versions(store.prompts()[0].uid)] == [
        Content((Message("user", "Where is {{order}}?"),)),
        Content((Message("system", "Be brief."), Message("user", "Order {{ order }}"))),
    ]
    assert [lane.version for lane in run.lanes] == [1, 2]
    assert [(one.name, dict(one.values)) for one in run.sets] == [
        ("test 0", {"order": "123"}),
        ("test 7", {"order": '["a", 1]'}),
    ]
    results = {(output.position, output.value_set): output.result for output in run.outputs}
    assert results[0, 0] == Result(
        "finished", "answer 0.0", usage=Usage(12, 3, None, 1), cost_usd=0.25, timing=Timing(0, 0, None, 40)
    )
    assert results[0, 1].text == '{"json": true}'
    assert results[1, 1].state == "failed"
    assert isinstance(results[1, 1].failure, Failure)
    assert results[1, 1].failure.detail == "429 slow down"


def test_gradings_are_kept_and_keys_are_removed(store: Store, tmp_path: Path) -> None:
    take(store, write(tmp_path / "out.json", document()))
    first, second = grades(store)
    assert first["componentResults"][0]["assertion"] == {"type": "contains", "value": "123"}
    assert (first["pass"], first["score"], second["pass"]) == (False, 0.5, True)
    store.close()
    assert b"sk-secret" not in store.path.read_bytes()


@pytest.mark.parametrize("place", ["provider", "env", "header"])
def test_key_in_an_error_message_is_masked(store: Store, tmp_path: Path, place: str) -> None:
    data = document(
        results=[answer(1, 0, "1", response=None, error='401 for "sk-very/secret"', failureReason=2)],
    )
    data["config"] = {
        "provider": {
            "providers": [{"id": "openai:gpt-4o", "config": {"apiKey": "sk-very/secret", "apiKeyEnvar": "401 for"}}]
        },
        "env": {"env": {"OPENAI_API_KEY": "sk-very/secret"}},
        "header": {"targets": [{"id": "http", "config": {"headers": {"Authorization": "Bearer sk-very/secret"}}}]},
    }[place]
    take(store, write(tmp_path / "out.json", data))
    [output] = runs(store)[0].outputs
    assert output.result.failure is not None
    assert output.result.failure.detail == '401 for "•••"'
    store.close()
    assert b"sk-very" not in store.path.read_bytes()


def test_eval_is_imported_once_and_the_next_one_joins_its_prompt(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "out.json", document())
    take(store, path)
    assert sentence(take(store, path)) == "Nothing new; 1 was already here."
    take(store, write(tmp_path / "next.json", document() | {"evalId": "eval-2"}))
    assert [row.name for row in store.prompts()] == ["Order bot"]
    assert [run.row.number for run in runs(store)] == [1, 2]


def test_long_eval_is_split_into_runs_that_are_imported_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promptfoo, "_TESTS", 2)
    results = [answer(column, test, str(test)) for test in range(5) for column in range(2)]
    path = write(tmp_path / "out.json", document(results=results))
    assert sentence(take(store, path)) == "Imported 3 runs with 10 answers in 1 new prompt."
    assert [len(run.outputs) for run in runs(store)] == [4, 4, 2]
    assert take(store, path).known == 3


def test_repeated_results_become_samples(store: Store, tmp_path: Path) -> None:
    results = [answer(0, 0, "1"), answer(0, 0, "1"), answer(0, 0, "1")]
    take(store, write(tmp_path / "out.json", document(results=results)))
    assert [output.sample for output in runs(store)[0].outputs] == [0, 1, 2]


def test_answers_left_out_are_reported(store: Store, tmp_path: Path) -> None:
    repeated = [answer(0, 0, "1", gradingResult={"pass": True, "score": 1}) for _ in range(MOST_SAMPLES + 2)]
    path = write(tmp_path / "out.json", document(results=[answer(9, 0, "1"), *repeated]))
    report = take(store, path)
    assert sentence(report) == "Imported 1 run with 20 answers in 1 new prompt; 3 left out."
    assert (report.read, report.total) == (23, 23)
    assert [one.name for one in report.listed] == [
        "Answer 1",
        "Test 1, column 1, answer 21",
        "Test 1, column 1, answer 22",
    ]
    assert runs(store)[0].row.note == "promptfoo: 20 of 20 passed"
    assert sentence(take(store, path)) == "Nothing new; 1 was already here; 3 left out."


def test_eval_id_with_a_lone_surrogate_is_imported_once(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "out.json", document() | {"evalId": "eval \ud83d"})
    take(store, path)
    assert sentence(take(store, path)) == "Nothing new; 1 was already here."


def test_too_large_numbers_become_unknown(store: Store, tmp_path: Path) -> None:
    usage = {"prompt": 10**400, "completion": 1}
    told = answer(0, 0, "1", response={"output": "x", "cost": 10**400, "tokenUsage": usage}, latencyMs=10**400)
    take(store, write(tmp_path / "out.json", document(results=[told])))
    [output] = runs(store)[0].outputs
    assert output.result == Result("finished", "x", usage=Usage(None, 1))


def test_file_without_read_permission_is_refused(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "out.json", document())

    def refuse(self: Path, *_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RefusedError, match=r"“out\.json” cannot be read\. Check its name and its permissions"):
        take(store, path)


def test_repeated_tests_become_samples_of_one_value_set(store: Store, tmp_path: Path) -> None:
    """As promptfoo 0.121 writes them: each time under another number, the whole eval after the other."""
    results = [
        answer(0, 2 * time + test, str(test), testCase={"vars": {"order": str(test)}})
        for time in range(MOST_SAMPLES + 1)
        for test in range(2)
    ]
    other = answer(0, 99, "0", testCase={"vars": {"order": "0"}, "assert": [{"type": "is-json"}]})
    report = take(store, write(tmp_path / "out.json", document(results=[*results, other])))
    assert (report.added.answers, report.left_out) == (43, 0)
    [run] = runs(store)
    assert [dict(one.values)["order"] for one in run.sets] == ["0", "1", "0", "1", "0"]
    assert sorted((output.value_set, output.sample) for output in run.outputs) == [
        *((place, sample) for place in range(2) for sample in range(MOST_SAMPLES)),
        *((2, 0), (3, 0), (4, 0)),
    ]


def test_version_2_table_is_read(store: Store, tmp_path: Path) -> None:
    def told(text: str, **more: Any) -> dict[str, Any]:
        grade = {"pass": True, "score": 1, "reason": "ok"}
        return {"text": text, "pass": True, "latencyMs": 5, "cost": 0.5, "gradingResult": grade} | more

    table = {
        "head": {"prompts": PROMPTS, "vars": ["order"]},
        "body": [
            {"outputs": [told("one"), told("two")], "vars": ["123"], "test": {"description": "first"}},
            {"outputs": [told("", error="broke", failureReason=2), told("four")], "vars": ["4"], "test": {}},
        ],
    }
    data = {"results": {"version": 2, "timestamp": "2024-01-01T00:00:00Z", "table": table}, "config": {}}
    take(store, write(tmp_path / "old.json", data))
    [run] = runs(store)
    assert [lane.lane.model for lane in run.lanes] == ["openai:gpt-4o", "loud"]
    assert [output.result.text for output in run.outputs] == ["one", "", "two", "four"]
    assert [output.result.state for output in run.outputs] == ["finished", "failed", "finished", "finished"]
    assert [one.name for one in run.sets] == ["first", ""]
    assert run.row.started_at == "2024-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("raw", "template"),
    [("{{ a }}", "plain"), ("{{a | upper}}", "jinja"), ("{% if a %}x{% endif %}", "jinja"), ("{\\frac}", "plain")],
)
def test_templates_are_plain_when_they_only_contain_variables(raw: str, template: str) -> None:
    assert promptfoo.content_of(raw) == Content((Message("user", raw),), template)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"results": ', "not complete JSON"),
        (b'{"promptIdx": 0}\n{"promptIdx": 1}\n', "several JSON documents, like JSON Lines"),
        (b'{"results": {}}', "no promptfoo answers"),
        (b'{"a": ' * 200_000, "nested too deeply|not complete JSON"),
        (b'{"x": 1' + b"0" * 10_000 + b"}", "not complete JSON"),
        (b'{"x": "\xff"}', "not complete JSON"),
        (b"[1, 2]", "cannot be imported"),
    ],
)
def test_files_without_promptfoo_results_are_refused(store: Store, tmp_path: Path, body: bytes, words: str) -> None:
    path = tmp_path / "out.json"
    path.write_bytes(body)
    with pytest.raises(RefusedError, match=words):
        take(store, path)
    assert runs(store) == []


def test_too_large_file_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    with path.open("wb") as file:
        file.write(b"{")
        file.truncate(2**30)
    with pytest.raises(RefusedError, match=r"“out\.json” has 1\.1 GB; the limit is 105 MB"):
        take(store, path)


def test_malformed_parts_are_left_out_without_an_error(store: Store, tmp_path: Path) -> None:
    odd: list[Any] = [None, 1, "x", [], {}, {"promptIdx": True, "testIdx": 0}, {"promptIdx": 0, "testIdx": 10**30}]
    good = answer(
        0, 1, "1", latencyMs=float("inf"), response={"output": "half \ud83d", "cost": "much", "tokenUsage": []}
    )
    data = document(results=[*odd, good], prompts=[*PROMPTS, None], timestamp=5)
    data["config"] = {"providers": [None, {"openai:x": {}}, {"id": "openai:gpt-4o", "label": "", "config": [1]}]}
    take(store, write(tmp_path / "out.json", data))
    [run] = runs(store)
    assert [output.result.text for output in run.outputs if output.result.text] == ["half �"]
