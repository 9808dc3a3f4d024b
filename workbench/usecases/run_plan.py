"""Planning a run: from a draft to what is recorded and sent.

Invariant: a plan is complete or refused; everything that a lane needs is known before anything is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from workbench.core.blocks import BlockError
from workbench.core.chat_form import tools_form
from workbench.core.content import Content
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Lane
from workbench.core.rendered_content import RenderedRequest, assemble, fill_case, with_files
from workbench.core.runs import VersionRow
from workbench.core.templates import missing
from workbench.core.value_kinds import template_values
from workbench.core.version_name import at_start
from workbench.usecases.problems import MissingInput, Problem, RefusedError

Texts = tuple[str, ...]
Render = Callable[[Content, Mapping[str, Any]], Future[Texts]]
"""Returns the texts of `template_texts` with values filled in: texts, for a Jinja template also JSON."""
RENDER_WITHIN_S = 45.0
"""An engine that is starting may take 30 s; the engine itself stops rendering after 2 s."""

_MOST_NAMES = 5
"""Number of names that a sentence lists before it counts the rest."""
_NOTHING = "There is nothing to send yet. Write a message, then run."


def check(draft: Draft) -> Problem | None:
    """Return what prevents a draft from running, as far as visible without the database; None for nothing."""
    if not draft.lanes:
        return Problem("There is no lane to run. Add a lane with a model, then run.")
    if not draft.run_lanes:
        return Problem("Every lane is hidden or a baseline, so there is none to run. Show one of them, then run.")
    for number, lane in enumerate(draft.lanes, start=1):
        if lane in draft.run_lanes and (problem := _check_extra(lane, number)):
            return problem
    if any(lane.pinned is None for lane in draft.run_lanes):
        for one in draft.run_sets:
            if problem := _check_content(draft.content, one):
                return problem
    return None


def still_lacks(draft: Draft, lack: MissingInput) -> bool:
    """Whether a draft that was refused for this lack would be refused for it again."""
    if not lack.values:
        return draft.content.is_empty
    values = next((dict(one.values) for one in draft.run_sets if one.uid == lack.value_set), None)
    if values is None:
        return False
    is_pinned = any(lane.pinned is not None for lane in draft.run_lanes)
    missed = missing(draft.content, values) if not is_pinned else [name for name in lack.values if name not in values]
    return not set(missed).isdisjoint(lack.values)


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


def _check_content(content: Content, given: ValueSet, version: str = "") -> Problem | None:
    if content.is_empty:
        return Problem(_NOTHING, lack=MissingInput())
    # Only rendering shows what a Jinja template needs: a name may be a loop variable, or have a default.
    if content.template == "plain" and (names := missing(content, dict(given.values))):
        return Problem(_missing_sentence(names, given, version), lack=MissingInput(names, given.uid))
    return None


def _missing_sentence(names: Sequence[str], given: ValueSet, version: str) -> str:
    listed = [f"{{{{{name}}}}}" for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        listed.append(f"{len(names) - _MOST_NAMES:,} more")
    together = " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    used = f", which {version} uses" if version else ""
    if given.uid:
        fill = "Fill it in" if len(names) == 1 else "Fill them in"
        untick = f", or untick “{given.title}”" if given.ticked else ""
        return f"“{given.title}” has no value for {together}{used}. {fill}{untick}."
    return f"Enter a value for {together} below{used}. An empty value is allowed."


@dataclass(frozen=True, slots=True)
class PlannedLane:
    """A lane with its rendered prompts, one for each value set of the run."""

    lane: Lane
    rendered: tuple[RenderedRequest, ...]


def plan_lanes(draft: Draft, pinned: Callable[[int], VersionRow], render: Render) -> tuple[PlannedLane, ...]:
    """Return every lane that runs, with its rendered prompts.

    `pinned` returns a version by number. Raises RefusedError if a lane has nothing to send or lacks a value, whatever
    `pinned` raises, and EngineError for an invalid Jinja template.
    """
    contents: dict[int | None, tuple[Content, str]] = {}
    for lane in draft.run_lanes:
        if lane.pinned is None:
            contents[None] = draft.content, ""
        elif lane.pinned not in contents:
            version = pinned(lane.pinned)
            contents[lane.pinned] = sendable(version), version.name
    rendered: dict[int | None, tuple[RenderedRequest, ...]] = {}
    for number, (content, name) in contents.items():
        rendered[number] = tuple(render_content(content, one, render, name) for one in draft.run_sets)
    return tuple(PlannedLane(lane, rendered[lane.pinned]) for lane in draft.run_lanes)


def sendable(version: VersionRow) -> Content:
    """Return the content of a version. Raises RefusedError if this release cannot read all of it."""
    if version.newer:
        raise RefusedError(f"{at_start(version.name)} was not sent. {version.newer}")
    return version.content


def render_content(content: Content, given: ValueSet, render: Render, version: str = "") -> RenderedRequest:
    """Return the rendered prompt. Raises RefusedError or EngineError.

    `version` is the name of the version that has `content`, "" for the draft.
    """
    values = dict(given.values)
    if problem := _check_content(content, given, version):
        raise RefusedError(problem.sentence, problem.detail, problem.lack)
    if problem_words := parts_problem(content):
        raise RefusedError(problem_words)
    if content.template == "plain":
        rendered = fill_case(content, values, given.kinds)
    else:
        asked = with_files(content, values, given.kinds)
        rendered = assemble(asked, _await(render(content, template_values(values, given.kinds))))
    if not rendered.messages:
        raise RefusedError("Every message is empty with these values, so there is nothing to send. Fill one in.")
    return rendered


def parts_problem(content: Content) -> str:
    """Return what prevents tools and output format from being sent, "" for nothing."""
    try:
        tools_form([tool for tool in content.tools if tool.enabled])
    except BlockError as error:
        return str(error)
    if content.output is None or content.output.kind == "json":
        return ""
    # The schema library takes 80 ms to import, so only prompts with a schema import it.
    from workbench.core.output_check import schema_problem

    return schema_problem(content.output)


def _await(rendered: Future[Texts]) -> Texts:
    try:
        return rendered.result(RENDER_WITHIN_S)
    except TimeoutError as error:
        raise RefusedError(
            "The template was not rendered, because the engine does not answer. Try again in a moment.",
            f"no answer within {RENDER_WITHIN_S:.0f} s",
        ) from error
