"""The tests of a promptfoo configuration, before their variables are filled in.

Invariant: the order is promptfoo's: the tests, then those of the scenarios. Every test is merged with `defaultTest`,
whose checks stay apart, because they apply to all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.formats.imports.promptfoo_settings import as_list, as_map
from workbench.formats.suites.loading import FILE, ConfigLoader, csv_rows, is_code, json_lines
from workbench.formats.suites.promptfoo_csv import read_rows
from workbench.formats.suites.promptfoo_sheets import SHEETS, lose_sheet, tests_of_sheet
from workbench.formats.suites.suite_format import SuiteFileError

MOST_TESTS = 10_000
_REMOTE = ("az://", "huggingface://", "https://", "http://")
_NEEDED = ("assert", "vars", "options", "metadata", "provider", "providerOutput", "threshold")
_MERGED = ("vars", "options", "metadata")
_INHERITED = ("prompts", "provider", "providers", "assertScoringFunction")


@dataclass(frozen=True, slots=True)
class RawTest:
    """A test merged with the default one: `checks` are its own, `has_defaults` whether those for all apply, too."""

    data: Mapping[str, Any]
    checks: tuple[Any, ...]
    has_defaults: bool
    where: str


@dataclass(frozen=True, slots=True)
class RawTests:
    """All tests, and the checks for all of them."""

    tests: tuple[RawTest, ...]
    checks: tuple[Any, ...]
    default: Mapping[str, Any]


def read_tests(config: Mapping[str, Any], loader: ConfigLoader) -> RawTests:
    """Return the tests of a configuration. Raises SuiteFileError."""
    default = _default(config.get("defaultTest"), loader)
    found: list[RawTest] = []
    for where, test in _listed(config.get("tests"), "tests", loader):
        found.append(_merged(test, {}, default, where))
        _check_count(found)
    scenarios = config.get("scenarios")
    if not found and not scenarios:
        found.append(_merged({}, {}, default, "tests"))
    for where, test, data in _of_scenarios(scenarios, loader):
        found.append(_merged(test, data, default, where))
        _check_count(found)
    return RawTests(tuple(found), tuple(as_list(default.get("assert"))), default)


def _check_count(found: list[RawTest]) -> None:
    if len(found) > MOST_TESTS:
        raise SuiteFileError(f"This configuration has more than {MOST_TESTS:,} tests. Split it.")


def _default(given: Any, loader: ConfigLoader) -> Mapping[str, Any]:
    if given is None:
        return {}
    loaded = loader.loaded(given, "defaultTest")
    if not isinstance(loaded, dict):
        raise SuiteFileError("defaultTest: this is not a map. Correct it there.")
    return _checked(loaded, "defaultTest", "", loader)


def _merged(test: Mapping[str, Any], data: Mapping[str, Any], default: Mapping[str, Any], where: str) -> RawTest:
    made: dict[str, Any] = {**data, **test}
    for name in _MERGED:
        made[name] = {**as_map(default.get(name)), **as_map(data.get(name)), **as_map(test.get(name))}
    for name in _INHERITED:
        if made.get(name) is None and default.get(name) is not None:
            made[name] = default[name]
    if made.get("threshold") is None and isinstance(default.get("threshold"), str):
        # The threshold for all cases is a number; promptfoo accepts a text, too.
        made["threshold"] = default["threshold"]
    checks = (*as_list(data.get("assert")), *as_list(test.get("assert")))
    has_defaults = made["options"].get("disableDefaultAsserts") is not True
    return RawTest(made, checks, has_defaults, where)


def _of_scenarios(given: Any, loader: ConfigLoader) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    loaded = loader.loaded(given, "scenarios")
    flat = [one for part in as_list(loaded) for one in (part if isinstance(part, list) else [part])]
    for number, scenario in enumerate(flat):
        where = f"scenarios[{number}]"
        if not isinstance(scenario, dict):
            raise SuiteFileError(f"{where}: this is not a map with config and tests. Correct it there.")
        tests = list(_listed(scenario.get("tests"), f"{where}.tests", loader)) or [(where, {})]
        for place, data in enumerate(as_list(loader.loaded(scenario.get("config"), f"{where}.config"))):
            if not isinstance(data, dict):
                raise SuiteFileError(f"{where}.config[{place}]: this is not a map. Correct it there.")
            data = _checked(data, f"{where}.config[{place}]", "", loader)
            yield from ((inner, test, data) for inner, test in tests)


def _listed(given: Any, where: str, loader: ConfigLoader) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the tests of a value: a path, a list of tests and paths, or a map with a path."""
    if given is None:
        return
    if isinstance(given, str):
        yield from _of_files(given, where, loader)
    elif isinstance(given, dict) and isinstance(given.get("path"), str):
        if given.get("config"):
            loader.lose("left_out", f"{where}.config", "It is for a program that makes tests, which is not run.")
        yield from _of_files(given["path"], where, loader)
    elif isinstance(given, list):
        for number, one in enumerate(given):
            place = f"{where}[{number}]"
            if isinstance(one, str) or (isinstance(one, dict) and "path" in one):
                yield from _listed(one, place, loader)
            else:
                yield place, _test(one, place, "", loader)
    else:
        raise SuiteFileError(f"{where}: this is neither a list nor a path of tests. Correct it there.")


