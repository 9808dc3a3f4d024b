"""Checks with answers for which the verdicts of the real promptfoo are known.

`python -m tests.core.checks.samples` prints one a line, `promptfoo_verdicts.mjs` adds promptfoo's verdicts. The result
is `promptfoo_verdicts.json`, so that the tests need no Node.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from tests.core.checks.sample import Sample
from tests.core.checks.samples_of_json import json_samples, schemas_samples
from tests.core.checks.samples_of_markup import markup_samples, sql_samples
from tests.core.checks.samples_of_measures import calls_samples, numbers_samples, similar_samples
from tests.core.checks.samples_of_scripts import cases_samples, scripts_samples, templates_samples
from tests.core.checks.samples_of_texts import lists_samples, patterns_samples, texts_samples

_PARTS = (
    texts_samples,
    lists_samples,
    patterns_samples,
    json_samples,
    schemas_samples,
    markup_samples,
    sql_samples,
    similar_samples,
    numbers_samples,
    calls_samples,
    templates_samples,
    scripts_samples,
    cases_samples,
)


def samples() -> list[Sample]:
    """Return all samples, without duplicates, in a fixed order."""
    found: dict[str, Sample] = {}
    for sample in _all():
        found.setdefault(json.dumps(sample, sort_keys=True), sample)
    return list(found.values())


def _all() -> Iterator[Sample]:
    for part in _PARTS:
        yield from part()


if __name__ == "__main__":
    sys.stdout.writelines(f"{json.dumps(one)}\n" for one in samples())
