"""Files that end: the example that ships, by a running agent."""
import json
import os
import signal
import subprocess

from lab import agent as destinations
from lab.agent import SOURCE
from lab.process import wait_until
from lab.traffic import send

from test_frame_files import TAIL, check, deliver, names, names_of_decode

HEAD = """[agent]
state_directory = "{folder}/agent/state"
notices = false
[admin]
listen = "127.0.0.1:0"
[spool]
max_bytes = "64MiB"
segment_bytes = "1MiB"
"""
EXAMPLE = (SOURCE / "conf/examples/file.toml").read_text()


def example(folder, *changes):
    text = EXAMPLE
    for wanted, instead in [("/var/cache/bind/tapferry.sock", f"{folder}/agent/dnstap.sock"),
                            ('owner = "bind"', f'owner = "{os.getuid()}"'),
                            ("/var/log/tapferry", f"{folder}/log"), *changes]:
        assert wanted in text
        text = text.replace(wanted, instead)
    return HEAD.format(folder=folder) + text.replace('format = "json"', 'format = "json"\nfilter = { messages = ["all"] }')


def unpacked(path):
    return subprocess.run(["zstd", "-q", "-dc", path], capture_output=True, check=True, timeout=60).stdout.decode()


def asked(texts):
    return [line.split('"qname":"')[1].split('"')[0] for text in texts for line in text.splitlines()]


def test_the_example_writes_a_file_a_day_and_frames_that_dnstap_read_reads(world):
    log = world.folder / "log"
    log.mkdir()
    agent = world.agent(configuration=example(world.folder))
    agent.start()
    deliver(world, agent, names("a"))
    assert agent.stop()[0] == 0
    check(log / "dns.dnstap", names("a"))
    days = sorted(log.glob("dns-2*.json*"))
    assert asked([unpacked(day) if day.suffix == ".zst" else day.read_text() for day in days]) == names("a")


def test_files_that_end_by_their_length_hold_every_event_once_and_in_order(world):
    log = world.folder / "log"
    log.mkdir()
    agent = world.agent(configuration=example(
        world.folder, ("2GiB", "64KiB"), ('interval = "1h"', 'bytes = "64KiB"'), ('keep = 30', 'keep = 0'), ('keep = 48', 'keep = 0')))
    agent.start()
    sent = []
    for run in "abcdefgh":
        deliver(world, agent, names(run))
        sent += names(run)
    packed = lambda: [path for path in log.glob("dns-*.json.2*") if path.suffix != ".zst"] == []
    wait_until(packed, "the finished files are not packed")
    assert agent.stop()[0] == 0
    finished = sorted(log.glob("dns-*.json.2*.zst"), key=lambda path: path.stat().st_mtime_ns)
    assert len(finished) > 5
    # A last batch that is longer than a file has been finished too.
    current = [path.read_text() for path in log.glob("dns-????????.json")]
    assert asked([*map(unpacked, finished), *current]) == sent
    frames = [*sorted(log.glob("dns.dnstap.*"), key=lambda path: path.stat().st_mtime_ns), *log.glob("dns.dnstap")]
    assert len(frames) > 3
    got = 0
    for file in frames:
        count = file.read_bytes().count(b".example") or file.read_bytes().count(b"\7example\0")
        check(file, sent[got:got + count])
        got += count
    assert got == len(sent)


def test_a_file_that_logrotate_moved_is_let_go_on_sighup_and_nothing_is_lost_between(world):
    file, moved = world.folder / "dns.json", world.folder / "dns.json.1"
    agent = world.agent(destinations.file("archive", file, "json")).start()
    deliver(world, agent, names("a"))
    file.rename(moved)
    agent.process.send(signal.SIGHUP)
    wait_until(lambda: "configuration" in agent.said(), "it is told")
    deliver(world, agent, names("b"))
    assert asked([moved.read_text()]) == names("a")
    assert asked([file.read_text()]) == names("b")
    assert agent.stop()[0] == 0


def test_a_stream_that_kill_9_left_open_is_whole_when_its_hour_is_over(world):
    """The hour's end is made by another name: what a later hour finds is a file of ours that is not the present one."""
    log = world.folder / "log"
    log.mkdir()
    text = destinations.file("frames", log / "dns-%Y.dnstap", "dnstap") + '[destinations.frames.filter]\nmessages = ["all"]\n'
    agent = world.agent(text).start()
    deliver(world, agent, names("a"))
    agent.kill()
    [present] = log.iterdir()
    left = log / "dns-1999.dnstap"
    present.rename(left)
    with left.open("ab") as torn:
        torn.write(b"\0\0\1\0torn")
    agent.start()
    deliver(world, agent, names("b"))
    wait_until(lambda: left.read_bytes().endswith(TAIL), "it has its end")
    assert agent.stop()[0] == 0
    check(left, names("a"))
    assert set(names("b")) <= set(names_of_decode(present)[0])


def test_the_example_writes_events_on_standard_output(world):
    agent = world.example("stdout.toml", {}, all_to="console").start()
    send(world, agent, 500)
    agent.wait_settled()
    assert agent.stop()[0] == 0
    lines = [json.loads(line) for line in agent.said().splitlines() if line.startswith("{")]
    assert [line["qname"] for line in lines] == [f"n{i}.test" for i in range(500)]
