"""Packs and prompts with every part of a pack, for tests of several layers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.store.making import LATER, NOW, done, lane, opened, run, text
from workbench.core.cases import Case, Check
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.packs.pack_contents import PackAbout
from workbench.store import Store
from workbench.usecases.packs.exporter import PackChoice, PackExporter


def make_pack(folder: Path, target: Path, names: Sequence[str] = ("Order bot", "Mail bot")) -> Path:
    """Write a pack of prompts, each with two versions, a case and a draft, from a separate history."""
    folder.mkdir(exist_ok=True)
    with closing(opened(folder / "other.db")) as store:
        for name in names:
            add_prompt(store, name)
        exporter = PackExporter(store, lambda: "pack-1", lambda: LATER)
        about = PackAbout("", "Bots", "What they are for.", "MIT", "Ada")
        exporter.write(exporter.prepare(about, [PackChoice(key_of(name), "all") for name in names]), target)
    return target


def key_of(name: str) -> str:
    return "p-" + name.split()[0].lower()


def add_prompt(store: Store, name: str) -> None:
    key = key_of(name)
    store.create_prompt(key, name, NOW)
    for number in (1, 2):
        begun = run(f"{key}-{number}", text(f"{name} {number}: {{{{order}}}}"), lanes=(lane("A", "echo"),))
        store.begin_run(replace(begun, prompt_uid=key))
        store.finish_output(f"{key}-{number}.0.0", done("Fine."), LATER)
    lanes = (Lane("A", "echo", "echo"),)
    store.save_draft(key, Draft(text(f"{name} 2: {{{{order}}}}"), (("order", "7"),), lanes, 2), LATER)
    store.packs.save_cases(
        key, [Case(f"c-{key}", "Late", (("order", "3"),), (Check("contains", value='"3"'),))]
    ).result()
