"""What people call runs and versions."""

from __future__ import annotations

import pytest

from workbench.core.version_name import (
    VersionIdentity,
    at_start,
    iteration_name,
    iteration_number,
    number_of_test,
    run_name,
    text_words,
    version_name,
)


@pytest.mark.parametrize(
    ("version", "name"),
    [
        (VersionIdentity(12), "#12"),
        (VersionIdentity(12, "production"), "#12 (production)"),
        (VersionIdentity(12, origin="imported", ordinal=2), "#12"),
        (VersionIdentity(label="production", origin="imported", ordinal=2), "production"),
        (VersionIdentity(origin="imported", ordinal=2), "imported 2"),
        (VersionIdentity(origin="sample"), "sample"),
        (VersionIdentity(ordinal=3), "text 3"),
        (VersionIdentity(test=3), "test 3"),
        (VersionIdentity(12, test=3), "#12"),
        (VersionIdentity(label="production", test=3), "production"),
        (VersionIdentity(origin="imported", ordinal=2, test=3), "test 3"),
        (VersionIdentity(label="a\u202eb\nc"), "a\\u202eb␊c"),
    ],
)
def test_version_is_named_by_its_iteration_label_or_origin(version: VersionIdentity, name: str) -> None:
    assert version_name(version) == name


@pytest.mark.parametrize(
    ("kind", "name"), [("iteration", "#3"), ("improve", "proposal 3"), ("import", "import 3"), ("later", "later 3")]
)
def test_only_iterations_are_named_by_number_alone(kind: str, name: str) -> None:
    assert run_name(kind, 3) == name


@pytest.mark.parametrize(
    ("run", "version", "words"),
    [
        ("#12", "#12", ""),
        ("#12", "#9", "text of #9"),
        ("#1", "#12", "text of #12"),
        ("#12", "#12 (production)", "production"),
        ("#12", "#9 (production)", "text of #9 (production)"),
        ("import 1", "imported 2", "text of imported 2"),
        ("import 1", "", ""),
        ("test 3", "test 3", ""),
        ("test 3", "test 1", "text of test 1"),
    ],
)
def test_run_names_its_text_only_if_the_names_differ(run: str, version: str, words: str) -> None:
    assert text_words(run, version) == words


@pytest.mark.parametrize(
    ("typed", "number"),
    [("test 3", 3), (" test   3 ", 3), ("test", None), ("test x", None), ("tests 3", None), ("3", None)],
)
def test_number_of_a_test_can_be_typed(typed: str, number: int | None) -> None:
    assert number_of_test(typed) == number


@pytest.mark.parametrize("typed", ["12", "#12", " #12 "])
def test_iteration_number_can_be_typed_with_or_without_its_sign(typed: str) -> None:
    assert iteration_number(typed) == 12
    assert iteration_name(12) == "#12"


@pytest.mark.parametrize("typed", ["", "#", "twelve", "imported 2", "-1", "1.5", "٣", "1" * 5000])
def test_invalid_iteration_number_returns_none(typed: str) -> None:
    assert iteration_number(typed) is None


def test_name_is_capitalised_at_the_start_of_a_sentence() -> None:
    assert [at_start(name) for name in ("#3", "imported 2", "myLabel", "")] == ["#3", "Imported 2", "MyLabel", ""]
