"""No product code asks a layout for its items: PySide keeps their Python objects after Qt has deleted them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QVBoxLayout, QWidget

import workbench.ui
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.layout_widgets import delete_widgets, widgets_in

ASKS = {"itemAt", "takeAt", "itemAtPosition"}
TREES = {"features/checks/tree.py"}
"""Modules that ask a tree of rows for its items; those are no items of layouts."""


def asking(tree: ast.AST) -> list[int]:
    """Return the lines that ask for an item."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return [node.lineno for node in calls if node.attr in ASKS]


def test_layouts_are_not_asked_for_their_items() -> None:
    root = Path(workbench.ui.__file__).parent
    found = {str(file.relative_to(root)): asking(ast.parse(file.read_text("utf-8"))) for file in root.rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines and name not in TREES} == {}
    assert all(found[name] for name in TREES)


@pytest.mark.parametrize("kind", [QVBoxLayout, QGridLayout, FlowLayout])
def test_widgets_of_a_layout_are_found_in_its_order_and_deleted(qapp: QApplication, kind: type) -> None:
    page = QWidget()
    layout = kind()
    outer = QVBoxLayout(page)
    outer.addWidget(QLabel("outside"))
    outer.addLayout(layout)
    labels = [QLabel(text) for text in "abc"]
    for one in labels:
        layout.addWidget(one)
    QLabel("in no layout", page)
    assert widgets_in(layout) == labels
    delete_widgets(layout)
    assert widgets_in(layout) == []
    assert layout.count() == 0
    assert all(one.isHidden() and one.parent() is None for one in labels)
    assert [one.text() for one in widgets_in(outer) if isinstance(one, QLabel)] == ["outside"]
    assert widgets_in(QVBoxLayout()) == []
