"""A real BIND, a dozen questions, three destinations: what arrives is what was asked, in forms that others parse."""
import json

import pytest

from lab import agent as destinations
from lab.named import DOZEN
from lab.oracle import Delivered, check_ledger, parse_cef, parse_passivedns
from lab.process import wait_until


@pytest.fixture
def delivered(world):
    """BIND was asked the dozen; the agent, its receivers and what they got."""
    receiver, rsyslog = world.receiver(), world.rsyslog()
    passive = world.folder / "passive.log"
    agent = world.agent(destinations.tcp("json", receiver.port), destinations.syslog("siem", rsyslog.port),
                        destinations.file("passive", passive)).start()
    named = world.named(agent.socket)
    wait_until(lambda: agent.input()["connections"] == 1, "BIND is connected")
    answers = [named.ask(question.name, question.type) for question in DOZEN]
    wait_until(lambda: len(receiver) >= 2 * len(DOZEN), "a query and a response for each question")
    status = agent.wait_settled()
    wait_until(lambda: len(rsyslog.lines()) >= 2 * len(DOZEN), "rsyslog wrote all")
    world.answers, world.status = answers, status
    world.json = Delivered(receiver.lines)
    world.cef = rsyslog.messages()
    world.passive = passive.read_text().splitlines()
    return world


def test_a_dozen_kinds_of_questions_arrive_in_every_format(delivered):
    for question, (rcode, _) in zip(DOZEN, delivered.answers):
        assert rcode == question.rcode, question

    events = delivered.json.unique()
    assert len(events) == 2 * len(DOZEN)
    for question in DOZEN:
        mine = [e for e in events if e["qname"] == question.name and e["qtype"] == question.type]
        assert len(mine) == 2, f"{question}: {mine}"
        assert [e["type"].rpartition("_")[2] for e in mine] == ["QUERY", "RESPONSE"]
        assert mine[1]["rcode"] == question.rcode
        assert mine[1]["identity"] == "ns1.demo.test" and mine[1]["version"].startswith("BIND")
        assert mine[1]["src"] == mine[1]["dst"] == "127.0.0.1"

    # By name, type and dnstap type both say the same, and the id ties the two records of one event together.
    by_id = {e["id"]: e for e in events}
    assert len(delivered.cef) == len(events)
    for message in delivered.cef:
        header, extension = parse_cef(message["msg"].strip())
        event = by_id.pop(extension["externalId"])
        assert header[1:3] == ["Tapferry", "Tapferry"]
        assert extension["destinationDnsDomain"] == event["qname"]
        assert extension["cs5"] == event["type"] and extension["cs5Label"] == "DnstapType"
        assert int(extension["spt"]) == event["src_port"]
        assert message["app"] == "tapferry" and message["hostname"] == "ns1.demo.test"
        assert message["msgid"] == header[4]
    assert not by_id

    check_ledger(delivered.status)


def test_a_cname_chain_arrives_link_by_link(delivered):
    response = next(e for e in delivered.json.unique() if e["qname"] == "shop.demo.test" and "answers" in e)
    links = [(a["name"], a["type"], a["data"]) for a in response["answers"]]
    assert links[:2] == [("shop.demo.test", "CNAME", "store.demo.test"), ("store.demo.test", "CNAME", "www.demo.test")]
    assert {data for name, type, data in links[2:]} == {"192.0.2.80", "192.0.2.81"}
    assert response["answer_count"] == 4


def test_hostile_text_stays_inside_its_field(delivered):
    """The TXT record holds quotes, a pipe, an equals sign and a backslash, and a name holds a line feed: no parser is
    led astray, and every event is one line."""
    text = next(e for e in delivered.json.unique() if e["qname"] == "note.demo.test" and "answers" in e)
    data = text["answers"][0]["data"]
    assert "act=allow" in data and '"he said' in data
    for message in delivered.cef:
        extension = parse_cef(message["msg"].strip())[1]
        if extension["destinationDnsDomain"] == "note.demo.test" and extension["cs5"].endswith("RESPONSE"):
            assert "act" not in extension and "severity" not in extension
            assert "act=allow" in extension["cs4"]
            break
    else:
        raise AssertionError("no CEF record for note.demo.test")
    assert any(e["qname"] == r"a\010b.demo.test" for e in delivered.json.unique())


def test_passive_dns_lines_hold_the_answers_of_the_authority(delivered):
    lines = [parse_passivedns(line) for line in delivered.passive]
    seen = {(line["query"], line["type"], line["answer"]) for line in lines}
    assert ("www.demo.test.", "A", "192.0.2.80") in seen and ("www.demo.test.", "AAAA", "2001:db8::80") in seen
    assert ("shop.demo.test.", "CNAME", "store.demo.test.") in seen
    assert any(query == "nothing.demo.test." and answer == "NXDOMAIN" for query, _, answer in seen)
    assert all(line["client"] == line["server"] == "127.0.0.1" for line in lines)


def test_json_lines_are_ascii_and_in_the_documented_order(delivered):
    order = ["time", "id", "type", "identity", "version", "src", "src_port", "dst", "dst_port", "protocol", "dns_id",
             "opcode", "flags", "qname", "qtype", "qclass", "rcode", "answers", "answer_count", "authority",
             "additional", "edns", "bytes", "query_time", "response_time", "latency", "input"]
    for event in delivered.json.unique():
        places = [order.index(key) for key in event if key in order]
        assert places == sorted(places), list(event)
        assert json.dumps(event).isascii()
