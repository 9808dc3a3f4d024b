"""Convert result files of promptfoo to runs.

Invariant: an eval is one run, or several if it has many tests. Its columns (prompt and provider) are lanes, its tests
are value sets, its prompts are versions of one prompt. Only sampling parameters are read from provider settings,
because the rest may hold keys; keys found there are masked in error messages, too. Grades are kept as JSON, since they
are not verdicts of a person.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from workbench.core.content import ROLES, Content, Message, Role, Template
from workbench.core.dates import foreign, later
from workbench.core.imported_runs import ImportedAnswer, ImportedLane, ImportedPrompt, ImportedRun, LeftOut, clean
from workbench.core.lanes import MOST_SAMPLES
from workbench.core.money import Usage
from workbench.core.redaction import MASK, pattern_of
from workbench.core.runs import Failure, Result, RunSet, Timing
from workbench.core.templates import PLAIN_VARIABLE
from workbench.core.text import first_line, opening_words
from workbench.formats.imports.format import ImportedItems, ImportFile, ImportFileError, ImportFormat
from workbench.formats.imports.promptfoo_settings import as_list, as_map, as_text, sampling, secrets

MOST_BYTES = 100 * 2**20
"""Largest file that is read, in bytes; reading takes several times as much memory."""
_TESTS = 200
"""Most tests of one run."""
_FAILED = 2
_SENTENCE = "The call failed in promptfoo. Run it again here, or see the details."
_BRACES = re.compile(r"\{\{.*?\}\}|\{[%#]", re.DOTALL)


class PromptfooError(ImportFileError):
    """Raised for a file that is not a result of promptfoo; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """One answer: its column and test, from 0, and its JSON object, whichever version of the file format it is from."""

    column: int
    test: int
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PromptfooEval:
    """An eval as read: its answers (`cells`), the answers that are not imported, and `remarks` on its parameters."""

    name: str
    id: str
    at: str
    columns: tuple[ImportedLane, ...]
    tests: tuple[RunSet, ...]
    cells: tuple[_Cell, ...]
    left_out: tuple[LeftOut, ...]
    remarks: tuple[LeftOut, ...]
    secrets: tuple[str, ...]

    @property
    def total(self) -> int:
        """The number of answers in the file, including those that are not imported."""
        return len(self.cells) + len(self.left_out)


def looks_like_json(start: bytes) -> bool:
    """Whether a file beginning with `start` may be a JSON object."""
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def read_eval(raw: bytes) -> PromptfooEval:
    """Read a result file. Raises PromptfooError."""
    data = _parse(raw)
    results = data["results"] if isinstance(data.get("results"), dict) else data
    table = results.get("table")
    if isinstance(table, dict) and not isinstance(results.get("prompts"), list):
        columns, tests, cells = _of_table(table)
        nowhere: list[LeftOut] = []
    else:
        columns, tests, cells, nowhere = _of_results(results)
    if not columns or not cells:
        raise PromptfooError("This file has no promptfoo answers. Choose a JSON file written by promptfoo eval.")
    cells, over = _samples(cells)
    config = as_map(data.get("config"))
    read = [_lane(column, cells, number, config) for number, column in enumerate(columns)]
    lanes = tuple(lane for lane, _ in read)
    unfit = [LeftOut(f"Parameter of {lane.model}", one) for lane, problems in read for one in problems]
    named = as_text(config.get("description")) or as_text(columns[0].get("label")) or as_text(columns[0].get("raw"))
    return PromptfooEval(
        name=first_line(clean(named), 60) or "promptfoo",
        id=clean(as_text(data.get("evalId"))) or hashlib.sha256(raw).hexdigest(),
        at=foreign(as_text(results.get("timestamp"))) or "1970-01-01T00:00:00.000Z",
        columns=lanes,
        tests=tuple(tests),
        cells=tuple(cells),
        left_out=(*nowhere, *over),
        remarks=tuple(dict.fromkeys(unfit)),
        secrets=tuple(secrets(config)),
    )


def runs_of(found: PromptfooEval) -> Iterator[tuple[ImportedRun | LeftOut, int]]:
    """Yield what is not imported, then the runs, each with the number of answers that it covers."""
    yield from ((one, 1) for one in found.left_out)
    yield from ((one, 0) for one in found.remarks)
    prompt = ImportedPrompt(hashlib.sha256(found.name.encode()).hexdigest(), found.name)
    for part, first in enumerate(range(0, len(found.tests), _TESTS)):
        cells = [cell for cell in found.cells if first <= cell.test < first + _TESTS]
        answers = tuple(_answers(found, cells, first))
        if not answers:
            continue
        run = ImportedRun(
            foreign_id=f"{found.id}#{part}" if part else found.id,
            prompt=prompt,
            started_at=found.at,
            lanes=found.columns,
            answers=answers,
            sets=found.tests[first : first + _TESTS],
            note=_graded(cells),
            summary=found.name,
        )
        yield run, len(cells)


