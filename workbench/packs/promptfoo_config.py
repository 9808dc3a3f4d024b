"""`promptfooconfig.yaml`: a pack as a configuration of promptfoo.

Invariant: for a plain prompt, promptfoo renders the same bytes as the workbench. promptfoo's templates are Nunjucks, so
braces that are no variable are written as strings. A value that promptfoo would change (it renders templates inside
values, loads what begins with `file://` and drops a trailing newline) goes through its `load` filter as JSON. JSON
values are maps and lists that plain prompts print with `dump`, as long as promptfoo prints the same; else they are
texts. A Jinja prompt is written unchanged; Nunjucks reads most of it alike. Values that are files are references to
the files of the pack, whose content promptfoo puts into the text.

What promptfoo has no place for is in the metadata of a test, under MARKS: parts of the case, which of its values are
JSON texts for `load` (`json`), what values are (`kinds`) and how they were typed (`texts`), and which variables have
another name (`names`, the other name first). Schemas with references that were replaced are in the `config` of their
provider under the same key. `formats.suites` reads it back.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from workbench.core.blocks import BlockError
from workbench.core.cases import Case, case_to_json, check_to_json
from workbench.core.chat_form import format_form, tools_form
from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane
from workbench.core.parameters import names_in
from workbench.core.providers import PROVIDERS, split_model
from workbench.core.rendered_content import assemble
from workbench.core.templates import PLAIN_VARIABLE, template_texts
from workbench.packs.pack_contents import Pack, PackPrompt
from workbench.packs.promptfoo_references import (
    SCHEMA_TYPES,
    has_reference,
    schema_text,
    self_contained,
    without_references,
)
from workbench.packs.promptfoo_variables import PromptfooVariables, cases_of
from workbench.packs.yaml_writer import write as write_yaml

_HEAD = "# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json\n"
_MADE = "# Made from the prompts and cases beside it. Run it with: npx promptfoo eval\n"
_BRACES = re.compile(r"\{+(?=[%#])|\{{2,}|\{\Z|#\}")
_HOSTILE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SPOKEN = re.compile(r"(\{\{-?\s*)([^\W\d]\w*)(\s*(?:[|.\[]|-?\}\}))")
"""A reference to a variable in the expected value of a check."""
MARKS = "workbench"
"""The key of metadata that holds what promptfoo has no place for."""
_MARKED = ("expectation", "tags", "cluster", "notes", "held_out")
_ECHO: dict[str, Any] = {"id": "echo"}
_RENAMED = "Keys called $ref are called ref here, because promptfoo looks up what they name in this file."


def write(pack: Pack) -> bytes:
    """Return the file. Raises ValueError for unpaired surrogates."""
    several = len(pack.prompts) > 1
    data: dict[str, Any] = {"description": pack.about.name}
    told = [(prompt, PromptfooVariables(prompt)) for prompt in pack.prompts]
    data["prompts"] = [_prompt(*one) for one in told]
    data["providers"] = _all_providers(pack)
    if not several and (default := _default_test(*told[0])):
        data["defaultTest"] = default
    data["tests"] = [test for one in told for test in _tests(*one, several)]
    data, is_renamed = without_references(data)
    remarks = [*_remarks(told), *((_RENAMED,) if is_renamed else ())]
    return (_HEAD + _MADE + "".join(f"# {line}\n" for line in remarks)).encode() + write_yaml(data)


def _all_providers(pack: Pack) -> list[Any]:
    """Return the providers of all prompts, with several prompts each with the list of its prompts."""
    prompts: dict[str, list[str]] = {}
    for prompt in pack.prompts:
        for one in list(_providers(prompt)) or [_ECHO]:
            prompts.setdefault(json.dumps(one), []).append(prompt.slug)
    if len(pack.prompts) > 1:
        return _told_apart([{**json.loads(one), "prompts": slugs} for one, slugs in prompts.items()])
    return [one["id"] if one.keys() == {"id"} else one for one in map(json.loads, prompts)]


def _told_apart(providers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return providers with labels that make their names unique.

    promptfoo looks up the prompts of a provider by its label, else its id, and also stores them under its id: of two
    with the same name the last one would win, with the tools and format of another prompt.
    """
    taken = Counter(name for one in providers for name in {one["id"], one.get("label", one["id"])})
    made = []
    for one in providers:
        name = one.get("label", one["id"])
        if taken[name] > 1:
            label, number = f"{name} ({one['prompts'][0]})", 1
            while label in taken:
                number += 1
                label = f"{name} ({one['prompts'][0]}, {number})"
            taken[label] = 1
            one = {"id": one["id"], "label": label, **{k: v for k, v in one.items() if k not in ("id", "label")}}
        made.append(one)
    return made


