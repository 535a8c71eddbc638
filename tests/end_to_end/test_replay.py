"""`tapferry replay`: a capture through configured destinations, with the same ids each time."""
import gzip
import hashlib
import json
import re
import signal
import subprocess

import pytest

from lab import agent as destinations
from lab.agent import PROGRAM, SOURCE, command
from lab.process import Process, free_port, wait_until

CAPTURES = SOURCE / "tests/data/captures"
SUMMARY = """[destinations.{name}]
type = "tcp"
address = "127.0.0.1:{port}"
format = "summary"
replay_window = "1s"
start = "newest"
[destinations.{name}.filter]
messages = ["all"]
"""


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """A capture of a few thousand frames, and how many."""
    path = tmp_path_factory.mktemp("captures") / "bind-rec.fstrm"
    subprocess.run(["zstd", "-dqf", CAPTURES / "bind-rec.fstrm.zst", "-o", path], check=True)
    return path, len(command("decode", path, "--output", "json").stdout.splitlines())


def replay(agent, *arguments, **options):
    return command("replay", *arguments, "--config", agent.configuration, **options)


def ledger(asked):
    return json.loads(asked.stdout)["files"]


def leftovers(agent):
    folder = agent.folder / "state/replay"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_repeated_replay_to_rsyslog_has_the_same_ids(world, capture):
    path, frames = capture
    rsyslog = world.rsyslog()
    agent = world.agent(destinations.syslog("siem", rsyslog.port, more='format = "json"\n'))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for times in (1, 2):
        asked = replay(agent, path, "--format", "json")
        assert asked.returncode == 0, asked
        [file] = ledger(asked)
        assert file["sha256"] == digest and file["incarnation"] == digest[:16] and file["frames"] == frames
        assert file["done"] and file["destinations"][0]["delivered"] == frames
        wait_until(lambda: len(rsyslog.lines()) == times * frames, "rsyslog has them all")
    events = [json.loads(message["msg"].lstrip()) for message in rsyslog.messages()]
    first, second = events[:frames], events[frames:]
    assert [e["id"] for e in first] == [f"{digest[:16]}{n:016x}" for n in range(1, frames + 1)]
    assert first == second
    assert {e["input"] for e in first} == {"replay"}
    assert leftovers(agent) == []


def test_a_replay_beside_a_running_agent_touches_none_of_its_positions(world, capture):
    path, frames = capture
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("lines", receiver.port)).start()
    sender = world.sender(agent.socket)
    sender.send(["before.test"])
    agent.wait_settled()
    assert replay(agent, path).returncode == 0
    sender.send(["after.test"])
    agent.wait_settled()
    wait_until(lambda: len(receiver) == frames + 2, "both came")
    live = agent.destination("lines")
    assert live["delivered"] == 2 and live["read"] == 2 and live["balanced"]
    assert leftovers(agent) == []


def test_packed_captures_and_standard_input_are_read_and_each_file_has_ids_of_its_own(world, capture):
    path, frames = capture
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("lines", receiver.port, replay_window="1s"))
    packed = world.folder / "packed.gz"
    packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    small = CAPTURES / "bind-sec.fstrm"
    asked = replay(agent, packed, small, "--format", "json")
    assert asked.returncode == 0, asked
    one, two = ledger(asked)
    assert one["frames"] == frames and one["incarnation"] != two["incarnation"]
    before = len(receiver)
    with open(small, "rb") as file:
        piped = subprocess.run([PROGRAM, "replay", "-", "--config", agent.configuration, "--format", "json"], stdin=file,
                               capture_output=True, text=True, timeout=60)
    assert piped.returncode == 0, piped
    assert ledger(piped)[0]["incarnation"] == two["incarnation"]
    wait_until(lambda: len(receiver) == before + two["frames"], "it came once more")
    assert leftovers(agent) == []


def test_a_replay_that_waits_says_for_which_destination_and_why(world, capture):
    path, frames = capture
    agent = world.agent(destinations.tcp("lines", free_port(), replay_window="0s"))
    process = Process("replay", [PROGRAM, "replay", path, "--config", agent.configuration], world.folder / "replay.log")
    world.at_the_end(process.kill)
    told = f"tapferry: 0 of {frames:,} frames done; waits for lines: connect to 127.0.0.1:"
    wait_until(lambda: told in process.said(), "it says so")
    assert "refused" in process.said().split(told)[1].splitlines()[0]


