"""Which model is asked about a check: the one that the check names, else that of the settings.

Invariant: a model that is named and cannot be asked here is replaced by none. Nothing here reads keys or the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.core.cases import Check
from workbench.core.checks.check_types import CHECK_TYPES, NO_EMBEDDINGS, NO_JUDGE
from workbench.core.content import Content
from workbench.core.judging.grading_options import NamedModel, named_model
from workbench.core.lanes import ECHO, LITELLM, Endpoint, Lane
from workbench.core.origins import shown_address
from workbench.core.testing.settings import JudgeSettings
from workbench.usecases.lane_calls import NO_ENDPOINT
from workbench.usecases.problems import RefusedError

QuestionKind = Literal["chat", "embedding", "decision"]
_SLOTS = {"chat": "judge", "embedding": "vectors", "decision": "judge"}


@dataclass(frozen=True, slots=True)
class Judge:
    """A model that is asked. `question` is the hash of all that makes it another judge: model, address, parameters."""

    lane: Lane
    endpoint: Endpoint
    question: str


class JudgeModels:
    """Finds judges for the checks of one scoring; keeps what it found. Not thread-safe."""

    def __init__(
        self,
        settings: JudgeSettings,
        endpoint: Callable[[str], Endpoint | None],
        endpoints: Callable[[], Sequence[Endpoint]],
        question: Callable[[Lane, Content], str],
    ) -> None:
        """`endpoint` finds one by uid, `endpoints` lists all, `question` returns the `question_hash` of a lane."""
        self._settings = settings
        self._endpoint, self._endpoints, self._question = endpoint, endpoints, question
        self._judges: dict[Lane, Judge | str] = {}
        self._named: dict[tuple[NamedModel, QuestionKind], Lane | str] = {}

    @property
    def repeats(self) -> int:
        """How often a judge is asked the same."""
        return self._settings.repeats

    def find(self, check: Check, kind: QuestionKind) -> Judge | str:
        """Return who is asked about a check, or a sentence about why nobody is."""
        named = None if kind == "decision" else named_model(check, kind)
        if named is None:
            lane = self._settings.embedding if kind == "embedding" else self._settings.lane
            if lane is None:
                return NO_EMBEDDINGS if kind == "embedding" else NO_JUDGE
            return self.of_lane(lane, kind)
        place = (named, kind)
        if place not in self._named:
            self._named[place] = _lane_of(named, kind, self._endpoints)
        found = self._named[place]
        return found if isinstance(found, str) else self.of_lane(found, kind)

    def decides(self, check: Check) -> bool:
        """Whether a decision model evaluates a check: that of the settings, if the check names no other judge."""
        row = CHECK_TYPES.get(check.type)
        is_chosen = self._settings.decides and self._settings.lane is not None
        return is_chosen and row is not None and row.needs_judge and named_model(check, "chat") is None

    def of_lane(self, lane: Lane, kind: QuestionKind = "chat") -> Judge | str:
        """Return the judge of a lane, or a sentence about why it cannot be asked."""
        asked = Lane(_SLOTS[kind], lane.endpoint, lane.model, lane.params, None, lane.label)
        if asked not in self._judges:
            self._judges[asked] = self._judge(asked)
        return self._judges[asked]

    def _judge(self, lane: Lane) -> Judge | str:
        endpoint = self._endpoint(lane.endpoint)
        if endpoint is None:
            return f"The judge cannot be asked. {NO_ENDPOINT.sentence}"
        try:
            lane.params.request()
            return Judge(lane, endpoint, self._question(lane, Content()))
        except (ValueError, RefusedError) as error:
            sentence = error.sentence if isinstance(error, RefusedError) else "Its extra parameters are not JSON."
            return f"The judge cannot be asked. {sentence}"


def _lane_of(named: NamedModel, kind: QuestionKind, endpoints: Callable[[], Sequence[Endpoint]]) -> Lane | str:
    # Readers of other tools' files are imported only for a check that names a model.
    from workbench.formats.suites.promptfoo_graders import grader_model

    found = grader_model(named.name, named.config, "embedding" if kind == "embedding" else "chat")
    if found.problem:
        return f"The check names its judge. {found.problem}"
    if not found.address:
        return Lane(_SLOTS[kind], ECHO if found.endpoint == "echo" else LITELLM, found.model, found.params)
    there = found.address.rstrip("/")
    known = next((one for one in endpoints() if one.base_url.rstrip("/") == there), None)
    if known is None:
        return (
            f"The check names a judge at {shown_address(there)[:200]}, which is no endpoint here. Add it in Settings → "
            "Endpoints, then score again."
        )
    model = found.model.partition("/")[2] if known.kind == "openai" else found.model
    return Lane(_SLOTS[kind], known.uid, model or found.model, found.params)


def tested_words(judges: Iterable[Lane], columns: Sequence[Lane]) -> str:
    """Return a sentence about judges that are models of a tested column, "" if none is."""
    tested = set(map(_model, columns))
    same = sorted({judge.title for judge in judges if _model(judge) in tested})
    if not same:
        return ""
    names = " and ".join(same) if len(same) < 3 else f"{', '.join(same[:-1])} and {same[-1]}"
    one = "The judge" if len(same) == 1 else "The judges"
    return f"{one} {names} {'is' if len(same) == 1 else 'are'} tested, too: models favour their own answers."


OWN_ANSWERS = "The judge wrote some of these answers: models favour their own."


def is_same_model(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two models, each an endpoint and a name, are the same."""
    return _model(Lane("", *one)) == _model(Lane("", *other))


def _model(lane: Lane) -> tuple[str, str]:
    """Return what tells models apart: a provider before a model's name is often left out."""
    return lane.endpoint, lane.model.rpartition("/")[2]
