"""Importing files of tests of other tools: prompts with their cases, checks and columns.

Invariant: an import overwrites and removes nothing, and is one transaction that one undo removes. A plan says for each
prompt what it would add, and what the file loses here, before anything is written. Importing a file again adds only
what is new in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.core.cases import Case
from workbench.core.content import MOST_LANES, content_hash
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM, Lane
from workbench.core.testing.imported_suite import ImportedCase, ImportedSuite, SuiteLoss
from workbench.core.testing.settings import MOST_COLUMNS
from workbench.core.text import counted, first_line
from workbench.formats.value_rows import listed
from workbench.store import Store
from workbench.store.merging.pack_import_store import ArrivingPrompt, ArrivingVersion, PackArrival
from workbench.usecases.exchange.suite_files import read_suite, title_of
from workbench.usecases.packs.importer import digest
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import FIRST_DRAFT, NAME_LIMIT
from workbench.usecases.testing.plan import with_one_slot_each

_Cells = tuple[tuple[int, int], ...]
"""Pairs of a prompt and a column, by position."""


@dataclass(frozen=True, slots=True)
class PlannedSuite:
    """A prompt that a file brings, compared with the history.

    `uid` is that of the prompt, which exists unless `is_new`, and `foreign` its identity in imports. `prompts` are the
    positions of its texts in the file, `lacking` those of them that are no version here. `cases` are those that are
    missing, `columns` those of tests, pinned to positions among `prompts` from 1; `has_checks` whether checks for all
    cases are added. `words` say what is added.
    """

    uid: str
    foreign: str
    name: str
    is_new: bool
    prompts: tuple[int, ...]
    lacking: tuple[int, ...]
    cases: tuple[Case, ...]
    columns: tuple[Lane, ...]
    has_checks: bool
    words: str

    @property
    def adds(self) -> bool:
        """Whether there is something to import."""
        return self.is_new or bool(self.lacking or self.cases or self.columns or self.has_checks)


@dataclass(frozen=True, slots=True)
class SuiteImportPlan:
    """What importing a file would add, and what it loses here."""

    path: Path
    title: str
    suite: ImportedSuite
    prompts: tuple[PlannedSuite, ...]
    losses: tuple[SuiteLoss, ...]

    @property
    def adds(self) -> bool:
        """Whether there is something to import."""
        return any(one.adds for one in self.prompts)

    @property
    def sentence(self) -> str:
        """What would be imported."""
        return " ".join(one.words for one in self.prompts)


@dataclass(frozen=True, slots=True)
class ImportedTests:
    """Result of an import: the prompts that were added or got something, and a sentence."""

    uids: tuple[str, ...]
    sentence: str


class SuiteImporter:
    """Imports into one history. Methods block, so use them on worker threads; they raise StoreError."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store, self._new_uid, self._now = store, new_uid, now

    def plan(self, path: Path) -> SuiteImportPlan:
        """Read a file and say what it would add; writes nothing. Raises RefusedError for one that cannot be read."""
        suite = read_suite(path, {})
        losses = list(suite.losses)
        if suite.concurrency is not None:
            losses.append(SuiteLoss("left_out", "evaluateOptions.maxConcurrency", "It is not kept with the prompt."))
        groups = _groups(suite, losses)
        here = {row.uid: row.name for archived in (False, True) for row in self._store.prompts(archived=archived)}
        if len(groups) > 1:
            sentence = f"Its tests are for different prompts or models, so they become {len(groups)} prompts."
            losses.append(SuiteLoss("differs", "", sentence))
        address = path.resolve().as_uri()
        planned = []
        for number, (cells, prompts, cases) in enumerate(groups):
            name = suite.name if len(groups) == 1 else f"{suite.name}: {suite.prompts[prompts[0]].title}"
            # The first one is the prompt that “workbench test FILE” belongs to.
            key = uuid.uuid5(uuid.NAMESPACE_URL, f"{address}#{number}" if number else address)
            planned.append(self._planned(str(key), _name(name), suite, cells, prompts, cases, here, losses))
        return SuiteImportPlan(path, title_of(path), suite, tuple(planned), tuple(losses))

    def apply(self, plan: SuiteImportPlan) -> ImportedTests:
        """Import what a plan adds. Raises RefusedError for a history that is read-only."""
        if self._store.read_only:
            raise RefusedError(self._store.notice)
        wanted = [one for one in plan.prompts if one.adds]
        if not wanted:
            return ImportedTests((), "Nothing was imported: everything is already here.")
        arriving = tuple(self._arriving(one, plan.suite) for one in wanted)
        arrival = PackArrival("", "", str(plan.path.absolute()), arriving, plan.suite.files)
        self._store.packs.arrive(arrival, self._now()).result()
        names = ", ".join(f"“{one.name}”" for one in wanted)
        cases = counted(sum(len(one.cases) for one in wanted), "case")
        return ImportedTests(tuple(one.uid for one in wanted), f"Imported {names} with {cases}.")

    def undo(self) -> str:
        """Remove what the last import added; return a sentence. Raises StoreError if later work depends on it."""
        return self._store.packs.take_back().result()

    def _planned(
        self,
        key: str,
        name: str,
        suite: ImportedSuite,
        cells: _Cells,
        prompts: tuple[int, ...],
        cases: Sequence[Case],
        here: dict[str, str],
        losses: list[SuiteLoss],
    ) -> PlannedSuite:
        foreign = f"tests:{key}"
        uid = key if key in here else self._store.packs.origins("prompt").get(foreign, "")
        is_new = uid not in here
        columns = _columns(suite, cells, prompts, losses)
        if is_new:
            uid = key if not self._store.packs.is_taken(key) else self._new_uid()
            words = _new(name, len(prompts), len(cases), len(suite.checks), len(columns))
            return PlannedSuite(uid, foreign, name, True, prompts, prompts, tuple(cases), columns, True, words)
        known = {row.hash for row in self._store.versions(uid)}
        lacking = tuple(one for one in prompts if content_hash(suite.prompts[one].content) not in known)
        missing = self._missing(foreign, uid, cases)
        settings = self._store.tests.settings(uid)
        brings = bool(suite.checks or suite.threshold is not None)
        has_checks = bool(settings.checks or settings.threshold is not None)
        wanted = () if settings.columns else columns
        counts = ((len(lacking), "version"), (len(missing), "case"), (len(wanted), "column"))
        lacks = [counted(number, word) for number, word in counts if number]
        lacks += ["the checks for all cases"] if brings and not has_checks else []
        kept = ["checks for all cases"] if brings and has_checks and settings.checks != suite.checks else []
        kept += ["columns"] if columns and settings.columns else []
        words = _update(here[uid], lacks, kept)
        return PlannedSuite(
            uid,
            foreign,
            here[uid],
            False,
            prompts,
            lacking,
            missing,
            wanted,
            brings and not has_checks,
            words,
        )

    def _missing(self, foreign: str, uid: str, cases: Iterable[Case]) -> tuple[Case, ...]:
        """Return the cases that a prompt lacks; one that was imported and changed here is not imported again."""
        mine = self._store.packs.cases(uid)
        known, uids = {digest(case) for case in mine}, {case.uid for case in mine}
        came = self._store.packs.origins("case")
        return tuple(
            case
            for case in cases
            if case.uid not in uids and digest(case) not in known and came.get(_origin(foreign, case)) not in uids
        )

    def _arriving(self, one: PlannedSuite, suite: ImportedSuite) -> ArrivingPrompt:
        versions = tuple(
            ArrivingVersion(self._new_uid(), content_hash(prompt.content), prompt.content, "", prompt.title)
            for prompt in (suite.prompts[position] for position in one.prompts)
        )
        checks = (suite.checks, suite.threshold) if one.has_checks else ((), None)
        return ArrivingPrompt(
            one.foreign,
            one.uid,
            one.name,
            one.is_new,
            versions,
            _draft(one, suite) if one.is_new else None,
            tuple((_origin(one.foreign, case), case) for case in one.cases),
            *checks,
            one.columns,
            suite.samples,
        )