def _remarks(told: Iterable[tuple[PackPrompt, PromptfooVariables]]) -> Iterable[str]:
    for prompt, variables in told:
        if not any(_providers(prompt)):
            yield f"No lane of {prompt.slug} has a model that promptfoo knows, so echo is used. Enter your own."
        if any(_sendable(*part) is None for part in _parts(prompt.content)):
            yield f"Schemas of {prompt.slug} refer to themselves or to nothing, which promptfoo refuses. Not sent."
        if prompt.content.template == "jinja":
            yield f"{prompt.slug} is a Jinja template, and promptfoo reads it as Nunjucks, which is not quite the same."
        if any(MARKS in _metadata(case) and _marks(case, variables) for case in prompt.cases):
            yield f"Cases of {prompt.slug} have metadata called “{MARKS}”, so further parts of theirs are not here."
        if any(message.attachments for message in prompt.content.messages):
            yield f"{prompt.slug} has attachments, which promptfoo does not send."
        if variables.has_files:
            yield f"Values of {prompt.slug} are files. promptfoo puts their content into the text, also of pictures."
        if variables.texts:
            names = ", ".join(sorted(variables.texts))
            yield f"JSON values of {prompt.slug} that promptfoo would print otherwise are texts: {_one_line(names)}."


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _prompt(prompt: PackPrompt, variables: PromptfooVariables) -> dict[str, Any]:
    raw = json.dumps(_messages(prompt, variables), indent=2, ensure_ascii=False)
    return {"label": prompt.slug, "raw": _HOSTILE.sub(lambda m: f"\\u{ord(m[0]):04x}", raw)}


def _messages(prompt: PackPrompt, variables: PromptfooVariables) -> list[dict[str, str]]:
    content = prompt.content
    texts = [text for _, text in template_texts(content)]
    if content.template == "plain":
        names = variables.expressions()
        texts = [_nunjucks(text, names) for text in texts]
    # Texts only: attachments would make the file as large as they are.
    bare = replace(content, messages=tuple(Message(m.role, m.text) for m in content.messages))
    return [{"role": message.role, "content": message.text} for message in assemble(bare, texts).messages]


def _nunjucks(text: str, names: Mapping[str, str]) -> str:
    parts, at = [], 0
    for match in PLAIN_VARIABLE.finditer(text):
        parts += [_literal(text[at : match.start()]), names[match[1]]]
        at = match.end()
    return "".join([*parts, _literal(text[at:])])


def _literal(text: str) -> str:
    return _BRACES.sub(lambda match: f"{{{{ '{match[0]}' }}}}", text)


def _default_test(prompt: PackPrompt, variables: PromptfooVariables) -> dict[str, Any]:
    """Return the checks for all cases of the only prompt; promptfoo evaluates them before those of a test."""
    checks = _for_all(prompt, variables)
    threshold = {} if prompt.threshold is None else {"threshold": prompt.threshold}
    return {**({"assert": checks} if checks else {}), **threshold}


def _for_all(prompt: PackPrompt, variables: PromptfooVariables) -> list[dict[str, Any]]:
    return [_told(check_to_json(check), variables) for check in prompt.checks]


def _tests(prompt: PackPrompt, variables: PromptfooVariables, several: bool) -> Iterable[dict[str, Any]]:
    # A default test would be that of all prompts.
    shared = _for_all(prompt, variables) if several else []
    for case in cases_of(prompt):
        test: dict[str, Any] = {"description": case.name} if case.name else {}
        test["vars"] = values = variables.values(case)
        rest: dict[str, Any] = json.loads(case.rest) if case.rest else {}
        if any(isinstance(value, list) for value in values.values()):
            # Lists of texts would make several tests.
            given = rest.pop("options", None)
            test["options"] = {**(given if isinstance(given, dict) else {}), "disableVarExpansion": True}
        if case.checks or shared:
            own = [_told(check_to_json(check), variables) for check in case.checks]
            test["assert"] = [*shared, *own]
        if case.threshold is not None:
            test["threshold"] = case_to_json(case)["threshold"]
        elif several and prompt.threshold is not None:
            test["threshold"] = prompt.threshold
        if metadata := {**({MARKS: marks} if (marks := _marks(case, variables)) else {}), **_metadata(case)}:
            test["metadata"] = metadata
        yield {**test, **rest, **({"prompts": [prompt.slug]} if several else {})}


