"""What clients read about their own fields: what is allowed, and nothing of Python's."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from pressroom_gateway import public_http
from pressroom_gateway.articles.forms import NewArticle
from pressroom_gateway.batches.reading import item_of
from pressroom_gateway.fields import Form
from pressroom_gateway.ledger.forms import NewGeneration
from pressroom_gateway.problem_answers import from_validation

NOTE = (
    "must be a text of at most 2000 characters without U+0000 and halves of surrogate pairs, a finite number, true, "
    "false or null"
)
SCALAR = "must be a text without U+0000 and halves of surrogate pairs, a finite number, true or false"
OUTPUT = f'{SCALAR}, or {{"from": the name of an item}}'
NUMBER = "must be true, false or a whole number from 0 to 20"
OBJECT = "must be a JSON object"


def told(form: type[Form], wish: Any) -> list[tuple[str, str]]:
    """As the answer 422 has it."""
    with pytest.raises(ValidationError) as caught:
        form.model_validate(wish)
    found = [{**each, "loc": ("body", *each["loc"])} for each in caught.value.errors()]
    return [(error.field, error.message) for error in from_validation(found).errors]


@pytest.mark.parametrize("value", [{"b": 1}, ["b"], float("nan"), float("inf"), "\0", "\ud800", "x" * 2001])
@pytest.mark.parametrize(("form", "wish"), [(NewGeneration, {"prompt": "x"}), (NewArticle, {"topic": "x"})])
def test_a_note_that_cannot_be_kept_is_one_error(form: type[Form], wish: dict[str, Any], value: Any) -> None:
    assert told(form, {**wish, "metadata": {"a": value}}) == [("metadata.a", NOTE)]


@pytest.mark.parametrize("value", [{"from": "x"}, None, [], float("nan"), "\0"])
def test_a_variable_that_is_no_value_is_one_error(value: Any) -> None:
    assert told(NewGeneration, {"prompt": "x", "variables": {"name": value}}) == [("variables.name", SCALAR)]


@pytest.mark.parametrize("value", [-1, 21, "many", 1.5, None, {}])
@pytest.mark.parametrize("field", ["images", "faq"])
def test_a_number_or_a_yes_that_is_neither_is_one_error(field: str, value: Any) -> None:
    assert told(NewArticle, {"topic": "x", "sections": 20, field: value}) == [(field, NUMBER)]


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"prompt": "x" * 100_001}, ("prompt", "must have at most 100000 characters")),
        ({"prompt": "x", "variables": {"": 1}}, ("variables..[key]", "must have at least 1 character")),
        (
            {"prompt": "x", "variables": dict.fromkeys(map(str, range(201)), 1)},
            ("variables", "must have at most 200 items"),
        ),
        ({"prompt": "x", "metadata": "note"}, ("metadata", OBJECT)),
    ],
)
def test_lengths_and_types_are_told_in_the_words_of_json(wish: Any, error: tuple[str, str]) -> None:
    assert told(NewGeneration, wish) == [error]


@pytest.mark.parametrize(
    ("item", "field", "message"),
    [
        ("tea", "items.7", OBJECT),
        ({"prompt": "x", "metadata": {"a": {}}}, "items.7.metadata.a", NOTE),
        ({"prompt": "x", "variables": {"a": {"from": 3}}}, "items.7.variables.a", OUTPUT),
    ],
)
def test_items_of_a_bulk_request_are_told_in_the_same_words(item: Any, field: str, message: str) -> None:
    found = item_of(item, 7)
    assert isinstance(found, list)
    assert [(error.field, error.message) for error in found] == [(field, message)]


def unions(schema: Any, *path: str) -> Iterator[str]:
    """Where a field may be of several types, and no words of ours say so."""
    if isinstance(schema, dict) and schema.get("type") != "custom-error":
        if schema.get("type") in ("union", "tagged-union"):  # a field may be called so, too
            yield ".".join(path)
        for name, part in schema.items():
            yield from unions(part, *path, name)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from unions(part, *path)


def forms(form: type[Form] = Form) -> Iterator[type[Form]]:
    for each in form.__subclasses__():
        yield each
        yield from forms(each)


def test_no_field_of_several_types_is_without_words_of_its_own() -> None:
    assert public_http.public_app  # it brings all forms
    found = {each.__name__: list(unions(each.__pydantic_core_schema__)) for each in forms()}
    assert len(found) > 20
    assert {name: where for name, where in found.items() if where} == {}