def _parse(raw: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except RecursionError as error:
        raise PromptfooError("It is nested too deeply to be a promptfoo result. Choose another one.") from error
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError) and error.msg == "Extra data":
            sentence = "It has several JSON documents, like JSON Lines. Let promptfoo write one: eval -o NAME.json"
            raise PromptfooError(sentence) from error
        raise PromptfooError(f"It is not complete JSON ({error}). Let promptfoo write it again.") from error
    if not isinstance(data, dict):
        raise PromptfooError("It is not a promptfoo result. Choose a JSON file written by promptfoo eval.")
    return data


def _samples(cells: Sequence[_Cell]) -> tuple[list[_Cell], list[LeftOut]]:
    """Return the first MOST_SAMPLES answers of each column and test, and the rest as left out."""
    samples: Counter[tuple[int, int]] = Counter()
    kept, over = [], []
    for cell in cells:
        samples[cell.column, cell.test] += 1
        if samples[cell.column, cell.test] <= MOST_SAMPLES:
            kept.append(cell)
        else:
            name = f"Test {cell.test + 1}, column {cell.column + 1}, answer {samples[cell.column, cell.test]}"
            over.append(LeftOut(name, f"Only the first {MOST_SAMPLES} of repeated answers are imported."))
    return kept, over


def _of_results(
    results: Mapping[str, Any],
) -> tuple[list[Mapping[str, Any]], list[RunSet], list[_Cell], list[LeftOut]]:
    """Return columns, tests, answers and left-out answers of version 3, which lists answers with the indexes of their
    column and test; an answer without valid indexes is left out.
    """
    columns: list[Mapping[str, Any]] = [one for one in as_list(results.get("prompts")) if isinstance(one, dict)]
    tests: dict[int, RunSet] = {}
    says: dict[int, str] = {}
    cells, nowhere = [], []
    for number, entry in enumerate(as_list(results.get("results")), start=1):
        told = as_map(entry)
        column, test = told.get("promptIdx"), told.get("testIdx")
        if type(column) is not int or type(test) is not int or not 0 <= column < len(columns) or test < 0:
            nowhere.append(LeftOut(f"Answer {number}", "It does not name its prompt and test."))
            continue
        if test not in tests:
            case = told.get("testCase")
            words = case.get("description") if isinstance(case, dict) else ""
            tests[test] = _set(told.get("vars"), words)
            says[test] = json.dumps([told.get("vars"), case], sort_keys=True)
        cells.append((column, test, told))
    places = _places(says)
    sets = {places[test]: tests[test] for test in sorted(tests)}
    return (
        columns,
        [sets[place] for place in sorted(sets)],
        [_Cell(column, places[test], told) for column, test, told in cells],
        nowhere,
    )


def _places(says: Mapping[int, str]) -> dict[int, int]:
    """Return the value set of each test, from 0. With --repeat promptfoo writes a test several times under different
    numbers; equal tests are samples of one set, up to MOST_SAMPLES, then of another."""
    times: Counter[str] = Counter()
    sets: dict[tuple[str, int], int] = {}
    places = {}
    for test in sorted(says):
        part = times[says[test]] // MOST_SAMPLES
        times[says[test]] += 1
        places[test] = sets.setdefault((says[test], part), len(sets))
    return places


def _of_table(table: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[RunSet], list[_Cell]]:
    """Return columns, tests and answers of version 2, whose table has a row for each test."""
    head = as_map(table.get("head"))
    columns: list[Mapping[str, Any]] = [one for one in as_list(head.get("prompts")) if isinstance(one, dict)]
    names = [as_text(name) for name in as_list(head.get("vars"))]
    tests: list[RunSet] = []
    cells: list[_Cell] = []
    for row in as_list(table.get("body")):
        if not isinstance(row, dict):
            continue
        case = as_map(row.get("test"))
        values = dict(zip(names, as_list(row.get("vars")), strict=False))
        for column, told in enumerate(as_list(row.get("outputs"))[: len(columns)]):
            if isinstance(told, dict):
                cells.append(_Cell(column, len(tests), told))
        tests.append(_set(values, case.get("description")))
    return columns, tests, cells


def _set(values: object, words: object) -> RunSet:
    given = values if isinstance(values, dict) else {}
    taken = tuple((clean(name), _value(value)) for name, value in given.items())
    return RunSet("", opening_words(clean(as_text(words)), 60), taken)


def _value(value: object) -> str:
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _lane(
    column: Mapping[str, Any], cells: Sequence[_Cell], number: int, config: Mapping[str, Any]
) -> tuple[ImportedLane, list[str]]:
    told = next((cell.told for cell in cells if cell.column == number), {})
    named = told.get("provider")
    provider = named if isinstance(named, dict) else {"id": as_text(named) or as_text(column.get("provider"))}
    model, label = as_text(provider.get("id")) or as_text(column.get("provider")), as_text(provider.get("label"))
    params, problems = sampling(config, model, label)
    lane = ImportedLane(
        clean(model) or "unknown",
        content_of(as_text(column.get("raw")) or as_text(column.get("display"))),
        params,
        clean(label) if label != model else "",
    )
    return lane, problems


