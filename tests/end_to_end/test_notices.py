"""The stream itself says what it lacks: sent = delivered + told as lost, by nothing but what the receiver got."""
import json
import re
import socket

from lab import agent as destinations
from lab.oracle import Delivered, check_ledger
from lab.process import wait_until


def told(receiver, what=None):
    """The notices that came, in their order: (event, notice)."""
    events = [json.loads(line) for _, line in receiver.lines]
    return [(event, event["notice"]) for event in events
            if event.get("kind") == "notice" and what in (None, event["notice"]["what"])]


def sequence(event):
    assert re.fullmatch(r"[0-9a-f]{32}(-[dfglr])?", event["id"]), event["id"]
    return int(event["id"][16:32], 16)


def test_over_an_outage_that_the_spool_cannot_hold_the_stream_tells_exactly_what_is_missing(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port), spool="4MiB", notices=True).start()
    wait_until(lambda: told(receiver, "started"), "the start is told")
    receiver.stop()
    sender = world.sender(agent.socket)
    count = 100_000
    sender.send(f"full{i}.test" for i in range(count))
    wait_until(lambda: agent.input()["appended"] + sum(agent.input()["rejected"].values()) == count, "all were taken")
    receiver.start()
    status = agent.wait_settled()
    check_ledger(status)
    wait_until(lambda: told(receiver, "recovered"), "the recovery is told")

    # Every number is an event, a notice of intake, or one that some gap tells.
    gaps = {(notice["first"], notice["last"]): notice for _, notice in told(receiver, "gap") if "first" in notice}
    lost = set()
    for (first, last), notice in gaps.items():
        assert notice["count"] == last - first + 1 and notice["reason"] == "retention"
        lost |= set(range(first, last + 1))
    numbered = {sequence(event) for event, _ in told(receiver) if len(event["id"]) == 32}
    delivered = Delivered(receiver.lines)
    assert lost, "the spool ran over"
    assert lost | numbered | set(delivered.sequences()) == set(range(1, agent.status()["spool"]["end"]))
    assert not lost & set(delivered.sequences())
    never_appended = sum(notice["count"] for _, notice in told(receiver, "gap") if "first" not in notice)
    assert len(delivered.sequences()) + len(lost) + never_appended == count, "sent = delivered + told as lost"
    assert len(lost) == agent.destination("json")["lost"]["retention"]

    # Each gap stands before the first event behind it.
    order = [json.loads(line) for _, line in receiver.lines]
    for first, last in gaps:
        at = next(i for i, event in enumerate(order)
                  if event.get("kind") == "notice" and event["notice"].get("first") == first)
        assert all(sequence(event) <= last for event in order[:at])
        assert agent.metric("tapferry_notices_total", destination="json", kind="gap") >= len(gaps)

    _, recovered = told(receiver, "recovered")[0]
    assert recovered["from"] <= recovered["until"] and recovered["count"] > 0 and recovered["destination"] == "json"


def test_an_input_that_falls_silent_is_told_and_so_is_that_it_is_heard_again(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port), notices=True, silence="2s").start()
    sender = world.sender(agent.socket)
    sender.send(["before.test"])
    wait_until(lambda: told(receiver, "silent"), "the silence is told")
    assert not told(receiver, "heard_again")
    event, _ = told(receiver, "silent")[-1]
    assert event["input"] == "bind"
    sender.send(["behind.test"])
    wait_until(lambda: told(receiver, "heard_again"), "that it is heard again is told")
    check_ledger(agent.wait_settled())


def test_a_restart_is_told_and_an_upgrade_and_the_numbers_go_on(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port), notices=True).start()
    sender = world.sender(agent.socket)
    sender.send(f"first{i}.test" for i in range(10))
    wait_until(lambda: len(Delivered(receiver.lines).first) == 10, "the events came")
    assert agent.stop()[0] == 0
    wait_until(lambda: told(receiver, "stopped"), "the stop is told before the agent is gone")
    (agent.folder / "state/version").write_text("0.0.9\n")
    agent.start()
    wait_until(lambda: told(receiver, "upgraded"), "the upgrade is told")
    assert [notice["what"] for event, notice in told(receiver) if len(event["id"]) == 32] == [
        "started", "stopped", "started", "upgraded"]
    version = told(receiver, "started")[0][1]["words"]
    assert told(receiver, "upgraded")[0][1]["words"] == f"0.0.9 to {version}"
    status = agent.wait_settled()
    check_ledger(status)
    assert status["notices"] == 2, "of this process"
    numbers = {sequence(event) for event, _ in told(receiver) if len(event["id"]) == 32}
    assert numbers | set(Delivered(receiver.lines).sequences()) == set(range(1, status["spool"]["end"]))


def test_a_crash_is_a_start_without_a_stop_and_nothing_is_told_twice_under_two_ids(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port), notices=True).start()
    sender = world.sender(agent.socket)
    sender.send(f"first{i}.test" for i in range(10))
    wait_until(lambda: len(Delivered(receiver.lines).first) == 10, "the events came")
    agent.kill()
    agent.start()
    wait_until(lambda: len({event["id"] for event, _ in told(receiver, "started")}) == 2, "both starts are told")
    assert not told(receiver, "stopped") and not told(receiver, "upgraded")
    check_ledger(agent.wait_settled())


def test_connections_that_are_turned_away_are_told(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port), notices=True).start()
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(agent.socket))
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
        wait_until(lambda: told(receiver, "rejected"), "the rejection is told")
    _, notice = told(receiver, "rejected")[0]
    assert notice["count"] == 1 and "not_frame_streams" in notice["words"]
    check_ledger(agent.wait_settled())


def test_without_notices_nothing_but_events_has_a_number(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    sender = world.sender(agent.socket)
    sender.send(["only.test"])
    wait_until(lambda: len(receiver) == 1, "the event came")
    assert agent.status()["spool"]["end"] == 2
    assert not told(receiver)


def test_status_watch_shows_lag_rates_and_balance_line_by_line(world):
    receiver = world.receiver()
    agent = world.agent(destinations.tcp("json", receiver.port)).start()
    sender = world.sender(agent.socket)
    sender.send(f"w{i}.test" for i in range(100))
    status = agent.wait_settled()
    assert {"lag_bytes", "lag_seconds", "rate"} <= status["destinations"][0].keys()
    assert {"max_bytes", "rate"} <= status["spool"].keys()
    watch = destinations.subprocess.Popen(
        [destinations.PROGRAM, "status", "--watch", "--config", agent.configuration],
        stdout=destinations.subprocess.PIPE, text=True)
    world.at_the_end(watch.kill)
    screen = []
    while not any(line.startswith("ledger") for line in screen):
        screen.append(watch.stdout.readline())
        assert screen[-1], screen
    watch.terminate()
    assert watch.wait(10) == 0
    assert screen[-1] == "ledger: even\n"
    assert "\x1b" not in "".join(screen), "no terminal, no drawing"
    assert any(line.startswith("json ") for line in screen)


def test_tail_shows_what_intake_tells(world):
    agent = world.agent(destinations.file("file", world.folder / "out"), notices=True).start()
    tail = destinations.subprocess.Popen(
        [destinations.PROGRAM, "tail", "--config", agent.configuration, "--output", "json", "--count", "1"],
        stdout=destinations.subprocess.PIPE, text=True)
    world.at_the_end(tail.kill)

    def has_shown_one():
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(agent.socket))
            stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
        return tail.poll() is not None
    wait_until(has_shown_one, "tail has shown one notice and ended")
    shown = json.loads(tail.stdout.read())
    assert shown["kind"] == "notice" and shown["notice"]["what"] == "rejected"
