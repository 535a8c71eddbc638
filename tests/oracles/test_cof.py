"""The common output format against its schema, and as D4's importer takes it; what its rows count is added up from
passivedns' single lines."""
import json

import jsonschema
import pytest
from conftest import ROOT, decode
from test_passivedns import D4_TYPES, LARGE, lines_of

SCHEMA = json.loads((ROOT / "tests/data/schemas/cof-13.schema.json").read_text())
PROFILES = [(), ("--option", "trailing_dot=true"), ("--option", "rdata=string"), ("--option", "profile=d4"),
            ("--option", "sensor_id=a \"sensor\" \\", "--option", "bailiwick=keep"), ("--option", "max_rows=2")]


def rows_of(capture, profile=()):
    return [json.loads(line) for line in decode(capture, "cof", *profile).splitlines()]


@pytest.mark.parametrize("profile", PROFILES, ids=" ".join)
def test_each_row_is_as_the_schema_says(capture, profile):
    check = jsonschema.Draft202012Validator(SCHEMA)
    for row in rows_of(capture, profile):
        check.validate(row)
        assert row["time_first"] <= row["time_last"]


def d4(row):
    """What D4's importer needs of a row; it dies, or keeps rubbish, of what fails here."""
    assert row["rrname"] and row["rrtype"] in D4_TYPES
    value = row["rdata"].replace('"', "", 1) if row["rrtype"] == "TXT" else row["rdata"]
    int(float(row["time_first"])), int(float(row["time_last"])), int(row["count"])
    return row["rrname"], row["rrtype"], value, row["sensor_id"]


def test_d4_takes_every_row_of_its_profile(capture):
    for row in rows_of(capture, ("--option", "profile=d4")):
        name, _, value, sensor = d4(row)
        assert name == name.lower() and (name == "." or not name.endswith(".")), row
        assert isinstance(value, str) and '"' not in value and sensor, row


def test_d4_cannot_take_the_plain_rows():
    with pytest.raises(AttributeError):
        for row in rows_of("knot"):
            if row["rrtype"] == "TXT":
                d4(row)


def test_rows_count_what_single_lines_add_up_to(capture):
    wanted = {}
    for line in lines_of(capture, ("--option", "mode=each")):
        time, _, _, rclass, name, rtype, data, _, _ = line.split("||")
        if rclass == "IN" and not name.endswith(LARGE):
            count, first, last = wanted.get((name, rtype, data), (0, 1 << 40, 0))
            second = int(time.split(".")[0])
            wanted[name, rtype, data] = count + 1, min(first, second), max(last, second)
    found = {}
    for row in rows_of(capture, ("--option", "window=1h", "--option", "trailing_dot=true")):
        assert len(row["rdata"]) == 1
        key = row["rrname"], row["rrtype"], row["rdata"][0]
        count, first, last = found.get(key, (0, 1 << 40, 0))
        if not row["rrname"].endswith(LARGE):
            found[key] = count + row["count"], min(first, row["time_first"]), max(last, row["time_last"])
    assert found == wanted
