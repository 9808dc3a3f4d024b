"""A stored test run with everything that asking and scoring its cells needs.

Invariant: a job is read from the history alone, so that a run resumed next week does what the first start did.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import rfc8785

from workbench.core.cases import Case, Check
from workbench.core.content import Content
from workbench.core.lanes import Endpoint, Lane
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import VersionRow
from workbench.core.testing.cells import CellKey, asked_hash, cell_identity
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.probes import Probe
from workbench.core.testing.scored_case import scored_case
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.run_plan import sendable
from workbench.usecases.testing.cell_judge import CellJudge

_CHUNK = 64
"""Cases that are read at once."""
_CHUNKS = 8


@dataclass(frozen=True, slots=True)
class JobColumn:
    """A column that is asked: its lane, the content of its version, and where its calls go (None if removed)."""

    position: int
    lane: Lane
    content: Content
    endpoint: Endpoint | None
    question: str


class SnapshotCases:
    """The cases of a run as they were when it began, read in chunks; at most a few hundred are kept. Thread-safe."""

    def __init__(self, store: SuiteRecords, run_uid: str) -> None:
        self._store = store
        self._run_uid = run_uid
        self._chunks: OrderedDict[int, tuple[Case, ...]] = OrderedDict()

    def __getitem__(self, position: int) -> Case:
        """Return the case at a position. Raises StoreError, IndexError."""
        number = position // _CHUNK
        chunk = self._chunks.get(number)
        if chunk is None:
            chunk = self._store.cases(self._run_uid, number * _CHUNK, (number + 1) * _CHUNK)
            self._chunks[number] = chunk
            while len(self._chunks) > _CHUNKS:
                self._chunks.popitem(last=False)
        return chunk[position % _CHUNK]


@dataclass(frozen=True, slots=True)
class SuiteJob:
    """A stored run to work on. `checks` and `threshold` are those of the prompt for all cases."""

    prompt_uid: str
    run: SuiteRun
    columns: tuple[JobColumn, ...]
    cases: SnapshotCases
    checks: tuple[Check, ...] = ()
    threshold: float | None = None
    scoring_uid: str = ""
    current: dict[str, Case] = field(default_factory=dict)
    """Cases as they are now by uid, whose checks replace those of the snapshot if their values are the same."""
    judge: CellJudge | None = field(default=None, compare=False)
    """Judges the cells of the scoring; without one, judged checks are unscored."""

    @property
    def uid(self) -> str:
        """The uid of the run."""
        return self.run.uid

    @property
    def facts(self) -> str:
        """The facts that this run adds to every prompt, "" unless it is a probe with facts."""
        probe = Probe.from_text(self.run.probe)
        return probe.facts if probe is not None and probe.kind == "facts" else ""

    def identity(self, key: CellKey) -> str:
        """Return the identity of a cell, "" in a probe, whose answers are never used again."""
        if self.run.probe:
            return ""
        question = self.columns[key.column].question
        return cell_identity(question, values_hash(self.cases[key.case]), key.sample, self.run.round)

    def scored(self, position: int) -> Case:
        """Return the case at a position with all checks that its answers are scored by."""
        case = self.cases[position]
        now = self.current.get(case.uid)
        if now is not None and dict(now.values) == dict(case.values):
            case = now
        threshold = None if case.rest and "threshold" in json.loads(case.rest) else self.threshold
        return scored_case(case, self.checks, threshold)


def read_job(
    store: SuiteRecords,
    version: Callable[[str, int], VersionRow],
    endpoint: Callable[[str], Endpoint | None],
    question: Callable[[Lane, Content], str],
    run_uid: str,
) -> SuiteJob:
    """Read a stored run. Raises StoreError, and RefusedError for a version that this release cannot read."""
    run, prompt_uid = store.run(run_uid), store.prompt_of(run_uid)
    contents = {number: sendable(version(prompt_uid, number)) for number in {one.version for one in run.columns}}
    columns = tuple(
        JobColumn(
            one.position,
            one.lane,
            contents[one.version],
            endpoint(one.lane.endpoint),
            question(one.lane, contents[one.version]),
        )
        for one in run.columns
    )
    return SuiteJob(prompt_uid, run, columns, SnapshotCases(store, run_uid))


def values_hash(case: Case) -> str:
    """Return the `asked_hash` of a case, as the history computes it."""
    return asked_hash(hashlib.sha256(rfc8785.dumps(dict(case.values))).hexdigest(), case.kinds)


def prompt_text(rendered: RenderedRequest) -> str:
    """Return a prompt as checks see it: the text of a single message of the user, else the messages as JSON."""
    if len(rendered.messages) == 1 and rendered.messages[0].role == "user":
        return rendered.messages[0].text
    return json.dumps([{"role": one.role, "content": one.text} for one in rendered.messages], ensure_ascii=False)
