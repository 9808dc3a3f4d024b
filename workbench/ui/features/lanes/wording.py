"""Texts and numbers of a lane's column.

Invariant: pure; lines are lists of candidates, the longest first, so that narrow columns show a shorter one uncut.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.core.chat_form import IN_WORDS
from workbench.core.empty_answers import EMPTY
from workbench.core.further_choices import further_words
from workbench.core.lanes import Params
from workbench.core.money import Usage
from workbench.core.parameters import table
from workbench.core.runs import ADDRESS, Mark
from workbench.core.text import plural
from workbench.ui.widgets.wording import RUNNING, seconds

_STATE_WORDS = {
    "idle": "not run yet",
    "waiting": "waiting",
    "queued": "queued",
    "streaming": "streaming…",
    "failed": "failed",
    "stopped": "stopped",
    "interrupted": "interrupted",
}
_FINISH_WORDS = {
    "length": "stopped at max tokens",
    "content_filter": "cut by the provider's filter",
    "refusal": "the model refused",
    "tool_calls": "ended with a tool call",
}
_UNKNOWN = "cost unknown"
QUICK = ("temperature", "max_tokens", "reasoning_effort")
"""The parameters that have a place of their own in the headers of the draft's lanes."""
SUCCESSOR_TIP = "Test on your cases whether another model is no worse."


def _first(ms: int) -> str:
    # "0.00 s" would look like no time at all.
    return "<0.01 s" if ms < 5 else seconds(ms, 2)


def _join(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)


def _took(ms: int) -> str:
    return _first(ms) if ms < 1000 else seconds(ms)


def _tokens(usage: Usage) -> tuple[str, str]:
    """Return the token counts of question and answer, and of the answer alone if that is known."""
    if usage.input is None and usage.output is None:
        return "", ""
    about = "about " if usage.source == "estimate" else ""
    got = "?" if usage.output is None else f"{usage.output:,}"
    short = f"{about}{got} tok"
    both = short if usage.input is None else f"{about}{usage.input:,}→{got} tok"
    return both, both if usage.output is None else short


def _brief(text: str) -> str:
    """Return a figure in the form for narrow columns: the same fact in fewer characters."""
    return text.replace("about ", "~").replace(_UNKNOWN, "cost ?")


def numbers(status: LaneStatus, elapsed_ms: int | None = None) -> tuple[str, ...]:
    """Return candidates for the line of numbers, longest first. `elapsed_ms` is how long the lane has been running.

    State, total time, tokens and cost are in the same order at every width; narrow columns show them shorter. Whatever
    else is known is in `numbers_tip`.
    """
    if status.blind:
        word = _state_word(status)
        return (word,) if word else ("numbers hidden while blind", "numbers hidden")
    lead = _lead(status, elapsed_ms)
    if status.state in ("idle", "waiting", "queued"):
        return tuple(dict.fromkeys((lead, lead.partition(":")[0])))
    time = "" if status.took_ms is None or elapsed_ms is not None else _took(status.took_ms)
    both, answer = _tokens(status.usage)
    cost = _cost(status)
    shorter: list[str] = []
    for parts in (
        (lead, time, both, cost),
        (lead, time, answer, cost),
        (lead, time, _brief(answer), _brief(cost)),
        (lead, time, _brief(cost)) if cost != _UNKNOWN else (lead, time, _brief(answer)),
        (lead, time),
        (lead.partition(":")[0],),
    ):
        line = _join(parts)
        if line and (not shorter or len(line) < len(shorter[-1])):
            shorter.append(line)
    return tuple(shorter) or ("",)


def _cost(status: LaneStatus) -> str:
    if status.cost != "unknown":
        return status.cost
    # A call that failed before the first token has no cost worth showing.
    return "" if status.failure and status.usage.output is None else _UNKNOWN


def _state_word(status: LaneStatus) -> str:
    return EMPTY.lower() if status.empty is not None else _STATE_WORDS.get(status.state, "")


