"""kill -9 of the agent in the middle: what was appended arrives, what comes twice lies in the replay window, and the
ledger balances over the restart."""
import threading

import pytest

from lab import agent as destinations
from lab.death import check_duplicates, check_everything_appended_arrived, kill_and_restart
from lab.oracle import Delivered, check_ledger
from lab.process import wait_until

@pytest.mark.slow
def test_nothing_appended_is_lost_over_kill_9_with_a_real_bind(world):
    receiver, rsyslog = world.receiver(), world.rsyslog()
    passive = world.folder / "passive.log"
    agent = world.agent(destinations.tcp("json", receiver.port), destinations.syslog("siem", rsyslog.port),
                        destinations.file("passive", passive)).start()
    named = world.named(agent.socket)
    wait_until(lambda: agent.input()["connections"] == 1, "BIND is connected")
    rate = 1000
    names = [f"k{i:06d}.load.demo.test" for i in range(rate * 12)]
    load = named.load(names, rate)

    appended, deaths = 1, []
    for kill in range(3):
        wait_until(lambda: len(receiver) >= (kill + 1) * rate * 2, "events flow")
        appended, died = kill_and_restart(agent)
        deaths.append(died)
        wait_until(lambda: agent.input()["connections"] == 1, "BIND has come back")
    assert load.child.wait(60) == 0, load.said()
    wait_until(lambda: agent.input()["received"], "frames after the last restart")

    events = check_everything_appended_arrived(agent, receiver, appended)
    check_duplicates(events, deaths)
    incarnations = set(events.sequences().values())
    assert len(incarnations) == 4, "one incarnation for each time the log was opened"
    # rsyslog was never away: it got all, with what was repeated on top.
    end = agent.status()["spool"]["end"]
    wait_until(lambda: len(rsyslog.lines()) >= end - 1, "rsyslog has everything")


@pytest.mark.slow
def test_the_outage_of_a_receiver_and_kill_9_together_lose_nothing(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    stop = threading.Event()
    senders = []

    def send():
        number = 0
        while not stop.is_set():
            sender = None
            try:
                sender = world.sender(agent.socket, f"life{len(senders)}")
                senders.append(sender.identity)
                while not stop.is_set():
                    sender.send(f"s{number + i}.test" for i in range(160))
                    number += 160
                    stop.wait(0.04)
            except (OSError, AssertionError):
                stop.wait(0.05)   # the agent is away

    thread = threading.Thread(target=send)
    thread.start()
    try:
        wait_until(lambda: len(receiver) > 4000, "events flow")
        receiver.stop()
        wait_until(lambda: agent.destination("json")["pending"] > 8000, "events are held")
        appended, died = kill_and_restart(agent)
        wait_until(lambda: agent.destination("json")["pending"] > 12000, "and more are held")
        receiver.start()
        wait_until(lambda: agent.destination("json")["delivered"] > appended, "the backlog is gone")
        _, died_again = kill_and_restart(agent)
        wait_until(lambda: agent.input()["received"] > 1000, "events flow again")
    finally:
        stop.set()
        thread.join()

    events = check_everything_appended_arrived(agent, receiver, appended)
    check_duplicates(events, [died, died_again, receiver_death(events, died)])
    # Of each connection everything up to a certain frame came, and nothing behind it: a hole would be a loss.
    by_life = {}
    for event in events.unique():
        by_life.setdefault(event["identity"], []).append(int(event["qname"][1:].split(".")[0]))
    assert len(by_life) == 3
    for life, numbers in by_life.items():
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), f"{life} has a hole"


def receiver_death(events, otherwise):
    """When the receiver was stopped: the last arrival before its longest silence."""
    arrivals = sorted(time for times in events.times.values() for time in times)
    gaps = [(later - earlier, earlier) for earlier, later in zip(arrivals, arrivals[1:])]
    return max(gaps)[1] if gaps else otherwise


def test_counters_of_a_destination_survive_a_clean_restart(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    world.sender(agent.socket).send(f"a{i}.test" for i in range(300))
    wait_until(lambda: len(receiver) == 300, "300 events")
    assert agent.stop()[0] == 0
    agent.start()
    world.sender(agent.socket).send(f"b{i}.test" for i in range(200))
    wait_until(lambda: len(receiver) == 500, "200 more")
    status = agent.wait_settled()
    check_ledger(status)
    assert status["destinations"][0]["delivered"] == 500
    events = Delivered(receiver.lines)
    events.check_complete(501)
    assert not events.repeated(), "a clean stop repeats nothing"
