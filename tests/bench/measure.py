"""Tapferry and golang's dnstap, in turns, fed by the same sender with the same frames: what an event costs each.

Sender and sink number every frame, so `lost` is what was sent and never came out, whoever lost it. CPU time is user and
system time of the measured process alone, from the kernel, its start and end included; wall time is not compared. The
peer renders JSON to a pipe and keeps nothing; Tapferry goes through its spool and delivers over TCP. `files` compares
`decode` of a capture with golang's dnstap and with BIND's dnstap-read."""
import argparse
import contextlib
import datetime
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import cost
import routes
from waiting import LIMIT, wait_until

SOURCE = Path(__file__).resolve().parents[2]
TOOLS = SOURCE / "build/bench/tests/bench"
TAPFERRY = SOURCE / "build/release/tapferry"
CAPTURE = SOURCE / "tests/data/captures/bind-mix.fstrm.zst"
HISTORY = Path(__file__).parent / "HISTORY.md"

CONFIGURATION = """[agent]
state_directory = "{folder}/state"
notices = false
[admin]
listen = ""
[inputs.bench]
type = "unix"
path = "{folder}/dnstap.sock"
[destinations.sink]
type = "tcp"
address = "127.0.0.1:{port}"
format = "json"
start = "oldest"
[destinations.sink.filter]
messages = ["all"]
"""


@dataclass(frozen=True)
class Scenario:
    words: str
    frames: int
    rate: int  # a second; 0: as fast as the socket takes them


SCENARIOS = {
    "full": Scenario("as fast as it goes", 1_000_000, 0),
    "paced-20k": Scenario("paced, 20,000/s", 300_000, 20_000),
    "paced-200k": Scenario("paced, 200,000/s", 1_000_000, 200_000),
}


@dataclass
class Result:
    cpu: list = field(default_factory=list)      # seconds per million events that came out
    lost: list = field(default_factory=list)     # events that were produced and never came out
    memory: list = field(default_factory=list)   # VmHWM, MB
    produced: int = 0


def peak_memory(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def end(process):
    """Ends the measured process in good order and returns the CPU seconds that it used in its life."""
    process.send_signal(signal.SIGTERM)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def wait_idle(pid):
    """Until the process has used no CPU time for half a second."""
    last, since = -1, time.monotonic()
    while time.monotonic() - since < 0.5:
        now = cpu_ticks(pid)
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.05)


