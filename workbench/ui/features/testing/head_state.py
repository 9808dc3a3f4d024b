"""What the head of the Test view shows of the tests.

Invariant: everything shown comes from the controller; nothing here keeps state.
"""

from __future__ import annotations

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.settings_form import settings_tip, settings_words
from workbench.ui.features.testing.conclusions import face_of, progress_of
from workbench.ui.features.testing.head import SuiteHead
from workbench.ui.features.testing.set_chips import set_chips


def show_head(head: SuiteHead, suites: SuiteController, *, is_guard: bool) -> None:
    """Show what is set up and how far it is; with `is_guard` the totals of a guard stand below."""
    overview, run, progress = suites.overview, suites.run, suites.progress
    tested = suites.tested
    columns = suites.columns() if suites.probe_uid else () if overview is None else overview.columns
    checks = 0 if overview is None else len(overview.settings.checks)
    head.show_size(tested.cases, len(columns), checks)
    head.show_sets(set_chips(overview), "" if is_guard else suites.probe_uid or suites.set_name)
    active = progress if progress is not None and progress.is_active else None
    # Until it is estimated what the settings need, the answers of the run are counted.
    told = active if suites.is_estimated else progress
    cells = suites.estimate.cells if told is None else told.cells
    answered = cells - suites.estimate.new if told is None else told.answered
    words = progress_of(suites, cells, answered) if run is not None or cells else ""
    head.show_progress(words, answered, cells, 0 if run is None else run.round, live=active is not None)
    if overview is None:
        head.show_settings("")
    else:
        head.show_settings(settings_words(overview.settings), settings_tip(overview.settings))
    face = face_of(suites)
    head.show_face(face)
    can_run = overview is not None and tested.cases > 0 and bool(columns)
    is_over = bool(suites.probe_uid and face.why_not)
    head.run.setVisible(can_run and not (is_over or is_guard))
    head.bar.setVisible(can_run and not is_guard)
    head.progress.setVisible(not is_guard)
