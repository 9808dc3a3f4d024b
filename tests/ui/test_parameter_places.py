"""A new row in the table of parameters appears everywhere: form, header, terminal, help, wire, files, code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from tests.packs.making import PACK
from tests.store.making import NOW, opened, run, text
from tests.ui.lanes_support import screen, theme
from workbench.cli.main import main
from workbench.core import parameters
from workbench.core.content import Message
from workbench.core.imported_runs import ImportedRun, LeftOut
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.core.llm_log import LogTurn
from workbench.core.parameter import FORMATS, Parameter, WireName
from workbench.core.parameters import PARAMETERS, wire_names
from workbench.core.runs import Mark
from workbench.engine.child.wire_marks import compare
from workbench.formats.code import TARGETS, CodeSource
from workbench.formats.imports.llm_logs import _params as llm_params
from workbench.formats.imports.llm_logs import runs_of as llm_runs
from workbench.formats.imports.prompt_yml import PromptFileError, read_prompt_yml
from workbench.formats.imports.promptfoo_settings import sampling
from workbench.packs import prompt_file
from workbench.packs.errors import PackError
from workbench.packs.promptfoo_config import write as write_promptfoo
from workbench.ui.features.lanes.params import ParamsDialog
from workbench.ui.features.lanes.wording import params_summary
from workbench.ui.widgets.theme import Theme
from workbench.usecases.model_names import with_params
from workbench.usecases.problems import RefusedError

__all__ = ["screen", "theme"]

SPICE = Parameter(
    "spice",
    "number",
    "Spice level",
    "spice",
    "How hot it may be.",
    dict(zip(FORMATS, ("spiceLevel", "spice", "spice", "spice", "spice", "spice_level"), strict=True)),
    frozenset({"spiciness"}),
    (WireName("mistral", "piment"),),
    low=0,
    high=5,
)
HERB = Parameter("herb", "choice", "Herb", "herb", "Which one.", dict.fromkeys(FORMATS, ""), choices=("dill", "mint"))
SET = Params(temperature=0.5)
TOO_HOT = "“spice” must be a number from 0 to 5."


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add two rows: one that every format has a name for, and one that none has."""
    monkeypatch.setattr(parameters, "PARAMETERS", (*PARAMETERS, SPICE, HERB))


def test_new_parameter_appears_in_the_form(theme: Theme, screen: Callable[[QWidget], QWidget]) -> None:
    dialog = ParamsDialog(theme, Params(spice=2.5), title="gpt")
    screen(dialog)
    field, box = dialog.fields["spice"], dialog.fields["herb"]
    assert isinstance(field, QLineEdit)
    assert isinstance(box, QComboBox)
    assert (field.text(), field.accessibleName(), field.toolTip()) == ("2.5", "Spice level", "How hot it may be.")
    assert [box.itemText(i) for i in range(box.count())] == ["not set", "dill", "mint"]
    field.setText("6")
    assert field.accessibleDescription() == "Spice level must be a number from 0 to 5."
    field.clear()
    dialog.extra.setPlainText('{"spiciness": 9}')
    assert dialog.extra.accessibleDescription() == "“spiciness” must be a number from 0 to 5."
    assert not dialog.apply.isEnabled()
    dialog.extra.setPlainText('{"spiciness": 3, "salt": 1}')
    assert dialog.extra.accessibleDescription() == "Will be set above: Spice level."
    box.setCurrentText("mint")
    dialog.apply.click()
    assert dialog.params() == Params(spice=3.0, herb="mint", extra='{"salt": 1}')


def test_new_parameter_appears_in_the_lane_header() -> None:
    assert params_summary(Params(spice=3, herb="mint")) == "spice 3 · herb mint"


def test_new_parameter_appears_on_the_command_line_and_in_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert with_params(SET, [("spice", "3"), ("herb", "mint")]) == Params(temperature=0.5, spice=3.0, herb="mint")
    with pytest.raises(RefusedError, match="spice must be a number from 0 to 5, not “6”"):
        with_params(SET, [("spice", "6")])
    assert with_params(Params(extra='{"spiciness": 4, "salt": 1}'), [("Spice", "3")]).request() == {
        "spice": 3.0,
        "salt": 1,
    }
    for words in (["run", "--help"], ["pack", "run", "--help"]):
        assert main(words) == 0
        told = " ".join(capsys.readouterr().out.split())
        assert "spice A number from 0 to 5. How hot it may be." in told


def test_new_parameter_appears_in_the_request() -> None:
    assert Params(spice=3, herb="mint").request() == {"spice": 3.0, "herb": "mint"}
    assert wire_names("mistral", "m")["spice"] == "piment"
    assert compare({"spice": 3}, {"spiciness": 3}) == (Mark("changed", "spice", "Sent as spiciness: 3."),)


