"""A private rsyslog that takes syslog over TCP and writes what it understood, a JSON object a message."""
import json
import shutil
from pathlib import Path

from .process import Process, accepts, free_port

PROGRAM = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"

FIELDS = {"pri": "pri", "hostname": "hostname", "app": "app-name", "procid": "procid", "msgid": "msgid",
          "sd": "structured-data", "msg": "msg", "version": "protocol-version"}


class Rsyslog:
    def __init__(self, folder):
        self.folder = Path(folder)
        (self.folder / "work").mkdir(parents=True, exist_ok=True)
        self.output = self.folder / "received.jsonl"
        self.port = free_port()
        self.process = None

    def start(self):
        properties = "\n".join(f'    property(outname="{out}" name="{name}" format="jsonf")'
                               for out, name in FIELDS.items())
        configuration = self.folder / "rsyslog.conf"
        configuration.write_text(f"""global(workDirectory="{self.folder}/work" maxMessageSize="64k" net.enableDNS="off")
module(load="imtcp")
template(name="fields" type="list" option.jsonf="on") {{
    property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
{properties}
}}
ruleset(name="save") {{
    action(type="omfile" file="{self.output}" template="fields" asyncWriting="off" flushOnTXEnd="on")
}}
input(type="imtcp" address="127.0.0.1" port="{self.port}" ruleset="save")
""")
        self.process = Process("rsyslogd", [PROGRAM, "-n", "-i", self.folder / "pid", "-f", configuration],
                               self.folder / "rsyslog.log")
        self.process.wait_ready(lambda: accepts(self.port), "does not listen")
        return self

    def lines(self):
        """The complete lines written so far."""
        if not self.output.exists():
            return []
        return [line for line in self.output.read_text(errors="replace").split("\n")[:-1]]

    def messages(self):
        return [json.loads(line) for line in self.lines()]

    def stop(self):
        return self.process.end()
