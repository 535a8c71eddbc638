"""A receiver that goes away and comes back: nothing is lost, nobody else notices."""
import pytest

from lab import agent as destinations
from lab.oracle import Delivered, check_ledger
from lab.process import wait_until

RATE = 400  # queries a second; each makes two events


@pytest.mark.slow
def test_nothing_is_lost_over_a_receiver_outage(world):
    receiver, rsyslog = world.receiver(), world.rsyslog()
    agent = world.agent(destinations.tcp("json", receiver.port), destinations.syslog("siem", rsyslog.port)).start()
    named = world.named(agent.socket)
    wait_until(lambda: agent.input()["connections"] == 1, "BIND is connected")

    names = [f"n{i:06d}.load.demo.test" for i in range(RATE * 16)]
    load = named.load(names, RATE)
    wait_until(lambda: len(receiver) > RATE, "events flow")
    receiver.stop()
    at_stop = len(receiver)
    wait_until(lambda: agent.destination("json")["state"] == "retrying", "the outage is noticed")
    wait_until(lambda: agent.destination("json")["pending"] > 2 * RATE * 10, "ten seconds of events are held")
    check_ledger(agent.status())

    # The outage of one destination is not the business of another.
    held = agent.status()["spool"]["end"] - 1
    wait_until(lambda: len(rsyslog.lines()) >= held, "rsyslog has everything meanwhile")
    assert len(receiver) == at_stop

    receiver.start()
    assert load.child.wait(60) == 0, load.said()
    status = agent.wait_settled()
    check_ledger(status)

    # BIND itself says how many frames it handed on, and how many it had no room for.
    handed_on, dropped = named.dnstap_statistics()
    assert handed_on + dropped == 2 * len(names)
    wait_until(lambda: agent.input()["received"] == handed_on == agent.status()["spool"]["end"] - 1,
               "every frame that BIND handed on is in the spool")
    status = agent.wait_settled()
    end = status["spool"]["end"]
    events = Delivered(receiver.lines)
    events.check_complete(end)
    events.check_order()
    seen = events.names()
    assert sum(2 - seen[name] for name in names) == dropped
    wait_until(lambda: len(rsyslog.lines()) == end - 1, "rsyslog got each event exactly once")

    check_repeats(agent, receiver, events)


def check_repeats(agent, receiver, events):
    """What came twice is what the agent says that it sent again, but for lines that the broken connection swallowed."""
    repeats = sum(len(times) - 1 for times in events.repeated().values())
    told = agent.destination("json")["repeated"]
    assert repeats <= told, f"{repeats} events came again, but the agent says {told}"


def test_a_destination_that_was_never_there_gets_everything_when_it_comes(world):
    receiver = world.receiver()
    receiver.stop()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    sender = world.sender(agent.socket)
    sender.send(f"early{i}.test" for i in range(500))
    held = wait_until(lambda: [d for d in agent.status()["destinations"] if (d["pending"], d["state"]) == (500, "retrying")],
                      "500 events are held")
    assert "refused" in held[0]["words"], "the status says why"
    receiver.start()
    agent.wait_settled()
    events = Delivered(receiver.lines)
    events.check_complete(501)
    assert not events.repeated()
    check_ledger(agent.status())


def test_what_a_dying_receiver_had_not_read_goes_again(world):
    """Its kernel had acknowledged the bytes, and nobody will ever read them: the replay window is for this."""
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port, replay_window="60s")).start()
    sender = world.sender(agent.socket)
    sender.send(["first.test"])
    wait_until(lambda: len(receiver) == 1, "the first event")
    receiver.freeze()
    sender.send(f"unread{i}.test" for i in range(100))
    wait_until(lambda: receiver.unread_lines() == 100, "the receiver's kernel took them")
    receiver.stop()
    assert len(receiver) == 1
    receiver.start()
    wait_until(lambda: len(Delivered(receiver.lines).first) == 101, "all of it came again")
    Delivered(receiver.lines).check_order()


def test_a_burst_and_then_stop_loses_nothing(world):
    """A sender's 8,000 frames in a burst, then STOP and close: all of it was handed over, so all of it is delivered."""
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    sender = world.sender(agent.socket)
    sender.send(f"b{i}.test" for i in range(8000))
    assert sender.finish(), "STOP is answered with FINISH"
    wait_until(lambda: agent.input()["appended"] == 8000, "8,000 frames appended")
    agent.wait_settled()
    events = Delivered(receiver.lines)
    events.check_complete(8001)
    events.check_order()
    check_ledger(agent.status())


def test_a_full_spool_drops_the_oldest_and_counts_to_the_event(world):
    receiver = world.receiver()
    receiver.stop()
    agent = world.agent(destinations.tcp("json", receiver.port), spool="4MiB").start()
    sender = world.sender(agent.socket)
    count = 100_000
    sender.send(f"full{i}.test" for i in range(count))
    wait_until(lambda: agent.input()["appended"] == count, "all appended")
    receiver.start()
    status = agent.wait_settled()
    check_ledger(status)
    lost = sum(status["destinations"][0]["lost"].values())
    assert status["destinations"][0]["lost"]["retention"] == lost > 0
    assert status["spool"]["bytes"] <= 5 << 20
    # What was read already when the spool ran over is delivered all the same, so the hole lies somewhere in the middle.
    missing = set(range(1, count + 1)) - set(Delivered(receiver.lines).sequences())
    assert len(missing) == lost


LIVE_FIRST = 'catch_up = "live_first"\ncatch_up_rate = 1000\n'


def test_with_live_first_what_comes_goes_first_and_what_waited_follows_over_a_kill(world):
    receiver = world.receiver()
    receiver.stop()
    agent = world.agent(destinations.tcp("json", receiver.port, replay_window="500ms", more=LIVE_FIRST)
                        .replace("max_events = 1000", "max_events = 100")).start()
    sender = world.sender(agent.socket)
    sender.send(f"waited{i}.test" for i in range(5000))
    wait_until(lambda: agent.destination("json")["pending"] == 5000, "5,000 events are held")
    receiver.start()
    late = wait_until(lambda: agent.destination("json")["late"], "what waits is put off")
    assert late[0]["to"] == 5001
    sender.send(f"live{i}.test" for i in range(300))
    wait_until(lambda: "live299.test" in Delivered(receiver.lines).names(), "what comes is there")
    names = Delivered(receiver.lines).names()
    assert "waited4999.test" not in names, "and what waited is not yet"
    check_ledger(agent.status())
    agent.kill()
    agent.start()
    status = agent.wait_settled()
    check_ledger(status)
    assert not status["destinations"][0]["late"]
    events = Delivered(receiver.lines)
    events.check_complete(5301)
    order = [int(event["id"][16:], 16) for event in events.unique()]
    waited = [number for number in order if number <= 5000]
    assert waited == sorted(waited), "the late stretch keeps its order"
    assert order.index(5300) < order.index(5000)
