"""The language of searches with the filters of the history, for tests of everything above it."""

from __future__ import annotations

from functools import partial

from workbench.core.searching import canonical, completing, parsing
from workbench.store.search.fields import FIELDS

parse = partial(parsing.parse, fields=FIELDS)
to_text = partial(canonical.to_text, fields=FIELDS)
complete = partial(completing.complete, fields=FIELDS)