def test_new_parameter_is_read_from_prompt_files() -> None:
    raw = b"messages: [{role: user, content: hi}]\nmodel: m\nmodelParameters: {spiceLevel: 3}\n"
    assert read_prompt_yml(raw, "f").params == Params(spice=3.0)
    with pytest.raises(PromptFileError, match="spiceLevel of this prompt file must be a number from 0 to 5"):
        read_prompt_yml(raw.replace(b"3", b"9"), "f")


def test_new_parameter_round_trips_through_packs() -> None:
    lane = Lane("a", LITELLM, "openai/gpt-5", Params(spice=3, herb="mint", temperature=0.5))
    prompt = replace(PACK.prompts[0], lanes=(lane,))
    raw = prompt_file.write(prompt)
    assert yaml.safe_load(raw)["modelParameters"] == {"temperature": 0.5, "spiceLevel": 3}
    assert prompt_file.read(raw, prompt.slug, "f")[0].lanes == (lane,)
    with pytest.raises(PackError, match="The spice of a lane must be a number from 0 to 5"):
        prompt_file.read(raw.replace(b"spice: 3", b"spice: 9"), prompt.slug, "f")
    raw = prompt_file.write(replace(prompt, lanes=(replace(lane, params=Params(extra='{"spiciness": 9}')),)))
    with pytest.raises(PackError, match="“spiciness” must be a number from 0 to 5"):
        prompt_file.read(raw, prompt.slug, "f")


def test_new_parameter_round_trips_through_promptfoo() -> None:
    lanes = (
        Lane("a", LITELLM, "openai/gpt-5", Params(spice=3, herb="mint")),
        Lane("b", LITELLM, "gemini/x", Params(spice=3)),
    )
    pack = replace(PACK, prompts=(replace(PACK.prompts[0], lanes=lanes),))
    configs = [provider["config"] for provider in yaml.safe_load(write_promptfoo(pack))["providers"]]
    assert (configs[0]["spice"], configs[0]["passthrough"]["herb"], configs[1]["spice"]) == (3, "mint", 3)
    config = {"providers": [{"id": "m", "config": {"spice": 3, "passthrough": {"herb": "mint"}}}]}
    assert sampling(config, "m", "") == (Params(spice=3.0, herb="mint"), [])
    assert sampling({"providers": [{"id": "m", "config": {"spice": 9}}]}, "m", "") == (Params(), [TOO_HOT])


def test_new_parameter_is_imported_from_llm_logs() -> None:
    assert llm_params('{"spice": 3, "salt": null}') == (Params(spice=3.0), [])
    assert llm_params('{"spice": 9, "salt": 1}') == (Params(extra='{"salt": 1}'), [TOO_HOT])
    params, problems = llm_params('{"spice": 3, "salt": 1e999}')
    assert (params, len(problems)) == (Params(spice=3.0), 1)
    turn = LogTurn("x", "t", "", "m", (), (), options='{"spice": 9}', at="2026-01-01T00:00:00Z")
    (left_out, _), (run, _) = llm_runs([turn])
    assert left_out == LeftOut("Parameter of x", TOO_HOT)
    assert isinstance(run, ImportedRun)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("workbench", "--param spice=3.0"),
        ("OpenAI SDK", "    spice=3.0,"),
        ("Anthropic SDK", '        "spice_level": 3.0,'),
        ("LiteLLM", "    spice=3.0,"),
        ("curl", '"spice": 3.0'),
    ],
)
def test_new_parameter_appears_in_generated_code(target: str, words: str) -> None:
    source = CodeSource(
        "claude-x",
        "anthropic/claude-x",
        "anthropic/claude-x",
        (Message("user", "hi"),),
        provider="anthropic",
        base_url="https://api.example/v1",
        key_variable="KEY",
        params={"spice": 3.0},
    )
    assert words in TARGETS[target](source)


def test_new_parameter_round_trips_through_stored_lanes() -> None:
    lane = Lane("a", "echo", "echo", Params(spice=3, herb="mint"))
    assert Lane.from_json(json.loads(json.dumps(lane.to_json()))) == lane


def test_new_parameter_is_stored_in_the_history(tmp_path: Path) -> None:
    lane = Lane("A", "echo", "echo", Params(spice=3, herb="mint"))
    store = opened(tmp_path / "h.db")
    store.create_prompt("p", "P", NOW).result(60)
    store.begin_run(run("r", text("x"), lanes=(lane,))).result(60)
    assert store.iteration_detail("r").lanes[0].lane.params == lane.params
    store.close()
