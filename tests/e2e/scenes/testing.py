"""Scenes of Test: an order bot with twenty cases on three models of known quality, from an empty page to a sentence."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import command, dialog, opened, provider, shots, show
from tests.fakes.order_bot import AUTHOR, BOT, CASES, QUALITY, answer, order_cases
from workbench.core.content import Content, Message
from workbench.core.lanes import Lane, Params
from workbench.core.money import Rates
from workbench.ui.features.cases.proposal_dialog import ProposalDialog
from workbench.ui.features.testing.view import TestView


def testing(demo: Demo) -> None:
    """The page before there is anything, with cases, while it runs, with its sentence, and a cell in full."""
    window = demo.window
    window.prompts.create("Order bot, tested")
    demo.until("the new prompt is open", lambda: window.is_ready and not window.timeline.rowCount())
    with provider(demo, "Acme") as (fake, endpoint):
        fake.answer = answer
        for model, price in (("acme-mini", 0.3), ("acme-large", 2.0), ("acme-old", 1.0)):
            window.workbench.pricing.set_price(endpoint, model, Rates(price / 1e6, 4 * price / 1e6, None, "mine"))
        lanes = tuple(Lane(f"t{number}", endpoint, model, Params()) for number, model in enumerate(QUALITY))
        show(demo, BOT, lanes, question="Where is order 77AB12CD90?")
        command(demo, "view_test")
        shots(demo, "test-no-cases", narrow=True)
        window.store.packs.save_cases(window.prompt_uid, order_cases()).result(60)
        demo.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        command(demo, "view_test")
        shots(demo, "test-no-columns")
        suites = window.testing.suites
        window.testing.columns.take_lanes()
        demo.until("the columns are there", lambda: len(suites.columns()) == len(QUALITY))
        shots(demo, "test-not-run", narrow=True)
        demo.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        demo.until("it runs", lambda: suites.progress is not None and suites.progress.answered > CASES)
        demo.picture("test-running")
        demo.until("it has ended", lambda: suites.figures.report is not None and not suites.is_running)
        shots(demo, "test", narrow=True)
        view = window.views.page("test")
        assert isinstance(view, TestView)
        demo.press(Qt.Key.Key_N)
        demo.press(Qt.Key.Key_Return)
        demo.until("the cell is read", lambda: (cell := view.pane.shown) and cell.detail.key == view.current_key())
        shots(demo, "test-cell", narrow=True)
        window.theme.set_scale(2.0)
        demo.picture("test-200%")
        window.theme.set_scale(1.0)
        demo.press(Qt.Key.Key_E)
        demo.pause(300)
        demo.picture("test-case-in-compose")
        show(demo, BOT, lanes, question="Where is order 77AB12CD90?")
        demo.run()
        show(demo, Content((Message("system", "Be brief."), BOT.messages[1])), lanes)
        command(demo, "view_test")
        demo.until("the change is noticed", lambda: len(suites.columns()) == 2 * len(QUALITY) and suites.is_estimated)
        demo.pause(300)
        shots(demo, "test-text-changed", narrow=True)
        window.testing.columns.open_menu(QPoint(700, 100))
        demo.picture("test-column-menu")
        menu = QApplication.activePopupWidget()
        if menu is not None:
            menu.close()
        demo.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        for text in (
            "You are the order bot of a shop. Name the order.",
            "You are the order bot. Name the order and the day.",
        ):
            show(
                demo, Content((Message("system", text), BOT.messages[1])), lanes, question="Where is order 77AB12CD90?"
            )
            demo.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
            demo.pause(300)
            demo.until(
                "it has ended", lambda: suites.run is not None and not suites.is_running and not suites.estimate.new
            )
            demo.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
            demo.run()
        demo.pause(500)
        shots(demo, "test-share-in-timeline", narrow=True)


def proposing(demo: Demo) -> None:
    """Cases proposed by a model: the request, the list with one accepted, and an answer that cannot be read."""
    window = demo.window
    window.prompts.create("Order bot, proposed")
    demo.until("the new prompt is open", lambda: window.is_ready and not window.timeline.rowCount())
    with provider(demo, "Acme authors") as (fake, endpoint):
        fake.answer = answer
        window.workbench.pricing.set_price(endpoint, AUTHOR, Rates(1e-6, 4e-6, None, "mine"))
        show(demo, BOT, (Lane("p", endpoint, "acme-mini", Params()),), question="Where is order 77AB12CD90?")
        window.store.packs.save_cases(window.prompt_uid, order_cases()).result(60)
        command(demo, "propose_cases")
        found = opened(demo, ProposalDialog)
        demo.until("it can be asked", found.request.ask.isEnabled)
        found.request.set_lane(Lane("propose", endpoint, AUTHOR))
        found.request.wish.set_exact("other languages, angry customers, attempts to inject instructions")
        demo.pause(600)
        shots(demo, "propose-cases")
        found.request.ask_wanted.emit()
        demo.until("cases are proposed", lambda: found.review.proposals.rowCount() > 0)
        found.review.list.setFocus()
        demo.press(Qt.Key.Key_Return)
        demo.press(Qt.Key.Key_Delete)
        demo.pause(300)
        shots(demo, "propose-cases-list", narrow=True)
        found.request.show_page("instructions")
        dialog(demo, "propose-cases-instructions", ("light",))
