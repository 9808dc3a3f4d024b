"""Scenes of packs, cases and training files."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import workbooks
from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import command, opened, put, shots, small
from tests.store import making
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import Verdict
from workbench.packs.pack_contents import PackAbout
from workbench.store import Store
from workbench.ui.features.cases.dialog import CasesDialog
from workbench.ui.features.cases.import_dialog import CaseImportDialog
from workbench.ui.features.packs.export_dialog import ExportPackDialog
from workbench.ui.features.packs.import_dialog import ImportPackDialog
from workbench.ui.features.training.dialog import TrainingDialog
from workbench.usecases.packs.exporter import PackChoice, PackExporter

_LONG = "A prompt with a very long name that says all of what it does for whom and when, and goes on and on for a while"
_NAMES = ("Order bot", "Mail bot", _LONG, "Übersetzer 翻訳")
_WORDS = Content(
    (Message("system", "You are brief."), Message("user", "Where is {{order}}? Write to ada@example.org."))
)


def packs(demo: Demo) -> None:
    """Importing a pack: the preview, a preview without anything new, and an unreadable file."""
    imports = demo.window.dialogs.pack_imports
    with TemporaryDirectory() as folder:
        pack = _pack(Path(folder))
        imports.look(pack)
        found = _looked(demo)
        shots(demo, "pack-import")
        found.select([0, 1])
        small(demo, "pack-import-narrow")
        found.go.click()
        demo.until("it came", lambda: "added" in demo.window.notice.text())
        demo.picture("pack-imported")
        imports.look(pack)
        found = _looked(demo)
        demo.picture("pack-nothing-new")
        found.close()
        bad = Path(folder) / "bad.promptpack"
        bad.write_bytes(b"no zip")
        imports.look(bad)
        found = _looked(demo)
        demo.picture("pack-refused")
        found.close()
    _undo(demo)


def pack_export(demo: Demo) -> None:
    """Exporting prompts: the choice, a preview with findings, and the result."""
    demo.window.views.show("compose")
    demo.window.frame.activateWindow()
    store = demo.window.store
    store.create_prompt("shop", "Shop bot", making.NOW).result()
    _judge(store, "shop", "s1", "Where is my order?", "It comes on Monday.", 0)
    with TemporaryDirectory() as folder:
        imports = demo.window.dialogs.pack_imports
        imports.look(_pack(Path(folder)))
        found = _looked(demo)
        found.go.click()
        demo.until("it came", lambda: "added" in demo.window.notice.text())
        exports = demo.window.dialogs.pack_exports
        uids = [*(f"pack-{number}" for number in range(len(_NAMES))), "shop"]
        exports.choose(dict.fromkeys(uids, "all"))
        dialog = opened(demo, ExportPackDialog)
        demo.until("versions are listed", lambda: dialog.choice.choosing.is_known)
        dialog.choice.which["chosen"].click()
        dialog.choice.evidence.click()
        dialog.choice.take_place(Path(folder) / "a folder" / "bots.promptpack")
        dialog.choice.licence.setText("Apache-2.0")
        demo.pause(500)
        shots(demo, "pack-export", narrow=True)
        dialog.go.click()
        demo.pause(400)
        demo.picture("pack-export-lacks")
        dialog.choice.which["all"].click()
        dialog.go.click()
        demo.until("it can be looked through", lambda: dialog.pages.currentWidget() is dialog.preview)
        shots(demo, "pack-preview", narrow=True)
        dialog.preview.agreed.click()
        dialog.go.click()
        demo.until("it is written", lambda: dialog.pages.currentWidget() is dialog.written)
        shots(demo, "pack-written")
        dialog.close()
    _undo(demo)


def cases(demo: Demo) -> None:
    """The cases of a prompt: none, and some with known and unknown checks."""
    window = demo.window
    command(demo, "cases")
    empty = opened(demo, CasesDialog)
    demo.pause(300)
    demo.picture("cases-none")
    empty.close()
    checks = (
        Check("contains", value='"on its way"', weight=2.0, metric="Status"),
        Check("llm-rubric", negated=True, value='"is rude to the customer, or promises what the shop cannot keep"'),
        Check("assert-set", checks=(Check("is-json"), Check("latency", threshold=900.0)), threshold=0.5),
        Check("trajectory:tool-used", value='{"name":"lookup_order","times":2}', rest='{"later":[null]}'),
        Check("javascript", value='"output.length < 500"'),
    )
    made = [
        Case(
            f"case-{n}",
            name,
            (("question", f"Where is {name}?"), ("record", "order 1 | late\nto Berlin")),
            checks,
            expectation="Your order is on its way.\nIt arrives on Monday." if n < 2 else "",
            tags=("late", "shipping"),
            cluster="order 1",
        )
        for n, name in enumerate(("A late order", _LONG, "Übersetzer 翻訳", ""))
    ]
    window.store.packs.save_cases(window.prompt_uid, made).result()
    command(demo, "cases")
    found = opened(demo, CasesDialog)
    demo.until("they are listed", lambda: found.cases.rowCount() == len(made))
    shots(demo, "cases", narrow=True)
    found.use.click()
    demo.picture("cases-used")
    found.delete.click()
    demo.pause(300)
    demo.picture("cases-deleted")
    found.close()


_TABLE = """Order,Expected,Title,Tags,Region,__expected
DE-0042-7731,It is on its way and arrives on Monday.,Late order,"late, shipping",EU,icontains:monday
US-0017-1190,It was delivered yesterday.,,shipping,US,
US-0017-1191,"It was returned, and the money is on its way back.",Refund,"refund; money",US,not-contains:sorry
,,Nothing to ask,,,
JP-0008-0001,配達済みです。,翻訳,shipping,JP,
"""


def case_import(demo: Demo) -> None:
    """Adding cases: an empty dialog, rows with problems, a workbook with two sheets, and an unreadable file."""
    put(demo, Content((Message("user", "Where is {{order}} of {{customer}}?"),)))
    command(demo, "add_cases")
    found = opened(demo, CaseImportDialog)
    demo.pause(300)
    shots(demo, "case-import-empty")
    found.text_pasted.emit(_TABLE)
    demo.until("it is planned", lambda: found.plan is not None)
    shots(demo, "case-import", narrow=True)
    with TemporaryDirectory() as folder:
        book = Path(folder) / "Orders of the shop.xlsx"
        rows = [["order", "customer", "answer"], *([f"{n:05}", f"Ada {n}", "Late."] for n in range(1, 60))]
        book.write_bytes(workbooks.xlsx(("Orders", workbooks.text_rows(rows)), ("Notes", "")))
        found.path_dropped.emit(book)
        demo.until("it is planned", lambda: found.plan is not None and len(found.plan.cases) == 59)
        shots(demo, "case-import-workbook")
        bad = Path(folder) / "bad.csv"
        bad.write_bytes("größe\n".encode("latin-1"))
        found.path_dropped.emit(bad)
        demo.until("it is refused", lambda: "UTF-8" in found.told.text())
        demo.picture("case-import-refused")
    found.go.click()
    demo.until("they are added", lambda: "were added" in demo.window.notice.text())
    demo.picture("case-import-done")


def training_files(demo: Demo) -> None:
    """Training files: no data, and a preview with contradictions."""
    command(demo, "training")
    empty = opened(demo, TrainingDialog)
    demo.pause(400)
    demo.picture("training-none")
    empty.close()
    store = demo.window.store
    store.create_prompt("trained", "Trained bot", making.NOW).result()
    for number in range(12):
        _judge(
            store,
            "trained",
            f"t{number}",
            f"What of order {number * 7919}?",
            f"It is number {number} of {number * 31}.",
            0,
        )
    for number in range(3):
        _judge(store, "trained", f"o{number}", "Is it blue?", "It is.", number % 2)
    demo.window.prompts.refresh()
    demo.until("it is listed", lambda: demo.window.prompts.model.position("trained") >= 0)
    demo.window.dialogs.training_actions.open("trained")
    found = opened(demo, TrainingDialog)
    demo.until("it is looked at", lambda: found.made is not None)
    shots(demo, "training", narrow=True)
    with TemporaryDirectory() as folder:
        found.write_to(Path(folder))
        demo.until("it is written", found.open_folder.isVisible)
        demo.picture("training-written")
    found.close()


def _undo(demo: Demo) -> None:
    """Undo the import."""
    command(demo, "undo_import")
    demo.until("it is taken out", lambda: "Removed" in demo.window.notice.text())


def _judge(store: Store, prompt: str, name: str, question: str, answer: str, winner: int) -> None:
    lanes = (making.lane("A"), making.lane("B"))
    words = Content((Message("system", "Be brief."), Message("user", "{{question}}")))
    begun = making.run(f"{prompt}-{name}", words, lanes=lanes, values=(("question", question),))
    store.begin_run(replace(begun, prompt_uid=prompt))
    for lane, text in enumerate((answer, f"No idea, {name}.")):
        store.finish_output(f"{prompt}-{name}.{lane}.0", making.done(text), making.LATER)
    shown = tuple(f"{prompt}-{name}.{lane}.0" for lane in range(2))
    verdict = Verdict("winner", (winner,))
    store.mark(f"{prompt}-{name}", f"{prompt}-{name}.v", verdict, shown, making.LATER).result()


def _looked(demo: Demo) -> ImportPackDialog:
    found = opened(demo, ImportPackDialog)
    demo.until("it was looked at", lambda: not found.progress.isVisible())
    return found


def _pack(folder: Path) -> Path:
    with closing(making.opened(folder / "other.db")) as store:
        keys = [_add(store, number, name) for number, name in enumerate(_NAMES)]
        exporter = PackExporter(store, lambda: "pack-1", lambda: making.LATER)
        about = PackAbout("", "Bots of the shop", "What customers are answered with.", "Apache-2.0", "Ada Lovelace")
        exporter.write(exporter.prepare(about, [PackChoice(key, "all") for key in keys]), folder / "bots.promptpack")
    return folder / "bots.promptpack"


def _add(store: Store, number: int, name: str) -> str:
    key = f"pack-{number}"
    store.create_prompt(key, name, making.NOW)
    begun = making.run(f"{key}-r", _WORDS, lanes=(making.lane("A", "echo"),))
    store.begin_run(replace(begun, prompt_uid=key))
    store.finish_output(f"{key}-r.0.0", making.done("Fine."), making.LATER)
    store.save_draft(key, Draft(_WORDS, (("order", "7"),), (Lane("A", "elsewhere", "echo"),), 1), making.LATER)
    checks = (Check("contains", value='"on its way"'), Check("llm-rubric", negated=True, value='"is rude"', weight=2.0))
    store.packs.save_cases(key, [Case(f"{key}-c", "Late order", (("order", "3"),), checks)]).result()
    return key
