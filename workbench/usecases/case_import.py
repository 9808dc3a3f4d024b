"""Importing cases into a prompt, and making one of an answer.

Invariant: an import is one transaction and is undone as one; reading and planning change nothing. Files are hostile:
their size is checked before they are read, and workbooks are read in a process of their own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.core.byte_sizes import show_bytes
from workbench.core.cases import Case
from workbench.core.runs import IterationDetail
from workbench.core.testing.case_identity import asked_values
from workbench.core.testing.case_mapping import CaseMapping, MappedCases, map_cases
from workbench.core.testing.case_table import (
    MOST_COLUMNS,
    CaseTable,
    Notes,
    TableError,
    Watch,
    table_of_rows,
)
from workbench.core.text import counted
from workbench.engine.sheets.client import read_sheet
from workbench.formats.cases import FORMATS, format_of
from workbench.formats.cases.csv_table import table_of_text
from workbench.formats.cases.json_list import table_of_json
from workbench.formats.cases.yaml_list import table_of_yaml
from workbench.host.files import read_file
from workbench.host.processes import scrubbed_env
from workbench.store import Store
from workbench.usecases.problems import RefusedError
from workbench.usecases.table_files import TableFiles

_SLICE = 1_000
MOST_PASTED = 16_000_000
"""Characters of a paste."""
_NUMBER_FORMATS = (
    "Of number formats only percentages and leading zeros are read, in .xlsx files: 5 € is 5. Format a column as text "
    "to keep its look."
)


@dataclass(frozen=True, slots=True)
class CaseImportPlan:
    """What an import would add: `cases` with new uids; `duplicates` have the values of a case or of an earlier row.

    Duplicates are in `cases` unless they are skipped. `files` are those that the cases have as values.
    """

    prompt_uid: str
    cases: tuple[Case, ...]
    mapped: MappedCases
    duplicates: int
    skips_duplicates: bool
    files: TableFiles = field(default_factory=lambda: TableFiles(None), compare=False)

    @property
    def summary(self) -> str:
        """What the import would do, in sentences."""
        told = [f"{counted(len(self.cases), 'case')} to import." if self.cases else "There is nothing to import."]
        if self.duplicates:
            one = self.duplicates == 1
            doing = ("is" if one else "are") + (" skipped" if self.skips_duplicates else " imported again")
            told.append(f"{counted(self.duplicates, 'duplicate')} {doing}.")
        if left_out := self.mapped.left_out:
            told.append(f"{counted(left_out, 'row')} {'is' if left_out == 1 else 'are'} left out.")
        return " ".join(told)


@dataclass(frozen=True, slots=True)
class AddedCases:
    """The cases of one import, for undo."""

    prompt_uid: str
    uids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseOfAnswer:
    """A case made of an answer; `before` is the case of the same uid that it replaced, None for a new one."""

    prompt_uid: str
    case: Case
    before: Case | None


@dataclass(frozen=True, slots=True)
class _File:
    """Implements `CaseFile`."""

    path: Path
    limit: int
    sheet: str
    env: Mapping[str, str]

    def body(self) -> bytes:
        return read_file(self.path, self.limit)

    def workbook(self, watch: Watch) -> CaseTable:
        read = read_sheet(self.path, self.sheet, self.env, watch)
        notes = Notes("row")
        if read.width > MOST_COLUMNS:
            notes.say(f"Only the first {MOST_COLUMNS} of {read.width:,} columns were read.")
        if read.has_numbers:
            notes.say(_NUMBER_FORMATS)
        try:
            return table_of_rows(enumerate(read.rows, start=1), notes, watch, read.sheets, read.sheet)
        except TableError:
            if len(read.sheets) == 1:
                raise
            # An empty sheet still offers the others.
            return CaseTable((), (), (), notes=("This sheet is empty.",), sheets=read.sheets, sheet=read.sheet)


class CaseImporter:
    """Imports into one history. Methods block and belong on a worker thread, except those that return a future."""

    def __init__(self, store: Store, new_uid: Callable[[], str], env: Mapping[str, str] | None = None) -> None:
        """`env` are the environment variables of the process that reads workbooks."""
        self._store, self._new_uid = store, new_uid
        self._env = scrubbed_env(os.environ) if env is None else env

    def read_file(self, path: Path, watch: Watch, sheet: str = "") -> CaseTable:
        """Return the table in a file; `sheet` is the one of a workbook, "" for the first.

        Raises RefusedError, and ReadingStoppedError when `watch` does.
        """
        row = format_of(path)
        if row is None:
            titles = ", ".join(known.title for known in FORMATS.values())
            raise RefusedError(f"“{path.name}” has no known ending. Cases are read from: {titles}.")
        try:
            size = path.stat().st_size
            if size > row.limit_bytes:
                raise RefusedError(
                    f"“{path.name}” has {show_bytes(size)}; the limit is {show_bytes(row.limit_bytes)}. Split it."
                )
            return row.read(_File(path, row.limit_bytes, sheet, self._env), watch)
        except TableError as error:
            sentence = f"“{path.name}” cannot be read. {error}"
            raise RefusedError(sentence, str(error.__cause__ or "")) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise RefusedError(f"“{path.name}” cannot be read: {reason}. Choose another file.", str(error)) from error

    def read_text(self, text: str, watch: Watch) -> CaseTable:
        """Return the table in a pasted text: rows of a spreadsheet, CSV, JSON, JSON Lines or a YAML list.

        Raises RefusedError, and ReadingStoppedError when `watch` does.
        """
        if len(text) > MOST_PASTED:
            raise RefusedError(f"The text has {len(text):,} characters; the limit is {MOST_PASTED:,}. Use a file.")
        if not text.strip():
            raise RefusedError("There is no text to paste. Copy rows with the names of the variables in the first one.")
        start = text.lstrip()
        try:
            if start.startswith(("{", "[")):
                return table_of_json(text, watch)
            if start.startswith("- ") and ":" in start.partition("\n")[0]:
                return table_of_yaml(text, watch)
            return table_of_text(text, watch)
        except TableError as error:
            raise RefusedError(str(error), str(error.__cause__ or "")) from error

    def plan(
        self,
        prompt_uid: str,
        table: CaseTable,
        mapping: CaseMapping,
        variables: Sequence[str],
        *,
        skips_duplicates: bool = True,
        folder: Path | None = None,
    ) -> CaseImportPlan:
        """Return what importing a table would add to a prompt; `folder` is that of its file. Raises StoreError."""
        files = TableFiles(folder)
        mapped = map_cases(table, mapping, variables, files.find)
        known = {asked_values(case) for case in self._store.packs.cases(prompt_uid)}
        cases: list[Case] = []
        duplicates = 0
        for case in mapped.cases:
            if (question := asked_values(case)) in known:
                duplicates += 1
                if skips_duplicates:
                    continue
            known.add(question)
            cases.append(case)
        while known:  # freeing them all at once would hold the GIL
            known.pop()
        return CaseImportPlan(prompt_uid, tuple(cases), mapped, duplicates, skips_duplicates, files)

    def add(self, plan: CaseImportPlan) -> AddedCases:
        """Append the cases of a plan in one transaction, after their files.

        Raises RefusedError if a file has changed, and StoreError.
        """
        plan.files.store_all(plan.cases, self._store)
        return self.append(plan.prompt_uid, plan.cases)

    def append(self, prompt_uid: str, new: Sequence[Case]) -> AddedCases:
        """Append cases with new uids in one transaction. Raises StoreError."""
        cases = [replace(case, uid=self._new_uid()) for case in new]
        added = AddedCases(prompt_uid, tuple(case.uid for case in cases))
        self._store.packs.append_cases(prompt_uid, cases).result()
        free_gradually(cases)
        return added

    def take_back(self, added: AddedCases) -> Future[None]:
        """Undo an import: remove its cases, in one transaction."""
        return self._store.packs.remove_cases(added.prompt_uid, added.uids)

    def case_of_answer(self, prompt_uid: str, run_uid: str, output_uid: str) -> CaseOfAnswer:
        """Return a case with the values of an answer, and the answer as its expectation; nothing is stored.

        A case that already has these values keeps everything else. Raises RefusedError, also if that case is held out:
        an answer seen in Compose must not change what the hold-out measures. Raises StoreError.
        """
        values, text, uid, name = _answer(self._store.iteration_detail(run_uid), output_uid)
        cases = self._store.packs.cases(prompt_uid)
        before = next((case for case in cases if frozenset(case.values) == frozenset(values) and values), None)
        if before is not None and before.held_out:
            raise RefusedError(
                f"These values are those of “{before.name}”, which is held out, so its expectation was not changed. To "
                "change it, edit the case."
            )
        if before is not None:
            return CaseOfAnswer(prompt_uid, replace(before, expectation=text), before)
        is_free = bool(uid) and all(case.uid != uid for case in cases)
        case = Case(uid if is_free else self._new_uid(), name, values, expectation=text)
        return CaseOfAnswer(prompt_uid, case, None)

    def keep_answer(self, made: CaseOfAnswer) -> Future[None]:
        """Store a case made of an answer."""
        if made.before is None:
            return self._store.packs.append_cases(made.prompt_uid, (made.case,))
        return self._store.packs.change_case(made.prompt_uid, made.case)

    def take_answer_back(self, made: CaseOfAnswer) -> Future[None]:
        """Undo `keep_answer`."""
        if made.before is None:
            return self._store.packs.remove_cases(made.prompt_uid, (made.case.uid,))
        return self._store.packs.change_case(made.prompt_uid, made.before)


def free_gradually(*held: list[Any]) -> None:
    """Empty lists of many objects in slices: freeing 100,000 cases at once would hold the GIL for 100 ms."""
    for one in held:
        while one:
            del one[-_SLICE:]
            time.sleep(0)


def _answer(detail: IterationDetail, output_uid: str) -> tuple[tuple[tuple[str, str], ...], str, str, str]:
    """Return the values and the text of an answer, and uid and name of its value set. Raises RefusedError."""
    record = next((one for one in detail.outputs if one.uid == output_uid), None)
    if record is None or not record.result.text:
        raise RefusedError("This lane has no answer to make a case of. Run it first.")
    if record.value_set < len(detail.sets):
        ran = detail.sets[record.value_set]
        return ran.values, record.result.text, ran.uid, ran.name
    return detail.values, record.result.text, "", ""
