"""Files of tests become prompts with cases, checks and columns; importing again adds only what is new."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.packs.making import one
from tests.store.making import NOW, opened
from workbench.core.cases import Case, Check, json_text
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, LITELLM
from workbench.core.testing.settings import SuiteSettings
from workbench.core.value_kinds import files_of
from workbench.host.ids import new_uid
from workbench.packs.promptfoo_config import write
from workbench.store import Store, StoreError
from workbench.usecases.exchange.suite_importer import SuiteImporter, SuiteImportPlan
from workbench.usecases.problems import RefusedError

CONFIG = """\
description: Order bot
prompts: ['Where is {{order}}?', 'Find {{order}}.']
providers: [openai:gpt-5-mini, echo]
defaultTest:
  threshold: 0.5
  assert: [{type: icontains, value: ship}]
evaluateOptions: {repeat: 3}
tests:
- description: late
  vars: {order: 7}
  assert: [{type: not-contains, value: sorry, weight: 2, metric: tone}]
- vars: {order: 007}
"""
ONE = """\
prompts: ['Hello {{name}}']
providers: [{id: echo, label: mirror}]
tests: [{vars: {name: Ada}}]
"""


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def] # a fixture of a store
    with closing(opened(tmp_path / "w.db")) as store:
        yield store


def importer(store: Store) -> SuiteImporter:
    return SuiteImporter(store, new_uid, lambda: NOW)


def planned(store: Store, folder: Path, config: str = CONFIG, name: str = "promptfooconfig.yaml") -> SuiteImportPlan:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(config)
    return importer(store).plan(folder / name)


def lost(plan: SuiteImportPlan) -> list[str]:
    return [one.words for one in plan.losses]


def test_a_configuration_becomes_a_prompt_with_everything(store: Store, tmp_path: Path) -> None:
    plan = planned(store, tmp_path)
    assert plan.sentence == ("New: “Order bot” with 2 versions, 2 cases, 1 check for all cases and 4 columns.")
    assert plan.title == "promptfoo configuration"
    assert store.prompts() == []
    done = importer(store).apply(plan)
    assert done.sentence == "Imported “Order bot” with 2 cases."
    (uid,) = done.uids
    assert [row.name for row in store.prompts()] == ["Order bot"]
    texts = {row.number: row.content.messages[0].text for row in store.versions(uid)}
    assert texts == {1: "Where is {{order}}?", 2: "Find {{order}}."}
    late, other = store.packs.cases(uid)
    assert (late.name, dict(late.values), dict(other.values)) == ("late", {"order": "7"}, {"order": "7"})
    assert late.checks == (Check("contains", negated=True, value=json_text("sorry"), weight=2, metric="tone"),)
    settings = store.tests.settings(uid)
    assert settings.checks == (Check("icontains", value=json_text("ship")),)
    assert (settings.threshold, settings.samples) == (0.5, 3)
    assert [(lane.endpoint, lane.model, lane.pinned) for lane in settings.columns] == [
        (LITELLM, "openai/gpt-5-mini", 1),
        (LITELLM, "openai/gpt-5-mini", 2),
        (ECHO, "echo", 1),
        (ECHO, "echo", 2),
    ]
    assert len({lane.slot for lane in settings.columns}) == 4
    draft = store.draft(uid)
    assert draft is not None
    assert (draft.content.messages[0].text, draft.based_on) == ("Where is {{order}}?", 1)
    assert [(lane.model, lane.pinned) for lane in draft.lanes] == [("openai/gpt-5-mini", None), ("echo", None)]
    assert [(one.name, one.ticked) for one in draft.sets] == [("late", True)]
    assert draft.values == (("order", "7"),)


def test_columns_of_a_single_text_follow_the_text_that_is_edited(store: Store, tmp_path: Path) -> None:
    (uid,) = importer(store).apply(planned(store, tmp_path, ONE)).uids
    (column,) = store.tests.settings(uid).columns
    assert (column.pinned, column.label) == (None, "mirror")


def test_importing_again_adds_only_what_is_new(store: Store, tmp_path: Path) -> None:
    (uid,) = importer(store).apply(planned(store, tmp_path)).uids
    again = planned(store, tmp_path)
    assert not again.adds
    assert again.sentence == "“Order bot” already has all of its texts and cases. It keeps its own columns."
    assert importer(store).apply(again).sentence == "Nothing was imported: everything is already here."
    # What was edited here stays, also the checks.
    first = store.packs.cases(uid)[0]
    store.packs.change_case(uid, first.__class__(first.uid, "renamed", first.values, first.checks)).result(60)
    store.tests.save_settings(uid, SuiteSettings((Check("is-json"),)), NOW).result(60)
    changed = CONFIG.replace("Find {{order}}.", "Look for {{order}}.") + "- vars: {order: 9}\n"
    more = planned(store, tmp_path, changed)
    assert more.sentence == (
        "“Order bot” lacks 1 version, 1 case and 4 columns. It keeps its own checks for all cases."
    )
    assert importer(store).apply(more).uids == (uid,)
    assert [case.name for case in store.packs.cases(uid)] == ["renamed", "", ""]
    assert len(store.versions(uid)) == 3
    settings = store.tests.settings(uid)
    assert settings.checks == (Check("is-json"),)
    # The columns ask the versions of the file, one of which was here.
    assert [lane.pinned for lane in settings.columns] == [1, 3, 1, 3]
    assert not planned(store, tmp_path, changed).adds


def test_undo_removes_all_of_an_import_but_nothing_that_was_edited(store: Store, tmp_path: Path) -> None:
    tests = importer(store)
    tests.apply(planned(store, tmp_path))
    assert tests.undo() == "Removed: 1 prompt."
    assert store.prompts() == []
    (uid,) = tests.apply(planned(store, tmp_path)).uids
    changed = CONFIG + "- vars: {order: 9}\n"
    settings = store.tests.settings(uid)
    store.tests.save_settings(uid, SuiteSettings(settings.checks), NOW).result(60)
    tests.apply(planned(store, tmp_path, changed))
    assert len(store.tests.settings(uid).columns) == 4
    assert tests.undo() == "Removed: 1 case."
    assert store.tests.settings(uid) == SuiteSettings(settings.checks)
    assert len(store.packs.cases(uid)) == 2
    with pytest.raises(StoreError, match="no import to undo"):
        tests.undo()
    tests.apply(planned(store, tmp_path, changed))
    store.tests.save_settings(uid, SuiteSettings(settings.checks, columns=settings.columns[:1]), NOW).result(60)
    with pytest.raises(StoreError, match="was edited after the import"):
        tests.undo()


def test_tests_for_different_prompts_become_prompts_of_their_own(store: Store, tmp_path: Path) -> None:
    config = """\
