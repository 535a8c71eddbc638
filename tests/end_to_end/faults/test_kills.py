"""kill -9 of the agent at random moments under load, again and again."""
import random
import time

import pytest

from lab import agent as destinations
from lab.death import check_duplicates, check_everything_appended_arrived, kill_and_restart
from lab.process import Failure, wait_until

QUERIES = 2500   # a second; BIND makes two events of each
KILLS = 10


@pytest.mark.slow
def test_nothing_appended_is_lost_over_many_kills_at_random_with_three_destinations(world, endurance):
    seed = random.randrange(1 << 32)
    try:
        kill_again_and_again(world, random.Random(seed), KILLS * endurance)
    except (AssertionError, Failure) as failure:
        raise AssertionError(f"seed {seed}: {failure}") from failure


def kill_again_and_again(world, chance, kills):
    receiver, rsyslog, passive = world.receiver(), world.rsyslog(), world.folder / "passive.log"
    agent = world.agent(destinations.tcp("json", receiver.port), destinations.syslog("siem", rsyslog.port),
                        destinations.file("passive", passive)).start()
    named = world.named(agent.socket)
    wait_until(lambda: agent.input()["connections"] == 1, "BIND is connected")
    deaths, appended = [], 1
    for kill in range(kills):
        names = [f"k{kill}x{i:06d}.load.demo.test" for i in range(QUERIES * 10)]
        load = named.load(names, QUERIES)
        end = agent.status()["spool"]["end"]
        wait_until(lambda: agent.status()["spool"]["end"] > end + 500, "events flow")
        time.sleep(chance.uniform(0, 1.5))   # where in its work it dies is left to chance
        appended, died = kill_and_restart(agent)
        deaths.append(died)
        wait_until(lambda: agent.input()["connections"] == 1, "BIND has come back")
        load.end()

    events = check_everything_appended_arrived(agent, receiver, appended)
    check_duplicates(events, deaths)
    end = agent.status()["spool"]["end"]
    assert len(set(events.sequences().values())) == kills + 1, "one incarnation for each time the log was opened"
    wait_until(lambda: len(rsyslog.lines()) >= end - 1, "rsyslog has everything")
    assert len({message["msg"] for message in rsyslog.messages()}) == end - 1
    answers = sum(len(event.get("answers", ())) for event in events.unique()
                  if event["type"].endswith("_RESPONSE"))
    assert len(passive.read_text().splitlines()) >= answers > 0