def _lead(status: LaneStatus, elapsed_ms: int | None) -> str:
    if status.notice:
        return status.notice
    word = _state_word(status)
    # The time of the first token is not known for runs of another process.
    if status.state == "streaming" and status.ttft_ms is None and status.began_ms is not None:
        word = "waiting for the first token"
    if status.silent_s:
        return f"no token for {seconds(1000 * status.silent_s, 0)}"
    if status.state in RUNNING and elapsed_ms is not None:
        return f"{word} {seconds(elapsed_ms)}"
    return word


def _cached(status: LaneStatus) -> str:
    if not status.usage.cached:
        return ""
    spared = f", saved about {status.saved}" if status.saved else ""
    return f"{status.usage.cached:,} of them cached{spared}"


def numbers_tip(status: LaneStatus, version: str = "") -> str:
    """Return all details of the output shown, one per line; `version` is what people call the version that it ran."""
    if status.blind:
        return ""
    usage = status.usage
    about = " (estimate)" if usage.source == "estimate" else ""
    facts = [
        status.notice,
        f"ran the text of {version}" if version else "",
        "" if status.took_ms is None else f"{_took(status.took_ms)} in all",
        "" if status.ttft_ms is None else f"{_first(status.ttft_ms)} to the first token",
        "" if status.tokens_per_second is None else f"{status.tokens_per_second:,.1f} tokens per second",
        "" if usage.input is None else f"{usage.input:,} input tokens{about}",
        _cached(status),
        "" if usage.output is None else f"{usage.output:,} output tokens{about}",
        f"{usage.reasoning:,} of them reasoning" if usage.reasoning else "",
        f"cost: {status.cost}{f', {status.cost_source}' if status.cost_source else ''}" if status.cost else "",
        f"finish reason: {status.finish_reason}" if status.finish_reason else "",
        further_words(status.further),
    ]
    return "\n".join(fact for fact in facts if fact)


def shown_title(heads: Iterable[LaneHead], slot: str) -> str:
    """Return the title of the lane's head, "" for an unknown slot."""
    return next((head.title for head in heads if head.slot == slot), "")


def title(head: LaneHead, blind: bool) -> str:
    """Return the name in the header."""
    return f"Answer {head.number}" if blind else head.title


def title_tip(head: LaneHead, blind: bool) -> str:
    """Return the full model id and the content of the pills, one fact per line."""
    if blind:
        return "Names are hidden while blind."
    facts = [
        head.model,
        "" if head.stale is None else head.stale.why,
        head.warning_reason,
        head.badge,
        "" if head.pinned is None else f"pinned to {head.pinned_name or 'an earlier text'}",
    ]
    if head.title != head.model:
        facts.insert(0, head.title)
    return "\n".join(fact for fact in facts if fact)


def pills(head: LaneHead, status: LaneStatus) -> tuple[str, ...]:
    """Return the header's pills, the most important first."""
    standing = {"tie": "tie", "bad": "all bad"}.get(status.standing, "")
    if status.blind:
        return (standing,) if standing else ()
    return tuple(
        pill for pill in (standing, stale_pill(head, status), "starred" if status.starred else "", head.badge) if pill
    )


def stale_pill(head: LaneHead, status: LaneStatus) -> str:
    """Return the iteration that a stale answer is from; "" if it belongs to the draft, or another line names that."""
    return f"from {head.stale.origin}" if head.stale is not None and head.stale.origin and not status.kept else ""


def settings_line(head: LaneHead, status: LaneStatus) -> str:
    """Return how this lane deviates from the text in the editor and the model's defaults, "" for no deviation."""
    if status.blind:
        return ""
    pinned = "" if head.pinned is None else f"{head.pinned_name} pinned".strip()
    before = f"ran with {head.answered_by}" if head.answered_by else ""
    samples = f"{head.samples} samples" if head.samples > 1 else ""
    params = params_summary(head.params, without=() if head.read_only else QUICK)
    return _join(("baseline" if head.baseline else "", origin(status), before, pinned, samples, params))


