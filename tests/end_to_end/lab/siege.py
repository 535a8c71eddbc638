"""A destination behind a fault and two beside it that have none: what must be true of all three while it lasts, and after."""
import json
import socket
import threading
from collections import Counter

from . import syslog as headers
from . import web_script
from .agent import destination, file, tcp
from .fault_proxy import DatagramProxy, FaultProxy
from .forward import ForwardReceiver
from .oracle import Delivered, check_ledger
from .process import wait_until
from .syslog_receivers import Rsyslog, RsyslogRelp
from .traffic import send

NAME = "siem"
BATCH = 'batch = { max_events = 500, linger = "20ms" }'
WINDOW = "500ms"      # the replay window of those that confirm nothing


class Way:
    """A destination type and a receiver of it. `port`: where that listens. `confirms`: what was delivered is never sent again."""
    confirms = True

    def destination(self, port, more=""):
        raise NotImplementedError

    def ids(self):
        """Of what has come, each time that it came."""
        raise NotImplementedError

    def proxy(self, world):
        proxy = FaultProxy(self.port)
        world.at_the_end(proxy.stop)
        return proxy


class Lines(Way):
    confirms = False

    def __init__(self, world, window=WINDOW):
        self.receiver, self.window = world.receiver(), window
        self.port = self.receiver.port

    def destination(self, port, more=""):
        return destination(NAME, "tcp", f'address = "localhost:{port}"', f'replay_window = "{self.window}"', BATCH, more)

    def ids(self):
        return [json.loads(line)["id"] for _, line in list(self.receiver.lines)]


class Syslog(Way):
    """`source`: the input of rsyslog, which is plain or has TLS."""
    confirms = False
    receiver, more = Rsyslog, f'transport = "tcp"\nreplay_window = "{WINDOW}"'

    def __init__(self, world, certificates, source="tcp", server="server"):
        self.source, self.certificates = source, certificates
        self.rsyslog = headers.started(world, self.receiver(world.folder / "rsyslog", certificates, server))
        self.port = self.rsyslog.ports[source]

    def destination(self, port, more=""):
        return headers.syslog(NAME, f"localhost:{port}", f"{self.more}\n{BATCH}\n{more}", self.tls(), self.kind())

    def kind(self):
        return "syslog"

    def tls(self):
        return ""

    def ids(self):
        # A message that a broken connection has cut is kept by rsyslog, as far as it came.
        return [one for one in headers.ids(self.rsyslog, self.source) if len(one) == 32]


class SecureSyslog(Syslog):
    more = Syslog.more.replace("tcp", "tls")

    def __init__(self, world, certificates, server="server"):
        super().__init__(world, certificates, "ossl", server)

    def tls(self):
        return headers.trust(self.certificates)


class Relp(Syslog):
    confirms = True
    receiver, more = RsyslogRelp, "window = 300"

    def __init__(self, world, certificates):
        super().__init__(world, certificates, "relp")

    def kind(self):
        return "relp"


class Fluent(Way):
    def __init__(self, world, context=None, tls=""):
        self.receiver, self.tls = ForwardReceiver(context=context), tls
        world.at_the_end(self.receiver.stop)
        self.port = self.receiver.port

    def destination(self, port, more=""):
        return destination(NAME, "fluent", f'address = "localhost:{port}"', BATCH, more, tables=self.tls)

    def ids(self):
        return [record["id"] for record in self.receiver.records()]


class SecureRelp(Relp):
    def __init__(self, world, certificates, server="server"):
        Syslog.__init__(self, world, certificates, "relptls", server)

    def tls(self):
        return headers.trust(self.certificates)


class Datagrams(Way):
    """Each a line; no more a second than any socket has room for."""

    def __init__(self, world, kind="udp"):
        self.kind, self._taken = kind, []
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        world.at_the_end(self._socket.close)
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self):
        while True:
            try:
                self._taken.append(self._socket.recv(1 << 16))
            except OSError:
                return

    def destination(self, port, more=""):
        return destination(NAME, self.kind, f'address = "127.0.0.1:{port}"', 'format = "json"', "max_bytes = 8000", "max_rate = 1000",
                           'transport = "udp"' if self.kind == "syslog" else "", BATCH, more)

    def ids(self):
        return [json.loads(datagram[datagram.index(b"{"):])["id"] for datagram in list(self._taken)]

    def proxy(self, world):
        proxy = DatagramProxy(self.port)
        world.at_the_end(proxy.stop)
        return proxy


class Web(Way):
    """A scripted server. `more`: keys of the destination."""
    kind, server, more, timeout = "http", web_script.Server, "", "1s"

    def __init__(self, world, context=None, more="", **options):
        self.secure = context is not None
        self.more = f"{self.more}\n{more}"
        self.receiver = self.server(context=context, **options)
        world.at_the_end(self.receiver.stop)
        self.port = self.receiver.port

    def destination(self, port, more=""):
        scheme = "https" if self.secure else "http"
        return destination(NAME, self.kind, f'url = "{scheme}://localhost:{port}"', 'format = "json"', f'timeout = "{self.timeout}"', BATCH,
                           self.more, more)

    def ids(self):
        return list(self.receiver.ids)