def _groups(
    suite: ImportedSuite, losses: list[SuiteLoss]
) -> tuple[tuple[_Cells, tuple[int, ...], tuple[Case, ...]], ...]:
    """Return cells, prompts and cases of each prompt that the tests make: those for the same prompts and models."""
    found: dict[tuple[_Cells, tuple[int, ...]], list[Case]] = {}
    for column in suite.columns:
        if column.endpoint and column.address:
            sentence = "Add the address as an endpoint, then add its model as a column."
            losses.append(SuiteLoss("refused", column.title[:80], sentence))
    for one in suite.cases:
        cells = _cells(suite, one)
        prompts = tuple(dict.fromkeys(prompt for prompt, _ in cells)) or one.prompts
        if prompts:
            found.setdefault((cells, prompts), []).append(one.case)
    if not found:
        raise RefusedError("No test of this file is for a prompt of it. Correct its filters “prompts”.")
    return tuple((cells, prompts, tuple(cases)) for (cells, prompts), cases in found.items())


def _cells(suite: ImportedSuite, one: ImportedCase) -> _Cells:
    return tuple(
        (prompt, column)
        for column in one.columns
        if suite.columns[column].endpoint and not suite.columns[column].address
        for prompt in suite.columns[column].prompts
        if prompt in one.prompts
    )


