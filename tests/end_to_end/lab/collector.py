"""The OpenTelemetry collector as a receiver of the forward protocol, and as a Splunk that takes events, without protection,
over TLS, and with acknowledgements. For the answers that it never gives there is web_script.Splunk."""
import json
import os
from pathlib import Path

from .cache import collector
from .process import Process, accepts, free_port, wait_until

CONFIGURATION = Path(__file__).with_name("collector") / "config.yaml"


class Collector:
    """Splunk's token is "secret"; the port with acknowledgements wants none."""

    def __init__(self, folder, certificates):
        self.program = collector()
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.port, self.tls_port, self.ack_port, self.forward_port, self.health = (free_port() for _ in range(5))
        self.environment = {**os.environ, "HEC_PORT": str(self.port), "HEC_TLS_PORT": str(self.tls_port),
                            "HEC_ACK_PORT": str(self.ack_port), "FORWARD_PORT": str(self.forward_port),
                            "HEALTH_PORT": str(self.health), "FOLDER": str(self.folder),
                            "CERTIFICATE": str(certificates / "server.crt"), "KEY": str(certificates / "server.key")}
        self.process = None

    def start(self):
        self.process = Process("collector", [self.program, "--config", CONFIGURATION], self.folder / "log",
                               env=self.environment)
        ports = (self.health, self.ack_port, self.tls_port, self.forward_port)
        self.process.wait_ready(lambda: all(accepts(port) for port in ports), "does not listen")
        return self

    def kill(self):
        return self.process.kill()

    def _written(self, name):
        """(resource, record) of each that it has written to that file, in order."""
        path = self.folder / f"{name}.json"
        for line in path.read_bytes().split(b"\n")[:-1] if path.exists() else []:
            try:
                resources = json.loads(line)["resourceLogs"]
            except ValueError:
                continue    # cut where it was killed
            for resource in resources:
                for scope in resource["scopeLogs"]:
                    for record in scope["logRecords"]:
                        yield resource.get("resource", {}), record

    def events(self, name="hec"):
        """(resource attributes, event, fields) of each that Splunk's ports took."""
        return [(attributes(resource), plain(record["body"]), {**attributes(record), "time": record.get("timeUnixNano")})
                for resource, record in self._written(name)]

    def wait_for(self, count, name="hec"):
        """The events as soon as there are so many: it writes once a second, also what it has acknowledged."""
        return wait_until(lambda: found if len(found := self.events(name)) >= count else None, f"{count} events are written")

    def records(self):
        """(tag, time in nanoseconds, {field: value}) of each that came by the forward protocol."""
        found = []
        for _, record in self._written("forward"):
            fields = attributes(record)
            if "body" in record:
                fields["message"] = plain(record["body"])
            found.append((fields.pop("fluent.tag", None), int(record["timeUnixNano"]), fields))
        return found


def plain(value):
    """An OTLP value as Python has it."""
    if "kvlistValue" in value:
        return attributes(value["kvlistValue"], "values")
    if "arrayValue" in value:
        return [plain(one) for one in value["arrayValue"].get("values", [])]
    if "intValue" in value:
        return int(value["intValue"])
    return next(iter(value.values()), None)


def attributes(of, name="attributes"):
    return {pair["key"]: plain(pair["value"]) for pair in of.get(name, [])}
