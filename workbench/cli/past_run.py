"""Format a stored run as lines of text.

Invariant: answers of a value set that is still blind have no names and are in an order that does not reveal the lane.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.core.content_diff import beside_messages
from workbench.core.cost_words import cost_words
from workbench.core.dates import absolute, duration
from workbench.core.empty_answers import empty_sentence, state_words
from workbench.core.further_choices import further_choices
from workbench.core.provider_requirements import in_terminal
from workbench.core.runs import WHY_IS_HIDDEN, IterationDetail, OutputRecord, told_steps
from workbench.core.version_name import run_name, text_words


def lines(detail: IterationDetail) -> Iterator[str]:
    """Yield the lines of a run; texts are exact."""
    row = detail.row
    called = run_name(row.kind, row.number)
    parts = (row.run_uid, absolute(row.started_at), called, text_words(called, row.version_name))
    yield " · ".join(filter(None, parts))
    yield from filter(None, (row.note, row.winner and f"Verdict: {row.winner}", detail.newer))
    for message in detail.content.messages:
        yield f"\n== {message.role} =="
        yield message.text
    for part in beside_messages(detail.content):
        yield f"\n== {part.title} =="
        yield part.text
    for position, one in enumerate(detail.sets):
        if one.values:
            yield f"\n== values{f' {one.name}' if one.name else ''} =="
            yield from (f"{name}: {value}" for name, value in one.values)
        shown = [output for output in detail.outputs if output.value_set == position]
        for number, output in enumerate(_order(shown, position in detail.blind), start=1):
            yield f"\n== {_head(detail, output, number)} =="
            if position in detail.blind:
                yield _blind(detail, output)
                continue
            yield from (f"[{title}] {text}" for title, text in told_steps(output.result))
            failure = output.result.failure
            said = empty_sentence(output.result) if failure is None else in_terminal(failure.sentence)
            yield "\n".join(filter(None, (output.result.text, said)))
            for choice in further_choices(output.result.response):
                yield f"[Choice {choice.index}, not shown in the lane] {choice.text}"


def _order(outputs: list[OutputRecord], blind: bool) -> list[OutputRecord]:
    """Return the answers in display order; those of a blind set are sorted by text, to hide the lanes' order."""
    return sorted(outputs, key=lambda output: output.result.text) if blind else outputs


def _blind(detail: IterationDetail, output: OutputRecord) -> str:
    """Return the text of a blind answer without details of a failure, which could identify its lane."""
    if detail.row.running:
        return "Blind answers are shown when all have ended."
    failed = output.result.failure is not None
    said = WHY_IS_HIDDEN if failed else empty_sentence(output.result, blind=True)
    return "\n".join(filter(None, (output.result.text, said)))


def _head(detail: IterationDetail, output: OutputRecord, number: int) -> str:
    if output.value_set in detail.blind:
        return f"answer {number}, blind until it is judged"
    lane = next(lane for lane in detail.lanes if lane.position == output.position)
    verdict = detail.verdicts[output.value_set]
    won = verdict.kind == "winner" and output.position in verdict.positions
    parts = (
        f"{'★ ' if won else ''}{output.position + 1} {lane.lane.title}",
        f"sample {output.sample + 1}" if output.sample else "",
        f"attempt {output.attempt}" if output.attempt > 1 else "",
        state_words(output.result),
        duration(output.result.timing.duration),
        cost_words(output.result),
    )
    return " · ".join(filter(None, parts))
