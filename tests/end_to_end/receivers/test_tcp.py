"""Lines over TCP and TLS, in every framing, and in datagrams: to socat, to rsyslog, and to receivers that take chunks and
lengths apart as their protocols say."""
import json
import os
import shutil
import signal
import socket
import ssl
import struct

import pytest

from lab.agent import destination
from lab.listener import Listener
from lab.oracle import Delivered, check_ledger
from lab.process import Process, accepts, free_port, wait_until
from lab.syslog import CASES, send, started
from lab.syslog_receivers import Rsyslog
from lab.traffic import Stream


def lines(name, port, more="", kind="tcp"):
    return destination(name, kind, f'address = "localhost:{port}"', more)


def socat(world, *arguments, name="socat"):
    program = shutil.which("socat")
    if not program:
        pytest.skip("socat is not installed")
    output = world.folder / f"{name}.out"
    with open(output, "wb") as file:
        process = Process(name, [program, "-u", *arguments, "STDOUT"], world.folder / f"{name}.log", stdout=file)
    world.at_the_end(process.kill)
    return process, output


class Taken(Listener):
    """A TLS server that keeps every byte."""

    def __init__(self, certificates):
        self.bytes = b""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "server.crt", certificates / "server.key")
        super().__init__(self._take, lambda: context)

    def _take(self, session):
        while more := session.recv(1 << 16):
            self.bytes += more


def objects(text):
    """JSON objects that stand one behind the other with nothing between them; the last one may be cut."""
    decoder, found, at = json.JSONDecoder(), [], 0
    try:
        while at < len(text):
            event, at = decoder.raw_decode(text, at)
            found.append(event)
    except ValueError:
        pass
    return found


def unchunked(datagrams):
    """The messages of GELF over UDP, in the order in which they became whole."""
    waiting, whole = {}, []
    for datagram in datagrams:
        if datagram[:2] != b"\x1e\x0f":
            whole.append(datagram)
            continue
        assert len(datagram) <= 8192
        number, count = datagram[10], datagram[11]
        assert number < count <= 128
        parts = waiting.setdefault(datagram[2:10], {})
        assert parts.setdefault(number, datagram[12:]) == datagram[12:]
        if len(parts) == count:
            del waiting[datagram[2:10]]
            whole.append(b"".join(parts[i] for i in range(count)))
    assert not waiting, "chunks of a message are missing"
    return whole


def test_socat_takes_lines_over_tcp_and_tls(world, certificates):
    plain, secure = free_port(), free_port()
    _, plain_out = socat(world, f"TCP-LISTEN:{plain},fork,reuseaddr", name="plain")
    _, secure_out = socat(world, f"OPENSSL-LISTEN:{secure},fork,reuseaddr,cert={certificates / 'server.pem'},verify=0",
                          name="secure")
    wait_until(lambda: accepts(plain) and accepts(secure), "both listen")
    agent = world.agent(lines("plain", plain, 'replay_window = "1s"'),
                        lines("secure", secure, f'replay_window = "1s"\ntls = {{ ca = "{certificates / "ca.crt"}" }}')).start()
    send(world, agent)
    agent.wait_settled()
    for out in (plain_out, secure_out):
        wait_until(lambda: out.read_text().count("\n") == len(CASES), "every line came")
        Delivered((0, line) for line in out.read_text().splitlines()).check_complete(len(CASES) + 1)
    check_ledger(agent.status())


@pytest.mark.parametrize("framing, split", [
    ("newline", lambda taken: taken.split(b"\n")[:-1]), ("nul", lambda taken: taken.split(b"\0")[:-1]),
    ("length", None)], ids=["newline", "nul", "length"])
def test_every_framing_goes_over_tls(world, certificates, framing, split):
    def by_length(taken):
        records = []
        while len(taken) >= 4:
            (size,) = struct.unpack(">I", taken[:4])
            records.append(taken[4:4 + size])
            taken = taken[4 + size:]
        return records
    split = split or by_length
    receiver = Taken(certificates)
    world.at_the_end(receiver.stop)
    agent = world.agent(lines("siem", receiver.port, f'framing = "{framing}"\nreplay_window = "1s"\nformat = "gelf"\n'
                              f'tls = {{ ca = "{certificates / "ca.crt"}", min_version = "1.3" }}')).start()
    send(world, agent)
    agent.wait_settled()
    wait_until(lambda: len(split(receiver.bytes)) >= len(CASES), "every record came")
    assert all(json.loads(record)["version"] == "1.1" for record in split(receiver.bytes))


