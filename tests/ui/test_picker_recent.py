"""The models that answered last, at the top of the model picker."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import OLLAMA, PickerDouble, an_offer, shown, theme
from tests.ui.picker_support import Drive, drive
from workbench.app.models.endpoint_models import EndpointModels
from workbench.app.models.list_model import ModelListModel
from workbench.app.models.model_index import ModelChoice
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, Lane

__all__ = ["drive", "shown", "theme"]

Recent = tuple[tuple[str, str], ...]
USED: Recent = ((OLLAMA.uid, "qwen"), (BUILTIN, BUILTIN_MODEL), ("litellm", "gpt-5"), ("gone", "big"))
Listed = Callable[[Recent], ModelListModel]


@pytest.fixture
def listed(qtbot: QtBot) -> Listed:
    """Return a function that makes a list after these models were used; its server lists llama and qwen."""

    def make(recent: Recent) -> ModelListModel:
        models = EndpointModels(PickerDouble(models=("llama", "qwen")))
        model = ModelListModel(models)
        models.setParent(model)
        offer = an_offer(recent=recent)
        for endpoint in offer.endpoints:
            models.load(endpoint)
        qtbot.waitUntil(lambda: models.listing(OLLAMA.uid).models is not None)
        model.set_offer(offer)
        return model

    return make


def titles(model: ModelListModel) -> list[str]:
    return [model.row(i).title for i in range(model.rowCount())]


def test_used_models_come_first_and_only_once(listed: Listed) -> None:
    model = listed(USED)
    assert titles(model)[:4] == ["Recently used", "qwen", "gpt-5", "On this computer"]
    assert titles(model).count("qwen") == titles(model).count("gpt-5") == 1
    assert "big" not in titles(model), "its endpoint was removed"
    assert "LiteLLM catalogue · 4 models" in titles(model)
    assert [model.row(1).note, model.row(2).note] == [f"At {OLLAMA.name}", "OpenAI · 272k context"]
    assert (model.row(2).price, model.row(2).no_key != "") == ("$1.25 / $10.00 per M", True)
    assert not model.is_pickable(0)
    assert model.best_position() == 1


def test_list_without_used_models_has_no_heading(listed: Listed) -> None:
    assert titles(listed(()))[0] == "On this computer"
    assert titles(listed(((BUILTIN, BUILTIN_MODEL), ("gone", "big"))))[0] == "On this computer"


def test_at_most_five_used_models_are_apart(listed: Listed) -> None:
    used = [f"model {i}" for i in range(8)]
    shown = titles(listed(tuple((OLLAMA.uid, name) for name in used)))
    assert shown[:7] == ["Recently used", *used[:5], "On this computer"]


def test_search_lists_used_models_in_their_groups(listed: Listed) -> None:
    model = listed(USED)
    model.set_query("qwen")
    assert titles(model)[:2] == [OLLAMA.name, "qwen"]
    assert model.best_position() == 1
    model.set_query("")
    assert titles(model)[:2] == ["Recently used", "qwen"]


def test_group_whose_only_model_was_used_disappears(listed: Listed) -> None:
    shown = titles(listed(((OLLAMA.uid, "qwen"), (OLLAMA.uid, "llama"))))
    assert OLLAMA.name not in shown
    assert shown[:3] == ["Recently used", "qwen", "llama"]


def test_arrow_keys_go_through_the_used_models_into_the_groups(qtbot: QtBot, drive: Drive) -> None:
    driver = drive(PickerDouble(an_offer(recent=USED)), Lane("a", OLLAMA.uid, "qwen"))
    driver.ready()
    qtbot.waitUntil(lambda: driver.titles()[:3] == ["Recently used", "qwen", "gpt-5"])
    assert driver.current().title == "qwen"
    driver.press(Qt.Key.Key_Down)
    assert driver.current().title == "gpt-5"
    driver.press(Qt.Key.Key_Down)
    assert driver.current().title == BUILTIN_MODEL, "the heading between them is skipped"
    driver.press(Qt.Key.Key_Up)
    driver.press(Qt.Key.Key_Return)
    assert driver.choices == [ModelChoice("litellm", "gpt-5")]