def content_of(raw: str) -> Content:
    """Return the content of a promptfoo prompt, which is a JSON list of chat messages or the text of a user message."""
    raw = clean(raw)
    messages = _chat(raw) or (Message("user", raw),)
    plain = all(PLAIN_VARIABLE.fullmatch(found[0]) for message in messages for found in _BRACES.finditer(message.text))
    template: Template = "plain" if plain else "jinja"
    return Content(messages, template)


def _chat(raw: str) -> tuple[Message, ...]:
    if not raw.lstrip().startswith("["):
        return ()
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and one.get("role") in ROLES and isinstance(one.get("content"), str) for one in found
    ):
        return ()
    return tuple(Message(cast(Role, one["role"]), clean(one["content"])) for one in found)


def _answers(found: PromptfooEval, cells: Sequence[_Cell], first: int) -> Iterator[ImportedAnswer]:
    samples: Counter[tuple[int, int]] = Counter()
    secret = pattern_of(found.secrets)
    for cell in cells:
        sample = samples[cell.column, cell.test]
        samples[cell.column, cell.test] += 1
        result = _result(cell.told, secret)
        yield ImportedAnswer(
            result,
            later(found.at, result.timing.duration or 0),
            cell.column,
            cell.test - first,
            sample,
            f"{found.id}:{cell.test}:{cell.column}:{sample}",
            grade_of(cell.told),
        )


def _result(told: Mapping[str, Any], secret: re.Pattern[str] | None) -> Result:
    response = as_map(told.get("response"))
    said = response.get("output", told.get("text"))
    wrong = as_text(response.get("error")) or (
        as_text(told.get("error")) if told.get("failureReason") == _FAILED else ""
    )
    wrong = clean(secret.sub(MASK, wrong) if secret else wrong)
    latency = _count(told.get("latencyMs"))
    # Outside `response`, 0 also means unknown.
    cost = response.get("cost", told.get("cost") or None)
    return Result(
        state="failed" if wrong else "finished",
        text="" if said is None else _value(said),
        finish_reason=clean(as_text(response.get("finishReason"))),
        failure=Failure("elsewhere", _SENTENCE, wrong) if wrong else None,
        usage=_usage(response.get("tokenUsage", told.get("tokenUsage"))),
        cost_usd=float(cost) if _is_number(cost) and cost >= 0 else None,
        timing=Timing() if latency is None else Timing(0, 0, None, latency),
    )


def _usage(given: object) -> Usage:
    usage = given if isinstance(given, dict) else {}
    details = as_map(usage.get("completionDetails"))
    asked, said = _count(usage.get("prompt")), _count(usage.get("completion"))
    if not asked and not said:
        # Not counted, or the answer came from promptfoo's own cache.
        return Usage()
    return Usage(asked, said, _count(details.get("cacheReadInputTokens")), _count(details.get("reasoning")))


def grade_of(told: Mapping[str, Any]) -> str:
    """Return an answer's grading as JSON, "" if ungraded. The grading provider is left out, as it may hold keys."""
    grading = told.get("gradingResult")
    return json.dumps(_grade(grading), ensure_ascii=False) if isinstance(grading, dict) else ""


def _grade(grading: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: grading[name] for name in ("pass", "score", "reason", "namedScores", "comment") if name in grading}
    check = grading.get("assertion")
    if isinstance(check, dict):
        names = ("type", "value", "threshold", "weight", "metric")
        kept["assertion"] = {name: check[name] for name in names if name in check}
    parts = [_grade(one) for one in as_list(grading.get("componentResults")) if isinstance(one, dict)]
    return {**kept, "componentResults": parts} if parts else kept


def _graded(cells: Sequence[_Cell]) -> str:
    grades = [
        cell.told["gradingResult"].get("pass") for cell in cells if isinstance(cell.told.get("gradingResult"), dict)
    ]
    failed = sum(cell.told.get("failureReason") == _FAILED for cell in cells)
    told = [f"{sum(one is True for one in grades):,} of {len(grades):,} passed"] if grades else []
    told += [f"{failed:,} failed"] if failed else []
    return f"promptfoo: {', '.join(told)}" if told else "promptfoo"


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        # An int may be too large for a float.
        return False


def _count(value: object) -> int | None:
    return int(cast(float, value)) if _is_number(value) and 0 <= cast(float, value) < 2**53 else None


def _read(file: ImportFile) -> ImportedItems:
    found = read_eval(file.body())
    return ImportedItems(found.total, runs_of(found))


FORMAT = ImportFormat(
    id="promptfoo",
    order=30,
    title="promptfoo result",
    noun="a JSON result of promptfoo",
    help="the JSON that promptfoo eval wrote: prompts and providers as lanes, tests as cases, with grades",
    brings="runs",
    # Any JSON object, so that the reader can say what an incomplete or different one lacks.
    recognise=lambda file: looks_like_json(file.start),
    extensions=(".json",),
    read=_read,
    limit_bytes=MOST_BYTES,
    if_larger="Let promptfoo write fewer tests into one file.",
)
