"""Prices that a person enters in the model picker."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import (
    PickerDouble,
    an_offer,
    shown,
    theme,
)
from tests.ui.picker_support import Drive, drive
from workbench.app.models.model_index import ModelChoice
from workbench.core.money import Rates

__all__ = ["drive", "shown", "theme"]


Key = Qt.Key


def test_manual_price_is_returned_with_the_choice(drive: Drive) -> None:
    driver = drive().ready()
    driver.click("gpt-5")
    assert driver.field("Input price").placeholderText() == "1.25"
    QTest.keyClicks(driver.field("Input price"), "1,5")
    QTest.keyClicks(driver.field("Output price"), "6")
    QTest.keyClicks(driver.field("Cached price"), "0.1")
    driver.press(Key.Key_Return, driver.field("Cached price"))
    rates = driver.choices[0].rates_by_hand
    assert isinstance(rates, Rates)
    assert (rates.input, rates.output, rates.cached) == pytest.approx((1.5e-6, 6e-6, 0.1e-6))
    assert rates.source == "user"


def test_incomplete_price_is_refused_and_focuses_the_empty_field(drive: Drive) -> None:
    driver = drive().ready()
    driver.click("gpt-5")
    QTest.keyClicks(driver.field("Input price"), "1")
    driver.button("Use model").click()
    assert driver.choices == []
    assert "Enter both the input and the output price" in driver.texts()
    assert driver.field("Output price").hasFocus()


def test_manual_price_can_be_cleared(drive: Drive) -> None:
    by_hand = {("litellm", "gpt-5"): Rates(1e-6, 3e-6, source="user")}
    driver = drive(PickerDouble(an_offer(prices=by_hand))).ready()
    driver.click("gpt-5")
    assert driver.field("Input price").text() == "1"
    driver.button("Clear").click()
    driver.button("Use model").click()
    assert driver.choices == [ModelChoice("litellm", "gpt-5", None)]


def test_typed_price_is_kept_when_a_model_list_arrives(qtbot: QtBot, drive: Drive) -> None:
    source = PickerDouble(an_offer(), models=None)
    driver = drive(source).ready()
    driver.click("gpt-5")
    QTest.keyClicks(driver.field("Input price"), "7")
    source.fetches[0][1].set_result(("x",))
    qtbot.waitUntil(lambda: "x" in driver.titles())
    assert driver.field("Input price").text() == "7"


def test_local_models_have_no_price_fields(drive: Drive) -> None:
    driver = drive().ready()
    driver.click("Echo")
    assert not driver.field("Input price").isVisible()


def test_prices_and_their_names_fit_at_the_smallest_size(drive: Drive) -> None:
    driver = drive().ready()
    driver.type("haiku")
    picker = driver.list.window()
    picker.resize(picker.minimumSize())
    QApplication.processEvents()
    for label in picker.findChildren(QLabel):
        if label.isVisible() and label.text() in ("Input", "Output", "Cached"):
            assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
            field = label.buddy()
            assert isinstance(field, QLineEdit)
            assert field.width() >= field.fontMetrics().horizontalAdvance("unknown") + 18
