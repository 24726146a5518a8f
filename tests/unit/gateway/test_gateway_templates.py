"""One-pass substitution, as a table and as properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom_gateway.content.templates import MissingVariables, TooLong, Value, names, substitute

LIMIT = 10_000
plain = st.text(st.characters(exclude_characters="{}"))
identifiers = st.text("abcxyz_.-09", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("template", "variables", "text"),
    [
        ("no variables", {}, "no variables"),
        ("", {}, ""),
        ("{{a}}", {"a": "x"}, "x"),
        ("{{ a }}{{\ta\n}}", {"a": "x"}, "xx"),
        ("{{a}}{{b}}{{a}}", {"a": "x", "b": "y"}, "xyx"),
        ("{{first-name}} {{user.age}} {{größe_2}}", {"first-name": "A", "user.age": 7, "größe_2": "M"}, "A 7 M"),
        ("{{a}}", {"a": "{{b}}", "b": "never"}, "{{b}}"),
        ("{{a}}", {"a": "{{a}}"}, "{{a}}"),
        ("{{a}}b}}", {"a": "{{", "b": "never"}, "{{b}}"),
        ("{{{a}}}", {"a": "x"}, "{x}"),
        ("{{{{a}}}}", {"a": "x"}, "{{x}}"),
        ("{{a}", {"a": "x"}, "{{a}"),
        ("{a}", {"a": "x"}, "{a}"),
        ("{{}}", {}, "{{}}"),
        ("{{a b}}", {}, "{{a b}}"),
        ("{{a|upper}}", {}, "{{a|upper}}"),
        ("{% if a %}", {}, "{% if a %}"),
        ("{{a}}", {"a": r"\g<0> \1 $1 %s"}, r"\g<0> \1 $1 %s"),
        ("{{n}} {{f}} {{t}} {{e}}", {"n": 3, "f": 1.5, "t": True, "e": ""}, "3 1.5 true "),
        ("{{a}}", {"a": "x", "unused": "y"}, "x"),
    ],
)
def test_names_in_double_braces_are_replaced_once(template: str, variables: dict[str, Value], text: str) -> None:
    assert substitute(template, variables, LIMIT) == text


def test_all_missing_variables_are_named_in_their_order() -> None:
    with pytest.raises(MissingVariables) as missing:
        substitute("{{b}} {{ a }} {{c}} {{b}}", {"c": "x"}, LIMIT)
    assert missing.value.names == ("b", "a")


def test_an_empty_value_is_not_missing() -> None:
    assert substitute("<{{a}}>", {"a": ""}, LIMIT) == "<>"


@pytest.mark.parametrize(("limit", "fits"), [(6, True), (5, False)])
def test_a_text_may_be_as_long_as_the_limit(limit: int, fits: bool) -> None:
    if fits:
        assert substitute("{{a}}{{a}}", {"a": "xyz"}, limit) == "xyzxyz"
    else:
        with pytest.raises(TooLong):
            substitute("{{a}}{{a}}", {"a": "xyz"}, limit)


def test_a_short_template_cannot_make_a_huge_text() -> None:
    with pytest.raises(TooLong):
        substitute("{{a}}" * 20_000, {"a": "x" * 1_000_000}, LIMIT)


@given(plain)
def test_text_without_braces_stays_as_it_is(text: str) -> None:
    assert substitute(text, {}, len(text)) == text


@given(st.lists(st.tuples(plain, identifiers), max_size=8), plain, st.data())
def test_what_stands_between_placeholders_stays_and_values_are_never_looked_at(
    pieces: list[tuple[str, str]], tail: str, data: st.DataObject
) -> None:
    values = {name: data.draw(st.text(), name) for _, name in pieces}
    template = "".join(f"{text}{{{{{name}}}}}" for text, name in pieces) + tail
    expected = "".join(f"{text}{values[name]}" for text, name in pieces) + tail
    assert substitute(template, values, len(expected)) == expected


@given(st.text(), st.dictionaries(identifiers, st.text()))
def test_any_template_is_filled_or_its_missing_names_are_told(template: str, variables: dict[str, Value]) -> None:
    missing = [name for name in names(template) if name not in variables]
    if missing:
        with pytest.raises(MissingVariables) as told:
            substitute(template, variables, 10**9)
        assert list(told.value.names) == missing
    else:
        substitute(template, variables, 10**9)