def _columns(
    suite: ImportedSuite, cells: _Cells, prompts: tuple[int, ...], losses: list[SuiteLoss]
) -> tuple[Lane, ...]:
    """Return the columns of tests. Those of a single text stay with the current text, which is edited next."""
    lanes = [
        replace(_lane(suite, column), pinned=prompts.index(prompt) + 1 if len(prompts) > 1 else None)
        for prompt, column in cells
    ]
    if len(lanes) > MOST_COLUMNS:
        sentence = f"Only the first {MOST_COLUMNS} of {len(lanes)} columns are imported."
        losses.append(SuiteLoss("refused", "providers", sentence))
    return with_one_slot_each(lanes[:MOST_COLUMNS])


def _lane(suite: ImportedSuite, column: int) -> Lane:
    asked = suite.columns[column]
    endpoint, model = (ECHO, ECHO_MODEL) if asked.endpoint == "echo" else (LITELLM, asked.model)
    return Lane("", endpoint, model, asked.params, None, asked.label)


def _draft(one: PlannedSuite, suite: ImportedSuite) -> Draft:
    """Return the draft of a new prompt: its first text, the models of its columns, and a case that is not held out."""
    models = {(lane.endpoint, lane.model, lane.params): replace(lane, pinned=None) for lane in one.columns}
    lanes = tuple(models.values()) or FIRST_DRAFT.lanes
    content = suite.prompts[one.prompts[0]].content
    first = next((case for case in one.cases if not case.held_out), None)
    if first is None:
        return Draft(content, (), lanes[:MOST_LANES], 1)
    shown = ValueSet(first.uid, first.name, first.values, ticked=True, kinds=first.kinds)
    return Draft(content, first.values, lanes[:MOST_LANES], 1, (shown,), first.uid)


def _origin(foreign: str, case: Case) -> str:
    return f"{foreign}:{digest(case)}"


def _name(name: str) -> str:
    cleaned = first_line(" ".join(name.split()), NAME_LIMIT).strip()
    return cleaned if any(one.isprintable() and not one.isspace() for one in cleaned) else "Imported prompt"


def _new(name: str, versions: int, cases: int, checks: int, columns: int) -> str:
    parts = [counted(versions, "version"), counted(cases, "case")]
    parts += [f"{counted(checks, 'check')} for all cases"] if checks else []
    parts += [counted(columns, "column") if columns else "no columns"]
    return f"New: “{name}” with {listed(parts)}."


def _update(name: str, lacks: Sequence[str], kept: Sequence[str]) -> str:
    words = f"“{name}” lacks {listed(lacks)}." if lacks else f"“{name}” already has all of its texts and cases."
    return f"{words} It keeps its own {' and '.join(kept)}." if kept else words
