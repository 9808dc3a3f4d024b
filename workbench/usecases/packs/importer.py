"""Importing the prompts of a pack into the history.

Invariant: an import overwrites and removes nothing. A plan states for each prompt whether it is new, changed, identical
or conflicting before anything is written. Importing the same pack again adds nothing. One undo removes everything that
an import added.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from uuid import NAMESPACE_OID, uuid5

from workbench.core.cases import Case, case_to_json
from workbench.core.drafts import Draft
from workbench.core.runs import VersionRow
from workbench.core.text import plural
from workbench.packs.pack_contents import Pack, PackPrompt
from workbench.packs.pack_reader import ReadPack, Tell, attachments, case_files, read_pack
from workbench.store import Store
from workbench.store.merging.pack_import_store import ArrivingPrompt, ArrivingVersion, PackArrival
from workbench.usecases.packs.exporter import remembered, with_sets
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import NAME_LIMIT

State = Literal["new", "changed", "identical", "conflicting"]
Action = Literal["add", "update", "skip"]
ACTIONS: tuple[Action, ...] = ("add", "update", "skip")
_DEFAULTS: Mapping[State, Action] = {"new": "add", "changed": "update", "identical": "skip", "conflicting": "skip"}


@dataclass(frozen=True, slots=True)
class PlannedPrompt:
    """A prompt of a pack compared with the history.

    `foreign` is its identity in packs, `uid` the matching prompt of this history, "" for none. `versions` and `cases`
    are those missing from the history. `words` describe the effect of importing it.
    """

    prompt: PackPrompt
    state: State
    foreign: str
    uid: str = ""
    versions: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    words: str = ""
    has_checks: bool = False
    """Whether checks for all cases are added."""

    @property
    def action(self) -> Action:
        """The default action."""
        return _DEFAULTS[self.state]


@dataclass(frozen=True, slots=True)
class PackImportPlan:
    """The effects of importing a pack; `source` is the path it was read from."""

    read: ReadPack
    prompts: tuple[PlannedPrompt, ...]
    source: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedPack:
    """Result of an import: prompt uids by slug, and a sentence; `changed` if there is something to undo."""

    prompts: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    changed: bool = False


class PackImporter:
    """Imports packs into one history. Methods block, so use them on worker threads; they raise StoreError."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store = store
        self._new_uid = new_uid
        self._now = now

    def plan(self, path: str | os.PathLike[str], tell: Tell | None = None) -> PackImportPlan:
        """Read a pack and compare it with the history; writes nothing. Raises PackError.

        `tell` receives the numbers of read and of all prompts, and may raise to stop.
        """
        read = read_pack(path) if tell is None else read_pack(path, tell)
        here = {row.uid: row.name for archived in (False, True) for row in self._store.prompts(archived=archived)}
        came = self._store.packs.origins("prompt")
        notes = list(read.pack.notes)
        if read.evidence:
            notes.append("The evidence of this pack is not imported. Run “workbench pack show --evidence” to read it.")
        endpoints = {endpoint.uid for endpoint in self._store.endpoints()}
        strange = sum(lane.endpoint not in endpoints for prompt in read.pack.prompts for lane in prompt.lanes)
        if strange:
            lanes = f"{strange} {plural(strange, 'lane uses', 'lanes use')}"
            notes.append(f"{lanes} an endpoint that is not set up here. Choose another model there before a run.")
        prompts = tuple(self._planned(prompt, known_as(prompt, read.pack), here, came) for prompt in read.pack.prompts)
        return PackImportPlan(read, prompts, str(Path(path).absolute()), tuple(notes))

    def here(self, prompt: PackPrompt, pack: Pack) -> str:
        """Return the uid of the matching prompt in this history, "" for none."""
        foreign = known_as(prompt, pack)
        uids = {row.uid for archived in (False, True) for row in self._store.prompts(archived=archived)}
        uid = foreign if foreign in uids else self._store.packs.origins("prompt").get(foreign, "")
        return uid if uid in uids else ""

    def apply(self, plan: PackImportPlan, actions: Mapping[str, Action] | None = None) -> ImportedPack:
        """Import with the actions chosen by slug, else the default ones. Raises RefusedError for an unknown slug."""
        chosen = dict(actions or {})
        if unknown := [slug for slug in chosen if slug not in {one.prompt.slug for one in plan.prompts}]:
            known = ", ".join(one.prompt.slug for one in plan.prompts)
            raise RefusedError(f"There is no prompt “{unknown[0]}” in this pack. It has: {known}.")
        arriving: list[ArrivingPrompt] = []
        uids: dict[str, str] = {}
        for one in plan.prompts:
            made = self._arriving(one, chosen.get(one.prompt.slug, one.action))
            uids[one.prompt.slug] = made.uid if made else one.uid
            if made is not None and (made.new or made.versions or made.cases or made.checks):
                arriving.append(made)
        if not arriving:
            return ImportedPack(uids, "Nothing was imported: everything is already here or was skipped.")
        pack = plan.read.pack
        # The record of the pack uses the uids of this history.
        kept = replace(pack, prompts=tuple(replace(p, uid=uids[p.slug]) for p in pack.prompts if uids[p.slug]))
        media = {file.hash: file.media_type for file in pack.files}
        needed = {hash_ for one in arriving for version in one.versions for hash_ in attachments(version.content)}
        needed |= {file.hash for one in arriving for file in case_files(case for _, case in one.cases)}
        files = tuple((body, media[hash_]) for hash_, body in plan.read.bodies.items() if hash_ in needed)
        uid = pack.about.uid or self._new_uid()
        # A folder is the pack's permanent place; an archive is only a means of transport.
        place = Path(plan.source) if Path(plan.source).is_dir() else self._place(uid)
        arrival = PackArrival(uid, json.dumps(remembered(kept, place)), plan.source, tuple(arriving), files)
        self._store.packs.arrive(arrival, self._now()).result()
        return ImportedPack(uids, _sentence(arriving), changed=True)

    def tested_cases(self, planned: PlannedPrompt, uid: str) -> tuple[Case, ...]:
        """Return the cases of a pack as they are tested with a prompt of this history, which does not change.

        A case that is here has the uid that it has here, and is held out if it is here.
        """
        came, here = self._store.packs.origins("case"), {case.uid: case for case in self._store.packs.cases(uid)}
        found = []
        for case in planned.prompt.cases:
            known = came.get(_foreign(planned.foreign, case)) or case.uid or str(uuid5(NAMESPACE_OID, digest(case)))
            held_out = here[known].held_out if known in here else case.held_out
            found.append(replace(case, uid=known, held_out=held_out))
        return tuple(found)

    def store_files(self, plan: PackImportPlan, planned: PlannedPrompt) -> None:
        """Store the files of a prompt that is here already: its text or cases may have others in the pack by now."""
        prompt = planned.prompt
        needed = {*attachments(prompt.content), *(file.hash for file in case_files(prompt.cases))}
        for file in plan.read.pack.files:
            if file.hash in needed and file.hash in plan.read.bodies:
                self._store.add_blob(plan.read.bodies[file.hash], file.media_type).result()

    def _place(self, pack_uid: str) -> Path | None:
        said = (self._store.packs.about(pack_uid) or {}).get("place", "")
        return Path(said) if said else None

    def undo(self) -> str:
        """Remove what the last import added; return a sentence. Raises StoreError if later work depends on it."""
        return self._store.packs.take_back().result()

    def _planned(
        self, prompt: PackPrompt, foreign: str, here: Mapping[str, str], came: Mapping[str, str]
    ) -> PlannedPrompt:
        uid = foreign if foreign in here else came.get(foreign, "")
        if uid not in here:
            return PlannedPrompt(
                prompt,
                "new",
                foreign,
                "",
                tuple(v.hash for v in prompt.versions),
                prompt.cases,
                _new(prompt, here),
                bool(prompt.checks),
            )
        rows = self._store.versions(uid)
        known = {row.hash for row in rows}
        missing = tuple(version.hash for version in prompt.versions if version.hash not in known)
        cases = self._missing_cases(prompt, foreign, uid)
        mine = self._store.tests.settings(uid)
        has_checks = bool(prompt.checks) and not mine.checks and mine.threshold is None
        differ = bool(prompt.checks) and not has_checks and mine.checks != prompt.checks
        kept = " It has other checks for all cases, which stay as they are." if differ else ""
        if not missing and not cases and not has_checks:
            words = f"“{here[uid]}” already has all of it." if not differ else f"“{here[uid]}” lacks nothing.{kept}"
            return PlannedPrompt(prompt, "identical", foreign, uid, (), (), words)
        state: State = "conflicting" if missing and self._went_on(prompt, rows) else "changed"
        lacks = f"{_counted(len(missing), 'version')} and {_counted(len(cases), 'case')}"
        words = f"“{here[uid]}” lacks {lacks}{', and the checks for all cases' if has_checks else ''}.{kept}"
        if state == "conflicting":
            words += (
                " It continued from another version here. Update adds the versions of the pack beside it, add makes "
                "a second prompt."
            )
        return PlannedPrompt(prompt, state, foreign, uid, missing, cases, words, has_checks)

    def _went_on(self, prompt: PackPrompt, rows: list[VersionRow]) -> bool:
        """Whether the newest version was made here and is not in the pack."""
        known = {hash_ for version in prompt.versions for hash_ in (version.hash, version.parent)}
        if not rows or rows[-1].hash in known:
            return False
        came = set(self._store.packs.origins("version").values())
        return not all(row.uid in came for row in rows)

    def _missing_cases(self, prompt: PackPrompt, foreign: str, uid: str) -> tuple[Case, ...]:
        mine = with_sets(self._store.packs.cases(uid), self._store.draft(uid) or Draft())
        known = {digest(case) for case in mine}
        uids = {case.uid for case in mine}
        came = self._store.packs.origins("case")
        # A case that was imported and then changed here is not imported again.
        return tuple(
            case for case in prompt.cases if digest(case) not in known and came.get(_foreign(foreign, case)) not in uids
        )

    def _arriving(self, one: PlannedPrompt, action: Action) -> ArrivingPrompt | None:
        prompt = one.prompt
        if action == "skip" or (action == "update" and one.state == "identical"):
            return None
        if action == "update" and not one.uid:
            raise RefusedError(f"“{prompt.name}” is not here yet, so there is nothing to update. Add it.")
        new = action == "add"
        uid = one.uid
        if new:
            free = prompt.uid and not self._store.packs.is_taken(prompt.uid)
            uid = prompt.uid if free else self._new_uid()
        places = {version.hash: number for number, version in enumerate(prompt.versions, start=1)}
        versions = tuple(
            ArrivingVersion(self._new_uid(), version.hash, version.content, version.parent, version.note)
            for version in prompt.versions
        )
        draft = None
        if new:
            draft = Draft(prompt.content, prompt.values, prompt.lanes, places[prompt.main])
        cases = prompt.cases if new else one.cases
        mine = set() if new else {case.uid for case in self._store.packs.cases(uid)}
        taken = tuple(
            (
                _foreign(one.foreign, case),
                case if case.uid and case.uid not in mine else replace(case, uid=self._new_uid()),
            )
            for case in cases
        )
        checks = (prompt.checks, prompt.threshold) if new or one.has_checks else ((), None)
        return ArrivingPrompt(
            one.foreign,
            uid,
            _name(prompt.name),
            new,
            versions,
            draft,
            taken,
            *checks,
            folder=prompt.folder,
            tags=prompt.tags,
        )