def _metadata(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(case.metadata) if case.metadata else {}
    return found


def _marks(case: Case, variables: PromptfooVariables) -> dict[str, Any]:
    """Return what is noted of a case for reading it back."""
    data = case_to_json(case)
    return {**{name: data[name] for name in _MARKED if name in data}, **variables.marks(case)}


def _told(check: dict[str, Any], variables: PromptfooVariables) -> dict[str, Any]:
    """Return an assertion with references to variables as they are in the test: renamed, or decoded from JSON."""

    def reference(found: re.Match[str]) -> str:
        name, behind = found[2], found[3]
        decoded = " | load" if name in variables.odd and behind.strip()[0] not in ".[" else ""
        return f"{found[1]}{variables.aliases.get(name, name)}{decoded}{behind}"

    def told(part: Any) -> Any:
        if isinstance(part, str):
            return _SPOKEN.sub(reference, part)
        if isinstance(part, list):
            return [told(one) for one in part]
        return {key: told(one) for key, one in part.items()} if isinstance(part, dict) else part

    made = {key: told(part) if key in ("value", "rubricPrompt") else part for key, part in check.items()}
    if str(check.get("type")).removeprefix("not-") in SCHEMA_TYPES and has_reference(made.get("value")):
        made["value"] = schema_text(made["value"])
    if isinstance(inner := check.get("assert"), list):
        made["assert"] = [_told(one, variables) if isinstance(one, dict) else one for one in inner]
    return made


def _providers(prompt: PackPrompt) -> Iterable[dict[str, Any]]:
    places = {version.hash: number for number, version in enumerate(prompt.versions, start=1)}
    for lane in prompt.lanes:
        if lane.hidden or lane.pinned not in (None, places[prompt.main]):
            continue
        if (found := _provider(lane)) is None:
            continue
        name, takes_all = found
        config = _config(lane, prompt.content, takes_all)
        yield {"id": name, **({"label": lane.label} if lane.label else {}), **({"config": config} if config else {})}


def _provider(lane: Lane) -> tuple[str, bool] | None:
    if lane.endpoint != LITELLM:
        return None
    head, rest = split_model(lane.model)
    known = PROVIDERS[head].promptfoo if head else None
    return None if known is None or not rest else (f"{known.name}:{rest}", known.takes_openai)


def _config(lane: Lane, content: Content, takes_all: bool) -> dict[str, Any]:
    params = lane.params.sent()
    extra = params.pop("extra", None)
    named = names_in("promptfoo" if takes_all else "promptfoo-other")
    config: dict[str, Any] = {name: params.pop(ours) for name, ours in named.items() if ours in params}
    if not takes_all:
        return config
    passed: dict[str, Any] = {**params, **(extra if isinstance(extra, dict) else {})}
    replaced: dict[str, str] = {}
    for name, part, is_passed in _parts(content):
        sent = _sendable(name, part, is_passed)
        if sent is not part:
            replaced[name] = schema_text(part)
        if sent is not None:
            (passed if is_passed else config)[name] = sent
    if replaced:
        config[MARKS] = replaced
    # Without temperature and limit, promptfoo would send 0 and 1,024.
    bare = {} if {"temperature", "max_tokens"} <= config.keys() else {"omitDefaults": True}
    return {**config, **bare, **({"passthrough": passed} if passed else {})}


def _parts(content: Content) -> Iterable[tuple[str, Any, bool]]:
    """Return the tools and the output format with their names in a request, and whether they are passed through.

    promptfoo renders these parts once or twice, but not what is passed through.
    """
    found: dict[str, Any] = {}
    try:
        if tools := tools_form([tool for tool in content.tools if tool.enabled]):
            found["tools"] = tools
        if content.output is not None:
            found["response_format"] = format_form(content.output)
    except BlockError:
        """The workbench does not send incomplete tools and schemas either."""
    for name, part in found.items():
        yield name, part, _BRACES.search(json.dumps(part, ensure_ascii=False)) is not None


def _sendable(name: str, part: Any, is_passed: bool) -> Any:
    """Return a part as promptfoo can send it, None if it cannot."""
    is_left_alone = name == "tools" and not is_passed
    return part if is_left_alone or not has_reference(part) else self_contained(part)
