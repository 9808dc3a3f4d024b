"""A stand-in for comparisons: three candidates, a chart of two models, and answers that a test chooses."""

from __future__ import annotations

from concurrent.futures import Future

from workbench.app.testing.comparisons import SuccessorFacts
from workbench.app.testing.source import ShownEstimate
from workbench.core.lanes import Lane
from workbench.core.testing.grid import CaseSetName
from workbench.core.testing.version_chart import VersionChart, VersionPoint, VersionSeries
from workbench.usecases.testing.comparison_plans import TryCandidate, TryChoice

CANDIDATES = (
    TryCandidate(Lane("a", "litellm", "mini", pinned=9), "#12 · mini", "84 % (72 to 92)"),
    TryCandidate(Lane("b", "litellm", "large", pinned=9), "#12 · large", "81 % (68 to 90)"),
    TryCandidate(Lane("c", "litellm", "mini"), "Current text · mini"),
)


def point(version: int, rate: float, *, baseline: bool = False, model: str = "mini") -> VersionPoint:
    words = f"#{version} · {model} passes {100 * rate:.0f} %"
    return VersionPoint(version, f"#{version}", version, rate, rate - 0.1, min(1.0, rate + 0.1), 48, words, baseline)


CHART = VersionChart(
    "tuning",
    (
        VersionSeries("large", (point(3, 0.8, model="large"), point(6, 0.85, model="large"))),
        VersionSeries("mini", tuple(point(at, 0.5 + 0.06 * at, baseline=at == 5) for at in range(1, 7))),
    ),
    ("Pass rates with 95 % intervals on the 48 cases of test 6.",),
)


class StandInComparisons:
    """Records the requests in `told`."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []
        self.estimate = ShownEstimate(96, 96, 0.04, 0.06, 120.0)
        self.cases = 48
        self.shown = CHART
        self.run_uid = "run"

    def chart(self, prompt_uid: str, set_name: CaseSetName) -> VersionChart:
        return self.shown

    def set_baseline(self, run_uid: str, position: int) -> Future[None]:
        self.told.append(("baseline", run_uid, position))
        future: Future[None] = Future()
        future.set_result(None)
        return future

    def try_choice(self, prompt_uid: str, set_name: CaseSetName) -> TryChoice:
        return TryChoice(CANDIDATES, 0, 2, self.cases, 0.1)

    def estimate_try(self, prompt_uid: str, set_name: CaseSetName, champion: Lane, challenger: Lane) -> ShownEstimate:
        self.told.append(("estimate", champion.slot, challenger.slot))
        return self.estimate

    def start_try(self, prompt_uid: str, set_name: CaseSetName, champion: Lane, challenger: Lane) -> str:
        self.told.append(("try", champion.slot, challenger.slot))
        return self.run_uid

    def successor_facts(self, prompt_uid: str, old: Lane) -> SuccessorFacts:
        return SuccessorFacts(f"{old.title} answers until 2027-01-05: both models are asked.", is_retired=False)

    def estimate_successor(self, prompt_uid: str, old: Lane, new: Lane, margin: float) -> ShownEstimate:
        self.told.append(("estimate", new.model, margin))
        return self.estimate

    def start_successor(self, prompt_uid: str, old: Lane, new: Lane, margin: float, *, renew: bool = False) -> str:
        self.told.append(("successor", old.model, new.model, margin, *(("renew",) if renew else ())))
        return self.run_uid