class Hec(Web):
    kind, server, more = "splunk_hec", web_script.Splunk, 'token = "secret"'


class AcknowledgingHec(Hec):
    more = Hec.more + '\nacknowledgement = true\nacknowledge_within = "10s"'

    def __init__(self, world, **options):
        super().__init__(world, acknowledges=True, **options)


class Elastic(Web):
    kind, server, more = "elasticsearch", web_script.Elastic, 'index = "dns"'


class Siege:
    def __init__(self, world, way, more="", before=200):
        self.world, self.way = world, way
        self.proxy = way.proxy(world)
        self.healthy, self.archive = world.receiver(), world.folder / "archive.json"
        # Soon again, so that it is met often.
        besieged = way.destination(self.proxy.port, more).replace('initial = "100ms", max = "1s"', 'initial = "50ms", max = "300ms"')
        self.agent = world.agent(besieged, tcp("healthy", self.healthy.port, "100ms"),
                                 file("archive", self.archive, "json")).start()
        self.before = 0       # the last event that was delivered before the fault
        if before:
            send(world, self.agent, before)
            self.agent.wait_settled(NAME)
            self.before = before
        assert not self.told()

    def told(self):
        """The lines of the log that are about its state."""
        lines = [line.split(f" {NAME}: ", 1)[1] for line in self.agent.said().splitlines() if f" {NAME}: " in line]
        return [line for line in lines if "kept as dead letters" not in line]

    def siem(self):
        return self.agent.destination(NAME)

    def tries(self):
        return sum(self.agent.metric("tapferry_deliveries_total", destination=NAME, verdict=verdict)
                   for verdict in ("retry", "misconfigured"))

    def check_neighbours(self):
        """They have everything, each event once, while the fault lasts."""
        end = self.agent.status()["spool"]["end"]
        wait_until(lambda: len(self.healthy) >= end - 1, "the healthy receiver has everything")
        wait_until(lambda: self.archive.read_text().count("\n") >= end - 1, "the file has everything")
        for lines in (list(self.healthy.lines), [(0, line) for line in self.archive.read_text().splitlines()]):
            events = Delivered(lines)
            events.check_complete(end)
            events.check_order()
            assert not events.repeated()
        assert self.healthy.connections == 1

    def lasts(self, words="", person=False, tries=4, count=1000, lines=1):
        """The fault is there, and has been met so many times; it was told once, and costs nobody else anything."""
        send(self.world, self.agent, count)
        self.check_neighbours()
        wait_until(lambda: (one := self.siem())["state"] == "retrying" and one["needs_a_person"] is person,
                   "it is a matter for a person" if person else "it is retried")
        met = self.tries()
        wait_until(lambda: self.tries() >= met + tries - 1, "it is tried again and again")
        siem = self.siem()
        assert words in siem["words"], siem["words"]
        assert siem["pending"] > 0 and siem["dead_lettered"] == 0 and sum(siem["lost"].values()) == 0, siem
        check_ledger(self.agent.status())
        beginning = "cannot deliver until that is changed: " if person else "retrying: "
        told = self.told()
        assert len(told) == lines and told[-1].startswith(beginning), told
        assert not person or self.agent.http("/readyz")[0] == 503

    def heal(self):
        self.proxy.heal()

    def over(self, told=2, dead=0):
        """After it: nothing is lost, no more comes twice than was said, and one line said that it is over. `told`: so many
        lines in all; None: that is another's matter. `dead`: so many dead letters."""
        send(self.world, self.agent, 100, "after{}.test")
        status = self.agent.wait_settled()
        check_ledger(status)
        siem, end = self.siem(), status["spool"]["end"]
        wait_until(lambda: len(set(self.way.ids())) >= end - 1 - dead, "everything has come")
        self.check_repeats(siem)
        missing = set(range(1, end)) - {int(one[16:], 16) for one in self.way.ids()}
        assert len(missing) == siem["dead_lettered"] == dead, (sorted(missing)[:5], siem)
        assert sum(siem["lost"].values()) == 0
        assert siem["state"] in ("idle", "delivering") and not siem["needs_a_person"] and not siem["words"], siem
        self.check_neighbours()
        lines = self.told()
        assert told is None or len(lines) == told, lines
        if told:
            assert lines[-1].startswith("delivering again after "), lines
        wait_until(lambda: self.agent.http("/readyz")[0] == 200, "it is ready")

    def check_repeats(self, siem):
        counted = Counter(self.way.ids())
        twice = {int(one[16:], 16): times for one, times in counted.items() if times > 1}
        assert sum(twice.values()) - len(twice) <= siem["repeated"], (len(twice), siem["repeated"])
        if self.way.confirms and self.before:
            assert not twice or min(twice) > self.before, f"{min(twice)} had been delivered before the fault"


def script_lasts(siege, script, **expected):
    """The same where the receiver itself is what is wrong."""
    siege.way.receiver.script = script
    siege.lasts(**expected)
    siege.way.receiver.script = None
