"""Variables in prompts.

Invariant: a plain template changes nothing but `{{name}}` of a known variable; LaTeX, `{#`, and code in any template
language pass through byte for byte. Jinja templates are only scanned here; they are rendered in a child process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from workbench.core.content import Content, Message

# A name is a letter or underscore, then letters, digits, underscores; white space inside the braces is allowed.
PLAIN_VARIABLE = re.compile(r"\{\{[ \t]*([^\W\d]\w*)[ \t]*\}\}")


def variables(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names used as `{{name}}`, each once, in order of first appearance."""
    seen: dict[str, None] = {}
    for text in texts:
        for match in PLAIN_VARIABLE.finditer(text):
            seen.setdefault(match.group(1))
    return tuple(seen)


def content_variables(content: Content) -> tuple[str, ...]:
    """Return the variables of all messages, in order of first appearance."""
    return variables(m.text for m in content.messages)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace each `{{name}}` by its value, in one pass: a value that contains `{{x}}` is not expanded again.

    A name without a value stays as it is typed.
    """
    return PLAIN_VARIABLE.sub(lambda m: values.get(m.group(1), m.group(0)), text)


def missing(content: Content, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that have no value at all (an empty string is a value)."""
    return tuple(name for name in content_variables(content) if name not in values)


def render_plain(content: Content, values: Mapping[str, str]) -> tuple[Message, ...]:
    """Return the messages as they are sent. Messages whose text is empty are left out: providers refuse them."""
    filled = (Message(m.role, fill(m.text, values)) for m in content.messages)
    return tuple(m for m in filled if m.text)
