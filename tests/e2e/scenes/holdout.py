"""Scenes of the sets that keep people honest: a hold-out is offered, set aside and run, and a guard set is run."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import command, provider, shots, show
from tests.fakes.order_bot import BOT, QUALITY, answer, order_cases
from workbench.core.lanes import Lane, Params
from workbench.core.money import Rates

CASES = 48


def honest_sets(demo: Demo) -> None:
    """Offer, question, notice, totals, opening a case anyway, and a guard set before and after its run."""
    window = demo.window
    # The view reads what is stored beside it when it is opened.
    command(demo, "view_compose")
    window.prompts.create("Order bot, kept honest")
    demo.until("the new prompt is open", lambda: window.is_ready and not window.timeline.rowCount())
    with provider(demo, "Acme") as (fake, endpoint):
        fake.answer = answer
        for model, price in (("acme-mini", 0.3), ("acme-large", 2.0), ("acme-old", 1.0)):
            window.workbench.pricing.set_price(endpoint, model, Rates(price / 1e6, 4 * price / 1e6, None, "mine"))
        lanes = tuple(Lane(f"t{number}", endpoint, model, Params()) for number, model in enumerate(QUALITY))
        show(demo, BOT, lanes, question="Where is order 77AB12CD90?")
        window.store.packs.save_cases(window.prompt_uid, order_cases(CASES)).result(60)
        command(demo, "view_test")
        controller = window.testing
        suites = controller.suites
        demo.until("the cases are read", lambda: suites.tested.cases == CASES)
        controller.columns.take_lanes()
        demo.until("the columns are there", lambda: len(suites.columns()) == len(QUALITY))
        view, sets = controller.view, controller.sets
        assert view is not None
        assert sets is not None
        shots(demo, "holdout-offered", narrow=True)
        sets.holdouts.set_aside()
        demo.until("it is proposed", view.confirm.isVisible)
        shots(demo, "holdout-asked")
        next(one for one in view.confirm.findChildren(QPushButton) if one.text().startswith("Set ")).click()
        demo.until(
            "it is set aside", lambda: suites.overview is not None and bool(suites.overview.set("holdout").cases)
        )
        demo.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        demo.until("it has ended", lambda: suites.figures.report is not None and not suites.is_running)
        shots(demo, "holdout-not-run", narrow=True)
        controller._run_holdout()
        demo.until("the hold-out has ended", lambda: suites.set_name == "holdout" and not suites.is_running)
        demo.until("its totals are there", lambda: suites.figures.report is not None)
        shots(demo, "holdout-totals", narrow=True)
        sets.holdouts.open_case()
        demo.until("its cases are listed", lambda: sets.holdouts.dialog is not None)
        shots(demo, "holdout-open-case")
        dialog = sets.holdouts.dialog
        assert dialog is not None
        dialog.list.setCurrentRow(0)
        dialog.open_.click()
        demo.until("the case is shown", lambda: suites.model.rowCount() == 1)
        demo.picture("holdout-case-opened")
        sets.guards.open_menu()
        demo.until("the menu is open", lambda: QApplication.activePopupWidget() is not None)
        demo.picture("guard-menu")
        menu = QApplication.activePopupWidget()
        assert menu is not None
        menu.actions()[1].trigger()
        menu.close()
        guards = sets.guards.guards
        demo.until("the guard is shown", lambda: guards.shown is not None and guards.shown.estimate.new > 0)
        shots(demo, "guard-not-run")
        sets.guards.run()
        demo.until("the guard has run", lambda: guards.shown is not None and guards.shown.report is not None)
        shots(demo, "guard", narrow=True)
