"""JSON that parsers take and the contract does not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.strictjson import MAX_DEPTH, InvalidJson, decode, is_storable

storable_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(st.characters(codec="ascii", min_codepoint=1)), inner)
    ),
    max_leaves=20,
)


@given(storable_json, st.booleans())
def test_what_databases_take_is_read_unchanged(value: object, ensure_ascii: bool) -> None:  # noqa: FBT001
    text = json.dumps(value, ensure_ascii=ensure_ascii)

    assert decode(text.encode()) == value


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b'{"a": 1, "a": 1}', "the key 'a' is there twice"),
        (b'{"a": {"b": 1, "b": 2}}', "the key 'b' is there twice"),
        (b'{"a": 1, "\\u0061": 2}', "the key 'a' is there twice"),
        (b"[NaN]", "NaN is no number"),
        (b"[-Infinity]", "-Infinity is no number"),
        (b"[1e999]", "a number that is too large"),
        (b"[" + b"9" * 5000 + b"]", "an integer of more than 1,000 digits"),
        (b'["\\u0000"]', "a NUL character"),
        (b'{"\\u0000": 1}', "a NUL character"),
        (b'["\\ud83d"]', "a lone surrogate"),
        (b'["\\ude00\\ud83d"]', "a lone surrogate"),
        (b'{"a": [{"\\uDC00": 1}]}', "a lone surrogate"),
        (b'["\x00"]', "Invalid control character"),
        (b'["\xed\xa0\xbd"]', "not UTF-8"),
        (b'["\xff"]', "not UTF-8 (byte 2)"),
        (b"{} {}", "Extra data"),
        (b"{'a': 1}", "line 1, column 2"),
        (b"", "line 1, column 1"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"a":' * 100_000, "nested deeper"),
    ],
)
def test_what_is_not_json_to_us_is_refused(body: bytes, fault: str) -> None:
    with pytest.raises(InvalidJson) as refusal:
        decode(body)

    assert fault in str(refusal.value)


@pytest.mark.parametrize(
    "body", [b'["\\\\u0000"]', b'["\\\\ud83d"]', b'["\\ud83d\\ude00"]', b'["\\u0001"]']
)
def test_escapes_that_only_look_like_faults_are_read(body: bytes) -> None:
    assert decode(body) == json.loads(body)


def test_a_byte_order_mark_is_ignored() -> None:
    assert decode(b"\xef\xbb\xbf[1]") == [1]


def test_nesting_ends_at_the_limit() -> None:
    deepest = MAX_DEPTH - 1

    assert decode(b"[" * deepest + b"1" + b"]" * deepest)
    with pytest.raises(InvalidJson, match=f"deeper than {MAX_DEPTH} levels"):
        decode(b"[" * (MAX_DEPTH + 1) + b"1" + b"]" * (MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("text", "storable"), [("Łódź 🏗", True), ("", True), ("a\x00b", False), ("\udc80", False)]
)
def test_storable_is_what_postgresql_takes(text: str, storable: object) -> None:
    assert is_storable(text) is storable
