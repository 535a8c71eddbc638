"""The program is killed by SIGKILL at each place that the source names for it, while events flow, three times, and started
again: what was appended arrives or is told as lost, in order, repeats lie in the replay window, and the ledger balances.

Only builds for tests have such places: build/dev/tapferry, or TAPFERRY_WITH_DEATH_POINTS."""
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from lab import agent as destinations
from lab.agent import HEAD, PROGRAM, SOURCE
from lab.death import check_duplicates, check_everything_appended_arrived
from lab.frame_streams import data
from lab.oracle import Delivered, check_ledger
from lab.process import wait_until
from lab.traffic import Stream, check_no_hole

DYING = Path(os.environ.get("TAPFERRY_WITH_DEATH_POINTS", SOURCE / "build/dev/tapferry"))

OFTEN = (1, 3, 20)       # which of its visits is the last
ONCE = (1, 1, 1)         # a process comes there only once
SELDOM = (1, 2, 3)

# Where → which visits. What has to be there for the program to come there stands in the tests below.
UNDER_TRAFFIC = {
    "recovery.locked": ONCE, "recovery.found": ONCE,
    "segment.created": SELDOM, "roll.created": SELDOM, "segment.before_seal": SELDOM, "segment.sealed": SELDOM,
    "append.before_write": OFTEN, "append.half_written": OFTEN, "append.written": OFTEN,
    "retention.before_unlink": SELDOM, "retention.unlinked": SELDOM,
    "sync.before": OFTEN, "sync.done": OFTEN,
    "position.before_write": OFTEN, "position.half_written": OFTEN, "position.written": OFTEN,
    "batch.sent": OFTEN, "batch.acknowledged": OFTEN, "batch.settled": OFTEN,
}
LATE = ("position.before_write", "position.half_written", "position.written", "batch.sent", "batch.acknowledged", "batch.settled")
COMPACTION = ("compaction.half_written", "compaction.before_rename", "compaction.renamed")
DEAD_LETTERS = ("dead_letter.before_write", "dead_letter.written")
WINDOWS = ("window.closed",)
GAPS = ("gap.before_write",)
EXPORTS = ("export.before_write",)

RATE = 5000
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=0"}   # it traces the process, and that is nobody's to look into


def named_in_source():
    sources = [path for folder in ("proto", "encoders", "transports", "agent") for path in (SOURCE / folder).rglob("*.cpp")]
    return {name for path in sources for name in re.findall(r'death_point\("([^"]+)"\)', path.read_text())}


def test_every_place_that_the_source_names_is_died_at():
    assert named_in_source() == {*UNDER_TRAFFIC, *COMPACTION, *DEAD_LETTERS, *WINDOWS, *GAPS, *EXPORTS}
    assert len(named_in_source()) >= 12


def bytes_without_symbols(world, program):
    bare = world.folder / "bare"    # debugging symbols tell of all that was in the source
    subprocess.run(["objcopy", "--strip-debug", program, bare], check=True)
    return bare.read_bytes()


def test_what_is_shipped_has_no_such_place(world, dying):
    mortal, shipped = bytes_without_symbols(world, dying), bytes_without_symbols(world, PROGRAM)
    for name in {"TAPFERRY_DIE_AT", *named_in_source()}:
        assert name.encode() in mortal, f"{name} is looked for in the wrong way"
        assert name.encode() not in shipped, f"{PROGRAM} can be killed at {name}"


@pytest.fixture
def dying():
    if not DYING.exists():
        pytest.skip(f"{DYING} is not built: cmake --build --preset dev --target tapferry")
    return DYING


@pytest.fixture
def mortal(world, dying):
    """Makes agents that can die, with short segments."""
    def make(*wanted, spool=""):
        folder = world.folder / "agent"
        head = HEAD.format(folder=folder, spool="256MiB").replace('segment_bytes = "1MiB"', f'segment_bytes = "64KiB"\n{spool}')
        agent = world.agent(configuration=head + "".join(wanted))
        agent.program, agent.environment = dying, ENVIRONMENT
        return agent
    return make