prompts: [{label: ask, raw: 'Where is {{q}}?'}, {label: tell, raw: 'Tell {{q}}'}]
providers: [echo]
tests:
- {vars: {q: a}, prompts: [ask]}
- {vars: {q: b}, prompts: [tell]}
- {vars: {q: c}, prompts: [ask]}
"""
    plan = planned(store, tmp_path, config, "tasks.yaml")
    assert [(one.name, len(one.cases), len(one.columns)) for one in plan.prompts] == [
        ("tasks: ask", 2, 1),
        ("tasks: tell", 1, 1),
    ]
    assert "Its tests are for different prompts or models, so they become 2 prompts." in lost(plan)
    done = importer(store).apply(plan)
    assert len(done.uids) == 2
    assert done.sentence == "Imported “tasks: ask”, “tasks: tell” with 3 cases."
    assert not planned(store, tmp_path, config, "tasks.yaml").adds


def test_providers_that_are_not_asked_here_leave_a_prompt_without_columns(store: Store, tmp_path: Path) -> None:
    config = """\
prompts: ['Hi {{q}}']
providers: [exec:me, {id: openai:gpt-5, config: {apiBaseUrl: 'http://127.0.0.1:9/v1'}}]
evaluateOptions: {maxConcurrency: 2}
tests: [{vars: {q: a}}]
"""
    plan = planned(store, tmp_path, config)
    assert plan.sentence.endswith("with 1 version, 1 case and no columns.")
    said = lost(plan)
    assert "openai:gpt-5: Add the address as an endpoint, then add its model as a column." in said
    assert "evaluateOptions.maxConcurrency: It is not kept with the prompt." in said
    assert any("It is a program, which is never run." in one for one in said)
    (uid,) = importer(store).apply(plan).uids
    assert store.tests.settings(uid).columns == ()
    draft = store.draft(uid)
    assert draft is not None
    assert len(draft.lanes) == 1


def test_an_archived_prompt_is_known_and_a_copy_of_the_file_is_another_one(store: Store, tmp_path: Path) -> None:
    (uid,) = importer(store).apply(planned(store, tmp_path, ONE)).uids
    store.archive_prompt(uid, True, NOW).result(60)
    assert not planned(store, tmp_path, ONE).adds
    # The same file elsewhere is another one.
    other = planned(store, tmp_path / "other", ONE)
    assert other.prompts[0].is_new
    (second,) = importer(store).apply(other).uids
    assert second != uid


def test_what_cannot_be_read_is_refused_with_the_reason(store: Store, tmp_path: Path) -> None:
    for config, reason in (
        ("prompts: [a]\ntests: [{", "cannot be read as YAML"),
        ("prompts: []\nproviders: [echo]\ntests: []", "prompts"),
        (
            "prompts: [{raw: a, label: x}]\nproviders: [echo]\ntests: [{vars: {}, prompts: [y]}]",
            "for a prompt of it",
        ),
    ):
        with pytest.raises(RefusedError, match=reason):
            planned(store, tmp_path, config)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(RefusedError, match="is not a file of tests"):
        importer(store).plan(tmp_path / "notes.txt")
    with pytest.raises(RefusedError, match="cannot be read"):
        importer(store).plan(tmp_path / "gone.yaml")


def test_json_and_pictures_are_values_of_cases_with_their_bytes(store: Store, tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
    (tmp_path / "order.png").write_bytes(picture)
    config = (
        "prompts: ['{{order}} {{photo}}']\nproviders: [echo]\n"
        "tests: [{vars: {order: {id: 7}, photo: file://order.png}}]\n"
    )
    (uid,) = importer(store).apply(planned(store, tmp_path, config)).uids
    (case,) = store.packs.cases(uid)
    assert case.kinds == (("order", "json"), ("photo", "file"))
    assert dict(case.values)["order"] == '{"id":7}'
    (file,) = files_of(dict(case.values), case.kinds).values()
    assert (file.name, store.blob(file.hash)) == ("order.png", picture)
    draft = store.draft(uid)
    assert draft is not None
    assert draft.sets[0].kinds == case.kinds
    assert not planned(store, tmp_path, config).adds


def test_the_draft_of_an_existing_prompt_stays(store: Store, tmp_path: Path) -> None:
    (uid,) = importer(store).apply(planned(store, tmp_path)).uids
    mine = Draft(store.versions(uid)[1].content)
    store.save_draft(uid, mine, NOW).result(60)
    importer(store).apply(planned(store, tmp_path, CONFIG + "- vars: {order: 9}\n"))
    assert store.draft(uid) == mine


def test_the_configuration_of_a_pack_comes_back_as_it_was(store: Store, tmp_path: Path) -> None:
    inner = (Check("icontains-any", value='["a","b"]', weight=0.0), Check("regex", True, '"^x"'))
    cases = (
        Case("1", "kept", (("x", "{{y}}\n"), ("want", "W")), (Check("assert-set", checks=inner),), 0.5, held_out=True),
        Case("2", "other", (("x", "b"), ("want", "")), expectation="E", tags=("t",), cluster="c", notes="n"),
    )
    shared = (Check("not-a-type", True, '"{{want}} {{x}}"', metric="m"),)
    pack = one(Content((Message("user", "Say {{x}}"),)), cases=cases, checks=shared, threshold=0.25)
    (uid,) = importer(store).apply(planned(store, tmp_path, write(pack).decode())).uids
    assert [replace(case, uid="") for case in store.packs.cases(uid)] == [replace(case, uid="") for case in cases]
    settings = store.tests.settings(uid)
    assert (settings.checks, settings.threshold) == (shared, 0.25)
    assert store.versions(uid)[0].content.messages[0].text == "Say {{x}}"
    draft = store.draft(uid)
    assert draft is not None
    # A case that is held out is in no draft.
    assert [shown.name for shown in draft.sets] == ["other"]
