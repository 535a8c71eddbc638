"""The forward protocol: at an OpenTelemetry collector, which acknowledges chunks, and at a receiver written from the
specification, for the shared key, TLS, and what a real one cannot be made to do."""
import json
import ssl

import pytest

from lab import forward
from lab.agent import destination, file, private
from lab.collector import Collector
from lab.oracle import Delivered, check_ledger, nanoseconds
from lab.process import free_port, wait_until
from lab.syslog import CASES, send
from lab.traffic import Stream


def fluent(name, port, more="", tables=""):
    return destination(name, "fluent", f'address = "localhost:{port}"', more, tables=tables)


def receiver(world, **options):
    one = forward.ForwardReceiver(**options)
    world.at_the_end(one.stop)
    return one


@pytest.fixture
def collector(world, certificates):
    collector = Collector(world.folder / "collector", certificates).start()
    world.at_the_end(collector.kill)
    return collector


def server_context(certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.crt", certificates / "server.key")
    return context


def delivered(records):
    return Delivered((0, json.dumps(record)) for record in records)


def test_json_arrives_as_maps_with_every_member_and_the_events_time(world):
    one = receiver(world)
    path = world.folder / "dns.json"
    agent = world.agent(fluent("siem", one.port), file("file", path, "json")).start()
    send(world, agent)
    agent.wait_settled()
    assert one.records() == [json.loads(line) for line in path.read_text().splitlines()]
    for tag, entries, options in one.chunks:
        assert tag == "dns" and options["chunk"]
        for seconds, fraction, record in entries:
            assert seconds * 10**9 + fraction == nanoseconds(record["time"]) and fraction < 10**9
    chunks = [options["chunk"] for _, _, options in one.chunks]
    assert len(set(chunks)) == len(chunks)
    check_ledger(agent.status())


def test_other_formats_arrive_as_messages(world):
    one = receiver(world)
    agent = world.agent(fluent("siem", one.port, 'format = "cef"\ntag = "dns.cef"')).start()
    send(world, agent)
    agent.wait_settled()
    assert len(one.records()) == len(CASES)
    assert all(list(record) == ["message"] and record["message"].startswith("CEF:0|") for record in one.records())
    assert {tag for tag, _, _ in one.chunks} == {"dns.cef"}


def test_a_collector_takes_every_event_with_its_fields(world, collector):
    path = world.folder / "dns.json"
    agent = world.agent(fluent("siem", collector.forward_port), file("file", path, "json")).start()
    send(world, agent)
    agent.wait_settled()
    wanted = [json.loads(line) for line in path.read_text().splitlines()]
    wait_until(lambda: len(collector.records()) >= len(wanted), "every event is written")
    for (tag, time, fields), event in zip(collector.records(), wanted, strict=True):
        assert tag == "dns"
        assert fields["id"] == event["id"] and fields["qname"] == event["qname"]
        assert time == nanoseconds(event["time"])
        for name, value in event.items():
            if isinstance(value, (str, int, bool)):
                assert fields[name] == value, name


@pytest.mark.slow
def test_a_receiver_that_is_killed_and_started_again_under_load_loses_nothing(world):
    """The collector acknowledges before it has written, so what it had in memory at its end is its own loss; the receiver
    of our own acknowledges what it has."""
    one = receiver(world)
    agent = world.agent(fluent("siem", one.port, 'batch = { max_events = 200 }')).start()
    load = Stream(agent.socket, rate=2000).start()
    world.at_the_end(load.stop)
    for _ in range(3):
        before = len(one.chunks)
        wait_until(lambda: len(one.chunks) > before + 10, "events flow")
        one.drop_all()
    # A destination that has just failed sends one batch at a time until one is accepted.
    before = len(one.chunks)
    wait_until(lambda: len(one.chunks) > before + 10, "events flow again")
    one.acknowledge = False
    wait_until(lambda: one.withheld >= 2, "chunks are not acknowledged")
    one.acknowledge = True
    one.drop_all()
    load.stop()
    agent.wait_settled()
    events = delivered(one.records())
    events.check_complete(agent.status()["spool"]["end"])
    repeated = len(events.events) - len(events.first)
    assert 0 < repeated <= agent.destination("siem")["repeated"]
    check_ledger(agent.status())


@pytest.mark.slow
def test_a_collector_that_dies_gets_the_rest_when_it_is_back(world, collector):
    agent = world.agent(fluent("siem", collector.forward_port)).start()
    load = Stream(agent.socket, rate=1000).start()
    world.at_the_end(load.stop)
    wait_until(lambda: len(collector.records()) > 1000, "events flow")
    collector.kill()
    wait_until(lambda: agent.destination("siem")["state"] == "retrying", "the loss is noticed")
    collector.start()
    before = len(collector.records())
    wait_until(lambda: len(collector.records()) > before + 1000, "events flow again")
    load.stop()
    agent.wait_settled()
    status = agent.status()
    # It takes in what it has acknowledged within its flush interval.
    wait_until(lambda: max(int(f["id"][16:], 16) for _, _, f in collector.records()) == status["spool"]["end"] - 1,
               "to the last one")
    check_ledger(status)


@pytest.mark.parametrize("users", [None, {"tapferry": "word"}], ids=["key", "key and user"])
def test_a_receiver_with_a_shared_key_over_tls_lets_in_who_knows_it(world, certificates, users):
    one = receiver(world, key="secret", users=users, context=server_context(certificates))
    key = private(world.folder / "key", "secret\n")
    tls = f'[destinations.siem.tls]\nca = "{certificates / "ca.crt"}"\n'
    user = 'username = "tapferry"\npassword = "word"\n' if users else ""
    agent = world.agent(fluent("siem", one.port, f'shared_key_file = "{key}"\n{user}', tls)).start()
    send(world, agent)
    agent.wait_settled()
    assert len(one.records()) == len(CASES) and not one.refused


def test_who_does_not_know_the_key_is_told_and_loses_nothing(world):
    one = receiver(world, key="secret")
    agent = world.agent(fluent("siem", one.port, 'shared_key = "wrong"')).start()
    send(world, agent)
    assert 'it does not let us in: "shared_key mismatch"' in agent.trouble()
    assert agent.http("/readyz")[0] == 503
    assert "wrong" not in agent.said()
    one.key = "wrong"
    agent.wait_settled()
    assert len(one.records()) == len(CASES)
    assert agent.destination("siem")["dead_lettered"] == 0


def test_a_key_that_is_not_configured_or_not_asked_for_needs_a_person(world):
    asks, does_not = receiver(world, key="secret"), receiver(world)
    agent = world.agent(fluent("siem", asks.port), fluent("other", does_not.port, 'shared_key = "secret"')).start()
    send(world, agent)
    assert "it asks for a shared key, and none is configured" in agent.trouble()
    wait_until(lambda: "it does not ask for the shared key" in agent.destination("other")["words"], "the other one is told")
    assert not does_not.chunks


def test_without_acknowledgement_events_arrive_too(world):
    one = receiver(world)
    agent = world.agent(fluent("siem", one.port, 'acknowledgement = false\nreplay_window = "1s"')).start()
    send(world, agent)
    agent.wait_settled()
    assert len(one.records()) == len(CASES)
    assert all("chunk" not in options for _, _, options in one.chunks)
    assert agent.stop()[0] == 0


def test_the_example_works(world, certificates):
    one = receiver(world, key="secret", context=server_context(certificates))
    key = private(world.folder / "key", "secret\n")
    agent = world.example("fluent.toml", {
        "logs1.example.com:24224": f"localhost:{one.port}", "logs2.example.com:24224": f"localhost:{free_port()}",
        "/etc/tapferry/fluent.key": str(key), "/etc/tapferry/logs-ca.crt": str(certificates / "ca.crt")}).start()
    send(world, agent)
    wait_until(lambda: len(one.records()) > 0, "events came")
    assert one.chunks[0][0] == "dns.events"
