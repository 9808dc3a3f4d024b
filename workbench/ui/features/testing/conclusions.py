"""What the Test view says of a run.

Invariant: every sentence arrives finished, and says on which set of cases it stands.
"""

from __future__ import annotations

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.words import about_words, holdout_words
from workbench.ui.features.testing.head import SentenceCard

_NO_CHECKS = "No checks yet, so nothing can pass or fail."


def show_conclusions(card: SentenceCard, suites: SuiteController, *, hidden: bool = False) -> str:
    """Show the conclusions of the shown run, none if `hidden`; return the step that the link of the card takes."""
    report, overview, run = suites.figures.report, suites.overview, suites.run
    checks = 0 if overview is None else overview.checks
    if run is None or overview is None or not (checks or hidden):
        card.say((_NO_CHECKS,) if run is not None and overview is not None else (), "", "Add checks")
        return "holdout" if checks else "checks"
    if report is None or hidden:
        card.say(())
        return "holdout"
    is_offered = suites.holdout is not None and suites.set_name == "tuning" and not suites.is_running
    about = about_words(
        report.set_words,
        holdout_open=suites.holdout is not None,
        holdout_ran=overview.set("holdout").run is not None,
    )
    link = holdout_words(suites.holdout) if suites.holdout is not None and is_offered else ""
    card.say(report.sentences, about, link)
    return "holdout"
