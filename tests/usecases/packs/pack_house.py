"""A history with the use cases for packs, and one with a prompt that has every part of a pack."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, done, lane, run, text
from workbench.core.cases import Case, Check
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Lane
from workbench.core.runs import Verdict
from workbench.packs.pack_contents import PackAbout
from workbench.store import Store, open_store
from workbench.usecases.packs.exporter import PackChoice, PackExporter
from workbench.usecases.packs.importer import Action, PackImporter, PackImportPlan


class House:
    """A history with the use cases for packs."""

    def __init__(self, store: Store, prefix: str) -> None:
        numbers = itertools.count(1)

        def uid() -> str:
            return f"{prefix}{next(numbers)}"

        self.store = store
        self.exporter = PackExporter(store, uid, lambda: LATER)
        self.importer = PackImporter(store, uid, lambda: LATER)

    def export(
        self, path: Path, *prompts: str, versions: str = "all", about: PackAbout | None = None
    ) -> dict[str, bytes]:
        uids = prompts or tuple(row.uid for row in reversed(self.store.prompts()))
        about = about or self.exporter.known(uids) or PackAbout("", "Mine", "What it is.", "MIT", "Ada")
        made = self.exporter.prepare(about, [PackChoice(uid, versions) for uid in uids])  # type: ignore[arg-type]
        self.exporter.write(made, path)
        return snapshot(path)

    def bring(self, path: Path, **actions: Action) -> PackImportPlan:
        plan = self.importer.plan(path)
        self.importer.apply(plan, {slug.replace("_", "-"): action for slug, action in actions.items()})
        return plan

    def dump(self) -> list[object]:
        """Return all visible data of the prompts."""
        return [
            (
                row.name,
                [(v.number, v.hash, v.parent, v.note) for v in self.store.versions(row.uid)],
                self.store.draft(row.uid),
                self.store.packs.cases(row.uid),
            )
            for row in sorted(self.store.prompts(), key=lambda row: row.uid)
        ]


def snapshot(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@contextmanager
def house(folder: Path, name: str) -> Iterator[House]:
    numbers = itertools.count(1)
    with closing(open_store(folder / f"{name}.db", now=NOW, uid=lambda: f"{name}-s{next(numbers)}")) as store:
        yield House(store, name)


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[House]:
    """A history with a prompt of three versions, runs, verdicts, cases and sets."""
    with house(tmp_path, "mine") as one:
        store = one.store
        store.create_prompt("p", "Order bot", NOW)
        store.begin_run(run("r1", text("Where is {{order}}?"), lanes=(lane("A", "vendor/one"), lane("B", "two"))))
        store.finish_output("r1.0.0", done("On its way."), LATER)
        store.finish_output("r1.1.0", done("No idea. Ask ada@example.org."), LATER)
        store.begin_run(run("r2", text("Where is {{order}}? Be brief."), based_on=1))
        store.finish_output("r2.0.0", done("Late."), LATER)
        store.begin_run(run("r3", text("Tell {{order}}"), based_on=1))
        store.finish_output("r3.0.0", done("Yes."), LATER)
        store.mark("r2", "v1", Verdict("winner", (0,)), ("r2.0.0",), LATER)
        store.packs.save_cases(
            "p", [Case("c1", "First", (("order", "3"),), (Check("contains", value='"3"'),))]
        ).result()
        store.save_draft(
            "p",
            Draft(
                text("Tell {{order}} now"),
                (("order", "1"),),
                (Lane("A", "echo", "echo"), Lane("B", "litellm", "gpt-5", pinned=1)),
                3,
                (ValueSet("s1", "Late", (("order", "2"),)),),
            ),
            LATER,
        ).result()
        yield one
