"""Opens the dialog that compares drafts, versions or runs.

Invariant: the draft is compared as it was in the editor when the dialog opened. For blind runs only the prompts are
compared, because the lanes would reveal the models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shiboken6 import isValid

from workbench.core.text import opening_words
from workbench.core.timeline import VersionLabel, caption, name
from workbench.core.version_name import at_start
from workbench.ui.features.compare.dialog import DRAFT, CompareDialog, Entry
from workbench.ui.shell.events import MarkedRowsCompared, RunsComparison, VersionsComparison
from workbench.ui.shell.services import Services
from workbench.usecases.comparison import ComparisonSide, side_of

_TITLE = 60
_VERSION = "version "
"""Prefix of a version's entry, followed by its number."""


class CompareController:
    """Opens dialogs, several at once if wanted; their content is read on worker threads."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.dialog: CompareDialog | None = None
        """The dialog opened last, None once it is closed."""

    def stop(self) -> None:
        """Do nothing: there is no background work to stop."""

    def compare(self) -> None:
        """In the History compare the selected runs, else the two marked rows, or the shown row with the draft."""
        services = self._services
        if services.navigator.shown() == "history":
            if (wanted := services.selection.comparison()) is not None:
                services.events.publish(wanted)
            return
        marked = services.selection.timeline().marked
        self.compare_rows(*(marked or ()))
        if marked is not None:
            services.events.publish(MarkedRowsCompared())

    def compare_rows(self, old: str | None = None, new: str | None = None) -> CompareDialog:
        """Compare two rows of the timeline. `new` defaults to the draft, `old` to the shown row."""
        session, store, history = self._services.session, self._services.backend.store, self._services.backend.history
        draft, prompt, timeline = session.draft(), session.prompt(), self._services.selection.timeline()
        rows = {row.uid: row for row in timeline.rows}
        entries: list[Entry] = [(DRAFT, "The draft")]
        entries += [(uid, _entry_title(at_start(name(row)), caption(row))) for uid, row in rows.items()]

        def read(uid: str) -> ComparisonSide:
            if uid == DRAFT:
                return ComparisonSide(draft.content, draft.lanes, store.version_names(prompt))
            if uid.startswith(_VERSION):
                return ComparisonSide(store.version(prompt, _version_of(uid)).content)
            return side_of(history.whole(rows[uid]))

        chosen = old if old is not None else timeline.shown or (entries[1][0] if len(entries) > 1 else DRAFT)
        dialog = self._open(entries, read, (chosen, DRAFT if new is None else new), guessed=old is None)
        self._services.tasks.run(
            lambda: store.version_labels(prompt),
            lambda labels: dialog.add_entries(_version_entries(labels)) if isValid(dialog) else None,
        )
        return dialog

    def compare_versions(self, wanted: VersionsComparison) -> None:
        """Compare two versions of any prompt; the dialog opens once the labels of all its versions are read."""
        store, prompt = self._services.backend.store, wanted.prompt_uid

        def open_dialog(labels: list[VersionLabel]) -> None:
            self._open(
                _version_entries(labels),
                lambda entry: ComparisonSide(store.version(prompt, _version_of(entry)).content),
                (_version_entry(wanted.old), _version_entry(wanted.new)),
            )

        self._services.tasks.run(lambda: store.version_labels(prompt), open_dialog)

    def compare_runs(self, wanted: RunsComparison) -> None:
        """Compare the prompts, values and lanes of two runs, possibly of different prompts."""
        runs = {"older": wanted.older, "newer": wanted.newer}
        blind = any(run.detail.blind for run in runs.values())

        def read(entry: str) -> ComparisonSide:
            detail = runs[entry].detail
            return ComparisonSide(detail.content) if blind else side_of(detail)

        self._open([(entry, run.name) for entry, run in runs.items()], read, ("older", "newer"))

    def _open(
        self,
        entries: Sequence[Entry],
        read: Callable[[str], ComparisonSide],
        chosen: tuple[str, str],
        *,
        guessed: bool = False,
    ) -> CompareDialog:
        services = self._services
        parent = services.dialogs.widget()
        dialog = CompareDialog(services.theme, services.tasks, entries, read, chosen, parent, guessed=guessed)
        dialog.finished.connect(lambda: self._closed(dialog))
        self.dialog = dialog
        dialog.show()
        return dialog

    def _closed(self, dialog: CompareDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None


def _version_entry(number: int) -> str:
    """Return the entry of a version."""
    return f"{_VERSION}{number}"


def _version_of(entry: str) -> int:
    """Return the version number of an entry."""
    return int(entry.removeprefix(_VERSION))


def _version_entries(labels: Sequence[VersionLabel]) -> list[Entry]:
    """Return entries for all versions, newest first; the timeline contains only the rows loaded so far."""
    return [
        (_version_entry(label.number), _entry_title(at_start(label.name), label.text or label.opening))
        for label in sorted(labels, key=lambda label: -label.number)
    ]


def _entry_title(what: str, known: str) -> str:
    return " · ".join(filter(None, (what, opening_words(known, _TITLE))))
