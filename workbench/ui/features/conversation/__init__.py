"""Continues a conversation from an answer, and converts recorded ones into messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.conversation.commands import COMMANDS
from workbench.ui.shell.check_events import ContinuationRequested
from workbench.ui.shell.events import EmptyPromptFilled
from workbench.ui.shell.feature import Feature, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.conversation.controller import ConversationController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> ConversationController:
    from workbench.ui.features.conversation.controller import ConversationController

    return ConversationController(services)


FEATURE = Feature(
    "conversation",
    COMMANDS,
    _make,
    preload=("workbench.ui.features.conversation.controller",),
    subscriptions=(
        Subscription(ContinuationRequested, lambda controller, event: controller.go_on(event.slot)),
        Subscription(EmptyPromptFilled, lambda controller, event: controller.offer_to_read(event.text)),
    ),
)
