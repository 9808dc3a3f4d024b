"""What the palette of the window finds.

Invariant: choosing an entry does what the same command, click or menu does; nothing is done here that has no other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.app.palette import Entry, Source
from workbench.app.reasons import why_not
from workbench.app.timeline import describe, name
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, ECHO, ECHO_MODEL, LITELLM
from workbench.core.providers import provider_name
from workbench.core.retirement import retirement_note
from workbench.core.runs import PromptRow
from workbench.core.techniques import Technique
from workbench.core.text import opening_words
from workbench.core.timeline import caption
from workbench.ui.shell.events import LaneModelChosen, SearchChosen, TechniqueChosen
from workbench.ui.state import window_state
from workbench.usecases.known_models import NOT_REACHABLE
from workbench.usecases.saved_searches import SavedSearch

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

_ITERATIONS = 200
_MODEL_HINT = "Enter adds a lane with this model, Shift+Enter gives it to the focused lane."


def sources(window: MainWindow) -> list[Source]:
    """Return the sources in the order in which equally good matches are shown."""
    return [
        Source("commands", ">", lambda: _commands(window)),
        Source("prompts", "/", lambda: _prompts(window)),
        Source("iterations", "#", lambda: _iterations(window, window.compose.prompt_uid), slow=True, rank=2),
        Source("techniques", "+", lambda: _techniques(window), slow=True, rank=3),
        Source("models", "@", lambda: _models(window), slow=True, rank=4, initials=False),
        Source("saved searches", "?", lambda: _searches(window), slow=True, rank=3),
    ]


def _commands(window: MainWindow) -> Sequence[Entry]:
    state = window_state(window)
    return [
        Entry(
            "command",
            command.id,
            command.title,
            window.actions_[command.id].trigger,
            command.group,
            window.keys.name(command.id),
            why_not(command, state),
        )
        for command in window.keys.commands
        if command.id != "palette"
    ]


def _prompts(window: MainWindow) -> Sequence[Entry]:
    model, opened = window.prompts.model, window.compose.prompt_uid

    def entry(row: PromptRow) -> Entry:
        count = "1 iteration" if row.iterations == 1 else f"{row.iterations:,} iterations"
        is_open = "is open" if row.uid == opened else ""
        return Entry("prompt", row.uid, row.name, lambda: window.choose_prompt(row.uid), count, unavailable=is_open)

    return [entry(model.row(position)) for position in range(model.rowCount())]


def _iterations(window: MainWindow, prompt_uid: str) -> Sequence[Entry]:
    if not prompt_uid:
        return ()
    rows = window.workbench.history.timeline(prompt_uid, None, _ITERATIONS).rows

    def entry(uid: str, title: str, detail: str) -> Entry:
        def act() -> None:
            # The palette may have been opened for another prompt than is open when the list arrives.
            if window.compose.prompt_uid == prompt_uid:
                window.compose.view(uid)

        return Entry("history", uid, title, act, detail)

    return [
        entry(row.uid, " ".join(filter(None, (name(row).capitalize(), caption(row)))), describe(row)) for row in rows
    ]


def _techniques(window: MainWindow) -> Sequence[Entry]:
    from workbench.usecases.techniques import Techniques

    unavailable = "" if window.compose.viewing is None else "what is past is read-only"

    def entry(technique: Technique) -> Entry:
        mark = f"{'own' if technique.own else 'shipped'} {technique.id}"
        return Entry(
            "technique",
            mark,
            technique.name,
            lambda: window.services.events.publish(TechniqueChosen(technique)),
            opening_words(technique.what, 80),
            unavailable=unavailable,
        )

    return [entry(technique) for technique in Techniques(window.workbench.places).all().techniques]


def _searches(window: MainWindow) -> Sequence[Entry]:
    publish = window.services.events.publish

    def entry(search: SavedSearch) -> Entry:
        return Entry("search", search.uid, search.name, lambda: publish(SearchChosen(search.query)), search.query)

    return [entry(search) for search in window.workbench.bookmarks.all()]


def _models(window: MainWindow) -> Sequence[Entry]:
    workbench, publish = window.workbench, window.services.events.publish
    today = workbench.today()

    def entry(endpoint: str, model: str, where: str, warning: str = "") -> Entry:
        return Entry(
            "model",
            f"{endpoint} {model}",
            model,
            lambda: publish(LaneModelChosen(endpoint, model)),
            where,
            act_otherwise=lambda: publish(LaneModelChosen(endpoint, model, in_focused=True)),
            hint=_MODEL_HINT,
            warning=warning,
        )

    found = {
        (BUILTIN, BUILTIN_MODEL): entry(BUILTIN, BUILTIN_MODEL, "on this computer"),
        (ECHO, ECHO_MODEL): entry(ECHO, ECHO_MODEL, "answers with the prompt"),
    }
    for own in workbench.endpoints.custom():
        if own.kind == "gguf":
            found[own.uid, own.name] = entry(own.uid, own.name, "a model file on this computer")
        for model in workbench.endpoints.known.get(own):
            warning = NOT_REACHABLE if workbench.endpoints.known.is_silent(own) else ""
            found[own.uid, model] = entry(own.uid, model, own.name, warning)
    used = {(lane.endpoint, lane.model) for lane in window.compose.lanes.lanes if lane.endpoint != LITELLM}
    for endpoint, model in sorted(used - found.keys()):
        found[endpoint, model] = entry(endpoint, model, "in a lane of this prompt")
    catalogued = workbench.catalogue.get().models
    return [
        *found.values(),
        *(
            entry(LITELLM, one.id, provider_name(one.provider), retirement_note(one.retires, today))
            for one in catalogued
        ),
    ]
