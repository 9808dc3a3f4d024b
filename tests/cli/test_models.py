"""`workbench models`, and how `run --model` takes a name."""

from __future__ import annotations

import json
import shlex
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from tests.usecases.making import opened
from workbench.cli.main import main
from workbench.cli.models import catalogued
from workbench.cli.parser import make_parser
from workbench.core.lanes import Endpoint
from workbench.engine.catalogue import ModelInfo
from workbench.host.clock import utc_now

TODAY = date(2026, 11, 28)
ACME = Endpoint("e-acme", "openai", "Acme", "http://127.0.0.1:9/v1")


@pytest.fixture
def db(tmp_path: Path) -> str:
    """A history with an endpoint whose models were listed before and which does not answer."""
    with opened(tmp_path, {}) as (workbench, _):
        workbench.store.save_endpoint(ACME, utc_now()).result(20)
        workbench.endpoints.known.put(ACME, ("acme-mini",))
    return str(tmp_path / "w.db")


@pytest.mark.parametrize(
    ("day", "note", "retired"),
    [
        (date(2025, 9, 1), "\tretired 2025-09-01", True),
        (date(2027, 1, 5), "\tretires on 2027-01-05", False),
        (date(2029, 1, 5), "", False),
        (None, "", False),
    ],
)
def test_model_line_ends_with_the_retirement_date(day: date | None, note: str, retired: bool) -> None:
    listed = catalogued(ModelInfo("gpt-old", "openai", 8000, abilities=frozenset({"tools"}), retires=day), TODAY)
    assert listed.line == f"gpt-old\t8,000 tokens\tprice unknown\ttools{note}"
    assert listed.document["retired"] is retired
    assert listed.document["retires"] == (None if day is None else day.isoformat())


def test_json_document_has_retirement_provider_and_price(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--db", db, "--json", "gpt-4-0613"]) == 0
    found = {one["model"]: one for one in json.loads(capsys.readouterr().out)["models"]}
    assert found["gpt-4-0613"]["retires"] == "2026-10-23"
    assert found["gpt-4-0613"]["provider"] == "openai"
    assert found["gpt-4-0613"]["price"]["input"] > 0
    assert main(["models", "--db", db, "--json", "no-such-model"]) == 1
    assert json.loads(capsys.readouterr().out) == {"json_format": 1, "models": []}


def test_models_of_own_endpoint_are_listed_with_their_full_name(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--db", db, "acme"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "Acme/acme-mini\thttp://127.0.0.1:9/v1\tas listed when it last answered",
        f"Acme/…\thttp://127.0.0.1:9/v1\tworkbench models --endpoint=Acme --db {db}",
    ]
    assert main(["models", "--db", db, "--json", "acme"]) == 0
    listed = json.loads(capsys.readouterr().out)["models"]
    assert [one["model"] for one in listed if one.get("endpoint") == "Acme"] == ["Acme/acme-mini"], (
        "only runnable models are listed"
    )


@pytest.mark.parametrize("name", ["Bob's box", "-x", "$(touch here)", "a; b", "two words", '"quoted"'])
def test_suggested_models_command_is_quoted_for_the_shell(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        workbench.store.save_endpoint(Endpoint("e", "openai", name, "http://127.0.0.1:9/v1"), utc_now()).result(20)
    assert main(["models", "--db", str(tmp_path / "w.db"), "127.0.0.1:9"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "/…\t" in line]
    command = shlex.split(line.rpartition("\t")[2])
    assert command[0] == "workbench"
    assert make_parser().parse_args(command[1:]).endpoint == name


def test_incomplete_model_name_is_refused_with_its_full_name(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--db", db, "--model", "acme-mini"]) == 2
    assert "write “Acme/acme-mini”" in capsys.readouterr().err
    connection = sqlite3.connect(db)
    assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)
    connection.close()
