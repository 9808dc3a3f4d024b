"""Exporting prompts from the history as a pack.

Invariant: exporting writes nothing to the history but the record of the pack. Exports of the same choice from the same
history are equal, and an imported pack is exported unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from workbench.core.cases import Case
from workbench.core.disclosure import DisclosureFinding
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import PromptRow, VersionRow
from workbench.core.timeline import nearest_ancestor
from workbench.packs import manifest
from workbench.packs.pack_contents import Pack, PackAbout, PackFile, PackPrompt, PackStanding, PackVersion, StandingRow
from workbench.packs.pack_reader import attachments, case_files
from workbench.packs.pack_writer import Tell, texts, write_archive, write_folder
from workbench.packs.slugs import slugs
from workbench.store import Store
from workbench.usecases.packs.disclosures import disclosed
from workbench.usecases.packs.evidence import Watch, evidence, unwatched
from workbench.usecases.packs.suite_evidence import suite_evidence
from workbench.usecases.packs.target import is_file
from workbench.usecases.problems import RefusedError

Which = Literal["winner", "all"]
"""The winning version, or every version; the winner is the main version in both."""
_NOT_RANKED = {
    "all_bad": "Every verdict says that all answers are bad.",
    "one_entrant": "No verdict compares two models or versions.",
}
"""Why a pack has no ranking, by `RankingSufficiency.reason`; the README covers too few verdicts."""


@dataclass(frozen=True, slots=True)
class PackChoice:
    """A prompt to export; `versions` is the winner, all, or numbers of which the last is the main version."""

    prompt_uid: str
    versions: Which | tuple[int, ...] = "winner"


@dataclass(frozen=True, slots=True)
class PackExport:
    """A pack that is ready to be written, with sentences about what was left out.

    `body` returns the bytes of an attachment by its hash.
    """

    pack: Pack
    evidence: Mapping[str, bytes]
    body: Callable[[str], bytes]
    notes: tuple[str, ...] = ()

    def disclosed(self) -> tuple[DisclosureFinding, ...]:
        """Return what looks like a key, an address or the like. Raises PackError like writing does."""
        return disclosed(texts(self.pack, self.evidence), self.pack, self.body)

    def sizes(self) -> tuple[tuple[str, int], ...]:
        """Return the files to be written, with their bytes."""
        made = tuple((name, len(raw)) for name, raw in texts(self.pack, self.evidence).items())
        return (*made, *((file.path, file.size) for file in self.pack.files))


class PackExporter:
    """Makes packs of one history. Methods block, so use them on worker threads; they raise StoreError."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store = store
        self._new_uid = new_uid
        self._now = now

    def known(self, prompt_uids: Sequence[str]) -> PackAbout | None:
        """Return the details of the pack in which these prompts were last exported or imported."""
        wanted = set(prompt_uids)
        for uid, body in self._store.packs.known():
            if {one["uid"] for one in body["prompts"]} == wanted:
                return PackAbout(uid, *(body.get(key, "") for key in ("name", "description", "licence", "author")))
        return None

    def place(self, pack_uid: str) -> Path | None:
        """Return the last path or source folder of a pack; None if unknown or its parent does not exist."""
        said = (self._store.packs.about(pack_uid) or {}).get("place", "")
        return Path(said) if said and Path(said).parent.is_dir() else None

    def prepare(
        self,
        about: PackAbout,
        choices: Sequence[PackChoice],
        *,
        with_evidence: bool = False,
        with_hold_out: bool = False,
        tell: Tell | None = None,
        watch: Watch = unwatched,
    ) -> PackExport:
        """Return the export without writing it. Raises RefusedError for a prompt that has only a draft.

        Held-out cases are left out without `with_hold_out`: whoever has them can change the prompt until they pass.
        `tell` receives the numbers of finished and of all prompts, `watch` the number of a prompt's iterations read
        for the evidence; both may raise to stop.
        """
        if not choices:
            raise RefusedError("A pack needs a prompt. Choose at least one.")
        about = about if about.uid else replace(about, uid=self._new_uid())
        rows = {row.uid: row for archived in (False, True) for row in self._store.prompts(archived=archived)}
        if any(choice.prompt_uid not in rows for choice in choices):
            raise RefusedError("One of these prompts is no longer in the history. Choose again.")
        before = {one["uid"]: one for one in (self._store.packs.about(about.uid) or {}).get("prompts", [])}
        given = {c.prompt_uid: before[c.prompt_uid]["slug"] for c in choices if c.prompt_uid in before}
        free = [c.prompt_uid for c in choices if c.prompt_uid not in given]
        named = given | slugs(((uid, rows[uid].name) for uid in free), given.values())
        prompts, notes, told = [], [], {}
        for done, choice in enumerate(choices):
            if tell is not None:
                tell(done, len(choices))
            row, said = rows[choice.prompt_uid], before.get(choice.prompt_uid, {})
            prompt, odd = self._prompt(row, choice, named[row.uid], said, with_hold_out=with_hold_out)
            prompts.append(prompt)
            notes += odd
            if with_evidence:
                told[prompt.slug], left_out = evidence(self._store, row.uid, {v.hash for v in prompt.versions}, watch)
                results = suite_evidence(self._store, row.uid, {v.hash for v in prompt.versions})
                told[prompt.slug] += results
                notes += left_out
        return PackExport(Pack(about, tuple(prompts), self._files(prompts)), told, self._store.blob, tuple(notes))

    def write(self, export: PackExport, path: Path, tell: Tell | None = None) -> None:
        """Write a pack as an archive or a folder, depending on the suffix, and record it. Raises PackError.

        `tell` receives the numbers of written and of all files, and may raise to stop; then nothing has changed.
        """
        write = write_archive if is_file(path) else write_folder
        write(path, export.pack, self._store.blob, export.evidence, tell or (lambda done, of: None))
        if self._store.read_only:
            return
        body = remembered(export.pack, path.absolute())
        self._store.packs.remember(export.pack.about.uid, body, self._now()).result()

    def _prompt(
        self, row: PromptRow, choice: PackChoice, slug: str, said: Mapping[str, Any], *, with_hold_out: bool
    ) -> tuple[PackPrompt, list[str]]:
        versions, notes = self._versions(row, choice, said)
        chosen = {version.number: version for version in versions}
        main = versions[-1] if isinstance(choice.versions, tuple) else chosen[self._main(row.uid, list(chosen), said)]
        draft = self._store.draft(row.uid) or Draft()
        if draft.content != main.content and draft.based_on == main.number:
            notes.append(
                f"The draft of “{row.name}” has changes that are not in a version yet; they are not in the pack."
            )
        settings = self._store.tests.settings(row.uid)
        cases = with_sets(self._store.packs.cases(row.uid), draft)
        if not with_hold_out and (held := sum(case.held_out for case in cases)):
            cases = tuple(case for case in cases if not case.held_out)
            are = "case is" if held == 1 else "cases are"
            notes.append(f"{held:,} hold-out {are} left out of “{row.name}”.")
        return (
            PackPrompt(
                uid=row.uid,
                name=row.name,
                slug=slug,
                main=main.hash,
                versions=_pack_versions(sorted(chosen.values(), key=lambda v: v.number), self._parents(row.uid)),
                description=said.get("description", ""),
                lanes=_lanes(draft.lanes, sorted(chosen)),
                values=draft.values,
                cases=cases,
                standing=self._standing(row.uid, said),
                checks=settings.checks,
                threshold=settings.threshold,
                folder=row.folder,
                tags=row.tags,
            ),
            notes,
        )

    def _versions(
        self, row: PromptRow, choice: PackChoice, said: Mapping[str, Any]
    ) -> tuple[list[VersionRow], list[str]]:
        known = {version.number: version for version in self._store.versions(row.uid)}
        if not known:
            raise RefusedError(f"“{row.name}” is only a draft. Run it once, so that it has a version to export.")
        if isinstance(choice.versions, tuple):
            if lost := [number for number in choice.versions if number not in known]:
                raise RefusedError(
                    f"A version of “{row.name}” is gone. Choose its versions again.", f"version {lost[0]}"
                )
            numbers = list(dict.fromkeys(choice.versions))
        elif choice.versions == "winner":
            hashes = said.get("versions", [])
            numbers = [self._main(row.uid, list(known), said)]
            # An imported pack is exported unchanged, unless another version has won since. A pack made here with more
            # versions reveals no more than is selected now.
            came = self._store.packs.origins("version").values()
            if known[numbers[0]].hash in hashes and known[numbers[0]].uid in came:
                numbers = [number for number, version in known.items() if version.hash in hashes]
        else:
            numbers = list(known)
        newer = [number for number in numbers if known[number].newer]
        found = [known[number] for number in numbers if number not in newer]
        if not found:
            raise RefusedError(f"“{row.name}” was not exported. {known[numbers[0]].newer}")
        names = ", ".join(known[number].name for number in newer)
        words = f"Left out, because a newer release made them: {names} of “{row.name}”."
        return found, [words] if newer else []

    def _main(self, prompt_uid: str, numbers: list[int], said: Mapping[str, Any]) -> int:
        """Return the main version: the winner, or the newest without verdicts.

        For an imported pack without verdicts it is the pack's main version, until a newer version was made here.
        """
        won = self._winner(prompt_uid)
        if won in numbers:
            return won
        versions = self._store.versions(prompt_uid)
        before = next((version.number for version in versions if version.hash == said.get("main")), 0)
        went_on = versions[-1].uid not in self._store.packs.origins("version").values()
        return max(numbers) if went_on or before not in numbers else before

    def _winner(self, prompt_uid: str) -> int:
        """Return the number of the strongest version; with few verdicts, the last winner's; 0 for none."""
        ranked = self._ranked(prompt_uid, "version")
        if ranked is not None and ranked.rows:
            return int(ranked.rows[0].name.removeprefix("v"))
        verdicts = self._store.judgements.verdicts(prompt_uid)
        first = (o.who.version for v in reversed(verdicts) if v.kind == "winner" for o in v.outputs if o.place == 1)
        return next(first, 0)

    def _ranked(self, prompt_uid: str, grouping: Literal["version", "both"]) -> Any:
        if not self._store.judgements.verdicts(prompt_uid):
            return None
        # This imports numpy, which prompts without verdicts do not need.
        from workbench.usecases.ranking import rank

        # Packs, which other programs read, keep the stored numbers.
        numbers = {number: f"v{number}" for number in self._store.version_numbers(prompt_uid)}
        return rank(self._store, prompt_uid, grouping, numbers)

    def _standing(self, prompt_uid: str, said: Mapping[str, Any]) -> PackStanding | None:
        ranked = self._ranked(prompt_uid, "both")
        if ranked is None:
            return manifest.standing_from(said["standing"]) if said.get("standing") else None
        rows = tuple(
            StandingRow(row.name, *(round(n, 3) for n in (row.won, row.lost, row.tied, *row.strength.chances)))
            for row in ranked.rows
        )
        remarks = tuple(remark.text for remark in ranked.remarks)
        if not remarks and (why := _NOT_RANKED.get(ranked.enough.reason)):
            remarks = (why,)
        return PackStanding(ranked.verdicts, ranked.blind, rows, remarks)

    def _parents(self, prompt_uid: str) -> dict[int, int | None]:
        return {version.number: version.parent for version in self._store.versions(prompt_uid)}

    def _files(self, prompts: Sequence[PackPrompt]) -> tuple[PackFile, ...]:
        found = {
            one.hash: one.media_type
            for prompt in prompts
            for version in prompt.versions
            for message in version.content.messages
            for one in message.attachments
        }
        found |= {one.hash: one.media_type for prompt in prompts for one in case_files(prompt.cases)}
        return tuple(PackFile(hash_, found[hash_], len(self._store.blob(hash_))) for hash_ in sorted(found))


