"""Which columns of a test vote, checked before anything is asked."""

from __future__ import annotations

from workbench.core.testing.settings import SuiteSettings
from workbench.core.testing.vote import FEWEST_SAMPLES, voting_slots
from workbench.usecases.problems import RefusedError


def checked_votes(settings: SuiteSettings, probe: str) -> tuple[str, ...]:
    """Return the slots of the columns that vote. Raises RefusedError with too few samples; a probe has no vote."""
    slots = [lane.slot for lane in settings.columns]
    if probe or not set(settings.vote).intersection(slots):
        return ()
    if settings.samples < FEWEST_SAMPLES:
        raise RefusedError(
            f"A vote needs at least {FEWEST_SAMPLES} samples per case, and these tests have {settings.samples}. Set "
            f"{FEWEST_SAMPLES} or more samples, or switch the vote of the columns off."
        )
    return voting_slots(settings.vote, slots, settings.samples)
