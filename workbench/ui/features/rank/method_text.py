"""The explanation of how a ranking is computed.

Invariant: the text describes what `core.ranking` and `usecases.ranking` do.
"""

from __future__ import annotations

from workbench.core.ranking.sufficiency import FEWEST

PARTS: tuple[tuple[str, str], ...] = (
    (
        "Strength",
        "The Bradley–Terry model with ties (Davidson 1970, JASA 65): the difference of two strengths gives the chance "
        "that one beats the other. 0, the dashed line, is the average of those ranked. A strength says nothing about "
        "how good anybody is, only how they stand to each other.",
    ),
    (
        "Prior",
        "Half a win and half a loss against an average entrant, and half a decided comparison between equals. Without "
        "it who never lost would be infinitely strong, and a tie certain where there was nothing else; a handful of "
        "verdicts outweigh it.",
    ),
    (
        "95 % interval",
        "The profile of the likelihood: every strength that explains the verdicts nearly as well (Venzon and "
        "Moolgavkar 1988, Applied Statistics 37; for verdicts of several answers Varin, Reid and Firth 2011, "
        "Statistica Sinica 21; with over 60 entrants the curvature at its peak). Where runs have several value sets, "
        "whose verdicts may agree more than chance, it is at least as wide as a bootstrap over runs with a fixed seed, "
        "up to 1,000 draws (Efron and Tibshirani 1993; with over 150 entrants one step for each, Schucany and Wang "
        "1991, JRSS B 53). Up to five runs do not tell how far their verdicts agree; every degree is then weighed by "
        "how likely the draws make it (Kish 1965, design effect). In made cases whose truth was known, 93 to 97 of a "
        "hundred intervals held it, and up to 100 with so few runs. "
        "Two intervals may overlap although the two are told apart: the sentence below the table looks at their "
        "difference.",
    ),
    (
        "What is counted",
        "Of one run and value set every two entrants make one comparison, however many samples there were. A winner "
        "beats each of the others; those are not compared with each other (Luce 1959; Azari Soufiani, Chen, Parkes and "
        f"Xia 2013). “All bad” compares nobody. There is no table below {FEWEST} comparisons: with fewer not even "
        "agreement shows a difference.",
    ),
    (
        "Techniques",
        "The strength of who answered is the sum of what the techniques of the version bring, and of what the model "
        "brings where there are several (Springall 1973, Applied Statistics 22; Turner and Firth 2012, JSS 48). So an "
        "effect is a version with the technique against the same one without it; the prior is half a win and half a "
        "loss of each, and the intervals are as above. Techniques that the verdicts cannot tell apart have no number. "
        "Of twenty techniques without any effect one will seem to have one by chance. A version has the techniques "
        "that were inserted into it or its parents, while something of them stands there, and those that you say.",
    ),
    (
        "How many more verdicts",
        "From the chance that the interval of the difference will leave out 0 (Spiegelhalter, Abrams and Myles 2004, "
        "ch. 6), rounded up.",
    ),
    (
        "Cost and latency",
        "Of the newest attempts of finished answers in the last 5,000 runs. Blind runs are left out until they are "
        "judged.",
    ),
)


def text() -> str:
    """Return the explanation as plain paragraphs."""
    return "\n\n".join(f"{title}. {words}" for title, words in PARTS)