def test_an_interrupted_replay_says_how_far_it_was_and_goes_on(world, capture):
    path, frames = capture
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("lines", receiver.port, replay_window="0s"))
    arguments = [PROGRAM, "replay", path, "--config", agent.configuration, "--rate", "300", "--format", "json"]
    with open(world.folder / "ledger", "wb") as stdout:
        process = Process("replay", arguments, world.folder / "replay.log", stdout=stdout)
        world.at_the_end(process.kill)
        wait_until(lambda: len(receiver) > 100, "some were sent")
        status, _ = process.end(signal.SIGINT)
    assert status == 1
    said = process.said()
    assert re.search(r"stopped after [\d,]+ of [\d,]+ frames; the same command goes on", said), said
    assert len(leftovers(agent)) == 1
    reached = len(receiver)
    assert reached < frames
    asked = replay(agent, path, "--format", "json")
    assert asked.returncode == 0, asked
    assert ledger(asked)[0]["destinations"][0]["delivered"] == frames, "counted over both runs"
    wait_until(lambda: len(receiver) >= frames, "the rest came")
    ids = [json.loads(line)["id"] for _, line in receiver.lines]
    assert len(set(ids)) == len(ids) == frames, "it did not begin again"
    assert leftovers(agent) == []


def test_a_replay_waits_for_a_destination_that_is_away(world, capture):
    path, frames = capture
    receiver = world.receiver()
    receiver.stop()
    agent = world.agent(destinations.tcp("lines", receiver.port, replay_window="0s"))
    process = Process("replay", [PROGRAM, "replay", path, "--config", agent.configuration], world.folder / "replay.log")
    world.at_the_end(process.kill)
    wait_until(lambda: "retrying" in process.said(), "it says that it cannot")
    receiver.start()
    wait_until(lambda: len(receiver) == frames, "and then it can")
    wait_until(lambda: not process.running(), "it ends when all is delivered")
    assert "lines" in process.said()


def test_rows_of_aggregates_are_the_same_each_time_whatever_the_rate(world, capture):
    path, _ = capture
    receiver = world.receiver()
    agent = world.agent(SUMMARY.format(name="rows", port=receiver.port))
    rows = []
    for rate in ("0", "3000"):
        assert replay(agent, path, "--rate", rate).returncode == 0
        rows.append(sorted(line for _, line in receiver.lines))
        receiver.lines.clear()
    assert rows[0] and rows[0] == rows[1]


def test_what_is_not_delivered_makes_the_exit_status_1_and_is_kept(world, capture):
    path, frames = capture
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("lines", receiver.port, replay_window="0s"))
    broken = world.folder / "broken.fstrm"
    content = path.read_bytes()
    frame = b"no dnstap at all"
    broken.write_bytes(content[:42] + len(frame).to_bytes(4, "big") + frame + content[42:])
    asked = replay(agent, broken, "--format", "json")
    assert asked.returncode == 1 and "dead-letter/lines" in asked.stderr, asked
    [file] = ledger(asked)
    assert file["done"] and file["destinations"][0]["undecodable"] == 1
    assert file["destinations"][0]["delivered"] == frames
    kept = list((agent.folder / "state/replay" / file["sha256"] / "dead-letter/lines").iterdir())
    assert kept
    cut = world.folder / "cut.fstrm"
    cut.write_bytes(content[:len(content) // 2])
    asked = replay(agent, cut)
    assert asked.returncode == 1 and "ends in the middle of a frame" in asked.stderr


def test_only_named_destinations_are_sent_to_and_a_wrong_name_is_told(world, capture):
    path, frames = capture
    one, two = world.receiver(), world.receiver()
    agent = world.agent(destinations.tcp("one", one.port, replay_window="0s"),
                        destinations.tcp("two", two.port, replay_window="0s"))
    asked = replay(agent, path, "--destination", "two")
    assert asked.returncode == 0, asked
    assert len(one) == 0 and len(two) == frames
    asked = replay(agent, path, "--destination", "tow")
    assert asked.returncode == 2 and 'did you mean "two"?' in asked.stderr
    assert replay(agent, world.folder / "nowhere").returncode == 1