def warning_texts(head: LaneHead, status: LaneStatus) -> tuple[str, ...]:
    """Return candidates for the warning button about the model, longest first; () for no warning."""
    if status.blind or not head.warning:
        return ()
    return f"▲ {head.warning} · change model…", f"▲ {head.warning}"


def successor_texts(head: LaneHead, status: LaneStatus) -> tuple[str, ...]:
    """Return candidates for the button that tests another model, longest first; () if the model is not retired."""
    return ("Test a successor…", "Successor…") if warning_texts(head, status) and not head.read_only else ()


def has_third_line(head: LaneHead, status: LaneStatus) -> bool:
    """Return whether the header needs the line below its numbers."""
    return bool(settings_line(head, status) or warning_texts(head, status))


def origin(status: LaneStatus) -> str:
    """Return the iteration that a kept answer is from, "" for an answer of the current run."""
    if not status.kept:
        return ""
    return f"from {status.kept}" + (", other values" if status.other_values else "")


def params_summary(params: Params, without: Collection[str] = ()) -> str:
    """Return a summary of the parameters set, apart from those named in `without`; "" if none is."""
    rows = {row.name: row for row in table()}
    known = [rows[name].summary(value) for name, value in params.values if name not in without]
    return _join((*known, *unknown_names(params), "extra JSON" if params.extra else ""))


def unknown_names(params: Params) -> tuple[str, ...]:
    """Return the names of parameters known only to newer releases."""
    return tuple(json.loads(params.unknown)) if params.unknown else ()


def ending(status: LaneStatus) -> str:
    """Return how an answer ended abnormally, "" if it ended normally or is still running."""
    if status.state == "stopped":
        return "stopped by you"
    if status.state == "interrupted":
        return "interrupted before its end"
    return _FINISH_WORDS.get(status.finish_reason, "") if status.state == "finished" else ""


def format_chip(status: LaneStatus) -> str:
    """Return the result of the output format check with a leading mark, "" for none."""
    if not status.format_check:
        return ""
    mark = {True: "✓", False: "✗", None: "…"}[status.format_ok]
    return f"{mark} {status.format_check}"


def needs_strip(status: LaneStatus) -> bool:
    """Return whether there is anything to show below the answer."""
    marks = bool(status.marks) and not status.blind
    return (
        bool(status.failure or marks or ending(status) or status.format_check or choices_line(status))
        or status.attempts > 1
        or status.samples > 1
    )


def choices_line(status: LaneStatus) -> str:
    """Return a line about further choices, "" for none and while blind, where their number would identify lanes."""
    return "" if status.blind else further_words(status.further)


def marks_line(marks: tuple[Mark, ...]) -> str:
    """Return a summary such as "2 parameters changed", "" if there are no marks.

    Another address, then an output format sent only as an instruction, take precedence.
    """
    if not marks:
        return ""
    sent_to = next((mark.detail for mark in marks if mark.name == ADDRESS), "")
    marks = tuple(mark for mark in marks if mark.name != ADDRESS)
    if sent_to:
        host = urlsplit(sent_to).hostname or "another address"
        return f"sent to {host}" + (f", {len(marks)} more" if marks else "")
    rest = [mark for mark in marks if not mark.detail.startswith(IN_WORDS)]
    if len(rest) < len(marks):
        return "format sent as an instruction" + (f", {len(rest)} more" if rest else "")
    kinds = {mark.kind for mark in marks}
    verb = kinds.pop() if len(kinds) == 1 else "changed"
    names = plural(len(marks), "parameter")
    return f"{len(marks)} {names} {verb}"


def placeholder(head: LaneHead, status: LaneStatus, run_key: str) -> str:
    """Return the placeholder of an empty answer; `run_key` is the shortcut that runs the lanes, "" for none."""
    if status.empty is not None and not status.blind:
        return f"{EMPTY}\n\n{status.empty.hint}\n\n{status.empty.reason.capitalize()}"
    if status.state == "finished":
        return EMPTY
    if status.state == "idle":
        if head.read_only:
            return "No answer was recorded."
        return f"{run_key} runs all lanes.\nThe answer appears here." if run_key else "The answer appears here."
    return ""
