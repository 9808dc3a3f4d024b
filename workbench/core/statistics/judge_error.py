"""How far a judge can be trusted: its catch rate, false alarms and agreement with a person's random labels.

Invariant: a rate says of how many answers it is, and a judge is unmeasured below `FEWEST_LABELS` random labels.

Every labelled answer counts once; those to cases of one cluster, or to one case, are one draw. So the intervals are
Wilson's, or with clusters Wilson's with the effective number of answers of Korn and Graubard (`clusters`); below ten
clusters there are counts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.core.statistics.clusters import gather, rate_interval
from workbench.core.statistics.judge_cells import FEWEST_LABELS, JudgedCell, label_counts
from workbench.core.statistics.proportions import ConfidenceInterval


@dataclass(frozen=True, slots=True)
class AnswerShare:
    """`hits` of `size` answers, at least one, with the 95 % interval of the rate: None below ten clusters."""

    hits: int
    size: int
    interval: ConfidenceInterval | None

    @property
    def rate(self) -> float:
        """The rate as a fraction."""
        return self.hits / self.size


@dataclass(frozen=True, slots=True)
class JudgeError:
    """A judge against the random labels of a person.

    `catch` is the share of answers failed by the judge among those that the person failed, `false_alarms` the same
    among those that the person passed, `agreement` that of equal verdicts. Each is None without such an answer.
    `kappa` is Cohen's: the agreement beyond that by chance, 1 at most and 0 by chance; None if one verdict is the only
    one (Cohen 1960, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20).

    `labels` are those that count. `unsure` ones are left out, and others of `unscored` answers, too.
    """

    labels: int
    unsure: int
    unscored: int
    catch: AnswerShare | None
    false_alarms: AnswerShare | None
    agreement: AnswerShare | None
    kappa: float | None

    @property
    def is_measured(self) -> bool:
        """Whether there are enough labels to show the rates."""
        return not self.missing

    @property
    def missing(self) -> int:
        """How many more random labels are needed."""
        return max(0, FEWEST_LABELS - self.labels)

    @property
    def failed(self) -> int:
        """The number of answers that the person failed."""
        return self.catch.size if self.catch is not None else 0

    @property
    def passed(self) -> int:
        """The number of answers that the person passed."""
        return self.false_alarms.size if self.false_alarms is not None else 0

    @property
    def missed(self) -> int:
        """The number of answers that the judge passed and the person failed."""
        return self.catch.size - self.catch.hits if self.catch is not None else 0

    @property
    def alarms(self) -> int:
        """The number of answers that the judge failed and the person passed."""
        return self.false_alarms.hits if self.false_alarms is not None else 0


def judge_error(cells: Iterable[JudgedCell]) -> JudgeError:
    """Compare a judge with the random labels of one column, or of all columns that it judged."""
    cells = list(cells)
    counts = label_counts(cells)
    measuring = [cell for cell in cells if cell.is_measuring]
    failed = [cell for cell in measuring if cell.label == "fail"]
    passed = [cell for cell in measuring if cell.label == "pass"]
    return JudgeError(
        len(measuring),
        counts["unsure"],
        counts["unscored"],
        _share((cell, cell.verdict == "fail") for cell in failed),
        _share((cell, cell.verdict == "fail") for cell in passed),
        _share((cell, cell.verdict == cell.label) for cell in measuring),
        _kappa(measuring),
    )


def _share(cells: Iterable[tuple[JudgedCell, bool]]) -> AnswerShare | None:
    found = list(cells)
    if not found:
        return None
    rates = gather((cell.draw for cell, _ in found), (float(hit) for _, hit in found))
    return AnswerShare(sum(hit for _, hit in found), len(found), rate_interval(rates, len(found))[0])


def _kappa(cells: list[JudgedCell]) -> float | None:
    size = len(cells)
    agreeing = sum(cell.verdict == cell.label for cell in cells)
    judged, labelled = sum(cell.verdict == "pass" for cell in cells), sum(cell.label == "pass" for cell in cells)
    chance = judged * labelled + (size - judged) * (size - labelled)
    return (size * agreeing - chance) / (size * size - chance) if chance < size * size else None
