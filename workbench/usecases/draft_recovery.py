"""Opening drafts, also of a damaged history or an earlier release.

Invariant: a damaged row blocks nothing else, is reported in a sentence, and stays unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from workbench.core.drafts import Draft, ValueSet
from workbench.store import Store, StoreError
from workbench.store.runs.draft_cases import AdoptedSets
from workbench.usecases.problems import Problem, problem_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpenedDraft:
    """A draft to work on, and what to report about it; None if it is the stored one.

    `known` are its cases as the history has them, by uid, and `cases` is the number of all cases of the prompt.
    `adopted` are value sets of an earlier release that became cases, None for none.
    """

    draft: Draft
    problem: Problem | None = None
    known: Mapping[str, ValueSet] = field(default_factory=dict)
    adopted: AdoptedSets | None = None
    cases: int = 0


def open_draft(store: Store, prompt_uid: str, first: Draft, new_uid: Callable[[], str]) -> OpenedDraft:
    """Return the draft of a prompt; `first` if there is none, and one made from the history if it is damaged.

    A damaged draft is copied to a file of its own. Value sets of an earlier release become cases, unless the history
    cannot be written; then they do when the draft is saved. Raises StoreError for every other error.
    """
    adopted, problem = None, None
    is_old = store.packs.holds_value_sets(prompt_uid)
    if is_old and not store.read_only:
        try:
            adopted = store.packs.adopt_value_sets(prompt_uid, new_uid).result()
        except StoreError as error:
            problem = problem_of(error)
    try:
        draft = store.draft(prompt_uid) or first
        known = draft.sets_by_uid if adopted or not is_old else {}
        return OpenedDraft(draft, problem, known, adopted, store.packs.case_count(prompt_uid))
    except StoreError as error:
        if error.code != "corrupt":
            raise
        draft = _from_history(store, prompt_uid, first)
        name = "" if draft.based_on is None else store.version(prompt_uid, draft.based_on).name
        instead = f"the text of {name} is shown" if name else "it starts empty"
        kept, why = _kept(store, prompt_uid)
        sentence = f"The draft of this prompt cannot be read, so {instead}. {kept}"
        return OpenedDraft(draft, Problem(sentence, "\n".join(filter(None, (error.detail, why)))))


def _kept(store: Store, prompt_uid: str) -> tuple[str, str]:
    try:
        file = store.keep_damaged_draft(prompt_uid)
    except StoreError as error:
        problem = problem_of(error)
        return "The draft stays in the history until it can be copied to a file.", problem.detail
    return f"It is kept in {file}.", ""


def _from_history(store: Store, prompt_uid: str, first: Draft) -> Draft:
    """Return a draft with the newest readable version and the newest iteration's lanes."""
    newest = store.iterations(prompt_uid, None, 1)
    detail = _unless_damaged(lambda: store.iteration_detail(newest[0].run_uid)) if newest else None
    if detail is not None:
        first = replace(first, values=detail.values, lanes=tuple(lane.lane for lane in detail.lanes))
    for number in store.version_numbers(prompt_uid):
        version = _unless_damaged(partial(store.version, prompt_uid, number))
        if version is not None and not version.newer:
            return replace(first, content=version.content, based_on=number)
    return first


def _unless_damaged(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except StoreError as error:
        if error.code != "corrupt":
            raise
        return None
