"""What routes cost and bear: several destinations, an outage with a kill -9 in it, and catching up behind live events.

Nothing is compared with a peer here: none keeps what a destination did not take. Every figure says what it is of."""
import json
import os
import shutil
import signal
import statistics
import subprocess
import time

from waiting import LIMIT, wait_until

# Without notices, each number of the log is one of the generator's events.
HEAD = """[agent]
state_directory = "{folder}/state"
notices = false
[admin]
listen = "127.0.0.1:0"
[spool]
max_bytes = "16GiB"
[inputs.bench]
type = "unix"
path = "{folder}/dnstap.sock"
"""

DESTINATION = """[destinations.{name}]
type = "tcp"
address = "127.0.0.1:{port}"
format = "json"
start = "oldest"
retry = {{ initial = "100ms", max = "1s" }}
[destinations.{name}.filter]
messages = ["all"]
"""

RATE = 200_000        # events a second of the long outage
BEFORE, OUTAGE, AFTER = 10, 30, 20   # seconds
LIVE = 20_000         # events a second, while a backlog is caught up with
BACKLOG = 1 << 30     # bytes
PATIENT = 3_600_000     # milliseconds: a sink is told when to end


def status(bench, folder):
    asked = subprocess.run([bench.program, "status", "--config", folder / "tapferry.toml", "--format", "json"],
                           capture_output=True, text=True, timeout=LIMIT)
    return json.loads(asked.stdout) if asked.returncode == 0 else None


def start_generator(bench, folder, frames, rate):
    return subprocess.Popen([bench.tools / "generator", "--socket", folder / "dnstap.sock", "--capture", bench.capture,
                             "--frames", str(frames), "--rate", str(rate), "--reconnect"],
                            stdout=subprocess.PIPE, text=True)


def ended(process):
    """CPU seconds that a process used in its life; it has been sent what ends it."""
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def anonymous_memory(pid):
    """MB of the process's own memory now, the page cache and mapped files not counted."""
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon:"))


def settled(bench, folder, names):
    now = status(bench, folder)
    mine = [d for d in now["destinations"] if d["name"] in names] if now else []
    return now if mine and all(d["pending"] == 0 and d["in_flight"] == 0 for d in mine) else None


def destinations(bench, rounds):
    """1, 2 and 4 destinations of one format, in turns."""
    frames = int(500_000 * bench.scale)
    cpu = {1: [], 2: [], 4: []}
    for _ in range(rounds):
        for count, measured in cpu.items():
            folder = bench.folder / "destinations"
            folder.mkdir()
            sinks = [bench.start_sink(folder, frames, f"sink{i}", PATIENT) for i in range(count)]
            text = HEAD.format(folder=folder) + "".join(
                DESTINATION.format(name=f"sink{i}", port=port) for i, (_, port) in enumerate(sinks))
            agent = bench.start_agent(folder, text)
            generator = start_generator(bench, folder, frames, 50_000)
            generator.communicate(timeout=LIMIT)
            wait_until(lambda: settled(bench, folder, [f"sink{i}" for i in range(count)]), "all is delivered")
            agent.send_signal(signal.SIGTERM)
            measured.append(ended(agent) * 1e6 / frames)
            for sink, _ in sinks:
                sink.terminate()
                sink.communicate()
            shutil.rmtree(folder)
    lines = [f"destinations, JSON over TCP, paced 50,000/s: {frames:,} events"]
    for count, measured in cpu.items():
        lines.append(f"  {count}: {statistics.median(measured):.2f} CPU s per million, "
                     f"{statistics.median(b / a for a, b in zip(cpu[1], measured)):.2f} times one")
    return lines


