"""Read `promptfooconfig.yaml`, the tests of promptfoo.

Invariant: the suite asks the same questions and checks the answers alike, or the losses say what differs. Nothing of
the file is run, nothing outside its folder is read, and no key in it is used. Semantics are those of promptfoo 0.123.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.cases import Check
from workbench.core.checks.check_result import UnscoredError
from workbench.core.content import Content
from workbench.core.judging.grading_options import OPTIONS
from workbench.core.lanes import MOST_SAMPLES
from workbench.core.testing.imported_suite import ImportedCase, ImportedColumn, ImportedSuite, SuitePrompt
from workbench.core.text import counted, first_line
from workbench.formats.imports.promptfoo_settings import as_map, as_text
from workbench.formats.suites.loading import MOST_CONFIG_BYTES, ConfigLoader
from workbench.formats.suites.nunjucks import SuiteVariables, TemplateRefusedError
from workbench.formats.suites.promptfoo_cases import (
    PREFIX,
    SUFFIX,
    ExpandedTest,
    case_of,
    evaluated,
    expanded,
    kept_value,
    note_files,
    note_maps,
    template_filled,
    variables_of,
)
from workbench.formats.suites.promptfoo_checks import (
    DerivedNames,
    note_graders,
    note_keys,
    note_sets,
    note_tags,
    note_types,
    note_values,
    read_checks,
    with_graders,
)
from workbench.formats.suites.promptfoo_marks import decoded, restored, with_own_names
from workbench.formats.suites.promptfoo_parts import PromptParts, agreed
from workbench.formats.suites.promptfoo_prompts import RawPrompt, content_of, read_prompts, titles
from workbench.formats.suites.promptfoo_providers import allowed_columns, allowed_prompts, read_columns
from workbench.formats.suites.promptfoo_recognition import recognise
from workbench.formats.suites.promptfoo_tests import RawTest, RawTests, read_tests
from workbench.formats.suites.suite_format import SuiteFileError, SuiteFormat, SuiteSource
from workbench.formats.value_rows import listed

_USED = frozenset(
    {
        "description",
        "prompts",
        "providers",
        "targets",
        "tests",
        "defaultTest",
        "scenarios",
        "evaluateOptions",
        "env",
        "assertionTemplates",
        "nunjucksFilters",
    }
)
_WITHOUT_EFFECT = frozenset({"outputPath", "tags", "sharing", "metadata", "writeLatestResults", "$schema"})
_CODE = {
    "extensions": "Extensions are programs and are not run.",
    "derivedMetrics": "Metrics made of others are not computed.",
    "redteam": "Red-team attacks are not run.",
    "plugins": "Red-team attacks are not run.",
    "strategies": "Red-team attacks are not run.",
    "tracing": "Traces are not collected.",
    "commandLineOptions": "Options of promptfoo's command line are not used.",
}
_OPTIONS = frozenset({"maxConcurrency", "repeat", "cache", "showProgressBar"})
_TEST_PARTS = {
    "providerOutput": "The ready answer is not used: the model is asked.",
    "provider": "The provider of a single test is not used: every column is asked.",
    "assertScoringFunction": "It is a program, which is not run: the mean of the checks counts.",
}
_TEST_OPTIONS = {
    "transform": "It is code, which is not run: the answer is checked as it comes.",
    "postprocess": "It is code, which is not run: the answer is checked as it comes.",
    "transformVars": "It is code, which is not run: the variables stay as they are.",
    "storeOutputAs": "Answers are not used in later tests.",
    "repeat": "A number of repeats for a single test is not used.",
    "response_format": "It is not sent.",
}
_KNOWN_IN_TEST = frozenset(
    {"description", "vars", "assert", "options", "metadata", "threshold", "prompts", "providers", *_TEST_PARTS}
)
_QUIET_OPTIONS = frozenset({"prefix", "suffix", "disableVarExpansion", "disableDefaultAsserts", "runSerially"})
_SPELLINGS = {"testcases": "tests", "test": "tests", "cases": "tests", "prompt": "prompts", "provider": "providers"}


@dataclass(frozen=True, slots=True)
class _Converted:
    """The prompts that can be tested, with their positions among the raw ones."""

    prompts: tuple[SuitePrompt, ...]
    positions: Mapping[int, int]
    derived: Mapping[str, str]
    printed: frozenset[str]
    bare: frozenset[str]


def read_config(source: SuiteSource) -> ImportedSuite:
    """Read a configuration. Raises SuiteFileError."""
    loader = ConfigLoader(source)
    config = _config(source, loader)
    _note_keys(config, loader)
    samples, concurrency = _options(as_map(config.get("evaluateOptions")), loader)
    raw_prompts = read_prompts(config.get("prompts"), loader)
    tests = read_tests(config, loader)
    _note_tests(tests, loader)
    cases = expanded(tests.tests, loader)
    marked = [(case.test.data, case.values) for case in cases]
    loads = decoded(marked)
    raw_prompts = tuple(map(loads.prompt, raw_prompts))
    affixes = _affixes(cases, loader)
    variables = variables_of(cases, as_map(config.get("nunjucksFilters")))
    converted = _convert(raw_prompts, variables, affixes, loader)
    columns, prompts = _columns(config, raw_prompts, converted, loader)
    own_checks = _checks_of(tests, cases, loader)
    shared = tuple(map(loads.check, read_checks(tests.checks, "defaultTest.assert", loader)))
    own_checks = [tuple(map(loads.check, own)) for own in own_checks]
    shared, own_checks = with_graders(shared, own_checks, [case.test for case in cases], loader)
    # Checks get maps and lists as promptfoo's do.
    others = [name for name, kinds in variables.kinds.items() if kinds - {"text", "missing", "map", "list"}]
    every = [*shared, *(check for own in dict.fromkeys(own_checks) for check in own)]
    note_graders(every, loader)
    note_types([*shared, *(check for own in own_checks for check in own)], loader)
    note_tags([*shared, *(check for own in own_checks for check in own)], loader)
    note_keys(every, loader)
    note_sets(every, loader)
    note_values(every, others, loader)
    note_maps(converted.bare, variables, loader)
    note_files(converted.printed, cases, loader)
    names = DerivedNames(converted.derived, others, variables.kinds)
    shared = tuple(map(names.applied, shared))
    own_checks = [tuple(map(names.applied, own)) for own in own_checks]
    derived = {**converted.derived, **names.expressions}
    made = _cases(cases, own_checks, derived, converted, columns, raw_prompts, loader)
    threshold = tests.default.get("threshold")
    suite = ImportedSuite(
        name=_name(config, source),
        prompts=prompts,
        cases=made,
        columns=columns,
        checks=shared,
        threshold=None if isinstance(threshold, str | bool) else threshold,
        samples=samples,
        concurrency=concurrency,
        env_names=_env_names(loader),
        losses=loader.losses,
        files=loader.attached.files,
    )
    return with_own_names(suite, marked)


def _config(source: SuiteSource, loader: ConfigLoader) -> Mapping[str, Any]:
    text = loader.text(source.name, source.name)
    if len(text) > MOST_CONFIG_BYTES:
        raise SuiteFileError(f"{source.name} has more than {MOST_CONFIG_BYTES // 2**20} MB. Move tests into files.")
    config = loader.structure(text, source.name)
    if not isinstance(config, dict):
        raise SuiteFileError(f"{source.name} is not a configuration of promptfoo: a map with prompts and providers.")
    config = loader.dereferenced(config)
    loader.set_environment(config.get("env"))
    return {str(key): value for key, value in config.items()}


def _note_keys(config: Mapping[str, Any], loader: ConfigLoader) -> None:
    for key in config.keys() - _USED - _WITHOUT_EFFECT:
        if key in _CODE:
            loader.lose("left_out", key, _CODE[key])
            continue
        plain = key.lower()
        near = _SPELLINGS.get(plain) or next(iter(difflib.get_close_matches(plain, _USED, 1)), "")
        advice = f" Did you mean “{near}”?" if near else ""
        loader.lose("left_out", key[:80], f"promptfoo does not know “{key[:80]}”, so it is not used.{advice}")
    if not config.get("providers") and not config.get("targets"):
        loader.lose("note", "providers", "The file names no providers. Choose a model.")
    elif config.get("providers") and config.get("targets"):
        loader.lose("differs", "targets", "Only providers are used; promptfoo refuses a file with both.")
    if config.get("nunjucksFilters"):
        loader.lose("left_out", "nunjucksFilters", "Filters of the file are programs and are not run.")


def _options(given: Mapping[str, Any], loader: ConfigLoader) -> tuple[int, int | None]:
    """Return samples and concurrency."""
    if others := sorted(given.keys() - _OPTIONS):
        loader.lose("left_out", "evaluateOptions", f"Not used: {listed(others)}.")
    repeat, concurrency = given.get("repeat"), given.get("maxConcurrency")
    samples = repeat if type(repeat) is int and repeat > 0 else 1
    if samples > MOST_SAMPLES:
        loader.lose("differs", "evaluateOptions.repeat", f"At most {MOST_SAMPLES} samples are asked here.")
    return min(samples, MOST_SAMPLES), concurrency if type(concurrency) is int and concurrency > 0 else None


def _note_tests(tests: RawTests, loader: ConfigLoader) -> None:
    for test in tests.tests:
        if unknown := sorted(test.data.keys() - _KNOWN_IN_TEST):
            sentence = f"promptfoo does not know {listed(unknown)[:100]}, so it has no effect."
            loader.lose("left_out", test.where, sentence)
        for part, sentence in _TEST_PARTS.items():
            if test.data.get(part) is not None:
                loader.lose("differs", f"{test.where}.{part}", sentence)
        options = as_map(test.data.get("options"))
        inherited = as_map(tests.default.get("options"))
        for name, value in options.items():
            where = f"defaultTest.options.{name}" if inherited.get(name) == value else f"{test.where}.options.{name}"
            if name in _TEST_OPTIONS:
                loader.lose("differs", where, _TEST_OPTIONS[name])
            elif name not in _QUIET_OPTIONS and name not in OPTIONS:
                loader.lose("left_out", where, "It is not used.")


def _affixes(cases: Sequence[ExpandedTest], loader: ConfigLoader) -> tuple[str, str]:
    """Return the texts before and after every prompt. Where cases differ in them, they become variables."""
    found = []
    for name, variable in (("prefix", PREFIX), ("suffix", SUFFIX)):
        texts = [as_text(as_map(case.test.data.get("options")).get(name)) for case in cases]
        if len(set(texts)) == 1:
            found.append(texts[0])
            continue
        found.append(f"{{{{{variable}}}}}")
        for case, text in zip(cases, texts, strict=True):
            where = f"{case.test.where}.options.{name}"
            case.values[variable] = template_filled(loader.filled(text), case.values, where, loader)
    return found[0], found[1]


def _convert(
    raw: Sequence[RawPrompt], variables: SuiteVariables, affixes: tuple[str, str], loader: ConfigLoader
) -> _Converted:
    prompts: list[SuitePrompt] = []
    positions: dict[int, int] = {}
    derived: dict[str, str] = {}
    printed: set[str] = set()
    bare: set[str] = set()
    refused = ""
    for number, (prompt, title) in enumerate(zip(raw, titles(raw), strict=True)):
        try:
            content, made = content_of(prompt, variables, affixes, loader)
        except TemplateRefusedError as error:
            refused = refused or str(error)
            loader.lose("refused", prompt.where, f"The prompt “{title}” is left out. {error}")
            continue
        positions[number] = len(prompts)
        prompts.append(SuitePrompt(title, prompt.label, content))
        derived |= {expression: name for name, expression in made.derived}
        for _, expression in made.derived:
            if expression in variables.kinds and not expression.isidentifier():
                sentence = f"“{expression[:60]}” is a variable here; promptfoo calculates with it, and prints NaN."
                loader.lose("differs", prompt.where, sentence)
        printed |= made.printed
        bare |= made.bare
    if not prompts:
        raise SuiteFileError(f"No prompt of this configuration can be tested here. {refused}")
    return _Converted(tuple(prompts), positions, derived, frozenset(printed), frozenset(bare))


def _columns(
    config: Mapping[str, Any], raw: Sequence[RawPrompt], converted: _Converted, loader: ConfigLoader
) -> tuple[tuple[ImportedColumn, ...], tuple[SuitePrompt, ...]]:
    """Return the columns, and the prompts with the parts that are settings of providers in promptfoo."""
    found = read_columns(config.get("providers") or config.get("targets"), raw, loader)
    at = converted.positions
    made = tuple(
        replace(column, prompts=tuple(at[number] for number in column.prompts if number in at)) for column, _ in found
    )
    prompts = _with_parts(converted.prompts, made, [parts for _, parts in found], loader)
    chats = [number for number, prompt in enumerate(prompts) if _is_chat(prompt.content)]
    if any(column.endpoint == "echo" and set(chats) & set(column.prompts) for column in made):
        sentence = "For a prompt of several messages, echo answers with another text than promptfoo's JSON."
        loader.lose("differs", "providers: echo", sentence)
    return made, prompts


def _with_parts(
    prompts: Sequence[SuitePrompt],
    columns: Sequence[ImportedColumn],
    parts: Sequence[PromptParts],
    loader: ConfigLoader,
) -> tuple[SuitePrompt, ...]:
    """Return the prompts with the tools and the output format of the models that get them."""
    made = []
    for number, prompt in enumerate(prompts):
        wanted = [
            one
            for column, one in zip(columns, parts, strict=True)
            if column.endpoint == "litellm" and number in column.prompts
        ]
        found = agreed(wanted) if wanted else PromptParts()
        if found is None:
            sentence = (
                f"The tools or output formats of “{prompt.title}” are not sent, because its models have different ones."
            )
            loader.lose("differs", "providers", sentence)
        made.append(prompt if found is None else replace(prompt, content=found.applied(prompt.content)))
    return tuple(made)


def _is_chat(content: Content) -> bool:
    return len(content.messages) > 1 or content.messages[0].role != "user"


def _checks_of(tests: RawTests, cases: Sequence[ExpandedTest], loader: ConfigLoader) -> list[tuple[Check, ...]]:
    """Return the own checks of each case, read once per test."""
    read: dict[int, tuple[Check, ...]] = {}
    for test in tests.tests:
        read[id(test)] = read_checks(test.checks, f"{test.where}.assert", loader)
    return [read[id(case.test)] for case in cases]


def _cases(
    cases: Sequence[ExpandedTest],
    checks: Sequence[tuple[Check, ...]],
    derived: Mapping[str, str],
    converted: _Converted,
    columns: Sequence[ImportedColumn],
    raw: Sequence[RawPrompt],
    loader: ConfigLoader,
) -> tuple[ImportedCase, ...]:
    made: list[ImportedCase] = []
    taken: set[str] = set()
    lacking: Counter[str] = Counter()
    for case, own in zip(cases, checks, strict=True):
        kept = {name: kept_value(value) for name, value in case.values.items()}
        kept |= restored(case.test.data, case.values)
        values = {name: text for name, (text, _) in kept.items()}
        kinds = {name: kind for name, (_, kind) in kept.items() if kind is not None}
        missing = sorted(converted.printed - values.keys())
        values |= dict.fromkeys(missing, "")
        try:
            values |= {name: evaluated(expression, case.values) for expression, name in derived.items()}
        except UnscoredError:
            sentence = "The case is left out, because an expression of a prompt cannot be evaluated for its values."
            loader.lose("refused", case.test.where, sentence)
            continue
        lacking.update(missing)
        prompts = _prompts_of(case.test, converted, raw, loader)
        allowed = allowed_columns(case.test.data.get("providers"), columns, f"{case.test.where}.providers", loader)
        made.append(ImportedCase(case_of(case, own, values, kinds, taken), prompts, allowed))
    for name, count in sorted(lacking.items()):
        if name.removeprefix("env_") not in loader.env_names:
            sentence = f"The variable {name} has no value in {counted(count, 'test')}. It is empty there."
            loader.lose("note", f"vars.{name}", sentence)
    return tuple(made)


def _prompts_of(
    test: RawTest, converted: _Converted, raw: Sequence[RawPrompt], loader: ConfigLoader
) -> tuple[int, ...]:
    found = allowed_prompts(test.data.get("prompts"), raw, f"{test.where}.prompts", loader)
    return tuple(converted.positions[number] for number in found if number in converted.positions)


def _env_names(loader: ConfigLoader) -> tuple[str, ...]:
    for name in loader.env_names:
        sentence = (
            f"The environment variable {name} is not read, so that it is the variable env_{name}, which is empty."
        )
        loader.lose("differs", f"env.{name}", sentence)
    return tuple(loader.env_names)


def _name(config: Mapping[str, Any], source: SuiteSource) -> str:
    return first_line(as_text(config.get("description")), 60) or source.name.rpartition(".")[0] or source.name


FORMAT = SuiteFormat(
    id="promptfoo",
    order=10,
    title="promptfoo configuration",
    help="promptfooconfig.yaml: prompts, tests and checks; providers that are known become columns",
    names=("promptfooconfig.yaml", "promptfooconfig.yml", "promptfooconfig.json"),
    recognise=recognise,
    read=read_config,
)
