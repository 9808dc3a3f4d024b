"""The question about old answers, in the page, before a test uses them again.

Invariant: nothing is asked of a model, and no old answer is used, before the person has chosen one of the two.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.app.testing.start_estimate import SuiteEstimate
from workbench.app.testing.words import old_words, renew_words
from workbench.ui.widgets.controls import ConfirmBar


def ask_about_age(
    bar: ConfirmBar, estimate: SuiteEstimate, reuse: Callable[[], object], renew: Callable[[], object]
) -> bool:
    """Ask whether old answers are used again or asked again; False, without a question, if there are none."""
    question = old_words(estimate)
    if question:
        bar.ask(question, "Use them again", reuse, no="Cancel", other=(renew_words(estimate), renew))
    return bool(question)