class Bench:
    def __init__(self, folder, scale):
        self.folder, self.scale = folder, scale
        self.tools, self.program, self.wait_idle = TOOLS, TAPFERRY, wait_idle
        self.at_end = contextlib.ExitStack()   # what is to be stopped
        self.capture = folder / "capture.fstrm"
        subprocess.run(["zstd", "-dq", CAPTURE, "-o", self.capture], check=True)

    def generate(self, socket, scenario, frames):
        sent = subprocess.run([TOOLS / "generator", "--socket", socket, "--capture", self.capture, "--frames", str(frames),
                               "--rate", str(scenario.rate)], capture_output=True, text=True, timeout=LIMIT)
        if sent.returncode != 0:
            sys.exit(f"generator: {sent.stderr}{sent.stdout}")
        return json.loads(sent.stdout)

    def take(self, result, sent, got, cpu, memory):
        result.cpu.append(cpu * 1e6 / max(1, got["unique"]))
        result.lost.append(sent["produced"] - got["unique"])
        result.memory.append(memory)
        result.produced = sent["produced"]

    def start_sink(self, folder, frames, name="sink", idle_ms=500, options=()):
        """A sink and its port. It ends when everything came and then so many milliseconds nothing."""
        port_file = folder / f"{name}.port"
        sink = subprocess.Popen([TOOLS / "sink", "--frames", str(frames), "--port-file", port_file,
                                 "--idle-ms", str(idle_ms), *options], text=True, stdout=subprocess.PIPE)
        wait_until(lambda: port_file.exists() and port_file.read_text().endswith("\n"), "the sink listens")
        return sink, port_file.read_text().strip()

    def start_tapferry(self, folder, frames, under=()):
        """The sink, and the agent that delivers to it; `under` is a command that the agent runs under."""
        sink, port = self.start_sink(folder, frames)
        return sink, self.start_agent(folder, CONFIGURATION.format(folder=folder, port=port), under)

    def start_agent(self, folder, text, under=()):
        configuration = folder / "tapferry.toml"
        configuration.write_text(text)
        (folder / "dnstap.sock").unlink(missing_ok=True)
        with open(folder / "log", "ab") as log:
            agent = subprocess.Popen([*under, TAPFERRY, "run", "--config", configuration], stdout=log, stderr=log)
        wait_until(lambda: agent.poll() is not None or (folder / "dnstap.sock").exists(), "tapferry listens")
        if agent.poll() is not None:
            sys.exit(f"tapferry ended:\n{(folder / 'log').read_text()}")
        return agent

    def tapferry(self, scenario, result):
        frames = int(scenario.frames * self.scale)
        folder = self.folder / "tapferry"
        folder.mkdir()
        sink, agent = self.start_tapferry(folder, frames)
        sent = self.generate(folder / "dnstap.sock", scenario, frames)
        wait_idle(agent.pid)
        memory = peak_memory(agent.pid)
        cpu = end(agent)
        sink.terminate()
        self.take(result, sent, json.loads(sink.communicate(timeout=LIMIT)[0]), cpu, memory)
        shutil.rmtree(folder)

    def instructions(self, frames):
        """How many instructions the agent needs in all for so many events, counted by callgrind."""
        folder = self.folder / "callgrind"
        folder.mkdir()
        sink, agent = self.start_tapferry(folder, frames, ["valgrind", "--tool=callgrind",
                                                           f"--callgrind-out-file={folder}/out"])
        self.generate(folder / "dnstap.sock", Scenario("", frames, 10_000), frames)
        wait_idle(agent.pid)
        end(agent)
        sink.terminate()
        got = json.loads(sink.communicate(timeout=LIMIT)[0])
        if got["unique"] != frames:
            sys.exit(f"under callgrind {frames - got['unique']} events were lost: too fast for it")
        count = int(re.search(r"Collected : (\d+)", (folder / "log").read_text()).group(1))
        shutil.rmtree(folder)
        return count

    def golang(self, scenario, result):
        frames = int(scenario.frames * self.scale)
        folder = self.folder / "golang"
        folder.mkdir()
        socket = folder / "dnstap.sock"
        with open(folder / "log", "wb") as log:
            peer = subprocess.Popen(["dnstap", "-u", socket, "-j", "-w", "-"], stdout=subprocess.PIPE, stderr=log)
        sink = subprocess.Popen([TOOLS / "sink", "--stdin", "--frames", str(frames)], text=True, stdin=peer.stdout,
                                stdout=subprocess.PIPE)
        peer.stdout.close()
        wait_until(socket.exists, "dnstap listens")
        sent = self.generate(socket, scenario, frames)
        wait_idle(peer.pid)
        memory = peak_memory(peer.pid)
        cpu = end(peer)
        self.take(result, sent, json.loads(sink.communicate(timeout=LIMIT)[0]), cpu, memory)
        shutil.rmtree(folder)


def repeated(capture, times, path):
    """A capture whose data frames come so many times, as one stream: readers stop at the first STOP."""
    content = capture.read_bytes()
    begin = 8 + int.from_bytes(content[4:8], "big")
    stop = content[-12:]
    assert stop == bytes.fromhex("000000000000000400000003"), "the capture does not end with STOP"
    frames = content[begin:-12]
    with open(path, "wb") as file:
        file.write(content[:begin])
        for _ in range(times):
            file.write(frames)
        file.write(stop)
    at, count = 0, 0
    while at < len(frames):
        at += 4 + int.from_bytes(frames[at:at + 4], "big")
        count += 1
    return count * times


