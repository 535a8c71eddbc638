"""The destination splunk_hec, with the OpenTelemetry collector as a receiver that is none of ours, and a Splunk of paper for
the codes that it never gives."""
import json
import signal
import time

import pytest

from lab.agent import destination, private
from lab.collector import Collector
from lab.oracle import check_ledger, nanoseconds
from lab.process import free_port, wait_until
from lab.traffic import Stream, send
from lab.web_script import Splunk, answer


@pytest.fixture
def collector(world, certificates):
    collector = Collector(world.folder / "collector", certificates).start()
    world.at_the_end(collector.kill)
    return collector


@pytest.fixture
def paper(world):
    splunk = Splunk()
    world.at_the_end(splunk.stop)
    return splunk


def splunk(name, port, more="", scheme="http", token="secret", format="json"):
    return destination(name, "splunk_hec", f'url = "{scheme}://localhost:{port}"', f'token = "{token}"',
                       f'format = "{format}"', more)


def check_all(agent, ids, once=True):
    end = agent.status()["spool"]["end"]
    assert {int(one[16:], 16) for one in ids} == set(range(1, end))
    if once:
        assert len(ids) == end - 1
    check_ledger(agent.status())


def test_every_event_comes_once_with_all_that_is_said_of_it(world, collector):
    agent = world.agent(splunk("splunk", collector.port, 'index = "netdns"\nindexed_fields = ["type", "qtype"]')).start()
    before = time.time_ns()
    send(world, agent, 12000, identity="ns1.example")
    after = time.time_ns()
    agent.wait_settled()
    events = collector.wait_for(12000)
    check_all(agent, [event["id"] for _, event, _ in events])
    about, event, fields = events[0]
    assert about["host.name"] == "ns1.example" and about["com.splunk.sourcetype"] == "dnstap:json"
    assert about["com.splunk.source"] == "dnstap" and about["com.splunk.index"] == "netdns"
    assert fields["type"] == event["type"] and fields["qtype"] == event["qtype"]
    for _, event, fields in events:
        # To the microsecond, which the collector has as a double.
        assert abs(int(fields["time"]) - nanoseconds(event["time"])) < 1300
        assert before <= nanoseconds(event["time"]) <= after


def test_events_go_over_tls_and_texts_are_texts(world, collector, certificates):
    agent = world.agent(splunk("splunk", collector.tls_port, f'tls = {{ ca = "{certificates / "ca.crt"}" }}',
                               scheme="https", format="cef")).start()
    send(world, agent, 300)
    agent.wait_settled()
    events = collector.wait_for(300)
    assert len(events) == 300
    assert all(about["com.splunk.sourcetype"] == "cef" and event.startswith("CEF:0|") for about, event, _ in events)


def test_lines_go_to_the_raw_endpoint(world, collector):
    agent = world.agent(splunk("splunk", collector.port, 'endpoint = "raw"\nhost = "here"\nindex = "dns"', format="cef")).start()
    send(world, agent, 300)
    agent.wait_settled()
    events = collector.wait_for(300)
    assert len(events) == 300
    assert all(event.startswith("CEF:0|") for _, event, _ in events)
    assert {(about["host.name"], about["com.splunk.sourcetype"], about["com.splunk.index"]) for about, _, _ in events} == {
        ("here", "cef", "dns")}


def test_with_acknowledgement_events_are_delivered_when_they_are_indexed(world, collector):
    agent = world.agent(splunk("splunk", collector.ack_port, "acknowledgement = true")).start()
    send(world, agent, 12000)
    agent.wait_settled()
    check_all(agent, [event["id"] for _, event, _ in collector.wait_for(12000, "ack")])
    assert agent.destination("splunk")["delivered"] == 12000


