"""Davidson's likelihood with a weak prior: its peak and its curvature there, for many selections of runs at once.

Invariant: every step of the search increases a concave function, so it converges to the only maximum.

With strengths s on the log scale and d = s_i - s_j, the probabilities of win, loss and tie are in the proportion
exp(d/2) : exp(-d/2) : nu (Davidson 1970, "On extending the Bradley-Terry model to accommodate ties in paired comparison
experiments", JASA 65). This is an exponential family in s and log nu, so the log likelihood is concave and Newton's
method with step halving converges. Hunter (2004, "MM algorithms for generalized Bradley-Terry models", Annals of
Statistics 32) gives the slower alternative without second derivatives; here these are needed anyway.

The prior adds half a win and half a loss of every entrant against a virtual one with strength 0, without ties (like the
pseudo-rankings of Turner, van Etten, Firth and Kosmidis 2020, "Modelling rankings in R: the PlackettLuce package"), and
half a decided comparison between equals, so that nu is finite if all comparisons are ties. Without any tie nu is 0, and
the model is that of Bradley and Terry (1952).

With a design matrix the strengths of entrants are sums of effects of their parts (a structured Bradley-Terry model:
Springall 1973, "Response surface fitting using a generalization of the Bradley-Terry paired comparison model", Applied
Statistics 22; Turner and Firth 2012, "Bradley-Terry models in R: the BradleyTerry2 package", JSS 48). "Strengths" then
means the effects of the parts, and the prior is half a win and half a loss of each against its absence. Strengths are
linear in the effects, so the function is still concave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.core.ranking.evidence import ComparisonEvidence, ComparisonSums, Floats

_STEPS = 200
_NEAR = 1e-14
"""The search stops when the expected gain of a step, relative to the log likelihood, is below this."""

_SETTLED = 1e-9
"""The ends of a profile have converged when neither they nor the strengths move by more than this in a step."""

_REACH = 2.0
"""Maximum change of a strength, or of log nu, in one step."""


@dataclass(frozen=True, slots=True, eq=False)
class LikelihoodPeak:
    """The maximum of the likelihood for each selection: a row of `strengths` and an element of `nu` each."""

    strengths: Floats
    nu: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The log likelihood (`height`) at a point, and the terms of its derivatives; a row for each selection.

    `lean` is half the difference between the probabilities of win and loss of each pair, `tie` the probability of a
    tie, `level` the probability of beating the virtual entrant.
    """

    height: Floats
    lean: Floats
    tie: Floats
    level: Floats


