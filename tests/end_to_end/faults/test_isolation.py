"""Destinations share nothing but the log: what befalls one is no other's business."""
import pytest

from lab import agent as destinations
from lab.oracle import Delivered, check_ledger
from lab.process import free_port, wait_until
from lab.traffic import Drain, Stream, check_no_hole


@pytest.mark.slow
def test_a_dead_and_a_slow_destination_leave_a_healthy_one_untouched(world, endurance):
    healthy, slow, dead = world.receiver(), Drain(rate=2000), world.receiver()
    world.at_the_end(slow.stop)
    dead.stop()
    agent = world.agent(destinations.tcp("healthy", healthy.port), destinations.tcp("slow", slow.port),
                        destinations.tcp("dead", dead.port)).start()
    stream = Stream(agent.socket, 2000).start()
    world.at_the_end(stream.stop)
    for step in range(1, 5):
        wait_until(lambda: len(healthy) >= step * 5000 * endurance, "the healthy one is served", 120 * endurance)
        status = agent.status()
        check_ledger(status)
        by_name = {d["name"]: d for d in status["destinations"]}
        assert by_name["dead"]["pending"] > by_name["healthy"]["pending"]
    assert agent.destination("dead")["state"] == "retrying"
    assert agent.destination("healthy")["state"] != "retrying"
    assert agent.destination("dead")["delivered"] == 0
    stream.stop()

    agent.wait_settled("healthy")
    events = Delivered(healthy.lines)
    end = agent.status()["spool"]["end"]
    events.check_complete(end)
    events.check_order()
    check_no_hole(events)
    assert not events.repeated() and healthy.connections == 1

    dead.start()
    slow.hurry()
    status = agent.wait_settled()
    check_ledger(status)
    assert all(sum(d["lost"].values()) == 0 for d in status["destinations"])
    late = Delivered(dead.lines)
    late.check_complete(end)
    late.check_order()


@pytest.mark.slow
def test_a_destination_that_cannot_even_be_reached_by_name_is_nobody_elses_matter(world):
    receiver = world.receiver()
    nowhere = destinations.tcp("nowhere", free_port()).replace("127.0.0.1:", "no-such-host.invalid:")
    agent = world.agent(destinations.tcp("json", receiver.port), nowhere).start()
    world.sender(agent.socket).send(f"n{i}.test" for i in range(2000))
    wait_until(lambda: len(receiver) == 2000, "the other one has everything")
    wait_until(lambda: agent.destination("nowhere")["state"] == "retrying", "and this one is being tried")
    assert agent.destination("nowhere")["pending"] == 2000
    check_ledger(agent.status())
