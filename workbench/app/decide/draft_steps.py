"""Changes of a draft that try a lever: a lane with reasoning, a cache breakpoint, examples from winning answers.

Invariant: pure. A change that makes no sense for a draft raises DraftStepError with a sentence, and nothing else of the
draft changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workbench.core.blocks import Example
from workbench.core.content import MOST_LANES, Content
from workbench.core.drafts import Draft
from workbench.core.improvement import RecentAnswer
from workbench.core.lanes import Params
from workbench.core.templates import content_variables, fill

EFFORT = "medium"
MOST_EXAMPLES = 3


class DraftStepError(ValueError):
    """Why a draft cannot be changed, as a sentence."""


def with_reasoning(draft: Draft, slot: str) -> Draft:
    """Return the draft with a lane like its first one, but with reasoning; `slot` is the id of the new lane."""
    first = next(iter(draft.run_lanes), None)
    if first is None:
        raise DraftStepError("The prompt has no lane. Add one, then give it a reasoning effort.")
    if len(draft.lanes) >= MOST_LANES:
        raise DraftStepError(f"A prompt has at most {MOST_LANES} lanes. Remove one, then add a lane with reasoning.")
    added = replace(first, slot=slot, params=_reasoning(first.params), label="")
    return replace(draft, lanes=(*draft.lanes, added))


def _reasoning(params: Params) -> Params:
    return Params(values=params.values, extra=params.extra, unknown=params.unknown, reasoning_effort=EFFORT)


def with_breakpoint(draft: Draft) -> Draft:
    """Return the draft with a cache breakpoint after the messages at its start that have no variable."""
    messages = draft.content.messages
    if any(message.cache for message in messages):
        raise DraftStepError("The prompt has a cache breakpoint already. Run it to see the cache hits.")
    stable = 0
    while stable < len(messages) and not content_variables(Content((messages[stable],), draft.content.template)):
        stable += 1
    if not stable:
        raise DraftStepError(
            "The first message has variables, so a provider could cache nothing. Put what never changes first."
        )
    marked = tuple(replace(one, cache=at == stable - 1) for at, one in enumerate(messages))
    return replace(draft, content=replace(draft.content, messages=marked))


def rated_examples(content: Content, answers: Iterable[RecentAnswer]) -> tuple[Example, ...]:
    """Return examples of the newest winning answers to different values, `MOST_EXAMPLES` at most.

    Answers that are cut off, or would bring variables of their own, are left out.
    """
    asked = next((one.text for one in reversed(content.messages) if one.role == "user"), "")
    found: dict[str, Example] = {}
    for answer in answers:
        user = _filled(asked, content, dict(answer.values))
        if answer.standing != "won" or answer.is_cut or not user.strip() or "{{" in user or "{{" in answer.text:
            continue
        found.setdefault(user, Example(user, answer.text))
    known = {one.user for one in content.examples}
    return tuple(one for user, one in found.items() if user not in known)[:MOST_EXAMPLES]


def _filled(text: str, content: Content, values: dict[str, str]) -> str:
    if content.template == "plain":
        return fill(text, values)
    return "\n".join(f"{name}: {value}" for name, value in values.items())
