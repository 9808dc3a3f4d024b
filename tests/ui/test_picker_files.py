"""Reading the headers of model files, and choosing such files in the picker."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.lanes import Endpoint
from workbench.formats.imports.gguf import GgufError, GgufHead, read_head
from workbench.ui.features.models.files import FilesError, endpoint_from
from workbench.ui.features.models.prices import parse_dollars, parse_rates, show_field


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def gguf(pairs: dict[str, str | int], *, version: int = 3) -> bytes:
    out = b"GGUF" + struct.pack("<IQQ", version, 0, len(pairs))
    for key, value in pairs.items():
        out += _text(key)
        out += struct.pack("<I", 8) + _text(value) if isinstance(value, str) else struct.pack("<II", 4, value)
    return out


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "order bot.gguf"
    path.write_bytes(gguf({"general.architecture": "llama", "general.alignment": 32, "general.name": "Order bot"}))
    return path


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    path = tmp_path / "refunds.gguf"
    path.write_bytes(gguf({"general.type": "adapter", "general.architecture": "llama", "adapter.type": "lora"}))
    return path


def test_gguf_header_identifies_models_and_adapters(model: Path, adapter: Path) -> None:
    assert read_head(model) == GgufHead(False, "Order bot", "llama")
    assert read_head(adapter).is_adapter


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a GGUF file"),
        (b"PK\x03\x04 a zip", "not a GGUF file"),
        (b"GGUF\x03", "ends after 5 bytes"),
        (gguf({}, version=1), "version 1"),
        (gguf({}, version=0x03000000), "version"),
    ],
)
def test_files_that_are_not_gguf_are_refused_with_a_reason(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    with pytest.raises(GgufError, match=words):
        read_head(path)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GgufError, match="There is no file"):
        read_head(tmp_path / "nothing.gguf")
    with pytest.raises(GgufError, match="is a folder"):
        read_head(tmp_path)


@given(st.binary(max_size=400), st.integers(0, 2**64 - 1))
def test_reader_survives_any_file_content(tmp_path_factory: pytest.TempPathFactory, tail: bytes, keys: int) -> None:
    path = tmp_path_factory.getbasetemp() / "hostile.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 2**63, keys) + tail)
    assert isinstance(read_head(path), GgufHead)


def test_model_file_becomes_an_endpoint(model: Path) -> None:
    endpoint, is_new = endpoint_from(str(model), "", "", ())
    assert is_new
    assert (endpoint.kind, endpoint.name, endpoint.path, endpoint.adapter) == ("gguf", "order bot", str(model), "")


def test_adapter_is_applied_to_a_model_or_to_the_built_in_model(model: Path, adapter: Path) -> None:
    endpoint, _ = endpoint_from(str(model), str(adapter), "", ())
    assert (endpoint.name, endpoint.adapter) == ("order bot + refunds", str(adapter))
    on_builtin, _ = endpoint_from("", str(adapter), str(model), ())
    assert on_builtin.path == str(model)


def test_known_files_reuse_their_endpoint(model: Path) -> None:
    known, _ = endpoint_from(str(model), "", "", ())
    assert endpoint_from(str(model), "", "", (known,)) == (known, False)


def test_endpoint_names_are_made_unique(model: Path) -> None:
    other = Endpoint("u", "openai", "order bot")
    endpoint, _ = endpoint_from(str(model), "", "", (other,))
    assert endpoint.name == "order bot 2"


@pytest.mark.parametrize(
    ("which", "field", "words"),
    [
        ("none", "model", "Choose a GGUF file"),
        ("adapter alone", "model", "that the adapter was trained on"),
        ("adapter as model", "model", "is a LoRA adapter"),
        ("model as adapter", "adapter", "is a whole model"),
        ("other type", "adapter", "type qwen2"),
        ("missing", "adapter", "There is no file"),
    ],
)
def test_mismatched_files_are_reported_at_their_field(
    tmp_path: Path, model: Path, adapter: Path, which: str, field: str, words: str
) -> None:
    qwen = tmp_path / "qwen.gguf"
    qwen.write_bytes(gguf({"general.type": "adapter", "general.architecture": "qwen2"}))
    base, top = {
        "none": ("", ""),
        "adapter alone": ("", str(adapter)),
        "adapter as model": (str(adapter), ""),
        "model as adapter": (str(model), str(model)),
        "other type": (str(model), str(qwen)),
        "missing": (str(model), str(tmp_path / "no.gguf")),
    }[which]
    with pytest.raises(FilesError, match=words) as caught:
        endpoint_from(base, top, "", ())
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("text", "value"), [("", None), (" 0.25 ", 0.25), ("0,25", 0.25), ("$2", 2.0), ("1e-3", 0.001), ("0", 0.0)]
)
def test_prices_are_parsed_in_common_notations(text: str, value: float | None) -> None:
    assert parse_dollars(text) == value


@pytest.mark.parametrize("text", ["x", "-1", "nan", "inf", "1,234.5,6", "1_0", "99999999"])
def test_invalid_prices_are_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match="dollars per million"):
        parse_dollars(text)


def test_incomplete_price_is_refused() -> None:
    assert parse_rates("", "", "") is None
    for half in (("1", "", ""), ("", "1", ""), ("", "", "1")):
        with pytest.raises(ValueError, match="both"):
            parse_rates(*half)


@given(st.floats(0, 1000).map(lambda usd: round(usd, 6)))
def test_displayed_price_round_trips(usd: float) -> None:
    text = show_field(usd / 1_000_000)
    assert parse_dollars(text) == pytest.approx(usd, abs=1e-9)
