"""The agent under test: its configuration, its life, and what it says of itself."""
import json
import os
import signal
import subprocess
import urllib.request
from pathlib import Path

from .process import Failure, Process, wait_until

SOURCE = Path(__file__).resolve().parents[3]
PROGRAM = Path(os.environ.get("TAPFERRY", SOURCE / "build/release/tapferry"))

HEAD = """[agent]
state_directory = "{folder}/state"
notices = false
[admin]
listen = "127.0.0.1:0"
[spool]
max_bytes = "{spool}"
segment_bytes = "1MiB"
[inputs.bind]
type = "unix"
path = "{folder}/dnstap.sock"
mode = "0660"
silence = "0"
"""


def destination(name, kind, *keys, tables=""):
    """One that gets everything, from the oldest on, and is tried again soon. `keys`: lines of its own."""
    own = "\n".join(keys)
    return f"""[destinations.{name}]
type = "{kind}"
start = "oldest"
retry = {{ initial = "100ms", max = "1s" }}
{own}
[destinations.{name}.filter]
messages = ["all"]
{tables}"""


def one_or_more(key, places):
    """`url = "…"`, or of several `urls = ["…", "…"]`."""
    plural = f"{key}es" if key.endswith("s") else f"{key}s"
    return f'{key} = "{places}"' if isinstance(places, str) else f"{plural} = {json.dumps(places)}"


def tcp(name, port, replay_window="2s", more=""):
    return destination(name, "tcp", f'address = "127.0.0.1:{port}"', 'format = "json"', f'replay_window = "{replay_window}"',
                       'batch = { max_events = 1000, max_bytes = "256KiB", linger = "50ms" }', more)


def syslog(name, port, more="", framing="octet-counting"):
    return destination(name, "syslog", f'address = "127.0.0.1:{port}"', 'transport = "tcp"', f'framing = "{framing}"',
                       'replay_window = "2s"', more)


def file(name, path, format="passivedns"):
    single_lines = f"""[destinations.{name}.passivedns]
mode = "each"
errors = true
"""
    return f"""[destinations.{name}]
type = "file"
path = "{path}"
format = "{format}"
start = "oldest"
{single_lines if format == "passivedns" else ""}"""


def private(path, text):
    """A file that holds a secret, and that nobody else may read."""
    path = Path(path)
    path.write_text(text)
    path.chmod(0o600)
    return path


def command(*arguments, program=PROGRAM, **options):
    """Runs the program to its end; a CompletedProcess with text."""
    options.setdefault("timeout", 60)
    return subprocess.run([program, *[str(a) for a in arguments]], capture_output=True, text=True, **options)


class Agent:
    def __init__(self, folder, *destinations, spool="256MiB", configuration=None, notices=False, silence="0"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.logs = self.folder     # stays, also where a test has the state elsewhere
        self.socket = self.folder / "dnstap.sock"
        self.configuration = self.folder / "tapferry.toml"
        self.process = None
        self.program = PROGRAM
        self.environment = {}   # beside that of the tests
        self.starts = 0
        if configuration is None:
            head = HEAD.format(folder=self.folder, spool=spool).replace('silence = "0"', f'silence = "{silence}"')
            configuration = (head.replace("notices = false", "notices = true") if notices else head) + "".join(
                destinations)
        private(self.configuration, configuration)

    def start(self, ready=True, **environment):
        self.starts += 1
        (self.folder / "state/admin.address").unlink(missing_ok=True)
        self.process = Process("tapferry", [self.program, "run", "--config", self.configuration],
                               self.logs / f"agent-{self.starts}.log",
                               env={**os.environ, **self.environment, **environment})
        if ready:
            self.process.wait_ready(self.ready, "is not ready")
        return self

    def ready(self):
        try:
            return self.socket.exists() and self.http("/healthz")[0] == 200
        except (OSError, ValueError):
            return False

    def address(self):
        return (self.folder / "state/admin.address").read_text().strip()

    def http(self, path):
        """Status and text of an answer of the admin listener."""
        try:
            with urllib.request.urlopen(f"http://{self.address()}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metrics(self):
        """The samples of /metrics: {'name{label="value",…}': number}."""
        samples = {}
        for line in self.http("/metrics")[1].splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                samples[name] = float(value)
        return samples

    def metric(self, name, **labels):
        """The sum of a metric's samples that have these labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(value for sample, value in self.metrics().items()
                   if sample.split("{")[0] == name and all(label in sample for label in wanted))

    def status(self):
        """What `tapferry status` says, as JSON."""
        asked = command("status", "--config", self.configuration, "--format", "json")
        if asked.returncode != 0:
            raise Failure(f"status: exit {asked.returncode}: {asked.stderr}")
        return json.loads(asked.stdout)

    def destination(self, name):
        return next(d for d in self.status()["destinations"] if d["name"] == name)

    def input(self, name="bind"):
        return next(i for i in self.status()["inputs"] if i["name"] == name)

    def wait_settled(self, *names, limit=90.0):
        """Waits until the named destinations (all, when none is named) have nothing pending or in flight."""
        def settled():
            status = self.status()
            mine = [d for d in status["destinations"] if not names or d["name"] in names]
            idle = all(d["pending"] == 0 and d["in_flight"] == 0 for d in mine)
            return status if idle and all(i["in_ring"] == 0 for i in status["inputs"]) else None
        try:
            return wait_until(settled, f"nothing pending at {names or 'any destination'}", limit)
        except Failure as failure:
            raise Failure(f"{failure}\n{json.dumps(self.status(), indent=1)}\n{self.said()[-2000:]}") from None

    def trouble(self, name="siem"):
        """What it says of a destination that needs a person, as soon as that one does."""
        def asked():
            destination = self.destination(name)
            return destination if destination["needs_a_person"] else None
        return wait_until(asked, f"{name} needs a person")["words"]

    def said(self):
        return self.process.said()

    def kill(self):
        return self.process.kill()

    def stop(self, limit=30.0):
        return self.process.end(signal.SIGTERM, limit)

    def close(self):
        if self.process and self.process.running():
            self.process.kill()
