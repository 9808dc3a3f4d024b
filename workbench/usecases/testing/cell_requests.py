"""Making calls of cells: rendered prompts and the request of each column.

Invariant: nothing here blocks, except that the call of a column is built with its key, which is unlocked before. A
prompt is rendered once for all columns of a version and all samples; the newest few are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

from workbench.core.content import Content
from workbench.core.drafts import ValueSet
from workbench.core.lanes import Endpoint, Lane
from workbench.core.rendered_content import RenderedRequest, assemble, with_files
from workbench.core.runs import Failure
from workbench.core.samples import nth
from workbench.core.templates import template_texts
from workbench.core.testing.cells import CellKey
from workbench.core.testing.probes import values_with_facts, with_facts
from workbench.core.value_kinds import template_values
from workbench.engine.calls import Call, EngineError
from workbench.usecases.lane_calls import call_for
from workbench.usecases.problems import RefusedError, problem_of
from workbench.usecases.run_plan import Texts, render_content
from workbench.usecases.testing.budget import CallBound, call_bound
from workbench.usecases.testing.job import SuiteJob
from workbench.usecases.testing.suite_parts import MOST_TRIES, SuiteTools, is_death

RETRIES = 6
"""Attempts of one call beyond the first. More than in Compose, because nobody waits for the single answer."""
_KEPT = 64
"""Rendered prompts that are kept."""
_EMPTY = Failure("empty", "Every message is empty with these values, so nothing was sent. Fill one in.")
PromptPlace = tuple[int, int]
"""Number of a version and position of a case."""


@dataclass(frozen=True, slots=True)
class RenderedTexts:
    """The engine has rendered a prompt, or could not."""

    place: PromptPlace
    texts: Texts
    error: BaseException | None


class CellRequests:
    """The requests of one job. Not thread-safe; `tell` gets `RenderedTexts` on any thread, for `take_texts`."""

    def __init__(self, tools: SuiteTools, job: SuiteJob, tell: Callable[[RenderedTexts], None]) -> None:
        self._tools = tools
        self._job = job
        self._tell = tell
        self._calls: dict[tuple[int, int], Call | Failure] = {}
        self._rendered: OrderedDict[PromptPlace, RenderedRequest | Failure] = OrderedDict()
        self._rendering: dict[PromptPlace, list[CellKey]] = {}
        self._tries: dict[PromptPlace, int] = {}
        self._facts = job.facts

    @property
    def waiting(self) -> int:
        """The number of prompts that the engine is rendering."""
        return len(self._rendering)

    def column_call(self, column: int) -> Call:
        """Return the call of a column without its messages. Raises RefusedError if it cannot be made.

        Blocks as long as unlocking its key does.
        """
        asked = self._job.columns[column]
        call = self._calls[column, 0] = self._made(column, 0, shape(asked.content))
        if isinstance(call, Failure):
            raise RefusedError(*_refusal(column, asked.lane, call))
        return call

    def request(self, key: CellKey) -> RenderedRequest | Failure | None:
        """Return the rendered prompt of a cell; None while the engine renders it: `take_texts` returns the cell."""
        column = self._job.columns[key.column]
        place = (self._job.run.columns[key.column].version, key.case)
        if (known := self._rendered.get(place)) is not None:
            return known
        if place in self._rendering:
            self._rendering[place].append(key)
            return None
        case = self._job.cases[key.case]
        given = values_with_facts(column.content, dict(case.values), self._facts)
        if column.content.template != "plain":
            self._rendering[place] = [key]
            future = self._tools.engine.render(column.content, template_values(given, case.kinds))
            future.add_done_callback(partial(self._tell_rendered, place))
            return None
        values = ValueSet(case.uid, case.name, tuple(given.items()), kinds=case.kinds)
        try:
            rendered = render_content(column.content, values, self._tools.engine.render)
            return self._keep(place, with_facts(column.content, rendered, self._facts))
        except RefusedError as error:
            return self._keep(place, Failure("refused", error.sentence, error.detail))

    def take_texts(self, rendered: RenderedTexts) -> list[CellKey]:
        """Keep a rendered prompt, and return the cells that wait for it."""
        keys = self._rendering.pop(rendered.place)
        content, case = self._job.columns[keys[0].column].content, self._job.cases[keys[0].case]
        if rendered.error is None:
            content = with_files(content, dict(case.values), case.kinds)
            request = with_facts(content, assemble(content, rendered.texts), self._facts)
            self._keep(rendered.place, request if request.messages else _EMPTY)
        elif not self._is_to_be_repeated(rendered):
            self._keep(rendered.place, _failure_of(rendered.error))
        return keys

    def call(self, key: CellKey, uid: str, rendered: RenderedRequest) -> Call | Failure:
        """Return the call of a cell, or the failure that says why there is none."""
        has_files = any(kind == "file" for _, kind in self._job.cases[key.case].kinds)
        # Whether a model takes a file is not the same for all cases.
        call = None if has_files else self._calls.get((key.column, key.sample))
        if call is None:
            call = self._made(key.column, key.sample, rendered)
            if not has_files:
                self._calls[key.column, key.sample] = call
        return call if isinstance(call, Failure) else replace(call, id=uid, messages=rendered.messages)

    def bound(self, key: CellKey, call: Call, rendered: RenderedRequest, *, in_dollars: bool) -> CallBound:
        """Return the most that a call can cost; its dollars only if they are limited."""
        if not in_dollars:
            return CallBound(None, 1 + (rendered.tool_rounds if rendered.tools else 0))
        model = self._job.columns[key.column].lane.model
        rates = self._tools.pricing.rates_for(call.endpoint, model)
        return call_bound(rendered, call.params, rates, self._tools.max_output(call.endpoint, model))

    def _made(self, column: int, sample: int, rendered: RenderedRequest) -> Call | Failure:
        """Return the call of a column and sample, whose messages are replaced for each case."""
        tools, asked = self._tools, self._job.columns[column]
        call = call_for(
            tools.keys,
            tools.provider_of,
            asked.endpoint,
            nth(asked.lane, sample),
            rendered,
            output_uid="",
            run_uid=self._job.uid,
            lacks=tools.lacks,
            files=tools.files,
        )
        if isinstance(call, Call):
            call = replace(call, stream=False, retries=RETRIES)
        return call

    def _keep(self, place: PromptPlace, rendered: RenderedRequest | Failure) -> RenderedRequest | Failure:
        self._rendered[place] = rendered
        while len(self._rendered) > _KEPT:
            self._rendered.popitem(last=False)
        return rendered

    def _tell_rendered(self, place: PromptPlace, done: Future[Texts]) -> None:
        error = done.exception()
        self._tell(RenderedTexts(place, () if error is not None else done.result(), error))

    def _is_to_be_repeated(self, rendered: RenderedTexts) -> bool:
        if rendered.error is None or not is_death(rendered.error):
            return False
        self._tries[rendered.place] = self._tries.get(rendered.place, 0) + 1
        return self._tries[rendered.place] < MOST_TRIES


def check_columns(tools: SuiteTools, columns: Iterable[tuple[Lane, Content, Endpoint | None]]) -> None:
    """Raise RefusedError for a column that has no key, or cannot be asked for another reason.

    Blocks as long as unlocking the keyring does.
    """
    for position, (lane, content, endpoint) in enumerate(columns):
        call = call_for(
            tools.keys,
            tools.provider_of,
            endpoint,
            lane,
            shape(content),
            output_uid="",
            run_uid="",
            lacks=tools.lacks,
        )
        if isinstance(call, Failure):
            raise RefusedError(*_refusal(position, lane, call))


def shape(content: Content) -> RenderedRequest:
    """Return the request of a content without values: what is sent beside the messages is the same for all cases."""
    return assemble(content, tuple(text for _, text in template_texts(content)))


def _refusal(position: int, lane: Lane, failure: Failure) -> tuple[str, str]:
    return f"Column {position + 1} ({lane.title}) cannot be asked. {failure.sentence}", failure.detail


def _failure_of(error: BaseException) -> Failure:
    if isinstance(error, EngineError):
        return error.failure
    problem = problem_of(error)
    return Failure("internal", problem.sentence, problem.detail)
