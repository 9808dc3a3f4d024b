"""What the Test view says of a run: its conclusions, its progress, and what its buttons do.

Invariant: every sentence arrives finished. While a run goes on, only the conclusion so far is shown; what can be done
next comes at its end.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.source import SuiteOverview
from workbench.app.testing.version_columns import changed_since, version_lanes
from workbench.app.testing.words import (
    RunFace,
    about_words,
    estimate_words,
    holdout_words,
    progress_words,
    run_face,
)
from workbench.core.testing.grid import SuiteColumn
from workbench.core.testing.settings import MOST_COLUMNS
from workbench.core.text import counted
from workbench.core.visible_text import visible_name
from workbench.ui.features.testing.sentence_card import SentenceCard

_NO_CHECKS = "No checks yet, so nothing can pass or fail."
_NOTHING_YET = "nothing to compare yet."


def show_conclusions(card: SentenceCard, suites: SuiteController, elsewhere: str = "") -> str:
    """Show the conclusions of the shown run but the one that stands `elsewhere` on the page.

    Returns the name of the step that the card's link takes.
    """
    report, overview, run = suites.figures.report, suites.overview, suites.run
    checks = 0 if overview is None else overview.checks
    if run is None or overview is None or not checks:
        none = run is None or overview is None
        uid = "" if run is None else run.uid
        card.say(() if none else (_NO_CHECKS,), "", "Add checks", run_uid=uid, roomy=False)
        return "checks"
    sentences = () if report is None else tuple(one for one in report.sentences if one != elsewhere)
    if suites.is_running:
        card.say(
            (sentences if report is not None and report.scored else ()) or (_NOTHING_YET,), live=True, run_uid=run.uid
        )
    elif report is None and run.scoring_uid and run.uid == card.run_uid:
        # It is being computed; what the card says until then keeps the grid in its place.
        pass
    elif report is None or run.probe:
        card.say(sentences, run_uid=run.uid)
    else:
        changed = changed_since(overview, run)
        about = about_words(
            report.set_words,
            "" if changed is not None else report.version_name,
            holdout_open=bool(suites.holdout),
            holdout_ran=overview.set("holdout").run is not None,
            holdout_missing=suites.set_name == "tuning" and not overview.set("holdout").cases,
        )
        if changed is not None:
            lead = f"About {visible_name(changed.version_name)}; the text has changed since."
            card.say(sentences, about, _texts_link(suites, overview, changed), lead=lead, run_uid=run.uid)
            return "compare_texts"
        card.say(sentences, about, _holdout_link(suites), run_uid=run.uid)
    return "holdout"


def _texts_link(suites: SuiteController, overview: SuiteOverview, tested: SuiteColumn) -> str:
    """Return the words of the link that compares the current text with the tested one, "" if both are columns."""
    columns = overview.settings.columns
    added = version_lanes(columns, tested.version)
    if not added or len(columns) + len(added) > MOST_COLUMNS or suites.set_name != "tuning" or suites.estimate.refusal:
        return ""
    takes, new = estimate_words(suites.estimate), suites.estimate.new
    calls = f", {counted(new, 'call')}{', about ' if takes else ''}{takes}" if new else ""
    return f"Compare the new text with {visible_name(tested.version_name)}{calls}"


def _holdout_link(suites: SuiteController) -> str:
    if suites.holdout is None or suites.set_name != "tuning":
        return ""
    return holdout_words(suites.holdout)


def progress_of(suites: SuiteController, cells: int, answered: int) -> str:
    """Return how far the shown run is; `answered` of `cells` are there."""
    # The budget stands in the settings, beside it.
    # What a probe still asks is in its button.
    estimate = replace(suites.estimate, new=0) if suites.probe_uid else suites.estimate
    return progress_words(cells, answered, estimate, suites.progress, "")


def face_of(suites: SuiteController) -> RunFace:
    """Return what the buttons do now."""
    return run_face(
        suites.estimate,
        suites.progress,
        suites.figures.counts.failed_calls,
        outdated=suites.is_outdated,
        probe=bool(suites.probe_uid),
        counting=not suites.is_estimated,
        stored=suites.can_compare_stored,
    )
