"""Conversion of Nunjucks templates, which promptfoo uses, to templates of the workbench.

Invariant: a converted template gives the same text for every case of the suite, or it is refused with the reason. A
template of variables alone becomes a plain one. Expressions that Jinja evaluates alike are kept; other expressions of
one variable become a derived variable, whose value is computed for each case. Nothing is rendered here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from workbench.core.checks.js_text import to_string
from workbench.core.content import Template
from workbench.core.templates import PLAIN_VARIABLE

VarKind = Literal["text", "number", "bool", "list", "map", "null", "missing"]
"""What a variable is in a case, before it becomes a text."""

_OPEN = re.compile(r"\{\{-?|\{%-?|\{#")
_INSIDE = re.compile(r"""["']|(-?)(\}\}|%\})""")
_STRING_END = {quote: re.compile(rf"(?:[^{quote}\\]|\\.)*+{quote}", re.DOTALL) for quote in "\"'"}
_LINE_END = re.compile("[\n\r\u2028\u2029]")
_MARKS = (("{%", "%"), ("{{", "}"), ("{#", "#"))
_WRAPPED = (re.compile(r"\{%\s*raw\s*%\}"), re.compile(r"\{%\s*endraw\s*%\}"))
_RAW = re.compile(r"raw|verbatim")
_END_RAW = {name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "verbatim")}
_NAME = re.compile(r"[^\W\d]\w*")
_STRING = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ENV = re.compile(r"""env(?:\.(\w+)|\[\s*['"](\w+)['"]\s*\])""")
_FILTERED = re.compile(r"""([^\W\d]\w*)((?:\s*\|\s*\w+(?:\((?:[^()"']|"[^"\\]*"|'[^'\\]*')*\))?)+)""")
_DUMPED = re.compile(r"([^\W\d]\w*)\s*\|\s*dump(?:\(\s*\))?")
_FILTER = re.compile(r"""\|\s*(\w+)(?:\(((?:[^()"']|"[^"\\]*"|'[^'\\]*')*)\))?""")
_ARGUMENTS = re.compile(r"""\s*(?:"[^"\\]*"|'[^'\\]*')(?:\s*,\s*(?:"[^"\\]*"|'[^'\\]*'))*\s*""")
_SAME_FILTERS = {"upper": 0, "lower": 0, "trim": 0, "default": 1, "replace": 2}
"""Filters that Nunjucks and Jinja evaluate alike for texts, with the number of their arguments."""
_CONDITION = re.compile(r"""\s*(?:(?P<text>"[^"\\]*"|'[^'\\]*')|(?P<name>[^\W\d]\w*)|(?P<mark>[=!]==?|[()]))""")
_WORDS = frozenset({"and", "or", "not", "in", "is", "defined", "true", "false"})
_LITERALS = {"true": "true", "false": "false", "none": "", "null": ""}
_UNDEFINED = frozenset({"none", "null", "undefined", "loop", "None", "True", "False", "if", "else"})
_SPECIAL = re.compile(r"\{[{%#]")
_LONGEST_NAME = 40
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


class TemplateRefusedError(Exception):
    """Raised for a template without an equivalent. The text is a sentence."""


@dataclass(frozen=True, slots=True)
class ConvertedTemplate:
    """The texts of a prompt in the syntax `template`.

    `derived` are variables with the expressions that give their values. `printed` are the variables that need a
    value in every case, "" where a case has none; `bare` are those of them that are printed without a filter.
    `env_names` are environment variables that became variables.
    """

    texts: tuple[str, ...]
    template: Template
    derived: tuple[tuple[str, str], ...]
    printed: frozenset[str]
    bare: frozenset[str]
    env_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuiteVariables:
    """The variables of a suite: the kinds of each in all cases.

    `problem` returns why an expression cannot be evaluated in any case, "" if it can. `own_filters` are filters of the
    file, which are code.
    """

    kinds: Mapping[str, frozenset[VarKind]]
    problem: Callable[[str], str]
    own_filters: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Part:
    """A piece of a template: text, a variable, or Jinja source."""

    kind: Literal["text", "variable", "jinja"]
    text: str


