"""Sources of palette entries besides commands and prompts.

Invariant: every entry does the same as an existing command, click or menu; nothing is reachable only here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.app.palette.palette import PaletteEntry, PaletteSource
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, ECHO, ECHO_MODEL, LITELLM, Lane
from workbench.core.parameter import Parameter
from workbench.core.parameters import table
from workbench.core.providers import provider_name
from workbench.core.retirement import retirement_note
from workbench.core.techniques import Technique
from workbench.core.text import opening_words
from workbench.core.timeline import caption, describe, name
from workbench.core.version_name import at_start
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.shell.events import LaneModelChosen, RunChosen, SearchChosen, TechniqueChosen
from workbench.ui.shell.lane_events import ParameterChosen
from workbench.usecases.known_models import NOT_REACHABLE
from workbench.usecases.saved_searches import Bookmarks, SavedSearch

if TYPE_CHECKING:
    from workbench.ui.shell.services import Services

_ITERATIONS = 200
_PARAMETER_HINT = "Enter edits it in the focused lane."
_MODEL_HINT = "Enter adds a lane with this model, Shift+Enter gives it to the focused lane."


def sources(services: Services) -> list[PaletteSource]:
    """Return the sources that need only services, in the order in which equally good matches are shown.

    What the window shows is captured at once, everything else when a source is read, possibly on a worker thread.
    """
    prompt, lanes = services.session.prompt(), services.session.draft().lanes
    is_past = services.selection.timeline().is_past
    return [
        PaletteSource("iterations", "#", lambda: _iterations(services, prompt), slow=True, rank=2),
        PaletteSource("techniques", "+", lambda: _techniques(services, is_past=is_past), slow=True, rank=3),
        PaletteSource("parameters", "=", lambda: _parameters(services, lanes, is_past=is_past), rank=3),
        PaletteSource("models", "@", lambda: _models(services, lanes), slow=True, rank=4, initials=False),
        PaletteSource("saved searches", "?", lambda: _searches(services), slow=True, rank=3),
    ]


def _iterations(services: Services, prompt_uid: str) -> Sequence[PaletteEntry]:
    if not prompt_uid:
        return ()
    rows = services.backend.history.timeline(prompt_uid, None, _ITERATIONS).rows

    def entry(uid: str, title: str, detail: str) -> PaletteEntry:
        def act() -> None:
            # Another prompt may have been opened by the time the list arrives.
            if services.session.prompt() == prompt_uid:
                services.events.publish(RunChosen(prompt_uid, uid, "open"))

        return PaletteEntry("history", uid, title, act, detail)

    return [entry(row.uid, " ".join(filter(None, (at_start(name(row)), caption(row)))), describe(row)) for row in rows]


def _techniques(services: Services, *, is_past: bool) -> Sequence[PaletteEntry]:
    from workbench.usecases.techniques import Techniques

    unavailable = "past iterations are read-only" if is_past else ""

    def entry(technique: Technique) -> PaletteEntry:
        mark = f"{'own' if technique.own else 'shipped'} {technique.id}"
        return PaletteEntry(
            "technique",
            mark,
            technique.name,
            lambda: services.events.publish(TechniqueChosen(technique)),
            opening_words(technique.what, 80),
            unavailable=unavailable,
        )

    return [entry(technique) for technique in Techniques(services.backend.places).all().techniques]


def _parameters(services: Services, lanes: Sequence[Lane], *, is_past: bool) -> Sequence[PaletteEntry]:
    unavailable = "past iterations are read-only" if is_past else "" if lanes else "add a lane first"

    def entry(row: Parameter) -> PaletteEntry:
        return PaletteEntry(
            "parameter",
            row.name,
            row.label,
            lambda: services.events.publish(ParameterChosen(row.name)),
            row.help,
            unavailable=unavailable,
            hint=_PARAMETER_HINT,
        )

    return [entry(row) for row in table()]


def _searches(services: Services) -> Sequence[PaletteEntry]:
    publish = services.events.publish

    def entry(search: SavedSearch) -> PaletteEntry:
        return PaletteEntry(
            "search", search.uid, search.name, lambda: publish(SearchChosen(search.query)), search.query
        )

    return [entry(search) for search in Bookmarks(services.backend.store, utc_now, new_uid).all()]


def _models(services: Services, lanes: Sequence[Lane]) -> Sequence[PaletteEntry]:
    models, publish = services.backend.models, services.events.publish
    today = models.today()

    def entry(endpoint: str, model: str, where: str, warning: str = "") -> PaletteEntry:
        return PaletteEntry(
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
    for own in models.endpoints.custom():
        if own.kind == "gguf":
            found[own.uid, own.name] = entry(own.uid, own.name, "a model file on this computer")
        for model in models.endpoints.known.get(own):
            warning = NOT_REACHABLE if models.endpoints.known.is_silent(own) else ""
            found[own.uid, model] = entry(own.uid, model, own.name, warning)
    used = {(lane.endpoint, lane.model) for lane in lanes if lane.endpoint != LITELLM}
    for endpoint, model in sorted(used - found.keys()):
        found[endpoint, model] = entry(endpoint, model, "in a lane of this prompt")
    catalogued = models.catalogue.get().models
    return [
        *found.values(),
        *(
            entry(LITELLM, one.id, provider_name(one.provider), retirement_note(one.retires, today))
            for one in catalogued
        ),
    ]
