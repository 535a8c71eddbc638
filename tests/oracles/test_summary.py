"""Summaries against their schema, and against what Python adds up from the JSON lines of the same capture."""
import json
import math

import jsonschema
import pytest
from conftest import ROOT, decode

SCHEMA = json.loads((ROOT / "conf/schemas/tapferry-summary-1.schema.json").read_text())
ALL = ("--option", "window=1h")


def rows_of(capture, *options):
    return [json.loads(line) for line in decode(capture, "summary", *ALL, *options).splitlines()]


@pytest.mark.parametrize("group_by", ['["src", "registered_domain", "qtype", "rcode"]', '[]', '["qname", "flags", "bytes"]',
                                      '["answers", "identity", "client_subnet", "extra", "latency"]'])
def test_each_row_is_as_the_schema_says(capture, group_by):
    check = jsonschema.Draft7Validator(SCHEMA)
    rows = rows_of(capture, "--option", f"group_by={group_by}")
    assert rows
    for row in rows:
        check.validate(row)
    assert len({row["id"] for row in rows}) == len(rows)


def percentile(latencies, percent):
    return sorted(latencies)[math.ceil(len(latencies) * percent / 100) - 1]


def test_rows_are_what_the_events_add_up_to(capture):
    groups = {}
    for line in decode(capture, "json").splitlines():
        event = json.loads(line)
        groups.setdefault((event["type"], event.get("qtype"), event.get("rcode")), []).append(event)
    rows = {}
    for row in rows_of(capture, "--option", 'group_by=["type", "qtype", "rcode"]'):
        rows.setdefault((row["type"], row.get("qtype"), row.get("rcode")), []).append(row)
    assert rows.keys() == groups.keys()
    for key, events in groups.items():
        assert sum(row["count"] for row in rows[key]) == len(events)
        assert sum(row["bytes"] for row in rows[key]) == sum(event.get("bytes", 0) for event in events)
        if len(rows[key]) > 1:
            continue
        row = rows[key][0]
        assert (row["first"][:23], row["last"][:23]) == (min(e["time"] for e in events)[:23], max(e["time"] for e in events)[:23])
        for member, field in (("distinct_names", "qname"), ("distinct_clients", "src")):
            distinct = len({event[field] for event in events if field in event})
            assert abs(row[member] - distinct) <= (0 if distinct <= 64 else 0.08 * distinct), (key, member)
        equal = [e for e in events if "query_time" in e and e["type"].endswith("RESPONSE") and e["query_time"] == e.get("response_time")]
        latencies = [event["latency"] for event in events if "latency" in event] + [0] * len(equal)
        assert (row.get("latency_count", 0), row.get("latency_zero", 0)) == (len(latencies), len(equal))
        assert ("latency_p50" in row) == bool(latencies)
        # Of an event at a whole millisecond the JSON line tells no more than that.
        if any(round(latency * 1e6) % 1000 == 0 for latency in latencies):
            continue
        for percent in (50, 95, 99) if latencies else ():
            real = percentile(latencies, percent)
            error = 1e-6 if len(latencies) <= 32 else real / 64 + 1e-6
            assert abs(row[f"latency_p{percent}"] - real) <= error, (key, percent)