def outage(bench, _rounds):
    """An outage of 30 s with a kill -9 of the agent in its middle, while events come at a high rate."""
    folder = bench.folder / "outage"
    folder.mkdir()
    frames = int(RATE * (BEFORE + OUTAGE + AFTER) * bench.scale)
    sink, port = bench.start_sink(folder, frames, idle_ms=PATIENT)
    text = HEAD.format(folder=folder) + DESTINATION.format(name="sink", port=port)
    agent = bench.start_agent(folder, text)
    generator = start_generator(bench, folder, frames, RATE)
    began, memory = time.monotonic(), []

    def watch(until):
        while time.monotonic() - began < until * bench.scale:
            memory.append(anonymous_memory(agent.pid))
            time.sleep(0.2)

    watch(BEFORE)
    sink.send_signal(signal.SIGUSR1)
    watch(BEFORE + OUTAGE / 2)
    agent.kill()
    cpu = ended(agent)
    agent = bench.start_agent(folder, text)
    watch(BEFORE + OUTAGE)
    sink.send_signal(signal.SIGUSR2)
    back = time.monotonic()
    sent = json.loads(generator.communicate(timeout=LIMIT)[0])

    def delivered():
        memory.append(anonymous_memory(agent.pid))
        return settled(bench, folder, ["sink"])

    now = wait_until(delivered, "the backlog is gone")
    caught_up = time.monotonic() - back
    agent.send_signal(signal.SIGTERM)
    cpu += ended(agent)
    sink.terminate()
    got = json.loads(sink.communicate(timeout=LIMIT)[0])
    shutil.rmtree(folder)
    appended = now["spool"]["end"] - 1
    return [f"outage of {OUTAGE * bench.scale:.0f} s with a kill -9 in it, {RATE:,}/s, two cores with generator and sink on them:",
            f"  produced {sent['produced']:,}, dropped by the generator's queue {sent['dropped']:,}, "
            f"cut off in its connection {sent['cut']:,}",
            f"  came {got['unique']:,}, twice {got['repeated']:,}, appended {appended:,}; lost of what was appended: "
            f"{appended - got['unique']:,}",
            f"  sent and not appended {sent['sent'] - appended:,}, {(sent['sent'] - appended) * 1000 / RATE:.0f} ms of traffic",
            f"  {cpu * 1e6 / max(1, got['unique']):.2f} CPU s per million, at most {max(memory):.0f} MB of memory, "
            f"all delivered {caught_up:.0f} s after the receiver came back"]


def catch_up(bench, _rounds):
    """A route that lags a gigabyte, while live events go on."""
    folder = bench.folder / "catch-up"
    folder.mkdir()
    backlog = int(BACKLOG / 190 * bench.scale)
    sink, port = bench.start_sink(folder, backlog + LIVE * LIMIT, idle_ms=PATIENT)
    text = HEAD.format(folder=folder) + DESTINATION.format(name="sink", port=port)
    sink.send_signal(signal.SIGUSR1)
    agent = bench.start_agent(folder, text)
    filling = start_generator(bench, folder, backlog, 0)
    filling.communicate(timeout=LIMIT)
    live = subprocess.Popen([bench.tools / "generator", "--socket", folder / "dnstap.sock", "--capture", bench.capture,
                             "--frames", str(LIVE * LIMIT), "--first", str(backlog), "--rate", str(LIVE)],
                            stdout=subprocess.DEVNULL)
    wait_until(lambda: status(bench, folder)["spool"]["end"] > backlog + LIVE, "live events flow")
    begun = status(bench, folder)
    sink.send_signal(signal.SIGUSR2)
    began, memory = time.monotonic(), []

    def caught_up():
        now = status(bench, folder)
        memory.append(anonymous_memory(agent.pid))
        return now if now["destinations"][0]["pending"] < LIVE * 8 else None   # of which 5 s are the replay window

    now = wait_until(caught_up, "the backlog is gone")
    seconds = time.monotonic() - began
    rate = (now["destinations"][0]["delivered"] - begun["destinations"][0]["delivered"]) / seconds
    for process in (live, agent):
        process.send_signal(signal.SIGTERM)
    live.wait()
    ended(agent)
    sink.terminate()
    sink.communicate()
    shutil.rmtree(folder)
    return [f"catching up with {backlog:,} events ({backlog * 190 / 2**30:.2f} GiB) while {LIVE:,}/s go on: {seconds:.1f} s, "
            f"{rate:,.0f}/s, {rate / LIVE:.1f} times the live rate; at most {max(memory):.0f} MB of memory"]


MEASURES = {"destinations": destinations, "outage": outage, "catch-up": catch_up}
