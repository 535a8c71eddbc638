"""RELP at rsyslog's imrelp, plain and over TLS: what it parsed is compared with what was sent, and what it has answered is
there, whatever dies."""
import pytest

from lab.listener import Greeter
from lab.oracle import check_ledger
from lab.process import free_port, wait_until
from lab.syslog import (CASES, check_a_frozen_one_holds_up_nobody, check_fields, check_kills_lose_nothing,
                        check_the_next_one_takes_over, ids, of_app, send, started, syslog, trust, under_load, wait_for_more)
from lab.syslog_receivers import RsyslogRelp


def relp(name, address, more="", tls=""):
    return syslog(name, address, more, tls, kind="relp")


def over_tls(name, port, certificates, client=None, more=""):
    return relp(name, f"localhost:{port}", more, trust(certificates, client))


def received(rsyslog, source, name):
    wait_until(lambda: len(of_app(rsyslog, source, name)) >= len(CASES), f"{name}: every event came")
    return of_app(rsyslog, source, name)


def test_rsyslog_reads_every_header_plain_and_over_tls(world, certificates):
    rsyslog = started(world, RsyslogRelp(world.folder / "rsyslog", certificates))
    port = rsyslog.ports
    ways = {"new": ("relp", "5424"), "old": ("relp", "3164"), "iso": ("relp", "3164-iso"), "narrow": ("relp", "5424"),
            "tls": ("relptls", "5424"), "mutual": ("relpmutual", "5424")}
    agent = world.agent(relp("new", rsyslog.address("relp")), relp("old", rsyslog.address("relp"), 'rfc = "3164"'),
                        relp("iso", rsyslog.address("relp"), 'rfc = "3164-iso"'),
                        relp("narrow", rsyslog.address("relp"), "window = 1"), over_tls("tls", port["relptls"], certificates),
                        over_tls("mutual", port["relpmutual"], certificates, "client")).start()
    send(world, agent)
    agent.wait_settled()
    for name, (source, rfc) in ways.items():
        # What was answered is written.
        assert len(of_app(rsyslog, source, name)) == len(CASES)
        check_fields(of_app(rsyslog, source, name), rfc)
        assert agent.destination(name)["delivered"] == len(CASES)
    check_ledger(agent.status())
    assert agent.stop()[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("source", ["relp", "relptls"])
def test_a_receiver_that_is_killed_and_started_again_under_load_loses_nothing(world, certificates, source):
    rsyslog = started(world, RsyslogRelp(world.folder / "rsyslog", certificates))
    window = 'window = 200'
    destination = (relp("siem", rsyslog.address("relp"), window) if source == "relp" else
                   over_tls("siem", rsyslog.ports[source], certificates, more=window))
    agent = world.agent(destination).start()
    kills = 4
    found = check_kills_lose_nothing(world, agent, rsyslog, source, kills)
    # No more than the window comes twice, each time.
    assert len(found) - len(set(found)) <= kills * 200


@pytest.mark.slow
def test_an_agent_that_is_killed_repeats_what_was_not_answered_and_loses_nothing(world, certificates):
    rsyslog = started(world, RsyslogRelp(world.folder / "rsyslog", certificates))
    agent = world.agent(relp("siem", rsyslog.address("relp"))).start()
    load = under_load(world, agent, 2000)
    for _ in range(3):
        wait_for_more(rsyslog, "relp", 2000, "events flow")
        agent.kill()
        agent.start()
    load.stop()
    agent.wait_settled()
    numbers = {int(one[16:], 16) for one in ids(rsyslog, "relp")}
    assert set(range(1, agent.status()["spool"]["end"])) <= numbers
    check_ledger(agent.status())


@pytest.mark.slow
def test_the_next_server_takes_over_when_one_dies(world, certificates):
    first = started(world, RsyslogRelp(world.folder / "first", certificates))
    second = started(world, RsyslogRelp(world.folder / "second", certificates))
    agent = world.agent(relp("siem", (first.address("relp"), second.address("relp")))).start()
    check_the_next_one_takes_over(world, agent, first, second, "relp")


def test_a_frozen_receiver_holds_up_nobody_and_gets_everything_when_it_thaws(world, certificates):
    frozen = started(world, RsyslogRelp(world.folder / "frozen", certificates))
    other = started(world, RsyslogRelp(world.folder / "other", certificates))
    agent = world.agent(relp("frozen", frozen.address("relp")), relp("other", other.address("relp"))).start()
    check_a_frozen_one_holds_up_nobody(world, agent, frozen, other, "relp")
    assert len(ids(frozen, "relp")) == len(set(ids(frozen, "relp"))), "nothing came twice"


def test_a_servers_certificate_that_is_not_trusted_needs_a_person(world, certificates):
    rsyslog = started(world, RsyslogRelp(world.folder / "rsyslog", certificates, server="untrusted"))
    agent = world.agent(over_tls("siem", rsyslog.ports["relptls"], certificates)).start()
    send(world, agent)
    assert 'its certificate is issued by "Other CA", which is not in ' in agent.trouble()
    assert agent.destination("siem")["dead_lettered"] == 0


def test_a_port_of_something_else_is_named(world, certificates):
    greeter = Greeter()
    world.at_the_end(greeter.stop)
    agent = world.agent(relp("siem", f"127.0.0.1:{greeter.port}")).start()
    send(world, agent)
    assert 'it sends "220 mail.test ESMTP' in agent.trouble()
    assert agent.http("/readyz")[0] == 503


def test_the_example_works(world, certificates):
    rsyslog = started(world, RsyslogRelp(world.folder / "rsyslog", certificates))
    agent = world.example("relp.toml", {
        "siem1.example.com:2514": f"localhost:{rsyslog.ports['relpmutual']}",
        "siem2.example.com:2514": f"localhost:{free_port()}", "/etc/tapferry/siem-ca.crt": str(certificates / "ca.crt"),
        "/etc/tapferry/client.crt": str(certificates / "client.crt"),
        "/etc/tapferry/client.key": str(certificates / "client.key")}).start()
    send(world, agent)
    wait_until(lambda: len(rsyslog.lines("relpmutual")) == len(CASES), "every event came")