def die(agent, place, visit, provoke=lambda: None):
    """Starts the agent, which ends at the place by itself; returns when."""
    agent.start(ready=False, TAPFERRY_DIE_AT=f"{place}:{visit}")
    provoked = []

    def dead():
        if not provoked and agent.ready():
            provoked.append(provoke())
        return not agent.process.running()
    wait_until(dead, f"it dies at {place}, visit {visit}")
    assert agent.process.child.returncode == -signal.SIGKILL, agent.said()
    return time.monotonic()


def die_again_and_again(agent, place, visits, provoke=lambda: None):
    """And then it lives. Returns when it died."""
    deaths = [die(agent, place, visit, provoke) for visit in visits]
    agent.start()
    return deaths


@pytest.mark.slow
@pytest.mark.parametrize("place", UNDER_TRAFFIC)
def test_nothing_appended_is_lost_by_a_death(world, mortal, endurance, place):
    receiver = world.receiver()
    agent = mortal(destinations.tcp("json", receiver.port, replay_window="500ms"),
                   spool='sync = "20ms"\n' if place.startswith("sync") else "")
    stream = Stream(agent.socket, RATE).start()
    world.at_the_end(stream.stop)
    deaths = die_again_and_again(agent, place, UNDER_TRAFFIC[place] * endurance)
    end = agent.status()["spool"]["end"]
    wait_until(lambda: agent.status()["spool"]["end"] > end + RATE // 10, "events flow again")
    stream.stop()
    events = check_everything_appended_arrived(agent, receiver, 1)
    check_duplicates(events, deaths)
    check_no_hole(events)


@pytest.mark.slow
@pytest.mark.parametrize("place", LATE)
def test_nothing_is_lost_by_a_death_while_what_waited_goes_later(world, mortal, place):
    receiver = world.receiver()
    receiver.stop()
    live_first = 'catch_up = "live_first"\ncatch_up_rate = 300\n'
    agent = mortal(destinations.tcp("json", receiver.port, replay_window="100ms", more=live_first)
                   .replace("max_events = 1000", "max_events = 100")).start()
    waited = 5000
    world.sender(agent.socket, "waited").send(f"n{i}.test" for i in range(waited))
    wait_until(lambda: agent.status()["spool"]["end"] > waited, "all are appended")
    receiver.start()
    wait_until(lambda: agent.destination("json")["late"], "what waits is put off")
    agent.kill()
    stream = Stream(agent.socket, RATE // 10).start()
    world.at_the_end(stream.stop)
    die_again_and_again(agent, place, OFTEN)
    assert agent.destination("json")["late"], "it is under way still"
    stream.stop()
    status = agent.wait_settled()
    check_ledger(status)
    assert sum(status["destinations"][0]["lost"].values()) == 0 and not status["destinations"][0]["late"]
    events = Delivered(receiver.lines)
    events.check_complete(status["spool"]["end"])
    order = [int(event["id"][16:], 16) for event in events.unique()]
    for part in ([n for n in order if n <= waited], [n for n in order if n > waited]):
        assert part == sorted(part), "each part keeps its order"


@pytest.mark.slow
@pytest.mark.parametrize("place", COMPACTION)
def test_nothing_is_lost_by_a_death_while_a_backlog_is_compressed(world, mortal, endurance, place):
    there, away = world.receiver(), world.receiver()
    away.stop()
    agent = mortal(destinations.tcp("there", there.port, replay_window="500ms"), destinations.tcp("away", away.port))
    stream = Stream(agent.socket, RATE).start()
    world.at_the_end(stream.stop)
    die_again_and_again(agent, place, SELDOM * endurance)
    stream.stop()
    agent.wait_settled("there")
    away.start()
    for receiver in (there, away):
        check_no_hole(check_everything_appended_arrived(agent, receiver, 1))


@pytest.mark.slow
@pytest.mark.parametrize("place", DEAD_LETTERS)
def test_what_cannot_be_read_is_in_the_dead_letters_after_a_death_there(world, mortal, endurance, place):
    receiver = world.receiver()
    agent = mortal(destinations.tcp("json", receiver.port, replay_window="500ms"))

    def provoke():
        sender = world.sender(agent.socket, "spoiler")
        for i in range(5):
            sender.send([f"s{i}.test"])
            sender.connection.sendall(data(b"\xff\xff no dnstap"))
        return sender
    die_again_and_again(agent, place, SELDOM * endurance, provoke)
    provoke()
    wait_until(lambda: agent.destination("json")["undecodable"] >= 5, "the last ones are told")
    status = agent.wait_settled()
    check_ledger(status)
    events = Delivered(receiver.lines)
    events.check_order()
    letters = [json.loads(line) for line in (agent.folder / "state/dead-letter/json/dead-letter.jsonl").read_text().splitlines()]
    buried = {int(letter["id"][16:], 16) for letter in letters}
    delivered = set(events.sequences())
    assert not buried & delivered and buried | delivered == set(range(1, status["spool"]["end"]))
    assert len(buried) == status["destinations"][0]["undecodable"]


@pytest.mark.slow
@pytest.mark.parametrize("place", WINDOWS)
def test_windows_add_up_to_all_events_over_a_death_at_their_end(world, mortal, endurance, place):
    rows = world.folder / "rows"
    agent = mortal(destinations.file("rows", rows, format="summary"),
                   '[destinations.rows.summary]\nwindow = "1s"\ngroup_by = []\n[destinations.rows.filter]\nmessages = ["all"]\n')
    stream = Stream(agent.socket, RATE).start()
    world.at_the_end(stream.stop)
    die_again_and_again(agent, place, SELDOM * endurance)
    stream.stop()
    status = agent.wait_settled()
    check_ledger(status)
    by_id = {}
    for row in map(json.loads, rows.read_text().splitlines()):
        assert by_id.setdefault(row["id"], row) == row, "a repeated window is another one"
    assert sum(row["count"] for row in by_id.values()) == status["spool"]["end"] - 1


@pytest.mark.slow
@pytest.mark.parametrize("place", GAPS)
def test_a_loss_of_power_is_told_exactly_over_a_death_before_it_is_noted(world, mortal, endurance, place):
    there, away = world.receiver(), world.receiver()
    away.stop()
    agent = mortal(destinations.tcp("there", there.port, replay_window="500ms"), destinations.tcp("away", away.port)).start()
    world.sender(agent.socket).send(f"n{i}.test" for i in range(3000))
    wait_until(lambda: agent.status()["spool"]["end"] > 3000, "all are appended")
    end = agent.wait_settled("there")["spool"]["end"]
    agent.kill()
    newest = [path for path in sorted((agent.folder / "state/spool").glob("*.segment")) if path.stat().st_size][-1]
    os.truncate(newest, newest.stat().st_size // 2)
    die_again_and_again(agent, place, ONCE * endurance)
    away.start()
    status = agent.wait_settled()
    check_ledger(status)
    lost = {d["name"]: d["lost"] for d in status["destinations"]}
    assert sum(lost["there"].values()) == 0 and lost["away"]["power"] == sum(lost["away"].values()) > 0
    events = Delivered(away.lines)
    events.check_order()
    assert len(events.sequences()) + lost["away"]["power"] == end - 1 == status["spool"]["end"] - 1


@pytest.mark.slow
@pytest.mark.parametrize("place", EXPORTS)
def test_an_export_that_is_killed_does_nothing_to_the_log(world, mortal, place):
    receiver = world.receiver()
    receiver.stop()
    agent = mortal(destinations.tcp("json", receiver.port)).start()
    world.sender(agent.socket).send(f"n{i}.test" for i in range(3000))
    wait_until(lambda: agent.status()["spool"]["end"] > 3000, "all are appended")

    def export(**environment):
        return destinations.command("spool", "export", "--output", world.folder / "export", "--config", agent.configuration,
                                    program=DYING, env={**os.environ, **ENVIRONMENT, **environment})
    assert export(TAPFERRY_DIE_AT=place).returncode == -signal.SIGKILL
    assert export().returncode == 0
    shown = destinations.command("decode", world.folder / "export", "--output", "json", "--quiet")
    assert [json.loads(line)["qname"] for line in shown.stdout.splitlines()] == [f"n{i}.test" for i in range(3000)]
    receiver.start()
    check_everything_appended_arrived(agent, receiver, 3000)
