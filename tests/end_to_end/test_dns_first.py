"""DNS comes first: whatever happens behind the socket, BIND answers and can be stopped."""
import json

import pytest

from lab import agent as destinations
from lab.named import DOZEN
from lab.oracle import check_ledger
from lab.process import free_port, wait_until

STOP_SECONDS = 2.0


def test_bind_answers_and_stops_while_every_destination_is_dead(world):
    agent = world.agent(destinations.tcp("json", free_port()), destinations.syslog("siem", free_port())).start()
    named = world.named(agent.socket)
    wait_until(lambda: agent.input()["connections"] == 1, "BIND is connected")
    names = [f"d{i:05d}.load.demo.test" for i in range(4000)]
    load = named.load(names, 2000)
    for question in DOZEN:
        assert named.ask(question.name, question.type)[0] == question.rcode
    assert load.child.wait(60) == 0
    assert "Queries lost:         0" in load.said(), load.said()
    wait_until(lambda: {d["state"] for d in agent.status()["destinations"]} == {"retrying"}, "both are dead")
    handed_on, dropped = named.dnstap_statistics()
    assert handed_on + dropped == 2 * (len(names) + len(DOZEN))
    status, seconds = named.stop()
    assert status == 0
    assert seconds < STOP_SECONDS, f"BIND needed {seconds:.1f} s to stop"
    wait_until(lambda: agent.input()["appended"] == handed_on, "all that BIND handed on is in the spool")
    check_ledger(agent.status())


def test_bind_answers_and_stops_when_the_agent_was_killed(world):
    agent = world.agent(destinations.tcp("json", free_port())).start()
    named = world.named(agent.socket)
    wait_until(lambda: agent.input()["connections"] == 1, "BIND is connected")
    agent.kill()
    assert named.ask_many([f"g{i}.load.demo.test" for i in range(200)]) == 200
    assert named.stop()[0] == 0


def test_bind_that_starts_first_is_heard_when_the_agent_comes(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port))
    named = world.named(agent.socket)
    assert named.ask("www.demo.test")[0] == "NOERROR"
    agent.start()
    wait_until(lambda: agent.input()["connections"] == 1, "BIND finds the socket")
    named.ask("shop.demo.test")
    wait_until(lambda: any(b"shop.demo.test" in line for _, line in receiver.lines), "the event arrives")


@pytest.mark.slow
def test_several_senders_at_once_are_kept_apart(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    senders = [world.sender(agent.socket, f"sender{i}") for i in range(8)]
    for round in range(20):
        for i, sender in enumerate(senders):
            sender.send(f"r{round}x{n}.s{i}.test" for n in range(64))
    assert all(sender.finish() for sender in senders)
    wait_until(lambda: len(receiver) == 8 * 20 * 64, "all of it")
    for line in (json.loads(line) for _, line in receiver.lines):
        assert line["qname"].split(".")[1] == "s" + line["identity"].removeprefix("sender")
    agent.wait_settled()
    check_ledger(agent.status())
