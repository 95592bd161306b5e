"""JSON as strangers send it."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors.http_json import convert, decode, items
from cm_desktop.domain.errors import ServerTroubleError
from cm_desktop.domain.events import ItemSkipped


class Item(msgspec.Struct):
    """What a channel would send."""

    id: int
    text: str = ""


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": "ä"}'.encode("utf-16"), {"a": "ä"}),
        ('{"a": "ä"}'.encode("utf-16-le"), {"a": "ä"}),
        ('{"a": "ä"}'.encode("utf-16-be"), ...),
        ('{"a": "ä"}'.encode("latin-1"), {"a": "ä"}),
        (b'{"a": NaN, "b": -Infinity}', {"a": None, "b": None}),
        (b'{"a": "x\\ud83d y"}', {"a": "x\ufffd y"}),
        (b'{"\\udc00": ["\\ud800"]}', {"\ufffd": ["\ufffd"]}),
        (b'{"a": "\\ud83e\\udd68"}', {"a": "🥨"}),
        (b'{"a": 99999999999999999999}', {"a": 99999999999999999999}),
        (b"null", None),
        (b" [] ", []),
    ],
)  # fmt: skip
def test_odd_json_is_cleaned(body, value):
    if value is ...:
        with pytest.raises(ServerTroubleError):
            decode(body, object)
    else:
        assert decode(body, object) == value


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<html><body>x", "not_json"),
        (b"Warning: mysqli_connect()", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'{"a": 1', "not_json"),
        (b"[" * 1000 + b"]" * 1000, "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b'[NaN,' + b"[" * 100_000, "too_deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_trouble_of_the_server(body, detail):
    with pytest.raises(ServerTroubleError) as caught:
        decode(body, object)
    assert caught.value.detail == detail


@pytest.mark.parametrize(
    "body",
    [b'{"id": "x"}', b'{"id": null}', b'{"id": [1]}', b'{"id": 1e30}', b"[]", b"null", b"{}",
     b'{"id": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_json_of_another_shape_names_the_place_and_no_value(body):
    with pytest.raises(ServerTroubleError) as caught:
        decode(body, Item)
    assert caught.value.detail.startswith("unexpected_shape")
    with pytest.raises(ServerTroubleError):
        convert({"id": "geheim"}, Item)


def test_one_bad_item_costs_only_itself():
    good = [{"id": number, "text": "x"} for number in range(49)]
    page = json.dumps([*good[:20], {"id": "bad"}, *good[20:]]).encode()

    found = list(items(decode(page, list[msgspec.Raw]), Item))

    assert [one.id for one in found if isinstance(one, Item)] == list(range(49))
    assert found[20] == ItemSkipped(reason="unexpected_shape")


@pytest.mark.parametrize(
    ("odd", "read"),
    [('"x\\ud83dy"', Item(id=2, text="x\ufffdy")), ("NaN", ItemSkipped(reason="unexpected_shape"))],
)
def test_half_a_letter_or_no_number_in_one_item_does_not_cost_the_page(odd, read):
    page = f'[{{"id": 1}}, {{"id": 2, "text": {odd}}}, {{"id": 3}}]'.encode()
    assert list(items(decode(page, list[msgspec.Raw]), Item)) == [Item(id=1), read, Item(id=3)]


@given(st.binary(max_size=100))
def test_any_bytes_give_a_value_or_our_error(body):
    _decode(body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_JSON, st.data())
def test_any_damaged_json_gives_a_value_or_our_error(value, data):
    body = bytearray(json.dumps(value).encode())
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place] = data.draw(st.integers(0, 255))
    _decode(bytes(body))


def _decode(body):
    for type_ in (object, Item, list[Item], dict[str, str]):
        try:
            decoded = decode(body, type_)
        except ServerTroubleError:
            continue
        json.dumps(msgspec.to_builtins(decoded), ensure_ascii=False).encode()
