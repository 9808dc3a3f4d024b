"""A run as text to copy: its prompt, its answers, the whole run, its requests.

Invariant: texts are exact; a blind value set lists its answers in an order that reveals nothing, without names, numbers
or requests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from workbench.core.content import Content
from workbench.core.content_diff import parts_of
from workbench.core.cost_words import cost_words
from workbench.core.dates import absolute, duration
from workbench.core.runs import WHY_IS_HIDDEN, IterationDetail, OutputRecord
from workbench.core.version_name import run_name, text_words
from workbench.usecases.run_document import document


def prompt_text(detail: IterationDetail) -> str:
    """Return the prompt: a single message as it is, several parts each with a title."""
    return content_text(detail.content)


def content_text(content: Content) -> str:
    """Return a content in the form of `prompt_text`."""
    parts = parts_of(content)
    if len(parts) == 1:
        return parts[0].text
    return "\n\n".join(f"{part.title}\n{part.text}" for part in parts)


def answers_text(detail: IterationDetail) -> str:
    """Return the answers: a single one as it is, several each with the lane's title."""
    heads = [(head, output.result.text) for _, head, _, output in _answers(detail)]
    return heads[0][1] if len(heads) == 1 else "\n\n".join(f"{head}\n{text}" for head, text in heads)


def answers_markdown(detail: IterationDetail, name: str) -> str:
    """Return the answers as Markdown, grouped by value set; `name` is the title of the run."""
    row = detail.row
    text = text_words(run_name(row.kind, row.number), row.version_name)
    facts = " · ".join(filter(None, (absolute(row.started_at), text, row.winner)))
    lines = [f"# {name}", facts, *([row.note] if row.note else ())]
    told = -1
    for value_set, head, facts, output in _answers(detail):
        one = detail.sets[value_set]
        if value_set != told and (one.name or one.values):
            lines.append(f"## {one.name or 'Values'}")
            lines.append("\n".join(f"- {key}: {' '.join(value.split())}" for key, value in one.values))
        told = value_set
        failure = output.result.failure
        # An endpoint's error message may reveal its name.
        said = WHY_IS_HIDDEN if failure is not None and value_set in detail.blind else failure and failure.sentence
        lines += [f"### {head}", facts, output.result.text, f"> {said}" if said else ""]
    return "\n\n".join(filter(None, lines)) + "\n"


def run_json(detail: IterationDetail) -> str:
    """Return the run as the JSON document of `workbench history show`."""
    return json.dumps(document(detail), ensure_ascii=False, indent=2)


def requests_json(detail: IterationDetail) -> str:
    """Return the list of requests on the wire, one per answer; none of a blind value set."""
    sent = [
        {"answer": head, "request": output.result.request}
        for value_set, head, _, output in _answers(detail)
        if value_set not in detail.blind
    ]
    return json.dumps(sent, ensure_ascii=False, indent=2)


def _answers(detail: IterationDetail) -> Iterator[tuple[int, str, str, OutputRecord]]:
    """Yield the last attempt of each answer: value set, title, tokens, time and cost, record."""
    lanes = {ran.position: ran.lane for ran in detail.lanes}
    last: dict[tuple[int, int, int], OutputRecord] = {}
    for output in detail.outputs:
        key = (output.value_set, output.position, output.sample)
        if key not in last or last[key].attempt < output.attempt:
            last[key] = output
    for value_set in range(len(detail.sets)):
        mine = [last[key] for key in sorted(last) if key[0] == value_set]
        if value_set in detail.blind:
            for number, output in enumerate(sorted(mine, key=lambda one: one.result.text), start=1):
                yield value_set, f"Answer {number}", "", output
            continue
        verdict = detail.verdicts[value_set]
        for output in mine:
            won = verdict.kind == "winner" and output.position in verdict.positions
            sample = f" · sample {output.sample + 1}" if output.sample else ""
            result = output.result
            tokens = "" if result.usage.output is None else f"{result.usage.output:,} tokens"
            facts = filter(None, (duration(result.timing.duration), tokens, cost_words(result)))
            yield value_set, f"{'★ ' if won else ''}{lanes[output.position].title}{sample}", " · ".join(facts), output
