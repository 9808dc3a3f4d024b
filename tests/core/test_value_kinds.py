"""JSON values: kept as typed, compact in plain templates, objects in Jinja."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from workbench.core.blocks import Attachment
from workbench.core.cases import Case, case_from_json, case_to_json
from workbench.core.content import Content, Message
from workbench.core.rendered_content import fill_case, with_files
from workbench.core.testing.cells import asked_hash
from workbench.core.value_kinds import file_text, files_of, json_problem, plain_values, template_values

ORDER = '{ "id": "7 7",\n  "price": 1.50, "big": 12345678901234567890 }'
VALUES = {"order": ORDER, "note": "{ not json"}
KINDS = (("order", "json"), ("note", "json"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_plain_templates_get_compact_json_with_numbers_as_written() -> None:
    assert plain_values(VALUES, KINDS) == {
        "order": '{"id":"7 7","price":1.50,"big":12345678901234567890}',
        "note": "{ not json",
    }
    assert plain_values(VALUES, ()) == VALUES


def test_jinja_templates_get_objects() -> None:
    assert template_values(VALUES, KINDS) == {
        "order": {"id": "7 7", "price": 1.5, "big": 12345678901234567890},
        "note": "{ not json",
    }


def test_a_problem_says_where_it_is() -> None:
    assert json_problem(ORDER) == ""
    assert "at line 2, column " in json_problem("[1,\n2,]")
    assert json_problem("NaN")
    assert json_problem("[" * 100_000)


@given(JSON)
def test_compact_json_means_the_same(value: object) -> None:
    for indent in (None, 2):
        text = json.dumps(value, indent=indent, ensure_ascii=False)
        (found,) = plain_values({"x": text}, (("x", "json"),)).values()
        assert json.loads(found) == value
        assert plain_values({"x": found}, (("x", "json"),)) == {"x": found}


def test_kinds_are_stored_and_unknown_ones_kept() -> None:
    case = Case("c", "C", (("order", ORDER), ("q", "x")), kinds=(("order", "json"),))
    assert case_from_json(json.loads(json.dumps(case_to_json(case)))) == case
    for strange in ({"order": "video"}, {"other": "json"}, ["order"], {"order": ["json"]}):
        data = {**case_to_json(case), "kinds": strange}
        assert case_from_json(data).kinds == ()
        assert case_to_json(case_from_json(data)) == data


def test_the_kind_is_part_of_an_identity() -> None:
    assert asked_hash("h", ()) == "h"
    assert len({asked_hash("h", ()), asked_hash("h", (("a", "json"),)), asked_hash("h", (("b", "json"),))}) == 3


PHOTO = Attachment("a" * 64, "image/png", "photo.png")
FILES = {"photo": file_text(PHOTO), "q": "What is it?"}
PHOTO_KINDS = (("photo", "file"),)


def test_messages_of_the_user_are_sent_with_the_files_they_name() -> None:
    content = Content(
        (Message("system", "About {{photo}}"), Message("user", "{{q}} {{photo}} {{photo}}"), Message("user", "{{q}}"))
    )
    found = fill_case(content, FILES, PHOTO_KINDS).messages
    assert [(one.text, one.attachments) for one in found] == [
        ("About photo.png", ()),
        ("What is it? photo.png photo.png", (PHOTO,)),
        ("What is it?", ()),
    ]
    assert files_of(FILES, PHOTO_KINDS) == {"photo": PHOTO}
    assert template_values(FILES, PHOTO_KINDS)["photo"] == "photo.png"
    jinja = replace(content, template="jinja")
    assert [bool(one.attachments) for one in with_files(jinja, FILES, PHOTO_KINDS).messages] == [False, True, False]


def test_what_names_no_file_is_text() -> None:
    for text in ("", "x", "[]", "{}", '{"hash":1}', "[" * 100_000):
        assert files_of({"photo": text}, PHOTO_KINDS) == {}
        assert plain_values({"photo": text}, PHOTO_KINDS) == {"photo": text}