def cpu_of(argv):
    """User and system time of a program that runs to its end, its output thrown away."""
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{argv[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure_files(bench, rounds):
    """A capture read from a file, each program in turn: Tapferry and golang's write JSON, dnstap-read a line an event."""
    path = bench.folder / "repeated.fstrm"
    frames = repeated(bench.capture, max(1, int(10 * bench.scale)), path)
    programs = {
        "tapferry": [TAPFERRY, "decode", "--quiet", "--output", "json", path],
        "golang -j": ["dnstap", "-r", path, "-j"],
        "dnstap-read": ["dnstap-read", path],
    }
    cpu = {name: [] for name in programs}
    for _ in range(rounds):
        for name, argv in programs.items():
            cpu[name].append(cpu_of(argv) * 1e6 / frames)
    path.unlink()
    lines = [f"from a file: {frames:,} events", f"  {'':<14} {'CPU s per million':>24}"]
    lines += [f"  {name:<14} {spread(values):>24}" for name, values in cpu.items()]
    for name in list(programs)[1:]:
        ratios = [peer / mine for mine, peer in zip(cpu["tapferry"], cpu[name])]
        lines.append(f"  {name + ' is':<14} {spread(ratios, 1):>24} times dearer")
    return lines


def spread(values, digits=2):
    return " / ".join(f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values)))


def report(scenario, results):
    mine, peer = results["tapferry"], results["golang"]
    lines = [f"{scenario.words}: {mine.produced:,} events",
             f"  {'':<14} {'CPU s per million':>24} {'lost':>27} {'peak MB':>9}"]
    for name, result in results.items():
        lines.append(f"  {name:<14} {spread(result.cpu):>24} {spread(result.lost, 0):>27} {max(result.memory):>9.0f}")
    ratios = [b / a for a, b in zip(mine.cpu, peer.cpu)]
    lines.append(f"  {'golang is':<14} {spread(ratios, 1):>24} times dearer")
    return lines, statistics.median(ratios)


def machine():
    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "?")
    return f"{model}, {os.cpu_count()} cores, Linux {os.uname().release}"


def record(lines):
    commit = subprocess.run(["git", "-C", SOURCE, "log", "-1", "--format=%h"], capture_output=True, text=True).stdout.strip()
    if not HISTORY.exists():
        HISTORY.write_text("# What was measured, newest last\n\nBy `tests/bench/run --record`; minimum / median / maximum "
                           "of the rounds. What is measured how: `measure.py`.\n")
    with open(HISTORY, "a", encoding="utf-8") as history:
        history.write(f"\n## {datetime.date.today()}, {commit or 'no commit'}, {machine()}\n\n```\n")
        history.write("\n".join(lines) + "\n```\n")


def main():
    options = argparse.ArgumentParser(prog="tests/bench/run")
    options.add_argument("--record", action="store_true")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--instructions", action="store_true")
    options.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    options = options.parse_args()
    measures = {"files": measure_files, **routes.MEASURES, **cost.MEASURES}
    known = [*SCENARIOS, *measures]
    unknown = set(options.scenarios) - set(known)
    if unknown:
        sys.exit(f"no such scenario: {', '.join(unknown)}; there are {', '.join(known)}")
    print(f"\n{machine()}\nminimum / median / maximum of {options.rounds} rounds, in turns with golang dnstap -u -j\n")
    said = []
    with tempfile.TemporaryDirectory(prefix="tapferry-bench-") as folder:
        bench = Bench(Path(folder), options.scale)
        with bench.at_end:
            for name in options.scenarios or known:
                if name in measures:
                    lines = measures[name](bench, options.rounds)
                    print("\n".join(lines) + "\n", flush=True)
                    said += lines
                    continue
                results = {"tapferry": Result(), "golang": Result()}
                for number in range(options.rounds):
                    for program, result in results.items():
                        if sys.stdout.isatty():
                            print(f"\r{name}: round {number + 1}, {program}\033[K", end="", flush=True)
                        getattr(bench, program)(SCENARIOS[name], result)
                if sys.stdout.isatty():
                    print("\r\033[K", end="")
                lines, _ = report(SCENARIOS[name], results)
                print("\n".join(lines) + "\n", flush=True)
                said += lines
            if options.instructions:
                few, many = 20_000, 120_000
                each = (bench.instructions(many) - bench.instructions(few)) / (many - few)
                said.append(f"instructions an event, paced: {each:,.0f}")
                print(said[-1])
    if options.record:
        record(said)


if __name__ == "__main__":
    main()
