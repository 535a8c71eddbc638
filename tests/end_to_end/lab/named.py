"""A private BIND on loopback: authority for demo.test, with dnstap for everything it says."""
import json
import re
import shutil
import signal
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .process import Failure, Process, accepts, free_port

PROGRAM = "/usr/sbin/named"

ZONE = r"""$ORIGIN demo.test.
$TTL 300
@       IN SOA   ns1 hostmaster 1 3600 600 86400 60
@       IN NS    ns1
@       IN MX    10 mail
@       IN CAA   0 issue "ca.example.net"
ns1     IN A     127.0.0.1
mail    IN A     192.0.2.25
www     IN A     192.0.2.80
www     IN A     192.0.2.81
www     IN AAAA  2001:db8::80
shop    IN CNAME store
store   IN CNAME www
note    IN TXT   "he said \"act=allow\" | severity=0" "C:\\temp"
_ldap._tcp IN SRV 0 5 389 mail
a\010b  IN A     192.0.2.66
big     IN TXT   "0123456789012345678901234567890123456789012345678901234567890123456789"
*.load  IN A     192.0.2.3
"""


@dataclass(frozen=True)
class Question:
    """What is asked, and what an authority for demo.test answers."""
    name: str
    type: str
    rcode: str
    why: str


DOZEN = [
    Question("www.demo.test", "A", "NOERROR", "two addresses"),
    Question("www.demo.test", "AAAA", "NOERROR", "an IPv6 address"),
    Question("shop.demo.test", "A", "NOERROR", "a chain of two CNAMEs"),
    Question("demo.test", "MX", "NOERROR", "mail exchanger"),
    Question("note.demo.test", "TXT", "NOERROR", "quotes, a pipe, =, a backslash"),
    Question("demo.test", "SOA", "NOERROR", "start of authority"),
    Question("demo.test", "CAA", "NOERROR", "certificate authority"),
    Question("_ldap._tcp.demo.test", "SRV", "NOERROR", "a service"),
    Question(r"a\010b.demo.test", "A", "NOERROR", "a line feed inside the name"),
    Question("mail.demo.test", "TXT", "NOERROR", "exists, but not with this type"),
    Question("nothing.demo.test", "A", "NXDOMAIN", "no such name"),
    Question("broken.test", "A", "SERVFAIL", "a zone whose file is missing"),
    Question("www.example.org", "A", "REFUSED", "not our zone, no recursion"),
]


class Named:
    """Runs a copy of the program from `folder`: Debian's AppArmor profile confines /usr/sbin/named by its path, and
    would refuse it a socket in a temporary folder."""

    def __init__(self, folder, tap):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tap = tap
        self.process = None
        self.program = self.folder / "named"
        shutil.copy2(PROGRAM, self.program)
        (self.folder / "demo.test.zone").write_text(ZONE)

    def configure(self):
        self.port, self.statistics_port = free_port(), free_port()
        self.configuration = self.folder / "named.conf"
        self.configuration.write_text(f"""options {{
    directory "{self.folder}";
    pid-file none; lock-file none; session-keyfile "{self.folder}/session.key";
    listen-on port {self.port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
    recursion no; allow-query {{ any; }}; notify no; empty-zones-enable no; dnssec-validation no;
    dnstap {{ all; }};
    dnstap-output unix "{self.tap}";
    dnstap-identity "ns1.demo.test";
    fstrm-set-flush-timeout 1; fstrm-set-reopen-interval 1; fstrm-set-input-queue-size 16384;
}};
controls {{ }};
statistics-channels {{ inet 127.0.0.1 port {self.statistics_port} allow {{ 127.0.0.1; }}; }};
logging {{ channel file {{ file "{self.folder}/messages.log"; print-time yes; }}; category default {{ file; }}; }};
zone "demo.test" {{ type primary; file "demo.test.zone"; check-names ignore; }};
zone "broken.test" {{ type primary; file "missing.zone"; }};
""")

    def start(self):
        for attempt in range(5):
            self.configure()
            self.process = Process("named", [self.program, "-f", "-c", self.configuration, "-n", "1"],
                                   self.folder / "out.log", cwd=self.folder)
            try:
                self.process.wait_ready(lambda: accepts(self.port) and accepts(self.statistics_port), "does not answer")
                return self
            except Failure:
                self.process.end(signal.SIGKILL)
                if attempt == 4:
                    raise Failure(self.process.said() + self.messages())
        return self

    def messages(self):
        path = self.folder / "messages.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def version(self):
        said = subprocess.run([self.program, "-v"], capture_output=True, text=True).stdout
        found = re.search(r"BIND (\S+?)(-|\s|$)", said)
        return found.group(1) if found else said.strip()

    def dig(self, *arguments):
        asked = subprocess.run(["dig", "@127.0.0.1", "-p", str(self.port), "+tries=1", "+time=20", *arguments],
                               capture_output=True, text=True)
        return asked.stdout

    def ask(self, name, type="A"):
        """Returns the response code and the answer section's lines. No answer is a Failure."""
        said = self.dig("+noall", "+comments", "+answer", name, type)
        found = re.search(r"status: (\w+)", said)
        if not found:
            raise Failure(f"named did not answer {name} {type}: {said}")
        return found.group(1), [line for line in said.splitlines() if line and not line.startswith(";")]

    def ask_many(self, names):
        """Asks for the A records of all names, one after another, and returns how many were answered."""
        batch = self.folder / "names"
        batch.write_text("".join(f"{name} A\n" for name in names))
        said = self.dig("+noall", "+answer", "-f", str(batch))
        return sum(1 for line in said.splitlines() if line and not line.startswith(";"))

    def load(self, names, rate):
        """Asks for the A records of all names at `rate` a second; a Process of dnsperf."""
        batch = self.folder / "load"
        batch.write_text("".join(f"{name} A\n" for name in names))
        return Process("dnsperf", ["dnsperf", "-s", "127.0.0.1", "-p", self.port, "-d", batch, "-n", 1, "-c", 2,
                                   "-T", 1, "-Q", rate], self.folder / "dnsperf.log")

    def dnstap_statistics(self):
        """What BIND believes of its frames: (handed on, dropped for a full queue)."""
        url = f"http://127.0.0.1:{self.statistics_port}/json/v1/server"
        with urllib.request.urlopen(url, timeout=5) as answer:
            counts = json.load(answer).get("dnstapstats", {})
        return counts.get("DNSTAPsuccess", 0), counts.get("DNSTAPdropped", 0)

    def stop(self, limit=30.0):
        """Returns the exit status (None: had to be killed) and the seconds it took."""
        return self.process.end(limit=limit)
