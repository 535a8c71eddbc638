"""JSON, as Python's parser reads it."""
import json

from conftest import decode


def test_each_event_is_one_object_on_one_line(capture):
    lines = decode(capture, "json").splitlines()
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict)


def test_no_object_names_a_member_twice(capture):
    def unique(pairs):
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), names
        return dict(pairs)

    for line in decode(capture, "json").splitlines():
        json.loads(line, object_pairs_hook=unique)
