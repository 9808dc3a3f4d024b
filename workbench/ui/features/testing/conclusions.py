"""What the Test view says of a run: its conclusions, its progress, and what its buttons do.

Invariant: every sentence arrives finished. While a run goes on, only the conclusion so far is shown; what can be done
next comes at its end.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.words import RunFace, about_words, holdout_words, progress_words, run_face
from workbench.ui.features.testing.head import SentenceCard

_NO_CHECKS = "No checks yet, so nothing can pass or fail."
_NOTHING_YET = "nothing to compare yet."


def show_conclusions(card: SentenceCard, suites: SuiteController) -> str:
    """Show the conclusions of the shown run, and return the name of the step that the card's link takes."""
    report, overview, run = suites.figures.report, suites.overview, suites.run
    checks = 0 if overview is None else overview.checks
    if run is None or overview is None or not checks:
        card.say((_NO_CHECKS,) if run is not None and overview is not None else (), "", "Add checks")
        return "checks"
    if suites.is_running:
        sentences = report.sentences if report is not None and report.scored else ()
        card.say(sentences or (_NOTHING_YET,), live=True)
    elif report is None or run.probe:
        card.say(() if report is None else report.sentences)
    else:
        about = about_words(
            report.set_words,
            holdout_open=bool(suites.holdout),
            holdout_ran=overview.set("holdout").run is not None,
            holdout_missing=suites.set_name == "tuning" and not overview.set("holdout").cases,
        )
        card.say(report.sentences, about, _holdout_link(suites))
    return "holdout"


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
