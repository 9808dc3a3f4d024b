"""From a draft to what is recorded and sent.

Invariant: a plan is whole or refused; whatever a lane needs is known before anything is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from workbench.core.blocks import BlockError
from workbench.core.chat_form import tools_form
from workbench.core.content import Content
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Lane
from workbench.core.rendering import Rendered, assemble, fill_plain
from workbench.core.runs import VersionRow
from workbench.core.templates import missing
from workbench.usecases.problems import Lack, Problem, RefusedError

Texts = tuple[str, ...]
Render = Callable[[Content, Mapping[str, str]], Future[Texts]]
"""The texts of `template_texts` with values filled in."""
RENDER_WITHIN_S = 45.0
"""An engine that is just starting may take 30 s; rendering itself is cut off after 2 s by the engine."""

_MOST_NAMES = 5
"""Names that a sentence lists before it only counts."""
_NOTHING = "There is nothing to send yet. Write a message, then run."


def check(draft: Draft) -> Problem | None:
    """Return what keeps a draft from running, as far as it can be seen without the database; None when nothing does."""
    if not draft.lanes:
        return Problem("There is no lane to run. Add a lane with a model, then run.")
    if not draft.run_lanes:
        return Problem("Every lane is hidden or a baseline, so there is none to run. Show one of them, then run.")
    for number, lane in enumerate(draft.lanes, start=1):
        if lane in draft.run_lanes and (problem := _check_extra(lane, number)):
            return problem
    if any(lane.pinned is None for lane in draft.run_lanes):
        for one in draft.run_sets:
            if problem := _check_content(draft.content, dict(one.values), _in_set(draft, one), one.uid):
                return problem
    return None


def _in_set(draft: Draft, one: ValueSet) -> str:
    """Return where a value lacks, "" when it is where a person looks."""
    return f" in the set “{one.name}”" if one.uid and one.uid != draft.active else ""


def _check_extra(lane: Lane, number: int) -> Problem | None:
    if not lane.params.extra:
        return None
    try:
        fine = isinstance(json.loads(lane.params.extra), dict)
        detail = "not an object"
    except ValueError as error:
        fine, detail = False, str(error)
    if fine:
        return None
    return Problem(
        f'The extra parameters of lane {number} ({lane.title}) are not a JSON object. Write them like {{"top_k": 40}}.',
        detail,
    )


def _check_content(content: Content, values: Mapping[str, str], where: str = "", value_set: str = "") -> Problem | None:
    if content.is_empty:
        return Problem(_NOTHING, lack=Lack())
    # What a Jinja template needs is only known by rendering it: a name may be a loop variable, or have a default.
    if content.template == "plain" and (names := missing(content, values)):
        return Problem(_missing_sentence(names, where), lack=Lack(names, value_set))
    return None


def _missing_sentence(names: Sequence[str], where: str) -> str:
    listed = [f"{{{{{name}}}}}" for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        listed.append(f"{len(names) - _MOST_NAMES:,} more")
    if len(listed) == 1:
        return f"The variable {listed[0]} has no value{where}. Give it one below the messages; an empty one counts."
    together = f"{', '.join(listed[:-1])} and {listed[-1]}"
    return f"The variables {together} have no values{where}. Give them one each below the messages; empty ones count."


@dataclass(frozen=True, slots=True)
class PlannedLane:
    """A lane with what it asks, once for each value set of the run."""

    lane: Lane
    rendered: tuple[Rendered, ...]


def plan_lanes(draft: Draft, pinned: Callable[[int], Content], render: Render) -> tuple[PlannedLane, ...]:
    """Return every lane that runs with what it asks.

    `pinned` returns the content of a version. Raises RefusedError when a lane has nothing to send or lacks a value,
    what `pinned` raises, and EngineError when a Jinja template is wrong.
    """
    contents: dict[int | None, Content] = {}
    for lane in draft.run_lanes:
        if lane.pinned not in contents:
            contents[lane.pinned] = draft.content if lane.pinned is None else pinned(lane.pinned)
    rendered: dict[int | None, tuple[Rendered, ...]] = {}
    for number, content in contents.items():
        used = "" if number is None else f", and version {number} uses it"
        rendered[number] = tuple(
            render_content(content, dict(one.values), render, _in_set(draft, one) + used, one.uid)
            for one in draft.run_sets
        )
    return tuple(PlannedLane(lane, rendered[lane.pinned]) for lane in draft.run_lanes)


def sendable(version: VersionRow) -> Content:
    """Return the content of a version. Raises RefusedError when what would be sent is not what it says."""
    if version.newer:
        raise RefusedError(f"Version {version.number} was not sent. {version.newer}")
    return version.content


def render_content(
    content: Content, values: Mapping[str, str], render: Render, where: str = "", value_set: str = ""
) -> Rendered:
    """Return what is sent. Raises RefusedError or EngineError."""
    if problem := _check_content(content, values, where, value_set):
        raise RefusedError(problem.sentence, problem.detail, problem.lack)
    if problem_words := _parts_problem(content):
        raise RefusedError(problem_words)
    if content.template == "plain":
        rendered = fill_plain(content, values)
    else:
        rendered = assemble(content, _await(render(content, values)))
    if not rendered.messages:
        raise RefusedError("Every message is empty with these values, so there is nothing to send. Fill one in.")
    return rendered


def _parts_problem(content: Content) -> str:
    """Return what keeps tools and output format from being sent, "" when nothing does."""
    try:
        tools_form([tool for tool in content.tools if tool.enabled])
    except BlockError as error:
        return str(error)
    if content.output is None or content.output.kind == "json":
        return ""
    # What reads schemas takes 80 ms to load, which only prompts with one wait for.
    from workbench.core.checking_output import schema_problem

    return schema_problem(content.output)


def _await(rendered: Future[Texts]) -> Texts:
    try:
        return rendered.result(RENDER_WITHIN_S)
    except TimeoutError as error:
        raise RefusedError(
            "The template was not rendered, because the engine does not answer. Try again in a moment.",
            f"no answer within {RENDER_WITHIN_S:.0f} s",
        ) from error
