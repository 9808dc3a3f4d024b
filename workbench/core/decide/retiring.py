"""Says that the model of a decision is retired or will be soon.

Invariant: nothing is said of a model without a known date, nor before the days in which lanes are labelled.
"""

from __future__ import annotations

from workbench.core.decide.decision import Action, RetiringNote
from workbench.core.decide.judgement import Judgement
from workbench.core.decide.routes import day_words
from workbench.core.lanes import short_model
from workbench.core.retirement import is_retired, retirement_note


def retiring_note(found: Judgement) -> RetiringNote | None:
    """Return the note about the model of the champion, None if it stays or its date is unknown."""
    main, today, say = found.reading.main, found.evidence.today, found.rules.say
    if main is None or main.retires_on is None or not retirement_note(main.retires_on, today):
        return None
    is_gone = is_retired(main.retires_on, today)
    follows = say("retiring.successor", successor=main.successor) if main.successor else say("retiring.none")
    model, day = short_model(main.model), day_words(main.retires_on)
    sentence = say("retiring.gone" if is_gone else "retiring.soon", model=model, day=day, successor=follows)
    label = say("retiring.test" if main.successor else "retiring.choose")
    action = Action("successor", label, main.model)
    return RetiringNote(main.model, main.retires_on, is_gone, main.successor, sentence, action)