@dataclass(slots=True)
class _State:
    derived: dict[str, str] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)
    local: set[str] = field(default_factory=set)
    env_names: dict[str, None] = field(default_factory=dict)


def convert(texts: Sequence[str], variables: SuiteVariables, *, keeps_partial: bool = True) -> ConvertedTemplate:
    """Convert the texts of one prompt. Raises TemplateRefusedError.

    `keeps_partial`: a text with a tag that is not closed on its line is sent as it is, as promptfoo does unless
    the prompt is JSON.
    """
    state = _State()
    parts = [_Converter(text, variables, state, keeps_partial).parts() for text in texts]
    if clash := sorted(state.printed & state.tested):
        raise TemplateRefusedError(
            f"The variable {clash[0]} has no value in some tests, and the template asks for that. Give it a value."
        )
    derived = tuple((name, expression) for expression, name in state.derived.items())
    template: Template = "plain" if all(map(_is_plain, parts)) else "jinja"
    made = tuple(_plain(one) if template == "plain" else _jinja(one) for one in parts)
    printed, bare = frozenset(state.printed), frozenset(state.bare)
    return ConvertedTemplate(made, template, derived, printed, bare, tuple(state.env_names))


def is_literal(text: str) -> bool:
    """Whether promptfoo sends a text without rendering it, because a tag in it is not closed on its line."""
    if all(pattern.search(text) for pattern in _WRAPPED):
        return False
    return any(
        (at := line.rfind(opening)) >= 0 and mark not in line[at + len(opening) :]
        for line in _LINE_END.split(text)
        for opening, mark in _MARKS
    )


def _plain(parts: Iterable[_Part]) -> str:
    return "".join(f"{{{{{part.text}}}}}" if part.kind == "variable" else part.text for part in parts)


def _is_plain(parts: Sequence[_Part]) -> bool:
    if any(part.kind == "jinja" for part in parts):
        return False
    wanted = [part.text for part in parts if part.kind == "variable"]
    return PLAIN_VARIABLE.findall(_plain(parts)) == wanted


def _jinja(parts: Sequence[_Part]) -> str:
    made = []
    for part in parts:
        if part.kind == "text":
            made.append(_jinja_text(part.text))
        else:
            made.append(f"{{{{ {part.text} }}}}" if part.kind == "variable" else part.text)
    return "".join(made)


def _jinja_text(text: str) -> str:
    """Return a text that Jinja prints as it is."""
    if _SPECIAL.search(text) or "#}" in text:
        if "endraw" in text or text.endswith("{"):
            return f"{{{{ {json.dumps(text, ensure_ascii=False)} }}}}"
        return f"{{% raw %}}{text}{{% endraw %}}"
    return text[:-1] + '{{ "{" }}' if text.endswith("{") else text