def known_as(prompt: PackPrompt, pack: Pack) -> str:
    """Return the identity of a prompt in packs: its uid, or pack and slug for a handwritten one without a uid."""
    return prompt.uid or f"{pack.about.uid or pack.about.name}/{prompt.slug}"


def digest(case: Case) -> str:
    """Return a hash of a case's contents, without its uid."""
    data = {**case_to_json(case), "uid": ""}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _foreign(foreign: str, case: Case) -> str:
    return f"{foreign}:{digest(case)}"


def _name(name: str) -> str:
    """Return a valid name for a prompt; the name in a file may be anything."""
    cleaned = " ".join(name.split())[:NAME_LIMIT].strip()
    return cleaned if any(c.isprintable() and not c.isspace() for c in cleaned) else "Imported prompt"


def _new(prompt: PackPrompt, here: Mapping[str, str]) -> str:
    checks = f", with {_counted(len(prompt.checks), 'check')} for all cases" if prompt.checks else ""
    words = f"New: {_counted(len(prompt.versions), 'version')} and {_counted(len(prompt.cases), 'case')}{checks}."
    if prompt.name in here.values():
        words += f" Another prompt here is also called “{prompt.name}”."
    if prompt.content.template == "jinja":
        words += " Its texts are Jinja templates; they are rendered in a separate process."
    return words


def _counted(count: int, word: str) -> str:
    return f"{count or 'no'} {plural(count, word)}"


def _sentence(arriving: list[ArrivingPrompt]) -> str:
    made = [one for one in arriving if one.new]
    parts = [f"{len(made)} {plural(len(made), 'prompt')} added"] if made else []
    if updated := [one for one in arriving if not one.new]:
        parts.append(f"{len(updated)} {plural(len(updated), 'prompt')} updated")
    return f"{' and '.join(parts).capitalize()}."
