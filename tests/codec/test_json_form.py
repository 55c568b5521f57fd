"""The JSON of a value is that value: every type of every schema comes back the same through json.dumps and loads."""

import json
import random

import pytest

from obu.codec import json_form
from obu.codec.shape import EncodeError
from tests.codec import reference


@pytest.mark.parametrize("name", ["ydt3709", "csae53", "security"])
def test_every_type_is_reversible(name, draw_value):
    rng = random.Random(name)
    for type_name in reference.types(name):
        for _ in range(10):
            value = draw_value(name, type_name, rng)
            text = json.dumps(json_form.to_tree(value))
            assert json_form.from_tree(name, type_name, json_form.loads(text)) == value


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        ({}, "message: is missing"),
        ({"message": 3}, "message: is missing"),
        ({"message": "bsmFrame"}, "value: is missing"),
        ({"message": "bsmFrame", "value": {}, "edition": "1999"}, "edition: is neither ydt3709 nor csae53"),
        ({"message": "bsmFrame", "value": []}, "bsmFrame: list where an object is expected"),
        ({"message": "bsmFrame", "value": {"id": "xyz"}}, "bsmFrame.id: hex digits are expected"),
        ({"message": "bsmFrame", "value": {"id": 5}}, "bsmFrame.id: hex digits are expected"),
        (
            {"message": "bsmFrame", "value": {"safetyExt": {"events": "012"}}},
            "bsmFrame.safetyExt.events: digits 0 and 1 are expected",
        ),
        (
            {"message": "rsmFrame", "value": {"participants": [{"pos": {"offsetLL": {"a": 1, "b": 2}}}]}},
            "rsmFrame.participants[0].pos.offsetLL: an object with one alternative is expected",
        ),
    ],
)
def test_a_wrong_form_is_named_by_its_path(tree, text):
    with pytest.raises(EncodeError) as caught:
        json_form.frame_of(tree)
    assert caught.value.text == text


@pytest.mark.parametrize("text", ["", "{", '{"a": 1, "a": 2}', "\ud800", b"\xff\xfe\xfa", "[" * 100_000])
def test_what_is_no_json_is_our_own_one_sentence(text):
    with pytest.raises(EncodeError):
        json_form.loads(text)