class _Converter:
    """Converts one text."""

    def __init__(self, text: str, variables: SuiteVariables, state: _State, keeps_partial: bool) -> None:
        self._text = text
        self._variables = variables
        self._state = state
        self._keeps_partial = keeps_partial
        self._parts: list[_Part] = []
        self._trims = False
        self._depth = 0

    def parts(self) -> list[_Part]:
        if self._keeps_partial and is_literal(self._text):
            return [_Part("text", self._text)]
        at = 0
        while opened := _OPEN.search(self._text, at):
            self._add_text(self._text[at : opened.start()])
            at = self._tag(opened)
        self._add_text(self._text[at:])
        if self._depth:
            raise TemplateRefusedError("A tag {% if %} is not closed. Add {% endif %}.")
        return self._joined()

    def _joined(self) -> list[_Part]:
        joined: list[_Part] = []
        for part in self._parts:
            if part.kind == "text" and joined and joined[-1].kind == "text":
                joined[-1].text += part.text
            elif part.text:
                joined.append(_Part(part.kind, part.text))
        return joined

    def _add_text(self, text: str) -> None:
        if "#}" in text:
            raise TemplateRefusedError("“#}” without “{#” is an error in promptfoo. Remove it.")
        self._parts.append(_Part("text", text.lstrip() if self._trims else text))
        if text:
            self._trims = False

    def _tag(self, opened: re.Match[str]) -> int:
        if opened[0] == "{#":
            end = self._text.find("#}", opened.end())
            if end < 0:
                raise TemplateRefusedError("A comment “{#” is not closed. Close it with “#}”.")
            self._trims = False
            return end + 2
        closing = "}}" if opened[0].startswith("{{") else "%}"
        close = self._close(opened.end())
        if close is None or close[2] != closing:
            raise TemplateRefusedError(f"The tag “{self._text[opened.start() :][:40]}” is not closed with “{closing}”.")
        if opened[0].endswith("-") and self._parts and self._parts[-1].kind == "text":
            self._parts[-1].text = self._parts[-1].text.rstrip()
        self._trims = False
        body, end = self._text[opened.end() : close.start()].strip(), close.end()
        if closing == "}}":
            self._output(body)
        elif _RAW.fullmatch(body):
            end = self._raw(body, end)
        else:
            self._block(body)
        self._trims = bool(close[1])
        return end

    def _close(self, at: int) -> re.Match[str] | None:
        """Return the end of the tag that begins before `at`, None if it is not closed; an end in a text is none."""
        while found := _INSIDE.search(self._text, at):
            if found[2]:
                return found
            end = _STRING_END[found[0]].match(self._text, found.end())
            if end is None:
                return None
            at = end.end()
        return None

    def _raw(self, name: str, at: int) -> int:
        close = _END_RAW[name].search(self._text, at)
        if close is None:
            raise TemplateRefusedError(f"A tag {{% {name} %}} is not closed. Add {{% end{name} %}}.")
        self._parts.append(_Part("text", self._text[at : close.start()]))
        return close.end()

    def _output(self, body: str) -> None:
        if _STRING.fullmatch(body):
            self._parts.append(_Part("text", _unquoted(body)))
        elif _NUMBER.fullmatch(body):
            self._parts.append(_Part("text", to_string(float(body))))
        elif body in _LITERALS:
            self._parts.append(_Part("text", _LITERALS[body]))
        elif body == "_conversation" or body.startswith("_conversation"):
            raise TemplateRefusedError("It uses _conversation, the turns of a chat, which are not tested here.")
        elif (env := _ENV.fullmatch(body)) and "env" not in self._variables.kinds:
            name = env[1] or env[2]
            self._state.env_names[name] = None
            self._parts.append(_Part("variable", self._print(f"env_{name}")))
        elif (dumped := _DUMPED.fullmatch(body)) and self._is_json(dumped[1]):
            self._parts.append(_Part("variable", self._print(dumped[1])))
        elif _NAME.fullmatch(body) and "list" in self._kinds(body) and body not in self._state.local:
            # Its items with commas between them are another text than the JSON value.
            self._parts.append(_Part("variable", self._derived(body)))
        elif _NAME.fullmatch(body) and body not in _UNDEFINED:
            self._state.bare.add(body)
            self._parts.append(_Part("variable", self._print(body)))
        elif same := self._filtered(body):
            self._parts.append(_Part("jinja", f"{{{{ {same} }}}}"))
        else:
            self._parts.append(_Part("variable", self._derived(body)))

    def _is_json(self, name: str) -> bool:
        """Whether a variable is printed as JSON by its name, and `dump` is promptfoo's own filter."""
        kinds = self._kinds(name) - {"missing"}
        is_ours = name not in self._state.local and "dump" not in self._variables.own_filters
        return is_ours and bool(kinds) and kinds <= {"map", "list"}

    def _print(self, name: str) -> str:
        if name not in self._state.local:
            self._state.printed.add(name)
        return name

    def _filtered(self, body: str) -> str:
        """Return an expression that Jinja evaluates alike, "" if it may not."""
        found = _FILTERED.fullmatch(body)
        if found is None or self._kinds(found[1]) - {"text", "missing"}:
            return ""
        filters = _FILTER.findall(found[2])
        for name, arguments in filters:
            count = len(_STRING.findall(arguments)) if _ARGUMENTS.fullmatch(arguments) else 0 if not arguments else -1
            if _SAME_FILTERS.get(name) != count or name in self._variables.own_filters:
                return ""
            if name == "replace" and len(_STRING.findall(arguments)[0]) == 2:
                return ""
        has_default = filters[0][0] == "default"
        if has_default and "missing" in self._kinds(found[1]):
            # With "" for a missing value the default would not be printed.
            return ""
        if any(name == "default" for name, _ in filters[1:]):
            return ""
        self._print(found[1])
        return body

    def _derived(self, expression: str) -> str:
        if expression in self._state.derived:
            return self._state.derived[expression]
        for name, _ in _FILTER.findall(expression):
            if name in self._variables.own_filters:
                raise TemplateRefusedError(f"It uses the filter {name}, which is code of this file and is not run.")
        if expression not in self._variables.kinds and (problem := self._variables.problem(expression)):
            raise TemplateRefusedError(problem)
        taken = {*self._variables.kinds, *self._state.derived.values(), *self._state.local}
        plain = re.sub(r"\W+", "_", expression).strip("_")[:_LONGEST_NAME].strip("_") or "value"
        plain = f"{plain}_text" if plain == expression else f"_{plain}" if plain[0].isdecimal() else plain
        name, number = plain, 1
        while name in taken:
            number += 1
            name = f"{plain}_{number}"
        self._state.derived[expression] = name
        return name

    def _block(self, body: str) -> None:
        name, _, rest = body.partition(" ")
        if name in ("if", "elif", "elseif"):
            self._depth += name == "if"
            self._parts.append(_Part("jinja", f"{{% {name.replace('elseif', 'elif')} {self._condition(rest)} %}}"))
        elif name in ("else", "endif") and not rest:
            self._depth -= name == "endif"
            self._parts.append(_Part("jinja", f"{{% {name} %}}"))
        elif name == "set" and (found := re.fullmatch(r"([^\W\d]\w*)\s*=\s*(.*)", rest.strip(), re.DOTALL)):
            if not _STRING.fullmatch(found[2]):
                raise TemplateRefusedError("It sets a variable to an expression, which is not converted.")
            value = json.dumps(_unquoted(found[2]), ensure_ascii=False)
            self._state.local.add(found[1])
            self._parts.append(_Part("jinja", f"{{% set {found[1]} = {value} %}}"))
        elif name == "for":
            raise TemplateRefusedError("It loops over a list, which is not converted. Write the list into the value.")
        elif name in ("include", "import", "from", "extends"):
            raise TemplateRefusedError(f"It uses {{% {name} %}}, which reads another file. Paste its text instead.")
        else:
            raise TemplateRefusedError(f"It uses the tag {{% {name[:20]} %}}, which is not converted.")

    def _condition(self, text: str) -> str:
        made: list[str] = []
        at = 0
        text = text.strip()
        while at < len(text):
            found = _CONDITION.match(text, at)
            if found is None:
                raise TemplateRefusedError(f"The condition “{text[:60]}” is not converted. Simplify it.")
            at = found.end()
            if found["name"] is None:
                made.append((found["text"] or found["mark"]).replace("===", "==").replace("!==", "!="))
                continue
            name = found["name"]
            is_tested = re.match(r"\s+is\s+(?:not\s+)?defined\b", text[at:]) is not None
            made.append(name if name in _WORDS or name in self._state.local else self._tested(name, text, is_tested))
        if not made:
            raise TemplateRefusedError("A condition is empty.")
        return " ".join(made)

    def _tested(self, name: str, condition: str, is_tested: bool) -> str:
        kinds = self._kinds(name)
        if name in _UNDEFINED or kinds - {"text", "missing", "bool"} or {"text", "bool"} <= kinds:
            raise TemplateRefusedError(
                f"The condition “{condition[:60]}” depends on {name}, which is not a text in every test."
            )
        if is_tested:
            if "missing" in kinds:
                self._state.tested.add(name)
            return name
        self._print(name)
        return f'({name} == "true")' if "bool" in kinds else name

    def _kinds(self, name: str) -> frozenset[VarKind]:
        return self._variables.kinds.get(name, frozenset({"missing"}))


def _unquoted(literal: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), literal[1:-1], flags=re.DOTALL)
