"""How long importing, undoing and exporting a pack of 300 prompts blocks the UI thread of the real window."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

from tests.bench.report import busiest
from tests.bench.windows import home, measured
from tests.store.making import LATER, NOW, done, lane, opened, text
from tests.store.making import run as started
from workbench.core.cases import Case, Check
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import Verdict
from workbench.packs.pack_contents import PackAbout
from workbench.store import Store
from workbench.usecases.packs.exporter import PackChoice, PackExporter

WINDOW = (sys.executable, "-m", "tests.bench.packs_window")
PROMPTS, VERSIONS, CASES = 300, 40, 20
GAP_MS = 50.0
MANY = 10
"""One prompt in this many has many versions, cases and verdicts."""
STEPS = "".join(
    f"{number}. Look at the order, and ask shop{number}@example.org when in doubt.\n" for number in range(40)
)


def run(full: bool) -> list[dict[str, Any]]:
    """Make a pack, import it, undo that, and export the original prompts."""
    del full
    with home() as place, home() as empty:
        with closing(opened(place.database)) as store:
            uids = list(history(store))
            exporter = PackExporter(store, lambda: "pack-1", lambda: LATER)
            choices = [PackChoice(uid, "all") for uid in uids]
            exporter.write(exporter.prepare(PackAbout("", "Bots"), choices, with_evidence=True), place.folder / "bots")
        told = []
        for what, one, pack in (("import", empty, place.folder / "bots"), ("export", place, place.folder / "written")):
            environment = one.environment(BENCH_PACKS=what, BENCH_PACK=str(pack))
            told.append(busiest(f"{what} of {PROMPTS} prompts", GAP_MS, measured(WINDOW, environment)))
    return told


def history(store: Store) -> Iterator[str]:
    """Add the prompts, and yield the uid of each."""
    for number in range(PROMPTS):
        uid, is_large = f"p-{number}", number % MANY == 0
        store.create_prompt(uid, f"Bot {number}", NOW)
        for version in range(1, (VERSIONS if is_large else 2) + 1):
            name = f"{uid}-{version}"
            begun = started(
                name, text("{{order}}", f"You are bot {number}, {version}.\n{STEPS}"), lanes=(lane(), lane("B"))
            )
            store.begin_run(replace(begun, prompt_uid=uid))
            for at in range(2):
                store.finish_output(
                    f"{name}.{at}.0", done(f"It is on its way, says {version}. Mail a@example.org."), LATER
                )
            outputs = (f"{name}.0.0", f"{name}.1.0")
            store.mark(name, f"{name}.v", Verdict("winner", (version % 2,)), outputs, LATER)
        draft = Draft(text("{{order}}"), (("order", "7"),), (Lane("A", "echo", "echo"),), 2)
        store.save_draft(uid, draft, LATER)
        cases = [
            Case(f"{uid}-c{case}", f"Case {case}", (("order", f"{case}"),), (Check("contains", value=f'"{case}"'),))
            for case in range(CASES if is_large else 1)
        ]
        store.packs.save_cases(uid, cases).result(60)
        yield uid
