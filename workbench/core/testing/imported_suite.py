"""Prompts, cases, checks and columns that were read from another tool's file of tests.

Invariant: what the file means and is not here, or would mean something else here, is named in `losses`. Nothing in a
suite was run, and no address in it has been confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from workbench.core.cases import Case, Check
from workbench.core.content import Content
from workbench.core.lanes import Params
from workbench.core.text import counted

LossKind = Literal["refused", "left_out", "differs", "note"]
"""refused: a prompt, case or column that cannot be tested. left_out: a part that has no effect here. differs: it means
something else here than in the other tool. note: worth knowing, without an effect on results."""
SuiteEndpoint = Literal["litellm", "echo", ""]
"""Where a column is asked: a model of a provider, echo, or "" for one that cannot be asked here."""


@dataclass(frozen=True, slots=True)
class SuiteLoss:
    """A sentence about a part of the file, and `where` it is: "tests[3].options.transform", "" for the whole file."""

    kind: LossKind
    where: str
    sentence: str

    @property
    def words(self) -> str:
        """The sentence, behind the place that it is about."""
        return f"{self.where}: {self.sentence}" if self.where else self.sentence

    @property
    def is_test(self) -> bool:
        """Whether a prompt or a case is not tested; a provider that is not asked is one column less."""
        return self.kind == "refused" and not self.where.startswith(("providers", "targets"))


@dataclass(frozen=True, slots=True)
class SuitePrompt:
    """A prompt. `label` is its name in the file, which is often its text; `title` is short and unique."""

    title: str
    label: str
    content: Content


@dataclass(frozen=True, slots=True)
class ImportedColumn:
    """A model that is asked, with the positions in `ImportedSuite.prompts` of the prompts that it gets.

    `source` is its id in the file ("openai:gpt-5-mini"), `model` that of LiteLLM ("openai/gpt-5-mini"), "echo", or ""
    with an `endpoint` of "". `address` is a base URL that the file asks for, "" for the provider's own: a person must
    confirm it before anything is sent there.
    """

    source: str
    endpoint: SuiteEndpoint
    model: str
    label: str = ""
    params: Params = field(default_factory=Params)
    prompts: tuple[int, ...] = ()
    address: str = ""

    @property
    def title(self) -> str:
        """What people call it."""
        return self.label or self.source


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """A case, and the positions of the prompts and columns that it is for."""

    case: Case
    prompts: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """Cases that are for the same prompts and columns: one grid without holes. `cells` are (prompt, column)."""

    cells: tuple[tuple[int, int], ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class ImportedSuite:
    """A file of tests.

    `checks` and `threshold` apply to every case, before its own. `samples` is the number of answers per cell, and
    `concurrency` that of calls at once, None if the file does not say. `env_names` are the environment variables that
    its templates use and that were not given.
    """

    name: str
    prompts: tuple[SuitePrompt, ...]
    cases: tuple[ImportedCase, ...]
    columns: tuple[ImportedColumn, ...]
    checks: tuple[Check, ...] = ()
    threshold: float | None = None
    samples: int = 1
    concurrency: int | None = None
    env_names: tuple[str, ...] = ()
    losses: tuple[SuiteLoss, ...] = ()

    def left_out(self, *, by_columns: bool) -> tuple[str, ...]:
        """Return what is not tested of the prompts and cases of the file, in sentences.

        `by_columns` says whether the columns of the file are asked, so that a case may be for none of them.
        """
        lost = [one.words for one in self.losses if one.is_test]
        alone = len(self.cases) - sum(len(group.cases) for group in self.groups()) if by_columns else 0
        if alone:
            lost.append(f"{counted(alone, 'case')} for providers that cannot be asked here.")
        return tuple(lost)

    def groups(self) -> tuple[CaseGroup, ...]:
        """Return the cases by what they are for, in the order of the first case of each; columns that cannot be asked
        and cases that nothing is asked for are left out."""
        found: dict[tuple[tuple[int, int], ...], list[Case]] = {}
        for one in self.cases:
            cells = tuple(
                (prompt, column)
                for column in one.columns
                if self.columns[column].endpoint
                for prompt in self.columns[column].prompts
                if prompt in one.prompts
            )
            if cells:
                found.setdefault(cells, []).append(one.case)
        return tuple(CaseGroup(cells, tuple(cases)) for cells, cases in found.items())
