"""Exporting runs to files.

Invariant: a file is complete or does not exist, and replaces another one only on request. Writing needs memory for one
part of a run, however many runs there are.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from workbench.core.exported_runs import ExportedPart
from workbench.core.runs import IterationDetail
from workbench.core.text import counted
from workbench.formats.exports import FORMATS
from workbench.formats.exports.answer_table import AnswerTable, answer_table
from workbench.formats.exports.format import ExportContext
from workbench.host.dirs import resource
from workbench.host.errors import HostError, explain
from workbench.host.ids import new_uid
from workbench.store import Store
from workbench.store.errors import failure
from workbench.store.merging.foreign_database import ReadingHalt
from workbench.usecases.output_checks import with_checks
from workbench.usecases.problems import RefusedError
from workbench.usecases.searcher import Searcher

_PAGE = 200


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """Numbers of runs and answers written so far, and of hold-out tests among them, whose answers are left out."""

    runs: int = 0
    answers: int = 0
    held_out: int = 0

    @property
    def note(self) -> str:
        """Return what was left out as a sentence, "" for nothing."""
        if not self.held_out:
            return ""
        tests = counted(self.held_out, "hold-out test")
        return f"Left out: the answers of {tests}, of which only totals are shown."


@dataclass(frozen=True, slots=True)
class ExportSelection:
    """Runs by uid, in this order, or the hits of a search, newest first."""

    run_uids: tuple[str, ...] = ()
    query: str | None = None


class ExportTarget(Protocol):
    """A sink for text in pieces."""

    def write(self, text: str, /) -> object:
        """Write one piece."""


class Exporter:
    """Writes runs of a history. Blocks; use it on worker threads. `halt` ends it and leaves no file behind."""

    def __init__(self, store: Store, searcher: Searcher) -> None:
        self._store, self._searcher = store, searcher

    def to_file(
        self,
        selection: ExportSelection,
        format_: str,
        target: Path,
        *,
        replace: bool = False,
        halt: ReadingHalt | None = None,
        tell: Callable[[ExportProgress], None] = lambda _: None,
    ) -> ExportProgress:
        """Write a selection to a file; `format_` is the id of a format.

        Raises RefusedError if the file exists, HostError, StoreError.
        """
        if target.is_dir():
            raise RefusedError(f"{target} is a folder. Name a file in it.")
        if not replace and target.exists():
            raise RefusedError(f"{target} already exists. Choose another name, or allow replacing it.")
        with whole_file(target, replace=replace) as file:
            return self.write(selection, format_, file, halt=halt, tell=tell)

    def write(
        self,
        selection: ExportSelection,
        format_: str,
        out: ExportTarget,
        *,
        halt: ReadingHalt | None = None,
        tell: Callable[[ExportProgress], None] = lambda _: None,
    ) -> ExportProgress:
        """Write a selection to a sink; `format_` is the id of a format.

        Raises StoreError (interrupted after `halt`), RefusedError.
        """
        counted = _Counted(halt or ReadingHalt(), tell)
        row, reports = FORMATS[format_], dict[str, list[str]]()
        with closing(self._parts(selection, reports if row.reports_tests else None)) as parts:
            for piece in row.write(counted.through(parts), self._context(selection, reports)):
                out.write(piece)
        if not counted.progress.runs:
            raise RefusedError("There are no runs to export. Select some, or search for something else.")
        return counted.progress

    def table(self, run_uid: str, most: int | None = None) -> AnswerTable:
        """Return the answers of a run as a table, at most `most`; none of a hold-out. Raises StoreError."""
        with closing(self._store.exports.parts([run_uid])) as parts:
            return answer_table(map(_checked, parts), most)

    def _context(self, selection: ExportSelection, reports: dict[str, list[str]]) -> ExportContext:
        return ExportContext(
            title=lambda: self._title(selection),
            variables=lambda: self._variables(selection),
            style=lambda: resource("report", "report.css").read_text("utf-8"),
            test_report=lambda part: reports.pop(part.row.row.run_uid),
        )

    def _parts(self, selection: ExportSelection, reports: dict[str, list[str]] | None) -> Generator[ExportedPart]:
        for uid in self._uids(selection):
            if reports is not None and self._store.tests.has(uid):
                part = self._without_answers(uid)
                # Before the part is yielded, and not by the writer: nothing can be read while parts are.
                reports[uid] = list(self._test_report(part))
                yield part
                continue
            with closing(self._store.exports.parts([uid])) as parts:
                for part in parts:
                    yield _checked(part)

    def _without_answers(self, uid: str) -> ExportedPart:
        with closing(self._store.exports.parts([uid])) as parts:
            part = next(parts)
        detail = dataclasses.replace(part.detail, sets=(), outputs=())
        return dataclasses.replace(part, sets=range(0), detail=detail, cells={})

    def _test_report(self, part: ExportedPart) -> Iterator[str]:
        # Imports numpy, which exports without tests do not need.
        from workbench.formats.test_reports import FORMATS as REPORTS
        from workbench.usecases.judging.judge_reports import JudgeAnalyst
        from workbench.usecases.testing.analysis import SuiteAnalyst

        analyst = SuiteAnalyst(self._store.tests, judges=JudgeAnalyst(self._store.judges))
        uid = part.row.row.run_uid
        report = analyst.newest(part.row.prompt, part.row.prompt_uid, uid)
        is_shown = report.set_name != "holdout" and any(column.failing_total for column in report.columns)
        return REPORTS["markdown"].write(report, lambda: analyst.cells(uid) if is_shown else iter(()))

    def _uids(self, selection: ExportSelection) -> Iterator[str]:
        if selection.query is None:
            yield from selection.run_uids
            return
        after = None
        while True:
            found = self._searcher.search(selection.query, after, _PAGE)
            yield from (row.row.run_uid for row in found.page.rows)
            after = found.page.next
            if after is None:
                return

    def _variables(self, selection: ExportSelection) -> Sequence[str]:
        """Return the names of all variables, in the order of their first use."""
        names: dict[str, None] = {}
        for uid in self._uids(selection):
            names |= dict.fromkeys(self._store.exports.variables(uid))
        return tuple(names)

    def _title(self, selection: ExportSelection) -> str:
        rows = [self._store.exports.name(uid) for uid, _ in zip(self._uids(selection), range(2), strict=False)]
        if len(rows) == 1:
            return rows[0]
        if selection.query is None:
            return f"{len(selection.run_uids):,} runs"
        return f"Runs: {selection.query}" if selection.query else "Runs"


class _Counted:
    """Counts exported parts, and stops on request."""

    def __init__(self, halt: ReadingHalt, tell: Callable[[ExportProgress], None]) -> None:
        self._halt, self._tell = halt, tell
        self.progress = ExportProgress()

    def through(self, parts: Iterable[ExportedPart]) -> Iterator[ExportedPart]:
        """Yield the parts unchanged."""
        for part in parts:
            if self._halt.asked:
                raise failure("interrupted")
            held_out = part.is_first and part.row.test is not None and part.row.test.is_held_out
            self.progress = ExportProgress(
                self.progress.runs + part.is_last,
                self.progress.answers + len(part.detail.outputs),
                self.progress.held_out + held_out,
            )
            yield part
            self._tell(self.progress)


def format_of(path: Path) -> str | None:
    """Return the id of the format for a file name, None if its extension is unknown."""
    end = path.suffix.lower()
    return next((row.id for row in FORMATS.values() if end in row.extensions), None)


def _checked(part: ExportedPart) -> ExportedPart:
    detail: IterationDetail = with_checks(part.detail)
    return part if detail is part.detail else dataclasses.replace(part, detail=detail)


@contextlib.contextmanager
def whole_file(target: Path, *, replace: bool) -> Iterator[TextIO]:
    """Open a temporary file that gets its name once it is complete. Raises RefusedError, HostError."""
    partial = target.with_name(f".{target.name[:100]}.{new_uid()}.partial")
    try:
        with partial.open("x", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            partial.replace(target)
        else:
            _name(partial, target)
    except FileExistsError as error:
        raise RefusedError(f"{target} already exists. Choose another name.") from error
    except OSError as error:
        missing = isinstance(error, FileNotFoundError) and not target.parent.is_dir()
        why = (
            f"There is no folder {target.parent}. Make it, or choose another one."
            if missing
            else f"{target} cannot be written. Make room, or choose another folder."
        )
        raise HostError(why, "" if missing else explain(error)) from error
    finally:
        partial.unlink(missing_ok=True)


def _name(partial: Path, target: Path) -> None:
    """Rename a file without replacing one that was created meanwhile."""
    try:
        target.hardlink_to(partial)
    except FileExistsError:
        raise
    except OSError:
        # Not every file system supports hard links.
        if target.exists():
            raise FileExistsError(target) from None
        partial.replace(target)
