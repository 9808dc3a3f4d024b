"""The commands about judges."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command, View, needs

_TEST: tuple[View, ...] = ("test",)
_can_write = needs("has_prompt", "writable")

COMMANDS = (
    Command(
        "choose_judge",
        "Choose the judge of the tests…",
        "Test",
        enabled=_can_write,
        views=EVERYWHERE,
        run=lambda controller: controller.choose(),
        after="test_settings",
    ),
    Command(
        "choose_embedding",
        "Choose the embedding model of the tests…",
        "Test",
        enabled=_can_write,
        views=EVERYWHERE,
        run=lambda controller: controller.choose_embedding(),
        after="test_settings",
    ),
    Command(
        "label_answers",
        "Label answers…",
        "Test",
        ("Ctrl+Shift+G",),
        _can_write,
        views=_TEST,
        run=lambda controller: controller.labelling.open(),
        after="test_settings",
    ),
    Command(
        "import_labels",
        "Import labels from a file…",
        "Test",
        enabled=_can_write,
        views=_TEST,
        run=lambda controller: controller.labelling.choose_file(),
        after="test_settings",
    ),
    Command(
        "improve_judge",
        "Improve this judge…",
        "Test",
        enabled=_can_write,
        views=_TEST,
        run=lambda controller: controller.prompts.improve(),
        after="test_settings",
    ),
    Command(
        "edit_judge_prompt",
        "Edit the judge's prompt…",
        "Test",
        enabled=_can_write,
        views=EVERYWHERE,
        run=lambda controller: controller.prompts.edit(),
        after="test_settings",
    ),
)
