"""The commands that need no set-up: a first look at one's own server, captures, and what the program says of itself."""
import contextlib
import json
import os
import pwd
import re
import signal
import subprocess

import pytest

from lab import agent as destinations
from lab.agent import PROGRAM, SOURCE, command
from lab.oracle import parse_cef, parse_passivedns
from lab.process import Process, wait_until

CAPTURES = SOURCE / "tests/data/captures"
COUNTED = ["bind-auth", "bind-rec", "bind-fwd", "bind-sec", "bind-mix-head", "unbound", "knot", "nsd", "pdns", "dnsdist"]


@pytest.fixture
def capture(world):
    """Finds a capture by name and unpacks it when it is packed."""
    def find(name):
        plain = CAPTURES / f"{name}.fstrm"
        if plain.exists():
            return plain
        unpacked = world.folder / plain.name
        subprocess.run(["zstd", "-dqf", f"{plain}.zst", "-o", unpacked], check=True)
        return unpacked
    return find


def count_frames(path):
    """How many data frames a Frame Streams file holds."""
    content, at, frames = path.read_bytes(), 0, 0
    while at + 4 <= len(content):
        length = int.from_bytes(content[at:at + 4], "big")
        if length == 0:
            at += 8 + int.from_bytes(content[at + 4:at + 8], "big")
        else:
            at += 4 + length
            frames += at <= len(content)
    return frames


def test_run_without_a_configuration_prints_events(world):
    output = world.folder / "stdout"
    with open(output, "wb") as stdout:
        agent = Process("tapferry", [PROGRAM, "run"], world.folder / "stderr", cwd=world.folder, stdout=stdout)
        world.at_the_end(agent.kill)
        agent.wait_ready((world.folder / "dnstap.sock").exists, "makes ./dnstap.sock")
        named = world.named(world.folder / "dnstap.sock")
        named.ask("shop.demo.test")
        wait_until(lambda: output.read_text().count("shop.demo.test") >= 2, "the events are printed")
        assert agent.end(signal.SIGINT)[0] == 0
    events = [json.loads(line) for line in output.read_text().splitlines()]
    assert {e["qname"] for e in events} == {"shop.demo.test"}
    assert not (world.folder / "dnstap.sock").exists()


