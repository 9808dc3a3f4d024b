"""Variables in prompts.

Invariant: a plain template replaces only `{{name}}` of known variables; LaTeX, `{#`, and code in any template language
pass through byte for byte. Jinja templates are only scanned here, by a module imported on first use; they are rendered
in a child process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from workbench.core.content import Content, Template

# A name is a letter or underscore, then letters, digits, underscores; white space inside the braces is allowed.
PLAIN_VARIABLE = re.compile(r"\{\{[ \t]*([^\W\d]\w*)[ \t]*\}\}")


def variables(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct names used as `{{name}}`, in order of first appearance."""
    return tuple(dict.fromkeys(name for text in texts for name in PLAIN_VARIABLE.findall(text)))


def template_texts(content: Content) -> tuple[tuple[str, str], ...]:
    """Return (description, text) of all texts with variables: messages, then enabled examples."""
    found = [(f"message {number} ({m.role})", m.text) for number, m in enumerate(content.messages, start=1)]
    for number, example in enumerate(content.examples, start=1):
        if example.enabled:
            found += [(f"example {number} (user)", example.user), (f"example {number} (assistant)", example.assistant)]
    return tuple(found)


def content_variables(content: Content) -> tuple[str, ...]:
    """Return the variables of all messages and examples, in order of first appearance."""
    texts = [text for _, text in template_texts(content)]
    if content.template == "jinja":
        from workbench.core.jinja_names import jinja_names

        return jinja_names(texts)
    return variables(texts)


def places(text: str, template: Template) -> list[tuple[str, int]]:
    """Return every occurrence of a variable name with its position in code points."""
    if template == "jinja":
        from workbench.core.jinja_names import jinja_places

        return jinja_places(text)
    return [(match[1], match.start(1)) for match in PLAIN_VARIABLE.finditer(text)]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace each `{{name}}` by its value in one pass: a value that contains `{{x}}` is not expanded again.

    A name without a value is left unchanged.
    """
    return PLAIN_VARIABLE.sub(lambda m: values.get(m.group(1), m.group(0)), text)


def missing(content: Content, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables without a value (an empty string is a value)."""
    return tuple(name for name in content_variables(content) if name not in values)


def render_plain(texts: Iterable[tuple[str, str]], values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the texts of `template_texts` with values filled in."""
    return tuple(fill(text, values) for _, text in texts)
