"""The baseline: every object of a new history, as one list of statements.

Invariant: a file that was upgraded has the same objects with the same statements, comments included (`bridge`).
"""

from __future__ import annotations

from workbench.store.schema.judge_tables import JUDGE_TABLES
from workbench.store.schema.run_tables import RUN_TABLES
from workbench.store.schema.search_tables import SEARCH_TABLES
from workbench.store.schema.tables import TABLES
from workbench.store.schema.test_tables import TEST_TABLES
from workbench.store.schema.views import VIEWS

STATEMENTS: tuple[str, ...] = (*TABLES, *RUN_TABLES, *TEST_TABLES, *JUDGE_TABLES, *SEARCH_TABLES, *VIEWS)
