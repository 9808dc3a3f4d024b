"""Actions on value sets: the cases that are chosen for Compose.

Invariant: removing a set from Compose keeps its case. Paging by the user switches the values panel and the lanes
together; a run or another process never switches which case is edited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QApplication, QMenu

from workbench.core.drafts import most_varied
from workbench.formats.value_rows import read_value_rows, taken
from workbench.usecases.run_plan import still_lacks

if TYPE_CHECKING:
    from workbench.app.compose.session import ComposeSession
    from workbench.formats.value_rows import ValueRows
    from workbench.ui.draft_page.view import ComposeView
    from workbench.ui.features.compose.large_value import LargeValue
    from workbench.ui.features.compose.paste_rows import PasteRowsDialog
    from workbench.ui.shell.notice_bar import NoticeBar
    from workbench.ui.shell.services import Services
    from workbench.usecases.problems import Problem


_LOOKED_AT = 20_000
"""Characters of the clipboard checked for rows; parsing all of a long text would block the window."""


class SetActions(QObject):
    """Acts on the value sets of the draft, and switches the lanes between sets."""

    def __init__(self, services: Services, compose: ComposeSession, view: ComposeView, notice: NoticeBar) -> None:
        super().__init__(services.dialogs.widget())
        self._services, self._compose, self._view, self._notice = services, compose, view, notice
        self._sets, self._stage = compose.sets, compose.stage
        self._bar, self._pager = view.sets, view.pager
        self._dialog: PasteRowsDialog | None = None
        self._large: LargeValue | None = None
        self._refused: Problem | None = None
        self._page: tuple[object, ...] | None = None
        """What the pager shows, None before it shows anything."""
        self._sets.listed.connect(self.show)
        self._sets.values_wanted.connect(self._show_values)
        self._sets.values_followed.connect(lambda values: view.values.follow_values(dict(values)))
        self._bar.chosen.connect(self.choose)
        self._bar.ticked.connect(lambda uid, ticked: self._sets.tick(uid, ticked=ticked))
        self._bar.renamed.connect(self._sets.rename)
        self._bar.add_clicked.connect(self.add)
        self._bar.menu_wanted.connect(self.open_menu)
        self._pager.wanted.connect(self.step)
        self._stage.paged.connect(self.show_page)
        view.values.edited.connect(self._follow_values)

    def show(self) -> None:
        """Show the current value sets."""
        active = self._sets.get(self._sets.active)
        self._view.values.marks.show(() if active is None else active.kinds, editable=False)
        self._bar.show_sets(self._sets.sets, self._sets.active)
        self._view.show_set_bar()

    def _follow_values(self) -> None:
        """Show the value that is being typed in the chip of its case."""
        if self._sets.active:
            self._bar.show_sets(self._sets.sets, self._sets.active)

    def show_page(self) -> None:
        """Show which set the lanes display, and the progress of the run."""
        run, stage = self._stage.shown, self._stage
        done, count = stage.sets_done(), len(run.sets)
        judged = sum(verdict.kind != "none" for verdict in run.verdicts)
        progress = ""
        if count > 1:
            progress = f"{done} of {count} cases done" if done < count else f"{judged} of {count} cases judged"
        page = (run.sets if run.uid else (), run.at if run.uid else 0, progress)
        if page != self._page:
            self._page = page
            self._pager.show_page(*page)
        if (detail := self._compose.viewing) is not None and run.uid == detail.row.uid:
            self._view.show_past_values(detail.content, run.shown_set.values)

    def choose(self, uid: str) -> None:
        """Show the values of a set, and its answers if there are any."""
        self._sets.show(uid)
        self._page_to(uid)

    def step(self, delta: int) -> None:
        """Show the next (1) or previous (-1) set of the shown run; of the draft if the run has only one."""
        run = self._stage.shown
        if len(run.sets) > 1:
            self._stage.page(max(0, min(len(run.sets) - 1, run.at + delta)))
            if self._compose.viewing is None:
                self._sets.show(self._stage.shown.shown_set.uid)
        elif self._compose.viewing is None:
            self._sets.step(delta)

    def show_lack(self, problem: Problem) -> None:
        """Show what prevents the draft from running: the set with a missing value, and the value."""
        lack = problem.lack
        if lack is None:
            return
        self._refused = problem
        if lack.value_set:
            self.choose(lack.value_set)
        self._view.show_lack(lack)

    def end_lack(self) -> None:
        """Remove the notice about a problem that the draft no longer has."""
        refused, notice = self._refused, self._notice
        if refused is None or refused.lack is None:
            return
        is_said = notice.standing_text == refused.sentence
        if is_said and still_lacks(self._services.session.draft(), refused.lack):
            return
        self._refused = None
        if is_said:
            notice.clear(notice.standing_key)

    def _page_to(self, uid: str) -> None:
        run = self._stage.shown
        at = next((at for at, one in enumerate(run.sets) if one.uid == uid), None)
        if at is not None and self._compose.viewing is None:
            self._stage.page(at)

    def _show_values(self, values: tuple[tuple[str, str], ...]) -> None:
        self._view.values.set_values(dict(values))

    def add(self) -> None:
        """Add a copy of the shown case, with the value selected that differs most among the cases."""
        self._sets.add()
        self._focus_varied()

    def duplicate(self, uid: str = "") -> None:
        """Copy a case, "" for the shown one."""
        if self._sets.duplicate(uid or self._sets.active):
            self._focus_varied()

    def rename(self, uid: str = "") -> None:
        """Edit the name of a case in place, "" for the shown one."""
        self._bar.edit_name(uid or self._sets.active)

    def remove(self, uid: str = "") -> None:
        """Remove a case from Compose, "" for the shown one, with an undo offer."""
        gone = self._sets.get(uid or self._sets.active)
        if gone is not None and (bring_back := self._sets.remove(gone.uid)) is not None:
            sentence = f"“{gone.title}” was removed from Compose; it is still a case."
            self._services.notices.offer(sentence, "Undo", bring_back)

    def tick(self) -> None:
        """Include the shown set in runs, or exclude it."""
        if (one := self._sets.get(self._sets.active)) is not None:
            self._sets.tick(one.uid, ticked=not one.ticked)

    def paste(self) -> None:
        """Open the dialog that turns rows into sets, filled with the clipboard if it contains rows."""
        if self._dialog is not None:
            self._dialog.raise_()
            return
        from workbench.ui.editor.paste_dialog import MOST
        from workbench.ui.features.compose.paste_rows import PasteRowsDialog  # not before the first paint

        variables = self._view.values.variables()
        copied = QApplication.clipboard().text()
        is_rows = "\n" in copied and len(copied) <= MOST and read_value_rows(copied[:_LOOKED_AT], variables).sets
        text = copied if is_rows else ""
        dialog = PasteRowsDialog(self._services.theme, text, variables, self._services.dialogs.widget())
        dialog.taken.connect(self._take)
        dialog.finished.connect(self._closed)
        self._dialog = dialog
        # Window-modal: otherwise the rows could go into another prompt opened in the meantime.
        dialog.open()

    def enlarge(self) -> None:
        """Open the focused value, or the first one, in a large editor."""
        from workbench.ui.features.compose.large_value import LargeValue  # not before the first paint

        row = self._view.values.current()
        if row is None or self._large is not None:
            return
        run = self._services.navigator.action("run")
        pane = LargeValue(self._services.theme, run, row.name, row.field, self._services.dialogs.widget())
        pane.finished.connect(self._small_again)
        self._large = pane
        pane.open_beside()

    def open_menu(self, uid: str, place: QPoint) -> None:
        """Open the menu of a set, "" for the shown one."""
        menu = self.menu(uid or self._sets.active)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def menu(self, uid: str) -> QMenu:
        """Return the menu of a set, "" for no set."""
        menu = QMenu(self._bar)
        menu.setAccessibleName("Cases in Compose")
        action = self._services.navigator.action
        one, uids = self._sets.get(uid), [each.uid for each in self._sets.sets]
        at = uids.index(uid) if uid in uids else -1
        for text, act, enabled in (
            ("&Choose cases…", action("cases").trigger, True),
            ("&Paste rows as cases…", self.paste, True),
            *((("&Keep as a case", action("keep_case").trigger, True),) if one is None else ()),
            ("", None, True),
            ("Re&name…", lambda: self.rename(uid), one is not None),
            ("&Duplicate", lambda: self.duplicate(uid), one is not None),
            ("Move &left", lambda: self._sets.move(uid, -1), at > 0),
            ("Move ri&ght", lambda: self._sets.move(uid, 1), 0 <= at < len(uids) - 1),
            ("Remove &from Compose", lambda: self.remove(uid), one is not None),
            ("", None, True),
            ("&Tick all", lambda: self._sets.tick_all(ticked=True), bool(uids)),
            ("&Untick all", lambda: self._sets.tick_all(ticked=False), bool(uids)),
            ("", None, True),
            ("Edit in a large &pane…", self.enlarge, bool(self._view.values.variables())),
        ):
            if act is None:
                menu.addSeparator()
                continue
            entry = menu.addAction(text)
            entry.setEnabled(enabled)
            entry.triggered.connect(lambda _checked=False, act=act: act())
        if len(uids) > 1:
            menu.addSeparator()
            listed = menu.addMenu(f"&Show one of {len(uids)} cases")
            for each in self._sets.sets:
                entry = listed.addAction(each.title.replace("&", "&&"))
                entry.setCheckable(True)
                entry.setChecked(each.uid == self._sets.active)
                entry.triggered.connect(lambda _checked=False, uid=each.uid: self.choose(uid))
        return menu

    def _focus_varied(self) -> None:
        values, name = self._view.values, most_varied(self._view.values.variables(), self._sets.sets)
        values.focus(name)
        for row in values.rows:
            if row.name == name:
                row.field.selectAll()

    def _take(self, found: ValueRows) -> None:
        values = self._view.values
        rest = tuple((name, value) for name, value in values.values() if name not in found.names)
        self._sets.add_rows([(name, (*given, *rest)) for name, given in found.sets])
        self._services.notices.quiet("sets", taken(found, values.variables()))

    def _closed(self) -> None:
        self._dialog = None

    def _small_again(self) -> None:
        self._large = None
