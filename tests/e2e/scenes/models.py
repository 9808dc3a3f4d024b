"""Scenes of models: retired ones, similar ones, and those of a server that does not answer."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtWidgets import QDialog

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import command, dialog, opened, provider, shots, show, small
from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.ui.features.models.dialog import ModelPicker
from workbench.ui.features.palette.dialog import PaletteDialog

_OLD = "gpt-4-0613"


def models(demo: Demo) -> None:
    """Retired models in lanes, picker and palette; the picker for a stopped server."""
    window = demo.window
    workbench = window.workbench
    known = workbench.catalogue.get().models
    dated = sorted((m for m in known if m.retires), key=lambda m: (-len(m.id), m.id))
    day = next(m.retires for m in known if m.id == _OLD)
    workbench.today = lambda: day + timedelta(days=30) if day else timedelta()  # type: ignore[return-value]
    long = next(m.id for m in dated if m.retires and m.retires <= workbench.today())
    soon = next(m.id for m in dated if m.retires and 0 < (m.retires - workbench.today()).days < 90)
    lanes = (
        Lane("r1", LITELLM, _OLD),
        Lane("r2", LITELLM, long, Params(temperature=0.2, max_tokens=400, seed=7)),
        Lane("r3", LITELLM, soon),
        Lane("r4", LITELLM, "claude-haiku-4-5"),
    )
    show(demo, Content((Message("user", "Where is my order?"),)), lanes)
    window.draft_saver.flush()
    demo.until("the dates are known", lambda: window.lane_heads[0].warning)
    demo.until("the draft is stored", lambda: len(demo.rows("SELECT 1 FROM drafts WHERE body LIKE '%gpt-4-0613%'")))
    window.retired_models.look()
    demo.until("it is said", lambda: window.notice.key == "retired")
    shots(demo, "retired-lanes", narrow=True)
    window.shown_notice.open_detail()
    demo.picture("retired-details")
    window.notice.clear("retired")
    show(demo, Content((Message("user", "Where is my order?"),)), lanes[:2])
    demo.picture("retired-two-lanes")
    show(demo, Content((Message("user", "Where is my order?"),)), lanes)
    with provider(demo, "Acme") as (_, endpoint):
        own = workbench.endpoints.find(endpoint)
        assert own is not None
        workbench.endpoints.models(own).result(20)
    command(demo, "lane_model")
    picker = opened(demo, ModelPicker)
    demo.until("nobody answers", lambda: picker._models.listing(endpoint).trouble)
    picker.search("gpt-4")
    shots(demo, "picker-retired")
    for name, text in (("silent", "fake"), ("silent-all", ""), ("similar", "clde hku"), ("similar-typed", "gptmini")):
        picker.search(text)
        shots(demo, f"picker-{name}", ("light",) if text else ("dark",))
    picker.search("gpt-4")
    small(demo, "picker-retired-narrow")
    picker.search("gptmini")
    dialog(demo, "picker-similar-typed")
    for name, text in (("retired", "@gpt-4"), ("similar", "@clde hku"), ("silent", "@fake")):
        command(demo, "palette")
        palette = opened(demo, PaletteDialog)
        demo.until("the lists are there", lambda palette=palette: not palette.is_reading)
        palette.field.setText(text)
        demo.pause(100)
        for theme in ("light", "dark"):
            window.theme.set_mode(theme)  # type: ignore[arg-type] # one of the modes, by the line above
            demo.picture(f"palette-{name}-{theme}")
        window.theme.set_mode("light")
        if isinstance(palette, QDialog) and palette.isVisible():
            palette.reject()
