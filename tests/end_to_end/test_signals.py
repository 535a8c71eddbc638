"""Stopping and reloading: a clean end, and a reload that cannot do harm."""
import os
import signal

from lab import agent as destinations
from lab.oracle import Delivered, check_ledger
from lab.process import free_port, wait_until


def test_sigterm_stops_cleanly(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    sender = world.sender(agent.socket)
    sender.send(f"t{i}.test" for i in range(1000))
    wait_until(lambda: agent.input()["appended"] == 1000, "appended")
    status, _ = agent.stop()
    assert status == 0, agent.said()
    assert not agent.socket.exists(), "the socket is unlinked"
    Delivered(receiver.lines).check_complete(1001)
    assert receiver.partial == []


def test_sigint_stops_cleanly_too(world):
    agent = world.agent(destinations.file("passive", world.folder / "passive.log")).start()
    status, _ = agent.process.end(signal.SIGINT)
    assert status == 0 and not agent.socket.exists()


def test_sigterm_with_a_dead_destination_keeps_the_rest_for_the_next_start(world):
    receiver = world.receiver()
    receiver.stop()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    world.sender(agent.socket).send(f"t{i}.test" for i in range(1000))
    wait_until(lambda: agent.input()["appended"] == 1000, "appended")
    assert agent.stop(limit=60)[0] == 0
    receiver.start()
    agent.start()
    agent.wait_settled()
    Delivered(receiver.lines).check_complete(1001)
    check_ledger(agent.status())


def test_an_invalid_file_on_sighup_changes_nothing(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    sender = world.sender(agent.socket)
    sender.send(["before.test"])
    wait_until(lambda: len(receiver) == 1, "the first event")
    good = agent.configuration.read_text()
    agent.configuration.write_text(good.replace('format = "json"', 'format = "jsno"') + "\n[agnet]\n")
    agent.process.send(signal.SIGHUP)
    wait_until(lambda: "jsno" in agent.said(), "the fault is told")
    assert agent.process.running()
    sender.send(["after.test"])
    wait_until(lambda: len(receiver) == 2, "events still flow over the same connection")
    agent.configuration.write_text(good)
    assert agent.input()["connections"] == 1
    check_ledger(agent.wait_settled())


def test_a_valid_file_on_sighup_adds_a_destination(world):
    receiver, second = world.receiver(), world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    sender = world.sender(agent.socket)
    sender.send(["before.test"])
    wait_until(lambda: len(receiver) == 1, "the first event")
    with open(agent.configuration, "a") as file:
        file.write(destinations.tcp("first", second.port))
    agent.process.send(signal.SIGHUP)
    wait_until(lambda: len(agent.status()["destinations"]) == 2, "two destinations")
    wait_until(lambda: [one["name"] for one in agent.status()["destinations"]] == ["first", "json"],
               "they stand in the order that they would have after a start")
    sender.send(["after.test"])
    wait_until(lambda: any(b"after.test" in line for _, line in second.lines), "the new one gets events")
    wait_until(lambda: len(receiver) >= 2, "and so does the old one")
    names = Delivered(receiver.lines).names()
    assert names == {"before.test": 1, "after.test": 1}
    check_ledger(agent.wait_settled())


def test_a_second_sigterm_stops_at_once(world):
    agent = world.agent(destinations.tcp("json", free_port())).start()
    world.sender(agent.socket).send(f"t{i}.test" for i in range(1000))
    wait_until(lambda: agent.input()["appended"] == 1000, "appended")
    os.kill(agent.process.pid, signal.SIGTERM)
    wait_until(lambda: agent.process.child.poll() is not None or agent.process.send(signal.SIGTERM), "it ends", 30)
    agent.start()
    assert agent.status()["spool"]["end"] == 1001