def _of_files(reference: str, where: str, loader: ConfigLoader) -> Iterator[tuple[str, Mapping[str, Any]]]:
    path = loader.filled(reference.removeprefix(FILE))
    if reference.startswith(_REMOTE):
        loader.lose("refused", where, "Tests on the web are not read. Save them as a file beside this one.")
    elif is_code(path):
        loader.lose("refused", where, f"The tests of {path[:80]} are left out, because it is a program.")
    else:
        book, _, sheet = path.partition("#")
        if book.lower().endswith(SHEETS):
            path = book
            if not loader.reads_sheets:
                lose_sheet(path, where, loader)
                return
        paths = loader.paths(path, where)
        if not paths:
            raise SuiteFileError(f"{where}: no file matches “{path[:200]}”. Correct it there.")
        for one in paths:
            yield from _of_file(one, where, loader, sheet)


def _of_file(path: str, where: str, loader: ConfigLoader, sheet: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    name = path.lower()
    folder = path.rpartition("/")[0]
    if is_code(path):
        loader.lose("refused", where, f"The tests of {path[:80]} are left out, because it is a program.")
        return
    if name.endswith(SHEETS):
        yield from tests_of_sheet(path, sheet, where, loader)
        return
    text = loader.text(path, where)
    if name.endswith(".csv"):
        rows = read_rows(csv_rows(text, path), lambda sentence: loader.lose("differs", path, sentence))
        yield from ((f"{path}, row {number}", row) for number, row in enumerate(rows, start=1))
        return
    if name.endswith(".jsonl"):
        data: Any = json_lines(text, path)
    elif name.endswith((".json", ".yaml", ".yml")):
        data = loader.structure(text, path)
    else:
        raise SuiteFileError(f"{where}: files like “{path[:200]}” are not read as tests. Use .yaml, .json or .csv.")
    data = loader.dereferenced(loader.loaded_deeply(loader.filled_deeply(data), path))
    for number, test in enumerate(data if isinstance(data, list) else [] if data is None else [data], start=1):
        place = f"{path}, test {number}"
        yield place, _test(test, place, folder, loader)


def _test(given: Any, where: str, folder: str, loader: ConfigLoader) -> Mapping[str, Any]:
    if isinstance(given, str):
        path = loader.filled(given.removeprefix(FILE))
        data = loader.structure(loader.text(path, where, folder), path)
        folder = "/".join(filter(None, (folder, path.rpartition("/")[0])))
        given = loader.loaded_deeply(data, where)
    if not isinstance(given, dict):
        raise SuiteFileError(f"{where}: this is not a test, a map with vars and assert. Correct it there.")
    if not any(given.get(name) is not None for name in _NEEDED):
        raise SuiteFileError(f"{where}: this test has neither vars nor assert. Correct it there.")
    return _checked(given, where, folder, loader)


def _checked(test: Mapping[str, Any], where: str, folder: str, loader: ConfigLoader) -> Mapping[str, Any]:
    """Return a test with its variables read from files and its parts of the right shape."""
    made = dict(test)
    if isinstance(test.get("vars"), str | list):
        made["vars"] = _variables(test["vars"], f"{where}.vars", folder, loader)
    for name in _MERGED:
        if made.get(name) is not None and not isinstance(made[name], dict):
            raise SuiteFileError(f"{where}.{name}: this is not a map. Correct it there.")
    if made.get("assert") is not None:
        if isinstance(made["assert"], str):
            made["assert"] = loader.loaded(made["assert"], f"{where}.assert")
        if not isinstance(made["assert"], list):
            raise SuiteFileError(f"{where}.assert: this is not a list. Begin each check with a dash.")
    if "assert" in as_map(made.get("vars")):
        loader.lose("note", f"{where}.vars.assert", "assert is a variable here. Indent it less to make it checks.")
    return made


def _variables(given: Any, where: str, folder: str, loader: ConfigLoader) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for reference in given if isinstance(given, list) else [given]:
        if not isinstance(reference, str):
            raise SuiteFileError(f"{where}: this is not the path of a file with variables. Correct it there.")
        paths = loader.paths(reference, where, folder)
        if not paths:
            raise SuiteFileError(f"{where}: no file matches “{reference[:200]}”. Correct it there.")
        for path in paths:
            data = loader.structure(loader.text(path, where), path)
            if not isinstance(data, dict):
                raise SuiteFileError(f"{where}: {path} is not a map of variables. Correct it there.")
            made |= loader.loaded_deeply(data, path)
    return made
