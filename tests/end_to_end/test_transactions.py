"""Queries and their responses as one event each, over kill -9, with a real BIND; and windows that end while nothing
comes."""
import json
from collections import Counter

import pytest

from lab import agent as destinations
from lab.oracle import check_ledger
from lab.process import wait_until

TRANSACTIONS = """[destinations.{name}.transactions]
timeout = "{timeout}"
"""


def unique(receiver):
    """The last text of each event, by id."""
    return {event["id"]: event for event in (json.loads(line) for _, line in receiver.lines)}


@pytest.mark.slow
def test_every_query_of_a_real_bind_is_told_once_over_kill_9(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port) + TRANSACTIONS.format(name="json", timeout="3s")).start()
    named = world.named(agent.socket)
    wait_until(lambda: agent.input()["connections"] == 1, "BIND is connected")
    rate = 500
    names = [f"t{i:06d}.load.demo.test" for i in range(rate * 8)]
    load = named.load(names, rate)
    for kill in range(3):
        wait_until(lambda: len(receiver) >= (kill + 1) * rate, "events flow")
        agent.kill()
        agent.start()
        wait_until(lambda: agent.input()["connections"] == 1, "BIND has come back")
    assert load.child.wait(60) == 0, load.said()
    wait_until(lambda: agent.input()["received"], "frames after the last restart")
    # What a kill cut in two waits for its time-out, which comes though nothing else does.
    status = wait_until(lambda: (s := agent.status())["destinations"][0]["open"] == 0
                        and s["destinations"][0]["pending"] == 0 and s, "nothing waits")
    check_ledger(status)
    d = status["destinations"][0]
    events = unique(receiver)
    assert not any(d["lost"].values()), d
    assert d["read"] == d["paired"] + len(events), "each frame is told, alone or with its query"
    responses = [e for e in events.values() if e["type"].endswith("_RESPONSE")]
    alone = [e for e in responses if "query_time" not in e]
    unanswered = [e for e in events.values() if e["type"].endswith("_QUERY")]
    # Only where a connection ended is one half of a pair missing.
    assert len(alone) <= 60 and len(unanswered) <= 60, (len(alone), len(unanswered))
    assert all(e["kind"] == "unanswered" for e in unanswered)
    assert d["paired"] == len(responses) - len(alone) > rate * 4
    for event in responses:
        if "query_time" in event:
            assert event["query_time"] <= event["response_time"]
            assert ("latency" in event) == (event["query_time"] != event["response_time"])


def test_a_query_that_nobody_answers_is_told_while_nothing_comes(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port) + TRANSACTIONS.format(name="json", timeout="5s")).start()
    named = world.named(agent.socket)
    wait_until(lambda: agent.input()["connections"] == 1, "BIND is connected")
    world.sender(agent.socket, "ns1.demo.test").send(["lost.test"])
    wait_until(lambda: agent.destination("json")["open"] == 1, "the query waits")
    named.ask("www.demo.test")
    lost, answered = sorted(wait_until(lambda: len(unique(receiver)) == 2 and unique(receiver).values(), "both are told"),
                            key=lambda event: event["qname"])
    assert lost["qname"] == "lost.test" and lost["type"] == "CLIENT_QUERY" and lost["kind"] == "unanswered"
    assert answered["type"] == "CLIENT_RESPONSE" and "query_time" in answered
    status = agent.wait_settled()
    check_ledger(status)
    assert status["destinations"][0]["paired"] == 1
    assert agent.metric("tapferry_events_paired_total", destination="json") == 1
    assert agent.metric("tapferry_events_open", destination="json") == 0


ROWS = """[destinations.rows]
type = "tcp"
address = "127.0.0.1:{port}"
format = "summary"
replay_window = "1s"
retry = {{ initial = "100ms", max = "1s" }}
start = "oldest"
[destinations.rows.summary]
window = "2s"
group_by = ["qname", "type"]
[destinations.rows.filter]
messages = ["all"]
"""


@pytest.mark.slow
def test_rows_count_every_event_of_a_real_bind_once_over_kill_9(world):
    events, rows = world.receiver(), world.receiver()
    agent = world.agent(destinations.tcp("json", events.port), ROWS.format(port=rows.port)).start()
    named = world.named(agent.socket)
    wait_until(lambda: agent.input()["connections"] == 1, "BIND is connected")
    rate = 500
    names = [f"w{i % 40:02d}.load.demo.test" for i in range(rate * 10)]
    load = named.load(names, rate)
    for kill in range(3):
        wait_until(lambda: len(events) >= (kill + 1) * 2 * rate, "events flow")
        agent.kill()
        agent.start()
        wait_until(lambda: agent.input()["connections"] == 1, "BIND has come back")
    assert load.child.wait(60) == 0, load.said()
    wait_until(lambda: agent.input()["received"], "frames after the last restart")
    # The last window ends though nothing comes.
    status = agent.wait_settled()
    check_ledger(status)

    told = {}
    for _, line in rows.lines:
        row = json.loads(line)
        assert told.setdefault(row["id"], row) == row, "a row that comes again is the same row"
    counted = Counter()
    for row in told.values():
        counted[row["qname"], row["type"]] += row["count"]
    assert counted == Counter((event["qname"], event["type"]) for event in unique(events).values())
    assert {name for name, _ in counted} == set(names)
    d = next(d for d in status["destinations"] if d["name"] == "rows")
    assert d["delivered"] == sum(counted.values()) and d["records"] == len(told)
