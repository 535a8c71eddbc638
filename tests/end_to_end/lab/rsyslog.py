"""rsyslog on loopback, which writes what it understood of a message as a JSON object a line: what each such has in common, and
the plain one, which needs no certificates and no more than the package rsyslog."""
import json
import shutil
from pathlib import Path

from .process import Process, accepts, free_port

PROGRAM = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"

FIELDS = {"pri": "pri", "hostname": "hostname", "app": "app-name", "procid": "procid", "msgid": "msgid",
          "sd": "structured-data", "msg": "msg", "version": "protocol-version"}
# Of the configuration: a message as it was understood.
TEMPLATE = """template(name="fields" type="list" option.jsonf="on") {
    property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
""" + "\n".join(f'    property(outname="{out}" name="{name}" format="jsonf")' for out, name in FIELDS.items()) + "\n}"


def rsyslogd(folder, text):
    """The process, with this configuration."""
    configuration = folder / "rsyslog.conf"
    configuration.write_text(text)
    (folder / "pid").unlink(missing_ok=True)
    return Process("rsyslogd", [PROGRAM, "-n", "-i", folder / "pid", "-f", configuration], folder / "rsyslog.log")


class PlainRsyslog:
    """It takes syslog over TCP and by no other way."""

    def __init__(self, folder):
        self.folder = Path(folder)
        (self.folder / "work").mkdir(parents=True, exist_ok=True)
        self.output = self.folder / "received.jsonl"
        self.port = free_port()
        self.process = None

    def configuration(self):
        return f"""global(workDirectory="{self.folder}/work" maxMessageSize="64k" net.enableDNS="off")
module(load="imtcp")
{TEMPLATE}
ruleset(name="save") {{
    action(type="omfile" file="{self.output}" template="fields" asyncWriting="off" flushOnTXEnd="on")
}}
input(type="imtcp" address="127.0.0.1" port="{self.port}" ruleset="save")
"""

    def start(self):
        self.process = rsyslogd(self.folder, self.configuration())
        self.process.wait_ready(lambda: accepts(self.port), "does not listen")
        return self

    def lines(self):
        """The complete lines written so far."""
        return self.output.read_text(errors="replace").split("\n")[:-1] if self.output.exists() else []

    def messages(self):
        return [json.loads(line) for line in self.lines()]

    def stop(self):
        return self.process.end()
