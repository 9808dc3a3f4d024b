"""The variables of a pack's prompt in promptfoo: their names, values and expressions.

Invariant: for a plain prompt, promptfoo prints the same for every value of a case as the workbench, except for files.
A value that it would change goes through its `load` filter as JSON. A variable is a map or a list there if all its
values are such JSON values and promptfoo prints them the same; other JSON values are texts.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from workbench.core.blocks import Attachment
from workbench.core.cases import Case, json_text
from workbench.core.templates import content_variables
from workbench.core.value_kinds import files_of, json_problem, plain_values
from workbench.packs.pack_contents import PackPrompt

_CHANGED = re.compile(r"\{[{%#]|#\}|\Afile://|\Apackage:|\n\Z")
"""Parts of a text that promptfoo would change."""
_RENDERED = re.compile(r"\{[{%#]|#\}|file://|package:")
"""Parts of a JSON value that promptfoo would change, or might."""
_WORDS = """
true false none null and or not in is if else for import include block set macro call filter raw
constructor prototype toString valueOf hasOwnProperty isPrototypeOf toLocaleString _conversation
"""
_RESERVED = frozenset(_WORDS.split())
_DEEPEST = 20
_FIRST_LONG = 10**15
"""The smallest number with more digits than JavaScript surely keeps."""
_LONGEST_FRACTION = 16
_UNKEPT_KEYS = frozenset({"", "__proto__", "$ref"})


def cases_of(prompt: PackPrompt) -> tuple[Case, ...]:
    """Return the cases of a prompt, one of the values that it was tried with if it has none."""
    return prompt.cases or (Case("", "", prompt.values),)


class PromptfooVariables:
    """The variables of one prompt; for a Jinja template, names and texts are unchanged.

    `aliases` are their names in promptfoo, `odd` those whose values are encoded for `load`, `objects` those that are
    maps and lists, and `texts` those of the others that are JSON in some case.
    """

    def __init__(self, prompt: PackPrompt) -> None:
        is_plain = prompt.content.template == "plain"
        cases = cases_of(prompt)
        is_json = {name for case in cases for name, kind in case.kinds if kind == "json"}
        self.objects = frozenset(is_json - _no_objects(cases, is_json, is_plain))
        self.texts = frozenset(is_json - self.objects)
        self.aliases = _aliases(prompt, cases) if is_plain else {}
        self.has_files = any(_files(case) for case in cases)
        self.odd = frozenset(
            name
            for case in (cases if is_plain else ())
            for name, value in _texts(case).items()
            if name not in self.objects and _CHANGED.search(value) is not None
        )

    def expressions(self) -> dict[str, str]:
        """Return the Nunjucks expression that prints each variable of a plain prompt."""

        def expression(name: str, alias: str) -> str:
            if name in self.odd:
                return f"{{{{ {alias} | load }}}}"
            return f"{{{{ {alias} | dump }}}}" if name in self.objects else f"{{{{{alias}}}}}"

        return {name: expression(name, alias) for name, alias in self.aliases.items()}

    def values(self, case: Case) -> dict[str, Any]:
        """Return the values of a case as promptfoo gets them, by their names there."""
        texts, files = _texts(case), _files(case)
        made: dict[str, Any] = {}
        for name, value in case.values:
            alias = self.aliases.get(name, name)
            if name in files:
                made[alias] = f"file://attachments/{files[name].hash}"
            elif name in self.objects:
                made[alias] = json.loads(value)
            else:
                made[alias] = _encoded(texts[name]) if name in self.odd else texts[name]
        return made

    def marks(self, case: Case) -> dict[str, Any]:
        """Return what is noted of the values of a case for reading them back."""
        texts = _texts(case)
        alias = {name: self.aliases.get(name, name) for name, _ in case.values}
        found = {
            "kinds": {alias[name]: kind for name, kind in case.kinds},
            "texts": {alias[name]: value for name, value in case.values if texts.get(name) != value},
            "json": [alias[name] for name in alias if name in self.odd and name in texts],
            "names": {other: name for name, other in alias.items() if other != name},
        }
        return {name: part for name, part in found.items() if part}


def _aliases(prompt: PackPrompt, cases: tuple[Case, ...]) -> dict[str, str]:
    """Return the names of the variables of a plain prompt in promptfoo, where some words are reserved.

    Values that only checks use, or nothing, are variables, too.
    """
    given = (name for case in cases for name, _ in case.values)
    names = dict.fromkeys((*content_variables(prompt.content), *given))
    aliases: dict[str, str] = {}
    for name in names:
        alias = name
        while alias in _RESERVED or alias.startswith("__") or (alias != name and alias in names):
            alias = f"var_{alias}"
        aliases[name] = alias
    return aliases


def _files(case: Case) -> dict[str, Attachment]:
    return files_of(dict(case.values), case.kinds)


def _texts(case: Case) -> dict[str, str]:
    """Return the values of a case as a plain template gets them, without those that are files."""
    files = _files(case)
    given = {name: value for name, value in case.values if name not in files}
    return plain_values(given, tuple((name, kind) for name, kind in case.kinds if name in given))


def _no_objects(cases: tuple[Case, ...], names: set[str], is_plain: bool) -> set[str]:
    """Return those of the names that have a value which is no map or list in promptfoo."""
    found: set[str] = set()
    for case in cases:
        kinds = dict(case.kinds)
        for name, value in case.values:
            if name in names and name not in found and not (kinds.get(name) == "json" and _is_object(value, is_plain)):
                found.add(name)
    return found


def _is_object(text: str, is_plain: bool) -> bool:
    """Whether a JSON value is a map or a list that promptfoo keeps, and prints as a plain template here does."""
    if json_problem(text) or _RENDERED.search(text):
        return False
    value = json.loads(text)
    if not isinstance(value, dict | list) or not _is_kept(value, _DEEPEST):
        return False
    compact = plain_values({"": text}, (("", "json"),))[""]
    return not _RENDERED.search(json_text(value)) and (not is_plain or json_text(value) == compact)


def _is_kept(value: Any, room: int) -> bool:
    """Whether YAML and JavaScript read a value as it is, with its keys in their order."""
    match value:
        case bool():
            return True
        case float():
            text = repr(value)
            is_short = "e" not in text and len(text) <= _LONGEST_FRACTION
            return math.isfinite(value) and not value.is_integer() and is_short
        case int():
            return abs(value) < _FIRST_LONG
        case list():
            return room > 0 and all(_is_kept(one, room - 1) for one in value)
        case dict():
            is_kept = all(key not in _UNKEPT_KEYS and not key.isdigit() for key in value)
            return room > 0 and is_kept and all(_is_kept(one, room - 1) for one in value.values())
    return True


def _encoded(value: str) -> str:
    """Return a value as JSON in which promptfoo finds no template."""
    return json.dumps(value, ensure_ascii=False).replace("{", "\\u007b").replace("#}", "#\\u007d")