def test_a_token_that_is_wrong_waits_for_a_person(world, collector):
    agent = world.agent(splunk("splunk", collector.port, token="wrong")).start()
    send(world, agent, 10)
    assert ": 401: scheme or token does not match" in agent.trouble("splunk")
    assert agent.destination("splunk")["dead_lettered"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("acknowledged", [False, True], ids=["plain", "acknowledged"])
def test_a_collector_that_ends_under_load_costs_repeats_alone(world, collector, acknowledged):
    """Where it acknowledges it has written what it acknowledges, and may be killed. Where it does not, it writes once a second,
    and what it has taken until then is its own to lose: there it is stopped."""
    port = collector.ack_port if acknowledged else collector.port
    more = 'acknowledgement = true\nacknowledge_within = "10s"' if acknowledged else ""
    name = "ack" if acknowledged else "hec"
    agent = world.agent(splunk("splunk", port, more)).start()
    load = Stream(agent.socket, rate=2000).start()
    world.at_the_end(load.stop)
    for _ in range(2):
        before = len(collector.events(name))
        wait_until(lambda before=before: len(collector.events(name)) > before + 2000, "events flow")
        collector.kill() if acknowledged else collector.process.end()
        collector.start()
        world.at_the_end(collector.kill)
    load.stop()
    agent.wait_settled(limit=120)
    wait_until(lambda: len({event["id"] for _, event, _ in collector.events(name)}) >= agent.status()["spool"]["end"] - 1,
               "everything is written")
    check_all(agent, [event["id"] for _, event, _ in collector.events(name)], once=False)


def says(status, code, **more):
    headers = ["Retry-After: 1"] if status in (429, 503) else []
    return answer(status, json.dumps({"text": f"says {code}", "code": code, **more}), *headers)


def test_an_event_that_is_named_goes_to_the_dead_letter_and_the_others_arrive(world, paper):
    def script(request):
        for number, one in enumerate(request.lines()):
            if one["event"]["qname"] == "n7.test":
                return says(400, 6, **{"invalid-event-number": number})
        return None
    paper.script = script
    agent = world.agent(splunk("splunk", paper.port, "dead_letter = { hold_above = 1 }")).start()
    send(world, agent, 1000)
    agent.wait_settled()
    assert agent.destination("splunk")["dead_lettered"] == 1
    assert len(paper.ids) == len(set(paper.ids)) == 999
    assert "says 6 (code 6)" in "".join(
        path.read_text(errors="replace") for path in (agent.folder / "state/dead-letter/splunk").iterdir())
    check_ledger(agent.status())


def test_an_event_that_nobody_names_is_found_by_halves(world, paper):
    paper.script = lambda request: says(400, 12) if b'"n7.test"' in request.body else None
    agent = world.agent(splunk("splunk", paper.port, "dead_letter = { hold_above = 1 }")).start()
    send(world, agent, 1000)
    agent.wait_settled()
    assert agent.destination("splunk")["dead_lettered"] == 1
    assert len(paper.ids) == 999


@pytest.mark.parametrize("status, code", [(503, 9), (429, 26), (500, 8), (503, 23)])
def test_what_passes_is_waited_for(world, paper, status, code):
    paper.script = lambda request: says(status, code) if paper.requests <= 3 else None
    agent = world.agent(splunk("splunk", paper.port)).start()
    send(world, agent, 500)
    agent.wait_settled()
    check_all(agent, paper.ids)
    assert f"says {code} (code {code})" in agent.said() and "delivering again" in agent.said()


def test_a_reload_that_mends_a_destination_has_the_last_word_in_the_log(world, paper):
    paper.script = lambda request: None if request.headers["authorization"] == "Splunk right" else says(403, 4)
    agent = world.agent(splunk("splunk", paper.port, token="wrong")).start()
    send(world, agent, 100)
    assert "(code 4)" in agent.trouble("splunk")
    agent.configuration.write_text(agent.configuration.read_text().replace('"wrong"', '"right"'))
    agent.process.send(signal.SIGHUP)
    agent.wait_settled()
    assert [line for line in agent.said().splitlines() if " splunk: " in line][-1].split(" splunk: ")[1].startswith(
        "delivering again; ")


@pytest.mark.parametrize("status, code", [(403, 1), (403, 4), (400, 7), (400, 10), (400, 14)])
def test_what_is_set_up_wrongly_costs_no_event(world, paper, status, code):
    paper.script = lambda request: says(status, code)
    agent = world.agent(splunk("splunk", paper.port)).start()
    send(world, agent, 100)
    assert f"says {code} (code {code})" in agent.trouble("splunk")
    assert "cannot deliver until that is changed" in agent.said()
    paper.script = None
    agent.process.send(signal.SIGHUP)
    agent.wait_settled(limit=150)
    check_all(agent, paper.ids)


def test_the_example_of_splunk_works(world, certificates, collector):
    token = private(world.folder / "token", "secret\n")
    agent = world.example("splunk_hec.toml", {
        "https://hec1.example.com:8088": f"https://localhost:{collector.tls_port}",
        "https://hec2.example.com:8088": f"https://localhost:{free_port()}",
        "/etc/tapferry/splunk.token": str(token),
        "/etc/tapferry/logs-ca.crt": str(certificates / "ca.crt")}, all_to="splunk").start()
    send(world, agent, 100)
    agent.wait_settled()
    # This collector has no acknowledgement on that port: it is believed, and that is said.
    assert "no indexer acknowledgement" in agent.said()
    wait_until(lambda: len(collector.events()) == 100, "every event came")
