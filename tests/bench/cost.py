"""What each destination costs above the encoder, and how much memory it takes while its receiver is dead.

The agent's CPU seconds per million events, paced, less those of the same events in the same format written to a file that
keeps nothing: /dev/null. What is subtracted is everything up to a batch of finished records: socket, spool, decoding,
filter, encoder, the route. What is left is the transport: framing, envelopes, compression, TLS, system calls, the
receiver's answers, and the wake-ups that these cause. Each destination runs beside its own file, in turns.

The receivers are a program of our own (sink.cpp), since a real one would take the processor that the agent is measured on,
but for Kafka, where it is a real broker. It answers each request as the real one does, and counts each record by its
number: a round in which one is missing is no result."""
import json
import shutil
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from routes import HEAD, anonymous_memory, ended, settled, start_generator, status
from waiting import LIMIT, wait_until

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "end_to_end"))

RATE = 50_000   # events a second
OUTAGE = 20     # seconds that a receiver is dead

HEC = 'type = "splunk_hec"\nurls = ["http://127.0.0.1:{port}"]\ntoken_file = "{folder}/token"\n'
BULK = 'type = "elasticsearch"\nurls = ["http://127.0.0.1:{port}"]\nindex = "dns"\n'
KAFKA = 'type = "kafka"\nbrokers = ["127.0.0.1:{port}"]\ntopic = "dns"\n'
IDENTITY = {"json": '"identity":"', "cim": '"dvc":"', "ecs": '"observer":{"type":"dns","name":"'}


@dataclass(frozen=True)
class Way:
    words: str
    settings: str
    most: float           # CPU seconds per million that it may cost
    format: str = "json"
    speech: str = "lines"   # of the sink; "": Kafka


WAYS = {
    "tcp": Way("TCP", 'type = "tcp"\naddress = "127.0.0.1:{port}"\n', 0.2),
    "tls": Way("TLS", 'type = "tcp"\naddress = "127.0.0.1:{port}"\ntls = {{ ca = "{certificates}/ca.crt" }}\n', 0.3),
    "relp": Way("RELP", 'type = "relp"\naddress = "127.0.0.1:{port}"\n', 0.3, speech="relp"),
    "hec": Way("HEC, gzip", HEC + 'compression = "gzip"\n', 1.6, "cim", "http"),
    "bulk": Way("_bulk, gzip", BULK + 'compression = "gzip"\n', 1.8, "ecs", "http"),
    "bulk-json": Way("_bulk, gzip", BULK + 'compression = "gzip"\n', 1.8, "json", "http"),
    "kafka": Way("Kafka", KAFKA + 'compression = "none"\n', 1.3, speech=""),
    "kafka-lz4": Way("Kafka, lz4", KAFKA + 'compression = "lz4"\n', 1.6, speech=""),
}

FLOOR = 'type = "file"\npath = "/dev/null"\n'

# A broker that keeps little of what it gets.
SMALL = "log.retention.bytes=50000000\nlog.segment.bytes=50000000\nlog.retention.check.interval.ms=1000\n"


def destination(settings, form):
    return f"""[destinations.it]
{settings}format = "{form}"
start = "oldest"
retry = {{ initial = "100ms", max = "1s" }}
[destinations.it.filter]
messages = ["all"]
"""


class Peer:
    """The receiver of one way, for one run: a sink, or the broker that lasts for all runs."""

    def __init__(self, bench, folder, way, frames):
        self.way, self.frames, self.broker, self.sink = way, frames, None, None
        if way.speech:
            options = ["--speech", way.speech, "--before", IDENTITY[way.format]]
            if "tls" in way.settings:
                options += ["--certificate", str(certificates(bench) / "server.pem")]
            self.sink, self.port = bench.start_sink(folder, frames, idle_ms=3_600_000, options=options)
        else:
            self.broker = broker_of(bench)
            self.port = self.broker.brokers[0].port
            self.had = self.broker.count("dns")

    def go_away(self):
        self.sink.send_signal(signal.SIGUSR1) if self.sink else self.broker.brokers[0].kill()

    def come_back(self):
        self.sink.send_signal(signal.SIGUSR2) if self.sink else self.broker.start()

    def end(self):
        """How many records it lacks. A broker's are only counted, not told apart: one in place of another is not seen."""
        if self.broker:
            return self.frames - (self.broker.count("dns") - self.had)
        self.sink.terminate()
        return self.frames - json.loads(self.sink.communicate(timeout=LIMIT)[0])["unique"]


