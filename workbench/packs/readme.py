"""`README.md`: the description of a pack for people.

Invariant: it is generated from the pack alone, and claims no more than the verdicts support: the winner is given with
its interval and the number of verdicts, and too few verdicts are reported as such.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterator

from workbench.core.templates import content_variables
from workbench.core.text import opening_words, plural
from workbench.packs.pack_contents import Pack, PackPrompt, PackStanding, StandingRow

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")
_OPENING = 160
_MOST_ROWS = 10
_NOT_FREE = frozenset({"version", "model", "within"})
"""Names of `render`'s own parameters."""


def write(pack: Pack) -> bytes:
    """Return the file."""
    return "".join(f"{line}\n" for line in _lines(pack)).encode()


def _lines(pack: Pack) -> Iterator[str]:
    about = pack.about
    yield f"# {_inline(about.name)}"
    if about.description:
        yield from ("", about.description)
    for prompt in pack.prompts:
        yield from _prompt(prompt)
    first = pack.prompts[0]
    given = _given(content_variables(first.content))
    yield from (
        "",
        "## Use it",
        "",
        "In a program (the package is `prompt-workbench`):",
        "",
        "```python",
        "from workbench.packs import load",
        "",
        f'prompt = load("path/to/this/folder")["{first.slug}"]',
        f"request = prompt.render({given})",
        "request.messages, request.parameters",
        "```",
        "",
        "- In Prompt Workbench: `workbench pack import path/to/this/folder`.",
        "- In promptfoo: `npx promptfoo eval` in this folder.",
        "- With tools that read GitHub's `.prompt.yml`: the files in `prompts/`.",
    )
    facts = [("Licence", about.licence), ("Author", about.author)]
    if told := [f"{name}: {_inline(text)}" for name, text in facts if text]:
        yield from ("", "  \n".join(told))


def _given(names: tuple[str, ...]) -> str:
    """Return the values as Python arguments: as a map if a name is reserved, otherwise by keyword."""
    if any(name in _NOT_FREE or keyword.iskeyword(name) for name in names):
        return f"{{{', '.join(f'{json.dumps(name, ensure_ascii=False)}: …' for name in names)}}}"
    return ", ".join(f"{name}=…" for name in names)


def _prompt(prompt: PackPrompt) -> Iterator[str]:
    yield from ("", f"## {_inline(prompt.name)}", "")
    yield prompt.description or _inline(_opening(prompt))
    content = prompt.content
    names = content_variables(content)
    facts = [f"Variables: {', '.join(f'`{name}`' for name in names)}." if names else "It has no variables."]
    if models := list(dict.fromkeys(lane.model for lane in prompt.lanes if not lane.hidden)):
        facts.append(f"Tried with: {', '.join(f'`{_code(model)}`' for model in models)}.")
    if tools := [tool.name for tool in content.tools if tool.enabled]:
        facts.append(f"Tools: {', '.join(f'`{_code(name)}`' for name in tools)}.")
    if content.template == "jinja":
        facts.append("Its texts are Jinja templates.")
    if content.output is not None:
        facts.append("Answers are JSON" + (" by a schema." if content.output.kind == "schema" else "."))
    count, cases = len(prompt.versions), len(prompt.cases)
    checks = len(prompt.checks)
    shared = f", {checks} {plural(checks, 'check')} for all cases" if checks else ""
    facts.append(f"{count} {plural(count, 'version')}, {cases} {plural(cases, 'case')}{shared}.")
    yield from ("", *(f"- {fact}" for fact in facts), "")
    yield from _standing(prompt.standing)


def _opening(prompt: PackPrompt) -> str:
    text = next((m.text for m in prompt.content.messages if m.text.strip()), "")
    return opening_words(text, _OPENING) or "This prompt has no text."


def _standing(standing: PackStanding | None) -> Iterator[str]:
    if standing is None or not standing.verdicts:
        yield "No answers have been judged yet, so the best model is not known."
        return
    blind = f", {standing.blind} of them blind" if standing.blind else ", none of them blind"
    verdicts = f"{standing.verdicts} {plural(standing.verdicts, 'verdict')}"
    if not standing.rows:
        yield f"{verdicts}{blind}: too few to say which is best."
    else:
        best = standing.rows[0]
        yield (
            f"First of {len(standing.rows)} by {verdicts}{blind}: **{_inline(best.name)}**, which beats the average of "
            f"them {_percent(best.chance)} of the time (95 % interval {_percent(best.low)} to {_percent(best.high)})."
        )
        yield from ("", "| who | beats the average | 95 % interval | won | lost | tied |", "|---|---|---|---|---|---|")
        yield from (_row(row) for row in standing.rows[:_MOST_ROWS])
        if (more := len(standing.rows) - _MOST_ROWS) > 0:
            yield from ("", f"And {more} more.")
    if standing.remarks:
        yield from ("", *(f"- {_inline(remark)}" for remark in standing.remarks))


def _row(row: StandingRow) -> str:
    counts = " | ".join(f"{count:g}" for count in (row.won, row.lost, row.tied))
    return f"| {_inline(row.name)} | {_percent(row.chance)} | {_percent(row.low)} to {_percent(row.high)} | {counts} |"


def _percent(chance: float) -> str:
    return f"{chance * 100:.0f} %"


def _inline(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    return " ".join(text.replace("`", "'").split())
