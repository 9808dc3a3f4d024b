"""Where models are used: in drafts, in the columns of tests, by winners, and by labelled versions.

Invariant: only prompts in use count, and nothing names a model of a blind run before it is judged.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from workbench.store.connections import Readers, bounded
from workbench.store.runs import hidden_prompts
from workbench.store.runs.held_out import is_known as has_tests
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import sound

ModelUseKind = Literal["lane", "column", "winner", "label"]
"""lane: of a draft. column: of the tests' settings. winner: of current verdicts. label: of the newest run of a labelled
version."""
_DRAFTS = (
    "SELECT p.uid, p.name, json_extract(lane.value, '$.endpoint') AS endpoint,"
    " json_extract(lane.value, '$.model') AS model, '', count(*) FROM prompts AS p JOIN {table} AS d"
    " ON d.prompt_id = p.id, json_each(CASE WHEN json_valid({body}) THEN d.body ELSE '{{}}' END, '$.{path}') AS lane"
    " WHERE p.archived = 0 AND {listed} AND lane.type = 'object' AND typeof(endpoint) = 'text'"
    " AND typeof(model) = 'text' GROUP BY p.id, endpoint, model ORDER BY p.updated_at DESC, p.id DESC, min(lane.key)"
)
_WINNERS = (
    "SELECT p.uid, p.name, lanes.endpoint_uid, lanes.model, '', count(DISTINCT verdicts.id) FROM verdicts"
    " JOIN prompts AS p ON p.id = verdicts.prompt_id"
    " JOIN verdict_outputs ON verdict_outputs.verdict_id = verdicts.id AND place = 1"
    " JOIN outputs ON outputs.id = verdict_outputs.output_id JOIN runs ON runs.id = outputs.run_id"
    " JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane"
    f" WHERE verdicts.kind = 'winner' AND runs.archived < {DELETED} AND p.archived = 0 AND {{listed}}"
    " AND NOT EXISTS (SELECT 1 FROM verdicts AS later WHERE later.supersedes_id = verdicts.id)"
    " GROUP BY p.id, lanes.endpoint_uid, lanes.model ORDER BY p.updated_at DESC, p.id DESC, lanes.model"
)
_LABELS = (
    "SELECT DISTINCT p.uid, p.name, lanes.endpoint_uid, lanes.model, labels.name, 1 FROM labels"
    " JOIN prompts AS p ON p.id = labels.prompt_id JOIN lanes ON lanes.version_id = labels.version_id"
    " AND lanes.run_id = (SELECT max(runs.id) FROM lanes AS ran JOIN runs ON runs.id = ran.run_id"
    "  WHERE ran.version_id = labels.version_id AND runs.kind IN ('iteration', 'test') AND runs.blind <> 1"
    f"  AND runs.archived < {DELETED})"
    " WHERE p.archived = 0 AND {listed} ORDER BY p.updated_at DESC, p.id DESC, labels.name, lanes.position"
)

_RECENT = (
    "SELECT lanes.endpoint_uid, lanes.model FROM"
    " (SELECT id FROM runs WHERE kind = 'iteration' AND blind <> 1"
    f"  AND archived < {DELETED} ORDER BY id DESC LIMIT ?) AS recent"
    " JOIN lanes ON lanes.run_id = recent.id WHERE EXISTS (SELECT 1 FROM outputs"
    " WHERE outputs.run_id = lanes.run_id AND outputs.lane = lanes.position AND outputs.state = 'finished')"
    " ORDER BY recent.id DESC, lanes.position"
)
_LOOKED_AT = 200
"""Newest iterations whose models are recent."""
_BEYOND = (
    "SELECT 1 FROM lanes WHERE endpoint_uid NOT IN (SELECT value FROM json_each(?)) AND EXISTS (SELECT 1 FROM outputs"
    " WHERE outputs.run_id = lanes.run_id AND outputs.lane = lanes.position AND outputs.state = 'finished') LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class ModelUse:
    """A model in use. `name` is that of the label, else ""; `count` is the number of lanes, columns or wins."""

    kind: ModelUseKind
    prompt_uid: str
    prompt_name: str
    endpoint: str
    model: str
    name: str = ""
    count: int = 1


class ModelUses:
    """Reads from one history."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def all(self) -> tuple[ModelUse, ...]:
        """Return the uses of all models in the prompts in use, most recently used prompt first within a kind."""
        with self._readers.use() as connection:
            listed = hidden_prompts.listed(connection, "p.id")
            body = bounded("d.body")
            asked: list[tuple[ModelUseKind, str]] = [
                ("lane", _DRAFTS.format(table="drafts", path="lanes", body=body, listed=listed))
            ]
            if has_tests(connection):
                asked.append(
                    ("column", _DRAFTS.format(table="suite_settings", path="columns", body=body, listed=listed))
                )
            asked += [("winner", _WINNERS.format(listed=listed)), ("label", _LABELS.format(listed=listed))]
            return tuple(sound(ModelUse(kind, *row)) for kind, query in asked for row in connection.execute(query))

    def recent(self) -> tuple[tuple[str, str], ...]:
        """Return endpoint and model of those that answered in the newest iterations, newest first."""
        with self._readers.use() as connection:
            rows = connection.execute(_RECENT, (_LOOKED_AT,)).fetchall()
        texts = [(endpoint, model) for endpoint, model in rows if isinstance(endpoint, str) and isinstance(model, str)]
        return tuple(dict.fromkeys(texts))

    def any_beyond(self, endpoints: Collection[str]) -> bool:
        """Whether a model of an endpoint other than these, by uid, ever answered here."""
        with self._readers.use() as connection:
            row = connection.execute(_BEYOND, (json.dumps(list(endpoints)),)).fetchone()
        return row is not None
