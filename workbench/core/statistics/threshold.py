"""The threshold of a decision model, chosen on labels: an answer passes if its probability is at least the threshold.

Invariant: the rates of a chosen threshold come twice. On the labels that it was chosen on (`fitted`) they are
optimistic, because chance made it the best one there. Without the label in question (`validated`) each answer is judged
by a threshold that was chosen on the labels of other clusters (leave-one-out cross-validation: Stone 1974,
"Cross-validatory choice and assessment of statistical predictions", Journal of the Royal Statistical Society B 36,
111-147). Only these say how far the judge can be trusted.

The best threshold has the highest balanced accuracy, the mean of the share of failed answers that it catches and of
passed answers that it passes: it does not depend on how many good answers happened to be labelled. Of equally good ones
it lies in the widest gap between two probabilities, then in that nearest to 0.5.

Measured in 300 simulated choices each, balanced accuracy in per cent:

                                                  fitted   validated   of new answers
    20 labels, probabilities that say nothing       63        52            50
    20 labels, probabilities that say something     78        68            67
    60 labels, probabilities that say something     74        68            68
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from workbench.core.statistics.clusters import Floats
from workbench.core.statistics.judge_cells import JudgedCell, JudgeVerdict
from workbench.core.statistics.judge_error import JudgeError, judge_error

_Counts: TypeAlias = NDArray[np.int64]
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """The best threshold on the labels, its rates there, and the rates that new answers may expect."""

    threshold: float
    fitted: JudgeError
    validated: JudgeError


def verdict_at(threshold: float, probability: float) -> JudgeVerdict:
    """Return the verdict of a decision model on an answer with this probability of a pass."""
    return "pass" if probability >= threshold else "fail"


def choose_threshold(cells: Iterable[JudgedCell]) -> ThresholdChoice | None:
    """Return the best threshold for the answers with a random label and a probability, whatever their verdict was.

    None unless people passed and failed some of them. Raises ValueError for a probability that is none.
    """
    known = [
        (cell, cell.probability) for cell in cells if cell.label in ("pass", "fail") and cell.probability is not None
    ]
    if not all(0 <= probability <= 1 for _, probability in known):
        raise ValueError("A probability is not between 0 and 1.")
    values, places = np.unique([probability for _, probability in known], return_inverse=True)
    counts: _Counts = np.zeros((2, len(values)), dtype=np.int64)
    draws = defaultdict[tuple[str, str], list[int]](list)
    for at, (cell, _) in enumerate(known):
        counts[int(cell.label == "pass"), places[at]] += 1
        draws[cell.draw].append(at)
    if not counts.any(axis=1).all():
        return None
    threshold = _best(values, counts)
    fitted = [replace(cell, verdict=verdict_at(threshold, probability)) for cell, probability in known]
    validated = list[JudgedCell]()
    for members in draws.values():
        others = counts.copy()
        for at in members:
            others[int(known[at][0].label == "pass"), places[at]] -= 1
        without = _best(values, others) if others.any(axis=1).all() else None
        for cell, probability in (known[at] for at in members):
            verdict: JudgeVerdict = verdict_at(without, probability) if without is not None else "unscored"
            validated.append(replace(cell, verdict=verdict))
    return ThresholdChoice(threshold, judge_error(fitted), judge_error(validated))


def _best(values: Floats, counts: _Counts) -> float:
    """Return the best threshold for the sorted probabilities and their numbers of failed and of passed answers."""
    met = counts.any(axis=0)
    values, counts = values[met], counts[:, met]
    below = np.cumsum(counts, axis=1) - counts
    totals = counts.sum(axis=1)
    # Balanced accuracy as a whole number, so that equal ones are equal.
    gains = below[0] * totals[1] - below[1] * totals[0]
    lower: Floats = np.concatenate([[0.0], values[:-1]])
    widths = np.round(values - lower, _DIGITS)
    far = np.round(np.abs((values + lower) / 2 - 0.5), _DIGITS)
    at = int(np.lexsort((values, far, -widths, -gains))[0])
    return _short(float(lower[at]), float(values[at]))


def _short(low: float, high: float) -> float:
    """Return a number above `low` and at most `high`, near the middle, with as few decimals as possible."""
    middle = (low + high) / 2
    return next((one for one in (round(middle, digits) for digits in range(1, 17)) if low < one <= high), high)
