"""Checks of similarity to a reference text: levenshtein, rouge-n, bleu, gleu.

Levenshtein distances count UTF-16 units. ROUGE is the F1 score of single tokens (Lin 2004). BLEU is that of Papineni et
al. (2002) for one sentence, with 1e-7 for orders without a match and without the orders that are longer than the
answer. GLEU is the minimum of precision and recall of 1- to 4-grams (Wu et al. 2016).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from rapidfuzz.distance import Levenshtein

from workbench.core.checks import js_text
from workbench.core.checks.check_result import Finding, UnscoredError
from workbench.core.checks.inputs import CheckInputs
from workbench.core.checks.treebank import treebank_tokens

MOST_COMPARED = 200_000
"""Length in characters from which an answer and a reference are not compared."""
_EXACT = 20_000
"""Length above which only the distances up to the threshold are computed."""
_ORDERS = 4
_NO_MATCH = 1e-7


def levenshtein(inputs: CheckInputs) -> Finding:
    """Count the changes of single characters between the answer and the value."""
    wanted, limit = _reference(inputs), inputs.threshold(5)
    one, other = js_text.utf16(inputs.text), js_text.utf16(wanted)
    cutoff = None
    if max(len(one), len(other)) > _EXACT:
        cutoff = max(0, math.floor(limit))
    distance = Levenshtein.distance(one, other, score_cutoff=cutoff)
    holds = distance <= limit
    many = f"More than {cutoff:,}" if cutoff is not None and distance > cutoff else f"{distance:,}"
    reason = f"{many} {'change' if many == '1' else 'changes'} from the reference; at most {limit:g} allowed."
    return Finding(holds, reason, None, None, wanted, inputs.text)


def rouge_n(inputs: CheckInputs) -> Finding:
    """Compare single words without regard to case."""
    wanted = _reference(inputs)
    candidate, reference = treebank_tokens(inputs.text.lower()), treebank_tokens(wanted.lower())
    return _graded(inputs, "ROUGE-N", rouge_1(candidate, reference), 0.75, wanted)


def bleu(inputs: CheckInputs) -> Finding:
    """Compare phrases of up to four words with the value, or the best of several."""
    return _best(inputs, "BLEU", bleu_score)


def gleu(inputs: CheckInputs) -> Finding:
    """Compare phrases of up to four words with the value, or the best of several; ignores full stops behind words."""
    return _best(inputs, "GLEU", gleu_score)


def rouge_1(candidate: Sequence[str], reference: Sequence[str]) -> float:
    """Return the F1 score of the tokens, each counted as often as it is in both."""
    overlap = (Counter(candidate) & Counter(reference)).total()
    if not overlap:
        return 0.0
    precision, recall = overlap / len(candidate), overlap / len(reference)
    return 2 * precision * recall / (precision + recall)


def bleu_score(candidate: str, references: Sequence[str]) -> float:
    """Return the BLEU score of a candidate; the brevity penalty uses the reference of the nearest length."""
    ours = js_text.words(candidate.lower())
    if not ours:
        return 0.0
    # An empty reference has one word, which is empty.
    theirs = [js_text.words(reference.lower()) or [""] for reference in references]
    nearest = min((len(words) for words in theirs), key=lambda length: (abs(length - len(ours)), length))
    logs = []
    for order in range(1, min(_ORDERS, len(ours)) + 1):
        counts = _ngrams(ours, order)
        clipped = max((counts & _ngrams(words, order)).total() for words in theirs)
        logs.append(math.log(clipped / counts.total() if clipped else _NO_MATCH))
    penalty = 1.0 if len(ours) > nearest else math.exp(1 - nearest / len(ours))
    return penalty * math.exp(sum(logs) / len(logs))


def gleu_score(candidate: str, references: Sequence[str]) -> float:
    """Return the best GLEU score of a candidate."""
    ours = _gleu_words(candidate)
    return max(_gleu(ours, _gleu_words(reference)) for reference in references) if ours else 0.0


def _gleu(ours: list[str], theirs: list[str]) -> float:
    if ours == theirs:
        return 1.0
    matches = totals = wanted = 0
    for order in range(1, _ORDERS + 1):
        first, second = _ngrams(ours, order), _ngrams(theirs, order)
        matches += (first & second).total()
        totals += first.total()
        wanted += second.total()
    return min(matches / totals, matches / wanted) if totals and wanted else 0.0


def _gleu_words(text: str) -> list[str]:
    words = [word.rstrip(".") for word in js_text.words(text.lower())]
    return words if any(words) else []


def _ngrams(words: Sequence[str], order: int) -> Counter[str]:
    return Counter(" ".join(words[at : at + order]) for at in range(len(words) - order + 1))


def _best(inputs: CheckInputs, name: str, score: Callable[[str, Sequence[str]], float]) -> Finding:
    value = inputs.value
    texts = value if isinstance(value, list) else [value]
    references = [text for text in texts if isinstance(text, str)]
    if not texts or len(references) < len(texts):
        raise UnscoredError(f"{name} compares with a text, or with a list of texts. Enter one.")
    _refuse_long([inputs.text, *references])
    best = max(references, key=lambda reference: score(inputs.text, [reference]))
    return _graded(inputs, name, score(inputs.text, references), 0.5, best)


def _graded(inputs: CheckInputs, name: str, score: float, default: float, reference: str) -> Finding:
    limit = inputs.threshold(default)
    reason = f"{name} score {score:.2f}; at least {limit:g} expected."
    return Finding(score >= limit, reason, score, None, reference, inputs.text)


def _reference(inputs: CheckInputs) -> str:
    if not isinstance(inputs.value, str):
        raise UnscoredError("Enter the reference text. A number needs quotes.")
    _refuse_long([inputs.text, inputs.value])
    return inputs.value


def _refuse_long(texts: Sequence[str]) -> None:
    if any(len(text) > MOST_COMPARED for text in texts):
        raise UnscoredError(f"Texts longer than {MOST_COMPARED:,} characters are not compared.")
