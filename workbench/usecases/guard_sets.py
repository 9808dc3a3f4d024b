"""The guard sets that come with the product: small prompts with cases that any change should leave intact.

Invariant: a guard set is a data file; once added it is a prompt like any other. Adding it again returns that prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from workbench.core import content as contents
from workbench.core.cases import Case, case_from_json
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.host.dirs import resource
from workbench.store import Store
from workbench.store.records import FirstVersion, WholePrompt

REFUSALS = "refusals.yml"
GUARD_FILES = ("general.yml", REFUSALS)
_FACT = "guard:"
"""Prefix of the meta keys that store the uids of the prompts of added guard sets."""


@dataclass(frozen=True, slots=True)
class GuardSet:
    """A prompt with its cases. `file` identifies it; the uids of the cases are "" until they are added."""

    file: str
    name: str
    description: str
    content: Content
    cases: tuple[Case, ...]


def load_guard(file: str) -> GuardSet:
    """Read a guard set that comes with the product. Raises HostError if it is missing."""
    return read_guard(resource("guards", file))


def read_guard(path: Path) -> GuardSet:
    """Read a guard set. Raises ContentError, CaseError, KeyError, TypeError or ValueError if the file is invalid."""
    data = yaml.safe_load(path.read_text("utf-8"))
    content = contents.from_json({"format": contents.FORMAT, "messages": data["messages"]})
    cases = tuple(_case(one, number) for number, one in enumerate(data["cases"], start=1))
    return GuardSet(path.name, data["name"], data["description"], content, cases)


def add_guard(store: Store, guard: GuardSet, new_uid: Callable[[], str], now: str) -> str:
    """Add a guard set as a prompt and return the prompt's uid; blocks. One that is there is returned unchanged.

    Raises StoreError.
    """
    if known := guard_prompt(store, guard):
        return known
    fact, uid = _FACT + guard.file, new_uid()
    version = FirstVersion(new_uid(), guard.content)
    draft = Draft(content=guard.content, based_on=1)
    store.add_whole_prompts([WholePrompt(uid, guard.name, (version,), draft, fact)], now).result()
    store.packs.save_cases(uid, [replace(case, uid=new_uid()) for case in guard.cases]).result()
    return uid


def guard_uid(store: Store, file: str) -> str:
    """Return the uid of the prompt that a guard set was added as, "" if it never was; blocks. Raises StoreError."""
    return store.get_meta(_FACT + file) or ""


def guard_prompt(store: Store, guard: GuardSet) -> str:
    """Return the uid of the prompt of an added guard set, "" if there is none; blocks. Raises StoreError."""
    known = store.get_meta(_FACT + guard.file)
    return known if known is not None and known in {row.uid for row in store.prompts()} else ""


def _case(data: Mapping[str, Any], number: int) -> Case:
    return case_from_json({"uid": "", **data}, f"Case {number}")
