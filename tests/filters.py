"""The search language with the filters of the history, for tests of the layers above it."""

from __future__ import annotations

from functools import partial

from workbench.core.search import completion, parser, query_text
from workbench.store.search.fields import FIELDS

parse = partial(parser.parse, fields=FIELDS)
to_text = partial(query_text.to_text, fields=FIELDS)
complete = partial(completion.complete, fields=FIELDS)