def remembered(pack: Pack, place: Path | None) -> dict[str, Any]:
    """Return what the history records about a pack, and `place`, where it was written."""
    about = pack.about
    prompts = [
        {
            "uid": prompt.uid,
            "slug": prompt.slug,
            "description": prompt.description,
            "main": prompt.main,
            "versions": [version.hash for version in prompt.versions],
            "standing": None if prompt.standing is None else manifest.standing_data(prompt.standing),
        }
        for prompt in pack.prompts
    ]
    texts_ = {"name": about.name, "description": about.description, "licence": about.licence, "author": about.author}
    return {**texts_, "prompts": prompts, **({} if place is None else {"place": str(place)})}


def with_sets(cases: Sequence[Case], draft: Draft) -> tuple[Case, ...]:
    """Return the cases of a prompt, followed by the named value sets that are no cases yet."""
    known = {case.uid for case in cases}
    sets = (Case(one.uid, one.name, one.values) for one in draft.current_sets if one.uid not in known)
    return (*cases, *sets)


def _pack_versions(chosen: Sequence[VersionRow], parents: Mapping[int, int | None]) -> tuple[PackVersion, ...]:
    hashes = {version.number: version.hash for version in chosen}

    def ancestor(number: int) -> str:
        parent = nearest_ancestor(number, parents, hashes)
        return "" if parent is None else hashes[parent]

    return tuple(PackVersion(v.hash, v.content, ancestor(v.number), v.note) for v in chosen)


def _lanes(lanes: Sequence[Lane], numbers: Sequence[int]) -> tuple[Lane, ...]:
    """Return lanes for a pack: pinned to a position among its versions, without references to this history."""

    def moved(lane: Lane) -> Iterator[Lane]:
        pinned = numbers.index(lane.pinned) + 1 if lane.pinned in numbers else None
        if lane.pinned is None or pinned is not None:
            yield replace(lane, pinned=pinned, baseline="")

    return tuple(one for lane in lanes for one in moved(lane))


def attached(pack: Pack) -> set[str]:
    """Return the hashes of all attachments in a pack."""
    found = {hash_ for prompt in pack.prompts for version in prompt.versions for hash_ in attachments(version.content)}
    return found | {one.hash for prompt in pack.prompts for one in case_files(prompt.cases)}
