"""Write runs as Markdown (CommonMark), to read and share.

Invariant: text of a model or a person is inside a fence longer than any in it, or has every markup character escaped.
It can neither close its fence nor become markup, a link or an image.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from workbench.core.content import ROLE_NAMES
from workbench.core.content_diff import beside_messages
from workbench.core.cost_words import cost_words
from workbench.core.dates import duration
from workbench.core.empty_answers import empty_sentence, state_words
from workbench.core.exported_runs import ExportedAnswer, ExportedPart, answers_of, newest_attempts
from workbench.core.further_choices import further_choices
from workbench.core.runs import told_steps
from workbench.core.version_name import at_start, run_name, text_words
from workbench.formats.exports.format import ExportContext, ExportFormat

_MARKS = re.compile(r"[\\`*_\[\]<>#|~&$@]|(?<=\bwww)\.|:(?=//)|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
_RESULTS = {"pass": "passed", "fail": "failed", "unscored": "not scored"}
_FENCE = re.compile(r"`{3,}")


def write(parts: Iterable[ExportedPart], context: ExportContext) -> Iterator[str]:
    """Yield the text in chunks."""
    first = True
    for part in parts:
        if part.is_first:
            yield "" if first else "\n"
            first = False
            # A test may have thousands of answers; its report names the first ones that fail.
            if part.row.test is not None:
                yield from context.test_report(part)
                continue
            yield from _head(part)
        yield from _answers(part)


def _head(part: ExportedPart) -> Iterator[str]:
    row = part.row.row
    called = run_name(part.row.kind, row.number)
    yield f"# {plain(part.row.prompt)} · {plain(called)}\n\n"
    facts = (
        at_start(plain(text_words(called, part.detail.row.version_name))),
        row.started_at.replace("T", " ").replace("Z", " UTC"),
        f"Verdict: {plain(row.winner)}" if row.winner else "",
        f"Tags: {plain(', '.join(part.row.tags))}" if part.row.tags else "",
    )
    yield " · ".join(filter(None, facts)) + "\n"
    if row.note:
        yield f"\n{plain(row.note)}\n"
    if part.detail.newer:
        yield f"\n{plain(part.detail.newer)}\n"
    for text, content in part.texts():
        yield f"\n## Prompt{f', {plain(text)}' if text else ''}\n"
        for message in content.messages:
            yield f"\n{ROLE_NAMES[message.role]}:\n\n{fenced(message.text)}"
        for beside in beside_messages(content):
            yield f"\n{plain(beside.title)}:\n\n{fenced(beside.text)}"


def _answers(part: ExportedPart) -> Iterator[str]:
    answers = newest_attempts(list(answers_of(part)))
    for place in part.sets:
        values = part.detail.sets[place]
        if len(part.detail.sets) > 1 or values.name:
            yield f"\n## {plain(values.name) or f'Values {place + 1}'}\n"
        elif values.values:
            yield "\n## Values\n"
        for name, value in values.values:
            yield f"\n{plain(name)}:\n\n{fenced(value)}"
        for number, answer in enumerate((one for one in answers if one.place == place), start=1):
            yield f"\n### {_title(answer, number)}\n"
            if facts := facts_of(answer):
                yield f"\n{facts}\n"
            for title, text in told_steps(answer.result):
                yield f"\n{plain(title)}:\n\n{fenced(text)}"
            if answer.result.failure is not None:
                yield f"\n{plain(answer.result.failure.sentence)}\n"
            if empty := empty_sentence(answer.result, blind=answer.lane is None):
                yield f"\n{plain(empty)}\n"
            elif answer.result.text:
                yield f"\n{fenced(answer.result.text)}"
            for title, text in further_texts(answer):
                yield f"\n{plain(title)}:\n\n{fenced(text)}"


def _title(answer: ExportedAnswer, number: int) -> str:
    if answer.lane is None:
        return f"Answer {number}, blind until it is judged"
    sample = f", sample {answer.sample + 1}" if answer.sample or answer.lane.lane.samples > 1 else ""
    return f"{'★ ' if answer.won else ''}{plain(answer.lane.lane.title)}{sample}"


def facts_of(answer: ExportedAnswer) -> str:
    """Return state, duration, tokens and cost of an answer; "" while it is blind, as they could identify its lane."""
    if answer.lane is None:
        return ""
    result = answer.result
    cell = answer.cell
    facts = (
        "" if cell is None else _RESULTS.get(cell.state, ""),
        "" if (state := state_words(result)) == "finished" else state,
        duration(result.timing.duration) if result.timing.duration is not None else "",
        f"{result.usage.output:,} tokens" if result.usage.output is not None else "",
        cost_words(result) if result.cost_usd is not None else "",
    )
    return " · ".join(filter(None, facts))


def further_texts(answer: ExportedAnswer) -> Iterator[tuple[str, str]]:
    """Yield title and text of the further choices; none while blind, as their number could identify the lane."""
    if answer.lane is not None:
        for choice in further_choices(answer.result.response):
            yield f"Choice {choice.index}, not shown in the lane", choice.text


def fenced(text: str) -> str:
    """Return a text in a code fence that it cannot close."""
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}\n"


def plain(text: str) -> str:
    """Return a text on one line with all markup characters escaped."""
    return _MARKS.sub(r"\\\g<0>", " ".join(text.split()))


FORMAT = ExportFormat(
    id="md",
    order=30,
    title="Text (Markdown)",
    help="a text to read and share",
    extensions=(".md", ".markdown"),
    write=write,
    reports_tests=True,
)
