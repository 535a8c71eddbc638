"""Syslog as rsyslog and syslog-ng understand it, by every way in that they have: what they parsed is compared with what was
sent, field by field."""
import pytest

from lab.oracle import check_ledger
from lab.process import wait_until
from lab.syslog import (CASES, check_a_frozen_one_holds_up_nobody, check_fields, check_kills_lose_nothing,
                        check_the_next_one_takes_over, of_app, send, started, syslog, tcp, tls, trust, udp)
from lab.syslog_receivers import Rsyslog, SyslogNg


def test_rsyslog_reads_every_header_framing_and_transport(world, certificates):
    rsyslog = started(world, Rsyslog(world.folder / "rsyslog", certificates))
    port = rsyslog.ports
    ways = {"udp5424": ("udp", "5424", udp), "udp3164": ("udp", "3164", udp), "udpiso": ("udp", "3164-iso", udp)}
    destinations = [make(name, port[source], rfc) for name, (source, rfc, make) in ways.items()]
    for framing in ("octet-counting", "newline"):
        for rfc in ("5424", "3164", "3164-iso"):
            name = f"tcp{framing[:3]}{rfc.replace('-', '')}"
            ways[name] = ("tcp", rfc, tcp)
            destinations.append(tcp(name, port["tcp"], rfc, framing))
    for source, client in (("gtls", None), ("ossl", None), ("gtls-mutual", "client"), ("ossl-mutual", "client")):
        name = source.replace("-", "")
        ways[name] = (source, "5424", tls)
        destinations.append(tls(name, port[source], certificates, client))
    agent = world.agent(*destinations).start()
    send(world, agent)
    agent.wait_settled()
    for name, (source, rfc, _) in ways.items():
        wait_until(lambda: len(of_app(rsyslog, source, name)) >= len(CASES), f"{name}: every event came")
        check_fields(of_app(rsyslog, source, name), rfc)
    check_ledger(agent.status())


def test_syslog_ng_reads_every_header_framing_and_transport(world, certificates):
    receiver = started(world, SyslogNg(world.folder / "syslog-ng", certificates))
    port = receiver.ports
    ways = {"udp": ("udp", "5424"), "octets": ("tcp", "5424"), "lines3164": ("lines", "3164"), "linesiso": ("lines", "3164-iso"),
            "tls": ("tls", "5424"), "mutual": ("mutual", "5424")}
    agent = world.agent(udp("udp", port["udp"], "5424"), tcp("octets", port["tcp"], "5424"),
                        tcp("lines3164", port["lines"], "3164", "newline"),
                        tcp("linesiso", port["lines"], "3164-iso", "newline"), tls("tls", port["tls"], certificates),
                        tls("mutual", port["mutual"], certificates, "client")).start()
    send(world, agent)
    agent.wait_settled()
    for name, (source, rfc) in ways.items():
        wait_until(lambda: len(of_app(receiver, source, name)) >= len(CASES), f"{name}: every event came")
        check_fields(of_app(receiver, source, name), rfc)


@pytest.mark.parametrize("kind", [Rsyslog, SyslogNg])
def test_the_hosts_own_log_is_a_socket_of_datagrams(world, certificates, kind):
    receiver = started(world, kind(world.folder / "log", certificates))
    agent = world.agent(syslog("local", str(receiver.socket))).start()
    send(world, agent)
    agent.wait_settled()
    wait_until(lambda: len(receiver.lines("local")) >= len(CASES), "every event came")
    check_fields(receiver.messages("local"), "3164", local=True)


@pytest.mark.slow
@pytest.mark.parametrize("source", ["tcp", "gtls", "ossl"])
def test_a_receiver_that_is_killed_and_started_again_under_load_loses_nothing(world, certificates, source):
    rsyslog = started(world, Rsyslog(world.folder / "rsyslog", certificates))
    window = 'replay_window = "5s"'
    destination = (tcp("siem", rsyslog.ports["tcp"], "5424") if source == "tcp" else
                   tls("siem", rsyslog.ports[source], certificates)).replace('replay_window = "1s"', window)
    agent = world.agent(destination).start()
    check_kills_lose_nothing(world, agent, rsyslog, source, kills=3)


@pytest.mark.slow
def test_the_next_server_takes_over_when_one_dies(world, certificates):
    first = started(world, Rsyslog(world.folder / "first", certificates))
    second = started(world, Rsyslog(world.folder / "second", certificates))
    addresses = [first.address("ossl"), second.address("ossl")]
    agent = world.agent(syslog("siem", addresses, 'transport = "tls"', trust(certificates))).start()
    check_the_next_one_takes_over(world, agent, first, second, "ossl")


def test_a_frozen_receiver_holds_up_nobody_and_gets_everything_when_it_thaws(world, certificates):
    frozen = started(world, Rsyslog(world.folder / "frozen", certificates))
    other = started(world, Rsyslog(world.folder / "other", certificates))
    agent = world.agent(tls("frozen", frozen.ports["ossl"], certificates), tls("other", other.ports["ossl"], certificates)).start()
    check_a_frozen_one_holds_up_nobody(world, agent, frozen, other, "ossl")
