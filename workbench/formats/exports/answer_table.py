"""The answers of one run as a table, to paste into a document or a message.

Invariant: as in the other formats, no text of a model or a person becomes markup, and an answer that is still blind
has neither a lane nor figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbench.core.content import ROLE_NAMES
from workbench.core.cost_words import cost_words
from workbench.core.dates import duration
from workbench.core.empty_answers import empty_sentence
from workbench.core.exported_runs import ExportedAnswer, ExportedPart, answers_of, newest_attempts
from workbench.core.text import counted
from workbench.core.version_name import run_name
from workbench.formats.exports.markdown import plain
from workbench.formats.exports.page import escaped

_FIGURES = ("Time", "Tokens", "Cost")


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """A table of texts: `title` says which run, `rows` are as long as `head`. The last three columns are figures."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int = 0
    """Number of answers beyond the limit."""
    prompt: tuple[tuple[str, str], ...] = ()
    """Role and text of each message of the current text; part of no table."""

    def markdown(self) -> str:
        """Return a heading and a table of GitHub's Markdown; line breaks in answers become `<br>`."""
        lines = [self.head, tuple("---:" if name in _FIGURES else "---" for name in self.head)]
        lines += [tuple(map(_in_markdown, self.head, row)) for row in self.rows]
        table = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
        return f"**{plain(self.title)}**\n\n{table}{self._rest()}"

    def html(self) -> str:
        """Return a caption and a table without scripts, styles or links."""
        head = "".join(f"<th>{escaped(name)}</th>" for name in self.head)
        rows = "".join(f"<tr>{''.join(self._cells(row))}</tr>\n" for row in self.rows)
        return (
            f"<p><b>{escaped(self.title)}</b></p>\n"
            f'<table border="1" cellspacing="0" cellpadding="6">\n<tr>{head}</tr>\n{rows}</table>\n'
            f"{f'<p>{escaped(self._rest())}</p>' if self.left_out else ''}"
        )

    def _cells(self, row: tuple[str, ...]) -> Iterator[str]:
        for name, cell in zip(self.head, row, strict=True):
            text = escaped(cell).replace("\n", "<br>")
            yield f'<td align="right">{text}</td>' if name in _FIGURES else f'<td dir="auto">{text}</td>'

    def _rest(self) -> str:
        return f"\nLeft out: {counted(self.left_out, 'more answer')}.\n" if self.left_out else ""


def _in_markdown(name: str, cell: str) -> str:
    return cell if name in _FIGURES else "<br>".join(map(plain, cell.splitlines()))


def answer_table(parts: Iterable[ExportedPart], most: int | None = None) -> AnswerTable:
    """Return the newest attempts of a run's answers, at most `most`. `parts` are all parts of one run.

    A column without content (name of the case, sample, winner) is left out.
    """
    title, prompt, rows, left = "", tuple[tuple[str, str], ...](), list[tuple[str, ...]](), 0
    for part in parts:
        title = title or f"{part.row.prompt} · {run_name(part.row.kind, part.row.row.number)}"
        prompt = tuple((ROLE_NAMES[message.role], message.text) for message in part.detail.content.messages)
        for answer in newest_attempts(list(answers_of(part))):
            if most is not None and len(rows) >= most:
                left += 1
            else:
                rows.append(_row(answer, len(rows) + 1))
    head = ("Case", "Lane", "Sample", "Answer", "Winner", *_FIGURES)
    kept = [index for index, name in enumerate(head) if name in ("Lane", "Answer") or any(row[index] for row in rows)]
    named = tuple(head[index] for index in kept)
    return AnswerTable(title, named, tuple(tuple(row[index] for index in kept) for row in rows), left, prompt)


def _row(answer: ExportedAnswer, number: int) -> tuple[str, ...]:
    result, lane = answer.result, answer.lane
    said = empty_sentence(result, blind=lane is None) or result.text
    if result.failure is not None:
        said = f"{result.text}\n\n{result.failure.sentence}".strip()
    if lane is None:
        return (answer.values.name, f"Answer {number}, blind", "", said, "", "", "", "")
    tokens = result.usage.output
    return (
        answer.values.name,
        lane.lane.title,
        str(answer.sample + 1) if lane.lane.samples > 1 else "",
        said,
        "★" if answer.won else "",
        duration(result.timing.duration),
        f"{tokens:,}" if tokens is not None else "",
        cost_words(result) if result.cost_usd is not None else "",
    )