@dataclass(frozen=True, slots=True)
class DavidsonModel:
    """Davidson's model for given evidence. `prior` is its weight in comparisons per strength, 0 for none.

    `design` has a row for each entrant and a column for each part, with the number of times that the entrant has it;
    None means the identity: each entrant is its own part.
    """

    evidence: ComparisonEvidence
    prior: float
    design: Floats | None = None

    @property
    def size(self) -> int:
        """Number of strengths."""
        return len(self.evidence.entrants) if self.design is None else self.design.shape[1]

    def climb(self, sums: ComparisonSums, start: LikelihoodPeak) -> LikelihoodPeak:
        """Return the peak for each selection, starting from `start`. Raises ArithmeticError without convergence."""
        tied = sums.ties > 0
        strengths = start.strengths
        log_nu = np.where(tied, np.log(np.maximum(start.nu, 1e-3)), -np.inf)
        view = self._look(sums, strengths, log_nu)
        for _ in range(_STEPS):
            slope, curve = self._slopes(sums, view, np.exp(log_nu))
            step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
            promised = (slope * step).sum(axis=1)
            # Limit the step, because a single strength could diverge while the total still improves.
            step *= np.minimum(1.0, _REACH / np.maximum(np.abs(step).max(axis=1), _REACH))[:, None]
            length = np.ones(len(strengths))
            while True:
                moved = strengths + length[:, None] * step[:, :-1], log_nu + length * step[:, -1]
                ahead = self._look(sums, *moved)
                lower = ~(ahead.height >= view.height - 1e-12 * (1 + np.abs(view.height)))
                if not lower.any() or np.min(length) < 1e-6:
                    break
                length[lower] /= 2
            (strengths, log_nu), view = moved, ahead
            if (promised <= _NEAR * (1 + np.abs(view.height))).all():
                return LikelihoodPeak(strengths, np.exp(log_nu))
        raise ArithmeticError("The strengths did not settle.")

    def one_step(self, sums: ComparisonSums, peak: LikelihoodPeak, curve: Floats) -> Floats:
        """Return the approximate peak strengths of each selection, a row each: one Newton step from `peak`.

        `curve` is minus the second derivatives there, of all runs together (Schucany and Wang 1991, "One-step
        bootstrapping for smooth iterative procedures", JRSS B 53).
        """
        number = len(sums.ties)
        strengths, nu = np.repeat(peak.strengths, number, axis=0), np.repeat(peak.nu, number)
        log_nu = np.log(nu, where=nu > 0, out=np.full(number, -np.inf))
        slope = self._slope(sums, self._look(sums, strengths, log_nu), nu)
        steps = np.asarray(np.linalg.solve(curve, slope.T).T, dtype=np.float64)
        moved: Floats = strengths + steps[:, :-1]
        return moved

    def profile(self, peak: LikelihoodPeak, directions: Floats, levels: Floats) -> Floats:
        """Return the lowest and highest value of each direction whose deviance is at most its level, a row each.

        A direction has a weight for each strength. The deviance of a value is twice the drop of the log likelihood,
        prior included, from the peak to the highest point where the weighted sum has that value. Levels must be
        positive. Uses Newton's method with the value as a constraint, while the value itself is moved along the square
        root of the deviance, which is nearly linear in it. An end that does not converge falls back to the curvature.
        """
        sums, number, size = self.evidence.sums(), len(directions), self.size
        log_nu = np.log(peak.nu, where=peak.nu > 0, out=np.full(1, -np.inf))
        view = self._look(sums, peak.strengths, log_nu)
        top, (_, curve) = view.height[0], self._slopes(sums, view, peak.nu)
        across = np.pad(np.vstack([directions, directions]), ((0, 0), (0, 1)))
        side, level = np.repeat([-1.0, 1.0], number), np.sqrt(np.tile(levels, 2))
        ahead = np.linalg.solve(curve[0], across.T).T
        error = np.sqrt((ahead * across).sum(axis=1))
        start = across[:, :-1] @ peak.strengths[0]
        value = curved = start + side * level * error
        moved = ahead * (side * level / error)[:, None]
        strengths, log_nu = peak.strengths + moved[:, :-1], log_nu + moved[:, -1]
        every = ComparisonSums(*(np.repeat(part, 2 * number, axis=0) for part in (sums.counts, sums.leads, sums.ties)))
        border = np.zeros((2 * number, size + 2, size + 2))
        border[:, :-1, -1] = border[:, -1, :-1] = across
        view = self._look(every, strengths, log_nu)
        for _ in range(_STEPS):
            slope, border[:, :-1, :-1] = self._slopes(every, view, np.exp(log_nu))
            gap = value - (across[:, :-1] * strengths).sum(axis=1)
            solved = np.linalg.solve(border, np.column_stack([slope, gap])[:, :, None])[:, :, 0]
            step, slack = solved[:, :-1], np.abs(solved[:, -1])
            step *= np.minimum(1.0, _REACH / np.maximum(np.abs(step).max(axis=1), _REACH))[:, None]
            strengths, log_nu = strengths + step[:, :-1], log_nu + step[:, -1]
            view = self._look(every, strengths, log_nu)
            root = np.sqrt(np.maximum(2 * (top - view.height), 1e-12))
            # The Lagrange multiplier (slack) of the constraint is the slope of the log likelihood along it.
            move = np.clip((level - root) * root / np.maximum(slack, 1e-9), -1.0, 1.0)
            value = value + side * move
            settled = (np.abs(step).max(axis=1) < _SETTLED) & (np.abs(move) < _SETTLED)
            if settled.all():
                break
        value = np.where(settled & (side * (value - start) > 0), value, curved)
        ends: Floats = value.reshape(2, number).T
        return ends

    def curvature(self, sums: ComparisonSums, peak: LikelihoodPeak) -> tuple[Floats, Floats]:
        """Return minus the second derivatives of the evidence and of the prior, at the peak of one selection.

        Rows and columns are the strengths and, last, log nu.
        """
        view = self._look(sums, peak.strengths, np.log(peak.nu, where=peak.nu > 0, out=np.full(1, -np.inf)))
        _, both = self._slopes(sums, view, peak.nu)
        prior = np.diag(np.append(*self._prior_curve(view, peak.nu)))
        return both[0] - prior, prior

    def _look(self, sums: ComparisonSums, strengths: Floats, log_nu: Floats) -> _View:
        if self.design is None:
            distance = strengths[:, self.evidence.first] - strengths[:, self.evidence.second]
        else:
            distance = strengths @ sides_of(self.evidence, self.design).T
        far = np.abs(distance)
        small = np.exp(-far)
        middle = np.exp(log_nu[:, None] - far / 2)
        whole = 1 + small + middle
        height = (self._leads(sums) * strengths).sum(axis=1) - (sums.counts * (np.log(whole) + far / 2)).sum(axis=1)
        height += sums.ties * np.where(sums.ties > 0, log_nu, 0)
        if self.prior:
            # The log likelihood of half a win and half a loss is minus the mean of log(1 + e^s) and log(1 + e^-s).
            drawn = np.logaddexp(0, strengths) + np.logaddexp(0, -strengths)
            height -= self.prior / 2 * (drawn.sum(axis=1) + np.log1p(np.exp(log_nu) / 2))
        return _View(height, np.sign(distance) * (1 - small) / whole / 2, middle / whole, _level(strengths))

    def _slopes(self, sums: ComparisonSums, view: _View, nu: Floats) -> tuple[Floats, Floats]:
        """Return the first derivatives, and minus the second ones, for each selection."""
        size, sides = self.size, sides_of(self.evidence, self.design)
        tied = sums.counts * view.tie
        weight = sums.counts * ((1 - view.tie) / 4 - view.lean**2)
        curve = np.zeros((len(nu), size + 1, size + 1))
        diagonal = np.arange(size)
        if self.design is None:
            first, second = self.evidence.first, self.evidence.second
            curve[:, first, second] = curve[:, second, first] = -weight
            curve[:, diagonal, diagonal] = weight @ np.abs(sides)
        else:
            squares = (sides[:, :, None] * sides[:, None, :]).reshape(len(sides), -1)
            curve[:, :-1, :-1] = (weight @ squares).reshape(-1, size, size)
        curve[:, :-1, -1] = curve[:, -1, :-1] = -(tied * view.lean) @ sides
        curve[:, -1, -1] = (tied * (1 - view.tie)).sum(axis=1)
        strength_curve, nu_curve = self._prior_curve(view, nu)
        curve[:, diagonal, diagonal] += strength_curve
        curve[:, -1, -1] += nu_curve
        if not self.prior:
            # Without a prior the mean is not determined; this makes the matrix regular and keeps the mean.
            curve[:, :-1, :-1] += 1.0
        curve[nu == 0, -1, -1] = 1.0
        return self._slope(sums, view, nu), curve

    def _slope(self, sums: ComparisonSums, view: _View, nu: Floats) -> Floats:
        slope = np.empty((len(nu), self.size + 1))
        pulled = (sums.counts * view.lean) @ sides_of(self.evidence, self.design)
        slope[:, :-1] = self._leads(sums) - pulled + self.prior * (0.5 - view.level)
        slope[:, -1] = sums.ties - (sums.counts * view.tie).sum(axis=1) - self.prior / 2 * nu / (2 + nu)
        slope[nu == 0, -1] = 0.0
        return slope

    def _leads(self, sums: ComparisonSums) -> Floats:
        return sums.leads if self.design is None else sums.leads @ self.design

    def _prior_curve(self, view: _View, nu: Floats) -> tuple[Floats, Floats]:
        equal = nu / (2 + nu)
        return self.prior * view.level * (1 - view.level), self.prior / 2 * equal * (1 - equal)


def _level(strengths: Floats) -> Floats:
    return np.exp(-np.logaddexp(0, -strengths))


def sides_of(evidence: ComparisonEvidence, design: Floats | None = None) -> Floats:
    """Return a row for each pair: 1 for its first entrant and -1 for its second, or the difference of their designs."""
    sides = np.zeros((len(evidence.first), len(evidence.entrants)))
    pairs = np.arange(len(evidence.first))
    sides[pairs, evidence.first], sides[pairs, evidence.second] = 1.0, -1.0
    return sides if design is None else sides @ design
