"""The explanation of how a ranking is computed.

Invariant: the text describes what `core.ranking` and `usecases.ranking` do.
"""

from __future__ import annotations

from workbench.core.ranking.sufficiency import FEWEST

PARTS: tuple[tuple[str, str], ...] = (
    (
        "Strength",
        "The Bradley–Terry model with ties (Davidson 1970, JASA 65): the difference of two strengths gives the chance "
        "that one beats the other. 0, the dashed line, is the average of all entrants. Strengths compare entrants "
        "with each other; they do not measure absolute quality.",
    ),
    (
        "Prior",
        "Half a win and half a loss against an average entrant, and half a decided comparison between equals. Without "
        "it, an entrant that never lost would be infinitely strong, and ties would be certain if there were only ties. "
        "A few verdicts outweigh it.",
    ),
    (
        "95 % interval",
        "The profile of the likelihood: every strength that explains the verdicts nearly as well (Venzon and "
        "Moolgavkar 1988, Applied Statistics 37; for verdicts of several answers Varin, Reid and Firth 2011, "
        "Statistica Sinica 21; with over 60 entrants the curvature at its peak). Where runs have several cases, "
        "whose verdicts may agree more than chance, it is at least as wide as a bootstrap over runs with a fixed seed, "
        "up to 1,000 draws (Efron and Tibshirani 1993; with over 150 entrants one step for each, Schucany and Wang "
        "1991, JRSS B 53). Five runs or fewer do not show how far their verdicts agree; each degree is then weighted "
        "by its likelihood in the draws (Kish 1965, design effect). In simulated cases with known truth, 93 to 97 of "
        "100 intervals contained it, and up to 100 with so few runs. Two intervals may overlap although the entrants "
        "differ: the sentence below the table is about their difference.",
    ),
    (
        "What is counted",
        "In each run and case, every two entrants make one comparison, however many samples there were. A winner "
        "beats each of the others; the others are not compared with each other (Luce 1959; Azari Soufiani, Chen, "
        f"Parkes and Xia 2013). “All bad” compares no entrants. There is no table below {FEWEST} comparisons: with "
        "fewer, even unanimous verdicts show no difference.",
    ),
    (
        "Techniques",
        "The strength of an entrant is the sum of the effects of its version's techniques and, if there are several "
        "models, of its model (Springall 1973, Applied Statistics 22; Turner and Firth 2012, JSS 48). An "
        "effect compares a version with the technique to the same one without it; the prior is half a win and half a "
        "loss of each, and the intervals are as above. Techniques that the verdicts cannot separate have no number. "
        "Of twenty techniques without any effect, one will seem to have one by chance. A version has the techniques "
        "that were inserted into it or its parents, as long as some of their text remains, and those that you add.",
    ),
    (
        "How many more verdicts",
        "From the chance that the interval of the difference will exclude 0 (Spiegelhalter, Abrams and Myles 2004, "
        "ch. 6), rounded up.",
    ),
    (
        "Cost and latency",
        "From the newest attempts of finished answers in the last 5,000 runs. Blind runs are left out until they are "
        "judged.",
    ),
)


def text() -> str:
    """Return the explanation as plain paragraphs."""
    return "\n\n".join(f"{title}. {words}" for title, words in PARTS)