@cache
def certificates(bench):
    from lab.certificates import Certificates
    return Certificates(bench.folder / "certificates")


@cache
def broker_of(bench):
    from lab.kafka import Kafka
    broker = Kafka(bench.folder / "broker", settings=SMALL).start()
    bench.at_end.callback(broker.stop)
    return broker


def start(bench, folder, way, peer):
    (folder / "token").write_text("00000000-0000-0000-0000-000000000000\n")
    (folder / "token").chmod(0o600)
    settings = way.settings.format(folder=folder, port=peer.port if peer else 0,
                                   certificates=certificates(bench).folder if "tls" in way.settings else "")
    return bench.start_agent(folder, HEAD.format(folder=folder) + destination(settings, way.format))


def cpu_of(bench, way, frames):
    """CPU seconds per million events of an agent with this destination; without a peer, of the file."""
    folder = bench.folder / "cost"
    folder.mkdir()
    peer = Peer(bench, folder, way, frames) if way.most else None
    agent = start(bench, folder, way, peer)
    start_generator(bench, folder, frames, RATE).communicate(timeout=LIMIT)
    # Asking costs the agent time, and how long it is asked depends on the destination.
    bench.wait_idle(agent.pid)
    if peer and peer.broker:
        wait_until(lambda: settled(bench, folder, ["it"]), "all is delivered")
    now = wait_until(lambda: status(bench, folder), "it says how it is")
    agent.send_signal(signal.SIGTERM)
    cpu = ended(agent) * 1e6 / frames
    missing = peer.end() if peer else 0
    if missing or now["spool"]["end"] - 1 != frames:
        sys.exit(f"{way.words}: {missing:,} of {frames:,} events are missing, {now['spool']['end'] - 1:,} were appended")
    shutil.rmtree(folder)
    return cpu


def cost(bench, rounds, way):
    frames = int(500_000 * bench.scale)
    floor = Way("a file", FLOOR, 0, way.format)
    below, above = [], []
    for _ in range(rounds):
        below.append(cpu_of(bench, floor, frames))
        above.append(cpu_of(bench, way, frames) - below[-1])
    return [f"{way.words + ', ' + way.format:<20} above the encoder {spread(above):>20}   it may cost {way.most:<4}   "
            f"up to the encoder {spread(below):>20}   CPU s per million of {frames:,}, {RATE:,}/s"]


def spread(values):
    return " / ".join(f"{value:.2f}" for value in (min(values), statistics.median(values), max(values)))


def dead(bench, _rounds):
    """Memory while a receiver is dead: it goes when events flow, and comes back; nothing is lost."""
    lines = [f"memory while the receiver is dead for {OUTAGE * bench.scale:.0f} s at {RATE:,}/s"]
    for way in WAYS.values():
        folder = bench.folder / "dead"
        folder.mkdir()
        frames = int(RATE * (OUTAGE + 4) * bench.scale)
        peer = Peer(bench, folder, way, frames)
        agent = start(bench, folder, way, peer)
        generator = start_generator(bench, folder, frames, RATE)
        time.sleep(2)
        before = anonymous_memory(agent.pid)
        peer.go_away()
        most, deadline = 0, time.monotonic() + OUTAGE * bench.scale
        while time.monotonic() < deadline:
            most = max(most, anonymous_memory(agent.pid))
            time.sleep(0.2)
        peer.come_back()
        generator.communicate(timeout=LIMIT)
        wait_until(lambda: settled(bench, folder, ["it"]), "all is delivered")
        after = anonymous_memory(agent.pid)
        agent.send_signal(signal.SIGTERM)
        ended(agent)
        lines.append(f"  {way.words + ', ' + way.format:<20} {before:.0f} MB before, at most {most:.0f} MB while it is dead, "
                     f"{after:.0f} MB when all is delivered; lost {peer.end():,}")
        shutil.rmtree(folder)
    return lines


MEASURES = {**{name: partial(cost, way=way) for name, way in WAYS.items()}, "dead": dead}
