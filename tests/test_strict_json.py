"""JSON as it is read and written, and the words in which it is refused."""

import pytest

from zhima_cli.core.strict_json import JsonError, decode, decode_at, encode, skip_white_space

# A text, and what a person is told of it: a place at most, never a piece of it.
REFUSED = {
    "": "at character 1",
    "  ": "at character 3",
    '{"a" 1}': "at character 6",
    '{"a":x}': "at character 6",
    "9" * 5000: "at character 1",
    "NaN": "not a JSON value",
    "-Infinity": "not a JSON value",
    "[Infinity]": "not a JSON value",
    '{"a":1,"a":1}': "two members of one object have the same name",
    '[{"a":1,"\\u0061":2}]': "two members of one object have the same name",
    "{}x": "something follows the value",
    "{} {}": "something follows the value",
    "{}\u3000": "something follows the value",
    "[" * 65 + "1" + "]" * 65: "nested too deep",
    '{"a":' * 64 + "1" + "}" * 64: "nested too deep",
    "[" * 100_000: "nested too deep",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_json_is_told_by_its_place(text: str) -> None:
    with pytest.raises(JsonError) as caught:
        decode(text)
    assert str(caught.value) == REFUSED[text]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            ' \t\r\n{"a": [1, -2.5, "\\u6536\\/", true, null, {}]}\n',
            {"a": [1, -2.5, "收/", True, None, {}]},
        ),
        ("[" * 64 + "]" * 64, None),
        ("[" * 63 + "1" + "]" * 63, None),
        ("0", 0),
    ],
    ids=["mixed", "64 deep and empty", "63 deep", "number"],
)
def test_json_is_read(text: str, value: object) -> None:
    read = decode(text)
    if value is None:
        while isinstance(read, list) and read:
            read = read[0]
        assert read in ([], 1)
    else:
        assert read == value


def test_a_value_is_read_where_it_begins() -> None:
    assert decode_at('xx{"a":1}yy', 2) == ({"a": 1}, 9)
    with pytest.raises(JsonError, match=r"^at character 4$"):
        decode_at("xx[}", 2)


def test_white_space_is_what_json_has_for_it() -> None:
    assert skip_white_space("a \t\r\nb", 1) == 5
    assert skip_white_space("a  ", 1) == 3
    assert skip_white_space("a\x0bb", 1) == 1
    assert skip_white_space("a\u00a0b", 1) == 1


def test_json_is_written_without_spaces_or_escapes() -> None:
    assert encode({"名": "收/委", "b": [1, {}]}) == '{"名":"收/委","b":[1,{}]}'
