"""Write runs as one HTML page, to read in a browser, share and print.

Invariant: the page is one file that loads and executes nothing, which its Content-Security-Policy enforces. Text of a
model or a person is escaped, its control characters are made visible, and it is isolated (`bdi`, `dir="auto"`), so that
it cannot change the direction of the text around it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from workbench.core.content_diff import beside_messages
from workbench.core.empty_answers import empty_sentence
from workbench.core.exported_runs import ExportedAnswer, ExportedPart, answers_of, newest_attempts
from workbench.core.runs import told_steps
from workbench.core.version_name import run_name, text_words
from workbench.formats.exports.format import ExportContext, ExportFormat
from workbench.formats.exports.markdown import facts_of, further_texts

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
"""
_TAIL = "</main>\n</body>\n</html>\n"


def write(parts: Iterable[ExportedPart], context: ExportContext) -> Iterator[str]:
    """Yield the page in chunks."""
    yield _HEAD.format(title=escaped(context.title()), style=context.style())
    for part in parts:
        if part.is_first:
            yield from _head(part)
        yield from _sets(part)
        if part.is_last:
            yield "</section>\n"
    yield _TAIL


def _head(part: ExportedPart) -> Iterator[str]:
    row = part.row.row
    called = run_name(part.row.kind, row.number)
    number = f"<small>{escaped(called)}</small>"
    yield f'<section class="run">\n<h2>{_bdi(part.row.prompt)} {number}</h2>\n'
    won = row.verdict == "winner"
    facts = (
        f"<span>{escaped(text)}</span>" if (text := text_words(called, part.detail.row.version_name)) else "",
        f'<time datetime="{escaped(row.started_at)}">{escaped(_shown(row.started_at))}</time>',
        f'<span class="{"gold" if won else ""}">{"★ " if won else ""}{_bdi(row.winner)}</span>' if row.winner else "",
        *(f'<span class="tag">{_bdi(tag)}</span>' for tag in part.row.tags),
    )
    yield f'<p class="facts">{" ".join(filter(None, facts))}</p>\n'
    for sentence in filter(None, (row.note, part.detail.newer)):
        yield f'<p class="note" dir="auto">{escaped(sentence)}</p>\n'
    for text, content in part.texts():
        name = f"Prompt, {escaped(text)}" if text else "Prompt"
        yield f"<details open>\n<summary>{name}</summary>\n"
        for message in content.messages:
            yield f'<div class="message"><h4>{escaped(message.role)}</h4>{_text(message.text)}</div>\n'
        for beside in beside_messages(content):
            yield f'<div class="message"><h4>{_bdi(beside.title)}</h4>{_text(beside.text)}</div>\n'
        yield "</details>\n"


def _sets(part: ExportedPart) -> Iterator[str]:
    answers = newest_attempts(list(answers_of(part)))
    for place in part.sets:
        values, own = part.detail.sets[place], [one for one in answers if one.place == place]
        if not (own or values.name or values.values):
            # A held-out case, of which nothing is shown.
            continue
        yield '<div class="set">\n'
        if len(part.detail.sets) > 1 or values.name:
            yield f"<h3>{_bdi(values.name or f'Values {place + 1}')}</h3>\n"
        if values.values:
            pairs = "".join(f"<dt>{_bdi(name)}</dt><dd>{_text(value)}</dd>" for name, value in values.values)
            yield f'<dl class="values">{pairs}</dl>\n'
        yield '<div class="lanes">\n'
        for number, answer in enumerate(own, start=1):
            yield _answer(answer, number)
        yield "</div>\n</div>\n"


def _answer(answer: ExportedAnswer, number: int) -> str:
    lane, result = answer.lane, answer.result
    if lane is None:
        head = f"<h4>Answer {number}</h4><p>blind until it is judged</p>"
    else:
        sample = f" <small>sample {answer.sample + 1}</small>" if lane.lane.samples > 1 else ""
        won = "★ " if answer.won else ""
        model = f"<p>{_bdi(lane.lane.model)}</p>" if lane.lane.model != lane.lane.title else ""
        head = f"<h4>{won}{_bdi(lane.lane.title)}{sample}</h4>{model}"
    wrong = f'<p class="wrong">{escaped(result.failure.sentence)}</p>' if result.failure else ""
    steps = "".join(f'<p class="step">{_bdi(title)}</p>{_text(text)}' for title, text in told_steps(result))
    empty = empty_sentence(result, blind=lane is None)
    said = f'<p class="empty">{escaped(empty)}</p>' if empty else _text(result.text) if result.text or not wrong else ""
    beside = "".join(f'<p class="step">{_bdi(title)}</p>{_text(text)}' for title, text in further_texts(answer))
    facts = f"<footer>{escaped(facts)}</footer>" if (facts := facts_of(answer)) else ""
    kind = "lane won" if answer.won and answer.verdict.kind == "winner" else "lane"
    return f'<article class="{kind}"><header>{head}</header>{steps}{wrong}{said}{beside}{facts}</article>\n'


def _text(text: str) -> str:
    return f'<div class="text" dir="auto">{escaped(text)}</div>'


def _bdi(text: str) -> str:
    return f"<bdi>{escaped(' '.join(text.split()))}</bdi>"


def _shown(moment: str) -> str:
    return moment[:16].replace("T", " ") + " UTC"


def escaped(text: str) -> str:
    """Return a text escaped for HTML, between tags or in an attribute."""
    return html.escape(_CONTROL.sub(_picture, text.replace("\r\n", "\n")))


def _picture(found: re.Match[str]) -> str:
    code = ord(found.group())
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "�"


FORMAT = ExportFormat(
    id="html",
    order=40,
    title="Page to read and print (HTML)",
    help="one page without scripts, to read and print",
    extensions=(".html", ".htm"),
    write=write,
)