@pytest.mark.slow
def test_a_dead_receiver_over_tls_costs_nothing_but_repeats(world, certificates):
    """socat is killed and started again under load; what it had written to its file counts."""
    port = free_port()
    arguments = (f"OPENSSL-LISTEN:{port},fork,reuseaddr,cert={certificates / 'server.pem'},verify=0",)
    outputs = []

    def start():
        process, output = socat(world, *arguments, name=f"socat{len(outputs)}")
        outputs.append(output)
        wait_until(lambda: accepts(port), "it listens")
        return process
    process = start()
    agent = world.agent(lines("siem", port, f'tls = {{ ca = "{certificates / "ca.crt"}" }}')).start()
    load = Stream(agent.socket, rate=2000).start()
    world.at_the_end(load.stop)
    for _ in range(2):
        wait_until(lambda: outputs[-1].read_bytes().count(b"\n") > 2000, "events flow")
        # It forks a child a connection, which is in its group.
        os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process = start()
    wait_until(lambda: outputs[-1].read_bytes().count(b"\n") > 2000, "events flow again")
    load.stop()
    agent.wait_settled()
    whole = []
    for output in outputs:
        for line in output.read_bytes().split(b"\n")[:-1]:
            try:
                whole.append((0, json.dumps(json.loads(line))))
            except ValueError:
                continue  # cut where one died
    Delivered(whole).check_complete(agent.status()["spool"]["end"])
    check_ledger(agent.status())


def test_a_datagram_is_a_line(world, certificates):
    port = free_port()
    _, out = socat(world, f"UDP-RECV:{port}")
    rsyslog = started(world, Rsyslog(world.folder / "rsyslog", certificates))
    agent = world.agent(lines("siem", port, "max_bytes = 8000", kind="udp"),
                        lines("rsyslog", rsyslog.ports["udp"], "max_bytes = 8000", kind="udp")).start()
    send(world, agent)
    agent.wait_settled()
    wait_until(lambda: len(rsyslog.lines("udp")) >= len(CASES), "rsyslog has every datagram")
    events = wait_until(lambda: (found := objects(out.read_text())) and len(found) >= len(CASES) and found, "socat has")
    assert len(events) == len({event["id"] for event in events}) == len(CASES)


def test_gelf_goes_in_chunks_over_udp(world):
    receiver = socket.socket(type=socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(30)
    world.at_the_end(receiver.close)
    port = receiver.getsockname()[1]
    agent = world.agent(lines("graylog", port, 'format = "gelf"\nmax_bytes = 600', kind="udp")).start()
    send(world, agent)
    agent.wait_settled()
    assert agent.destination("graylog")["dead_lettered"] == 0
    datagrams = []
    receiver.setblocking(False)
    while True:
        try:
            datagrams.append(receiver.recv(65536))
        except BlockingIOError:
            break
    assert all(len(datagram) <= 600 for datagram in datagrams)
    assert any(datagram[:2] == b"\x1e\x0f" for datagram in datagrams)
    messages = [json.loads(message) for message in unchunked(datagrams)]
    assert len(messages) == len(CASES)
    assert len({message["_event_id"] for message in messages}) == len(CASES)


def test_what_no_datagram_holds_goes_to_the_dead_letter_and_the_rest_arrives(world):
    port = free_port()
    _, out = socat(world, f"UDP-RECV:{port}")
    agent = world.agent(lines("siem", port, "max_bytes = 600\ndead_letter = { hold_above = 1 }", kind="udp")).start()
    send(world, agent)
    agent.wait_settled()
    siem = agent.destination("siem")
    assert siem["dead_lettered"] > 0 and siem["delivered"] + siem["dead_lettered"] == len(CASES)
    check_ledger(agent.status())
    wait_until(lambda: len({event["id"] for event in objects(out.read_text())}) == siem["delivered"], "the rest has arrived")


def test_the_example_of_syslog_works(world, certificates):
    first = started(world, Rsyslog(world.folder / "first", certificates))
    agent = world.example("syslog.toml", {
        "siem1.example.com:6514": f"localhost:{first.ports['ossl-mutual']}", "siem2.example.com:6514": f"localhost:{free_port()}",
        "/etc/tapferry/siem-ca.crt": str(certificates / "ca.crt"), "/etc/tapferry/client.crt": str(certificates / "client.crt"),
        "/etc/tapferry/client.key": str(certificates / "client.key")}).start()
    send(world, agent)
    wait_until(lambda: len(first.lines("ossl-mutual")) == len(CASES), "every event came")


def test_the_example_of_tcp_works(world, certificates):
    receiver = Taken(certificates)
    world.at_the_end(receiver.stop)
    agent = world.example("tcp.toml", {
        "logs1.example.com:5170": f"localhost:{receiver.port}", "logs2.example.com:5170": f"localhost:{free_port()}",
        "/etc/tapferry/logs-ca.crt": str(certificates / "ca.crt")}).start()
    send(world, agent)
    wait_until(lambda: receiver.bytes.count(b"\n") == len(CASES), "every line came")


def test_the_example_of_udp_works(world):
    receiver = socket.socket(type=socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(30)
    world.at_the_end(receiver.close)
    agent = world.example("udp.toml", {"graylog.example.com:12201": f"127.0.0.1:{receiver.getsockname()[1]}"}).start()
    send(world, agent, CASES[:1])
    first = receiver.recv(65536)
    rest = [receiver.recv(65536) for _ in range(first[11] - 1 if first[:2] == b"\x1e\x0f" else 0)]
    (message,) = unchunked([first, *rest])
    assert json.loads(message)["version"] == "1.1"