def test_tail_shows_live_events_without_touching_a_route(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    sender = world.sender(agent.socket)
    output = world.folder / "tail"
    with open(output, "wb") as stdout:
        tail = Process("tail", [PROGRAM, "tail", "--config", agent.configuration, "--output", "json"],
                       world.folder / "tail.log", stdout=stdout)
        world.at_the_end(tail.kill)
        # It begins at the log's end, so frames are sent until it has taken its place there.
        numbers = iter(range(10**6))

        def shown():
            sender.send([f"live{next(numbers)}.test"])
            return b"live" in output.read_bytes()
        tail.wait_ready(shown, "shows events")
        assert tail.end(signal.SIGINT)[0] == 0
    assert all(json.loads(line)["qname"].endswith(".test") for line in output.read_text().splitlines())
    agent.wait_settled()
    assert len(receiver) == next(numbers)


@pytest.mark.parametrize("name", COUNTED)
def test_decode_makes_one_event_of_each_frame(capture, name):
    path = capture(name)
    asked = command("decode", path, "--output", "json")
    assert asked.returncode == 0, asked.stderr
    events = [json.loads(line) for line in asked.stdout.splitlines()]
    assert len(events) == count_frames(path) > 0
    assert all(event["type"] for event in events)


def test_decode_writes_every_format(capture):
    path = capture("bind-auth")
    frames = count_frames(path)
    cef = command("decode", path, "--output", "cef").stdout.splitlines()
    assert len(cef) == frames
    for line in cef:
        parse_cef(line)
    text = command("decode", path, "--output", "text").stdout.splitlines()
    assert len(text) == frames
    passive = command("decode", capture("bind-rec"), "--output", "passivedns").stdout.splitlines()
    assert passive
    for line in passive:
        parse_passivedns(line)


def test_decode_reads_standard_input(capture):
    path = capture("bind-sec")
    with open(path, "rb") as file:
        asked = subprocess.run([PROGRAM, "decode", "-", "--output", "json"], stdin=file, capture_output=True, text=True)
    assert asked.returncode == 0 and len(asked.stdout.splitlines()) == count_frames(path)


def test_decode_of_what_is_no_capture_says_so(world):
    path = world.folder / "noise"
    path.write_bytes(bytes(range(256)) * 8)
    asked = command("decode", path, "--output", "json")
    assert asked.returncode == 1 and str(path) in asked.stderr, asked
    assert command("decode", world.folder / "missing").returncode == 1
    assert command("decode", path, "--output", "nonsense").returncode == 2


def test_decode_into_a_closed_pipe_is_quiet(capture):
    asked = subprocess.run(f"{PROGRAM} decode {capture('bind-mix-head')} --output json | head -n 1", shell=True,
                           capture_output=True, text=True)
    assert len(asked.stdout.splitlines()) == 1 and asked.stderr == ""


def test_check_of_a_good_file_sums_it_up(world):
    agent = world.agent(destinations.tcp("json", 9), destinations.file("passive", world.folder / "passive.log"))
    asked = command("check", agent.configuration)
    assert asked.returncode == 0, asked.stderr
    for word in ("bind", "json", "passive"):
        assert word in asked.stdout
    assert not agent.socket.exists() and not (agent.folder / "state").exists()


def test_the_shipped_configuration_is_valid(world):
    asked = command("check", SOURCE / "conf/tapferry.toml")
    assert asked.returncode == 0, asked
    assert "unknown" not in asked.stderr, asked.stderr


def dns_server_user():
    """One that the socket's owner and mode shut out."""
    for name in ("bind", "named", "unbound", "knot", "nsd", "pdns", "_dnsdist"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    pytest.skip("no DNS server is installed here that has a user of its own")


def test_a_socket_whose_owner_and_mode_nobody_chose_is_a_warning_where_a_dns_server_may_not_connect(world):
    user = dns_server_user()
    agent = world.agent(destinations.file("passive", world.folder / "passive.log"))
    asked = command("check", agent.configuration)
    assert asked.returncode == 0 and "may not connect" not in asked.stderr, "its mode is chosen"
    agent.configuration.write_text(agent.configuration.read_text().replace('mode = "0660"\n', ""))
    asked = command("check", agent.configuration)
    told = [line for line in asked.stderr.splitlines() if "may not connect to" in line]
    assert asked.returncode == 0 and len(told) == 1, asked
    assert told[0].startswith("warning: inputs.bind.") and user in told[0]
    agent.start()
    wait_until(lambda: told[0].removeprefix("warning: ") in agent.said(), "the log says it once more")
    assert agent.said().count("may not connect to") == 1


def test_only_run_says_what_it_does_without_a_configuration():
    words = "Without a configuration, `tapferry run`"
    listed = command("--help").stdout
    assert words in listed and words in command("run", "--help").stdout
    for name in re.findall(r"^  ([a-z-]+) ", listed.partition("Subcommands:")[2], flags=re.M):
        said = command(name, "--help").stdout
        assert (words in said) == (name == "run"), said
    assert words not in command("spool", "list", "--help").stdout
    assert "Exit status: 0 success" in command("check", "--help").stdout


def test_help_and_version():
    assert re.fullmatch(r"tapferry \d+\.\d+\.\d+\S*\n", command("--version").stdout)
    for arguments in (["--help"], ["run", "--help"], ["status", "--help"], ["decode", "--help"]):
        asked = command(*arguments)
        assert asked.returncode == 0 and len(asked.stdout.splitlines()) > 3
        assert max(map(len, asked.stdout.splitlines())) <= 120


def test_status_says_it_in_words_too(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    world.sender(agent.socket).send(["one.test"])
    wait_until(lambda: len(receiver) == 1, "delivered")
    asked = command("status", "--config", agent.configuration)
    assert asked.returncode == 0 and "json" in asked.stdout and "bind" in asked.stdout
    assert agent.stop()[0] == 0
    asked = command("status", "--config", agent.configuration)
    assert asked.returncode == 1 and asked.stderr, "no agent runs: said, not guessed"


def test_metrics_agree_with_the_ledger(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    world.sender(agent.socket).send(f"m{i}.test" for i in range(640))
    wait_until(lambda: len(receiver) == 640, "delivered")
    agent.wait_settled()
    assert agent.metric("tapferry_frames_received_total", input="bind") == 640
    assert agent.metric("tapferry_frames_appended_total") == 640
    assert agent.metric("tapferry_events_delivered_total", destination="json") == 640
    assert agent.metric("tapferry_records_delivered_total", destination="json") == 640
    assert agent.metric("tapferry_route_pending_frames", destination="json") == 0
    assert agent.metric("tapferry_build_info") == 1
    assert agent.http("/healthz")[0] == 200 and agent.http("/readyz")[0] == 200
    assert agent.http("/nowhere")[0] == 404


def test_readyz_names_the_destination_that_fails(world):
    receiver = world.receiver()
    receiver.stop()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    world.sender(agent.socket).send(["held.test"])
    wait_until(lambda: agent.http("/readyz")[0] == 503, "/readyz answers 503 while the destination fails")
    assert "json" in agent.http("/readyz")[1]
    receiver.start()
    wait_until(lambda: agent.http("/readyz")[0] == 200, "and 200 when it is back")


def test_explain_names_the_source_of_each_field(capture):
    shown = command("explain", capture("bind-rec"), "--event", "3", "--output", "cef")
    assert shown.returncode == 0
    line = next(line for line in shown.stdout.splitlines() if line.startswith("destinationDnsDomain"))
    assert line.split()[1:4] == ["www.corp.example", "16", "255"] and "DNS question 1, octets 12 to 29" in line
    assert "\x1b" not in shown.stdout
    assert command("explain", capture("bind-rec"), "--event", "1000000").returncode == 1


def test_what_cannot_be_written_to_standard_output_is_no_success(capture):
    for arguments in (["explain"], ["explain", "--format", "json"], ["stats"], ["stats", "--html", "-"], ["decode"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, *arguments, capture("bind-auth")], stdout=full, stderr=subprocess.PIPE)
        assert done.returncode == 1 and b"standard output" in done.stderr, arguments


def test_a_reader_that_went_away_needs_no_words(capture):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([PROGRAM, "explain", capture("bind-auth")], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_page_takes_the_place_of_a_page_and_of_nothing_else(world, capture):
    """`stats --html *.fstrm` would write over the first of them."""
    name = "a\n\x1b[31m.fstrm"
    precious, page = world.folder / name, world.folder / "page.html"
    precious.write_bytes(capture("bind-auth").read_bytes())
    asked = subprocess.run([PROGRAM, "stats", "--html", precious, precious], capture_output=True, timeout=60)
    assert asked.returncode == 2 and precious.read_bytes() == capture("bind-auth").read_bytes()
    assert asked.stderr.endswith(b"a\\010\\027[31m.fstrm exists and is not a page: give the page another name\n")
    for make_way in (lambda: None, lambda: page.write_bytes(b"")):
        make_way()
        for _ in ("a new one", "over the old one"):
            asked = subprocess.run([PROGRAM, "stats", "--html", page, precious], capture_output=True, timeout=60)
            assert asked.returncode == 0 and page.read_bytes().startswith(b"<!DOCTYPE html>")
    asked = subprocess.run([PROGRAM, "stats", "--html", world.folder / "no" / name, precious], capture_output=True, timeout=60)
    assert asked.returncode == 1 and asked.stderr.endswith(b"a\\010\\027[31m.fstrm cannot be written\n")


def test_decode_into_dnstap_is_a_capture_again(world, capture):
    part = world.folder / "part.fstrm"
    with open(part, "wb") as file:
        subprocess.run([PROGRAM, "decode", "-q", "--output", "dnstap", capture("bind-sec")], stdout=file, check=True)
    assert count_frames(part) == count_frames(capture("bind-sec"))
