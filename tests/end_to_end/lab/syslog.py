"""Hostile events to syslog receivers: destinations by every way in, what each receiver must have understood, and what it
must have while receivers die and freeze."""
import json
import re
import signal
import socket
import sys
from collections import Counter
from pathlib import Path

from .agent import destination, one_or_more
from .frame_streams import data
from .oracle import check_ledger
from .process import wait_until
from .traffic import Stream

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "oracles"))
from cef_grammars import filebeat  # noqa: E402
from hostile_frames import cases, expected_cef  # noqa: E402

CASES = cases(seed=20261127, count=60)
TIMES = {"5424": "2026-11-20T21:23:42.143733", "3164": "-11-20T21:23:42", "3164-iso": "2026-11-20T21:23:42.143733"}


def syslog(name, address, more="", tls="", kind="syslog"):
    """A destination; its name is its APP-NAME too, so that a receiver's messages tell whose they are."""
    return destination(name, kind, one_or_more("address", address), f'app_name = "{name}"', more,
                       tables=f"[destinations.{name}.tls]\n{tls}\n" if tls else "")


def udp(name, port, rfc):
    return syslog(name, f"127.0.0.1:{port}", f'transport = "udp"\nmax_bytes = 8096\nrfc = "{rfc}"')


def tcp(name, port, rfc, framing="octet-counting"):
    return syslog(name, f"127.0.0.1:{port}", f'replay_window = "1s"\nframing = "{framing}"\nrfc = "{rfc}"')


def trust(certificates, client=None):
    """The keys of a destination's table `tls`."""
    table = f'ca = "{certificates / "ca.crt"}"\n'
    if client:
        table += f'certificate = "{certificates / client}.crt"\nkey = "{certificates / client}.key"\n'
    return table


def tls(name, port, certificates, client=None, more="", rfc="5424", host="localhost"):
    return syslog(name, f"{host}:{port}", f'transport = "tls"\nreplay_window = "1s"\nrfc = "{rfc}"',
                  trust(certificates, client) + more)


def hostname(identity, rfc):
    """Only characters of host names; with RFC 3164 the last one is a letter or digit."""
    kept = [chr(c) if chr(c).isascii() and (chr(c).isalnum() or c in b"-.") else "_" for c in identity[:255]]
    text = "".join(kept)
    return (text if rfc == "5424" else re.sub("[^A-Za-z0-9]*$", "", text)) or socket.gethostname()


def send(world, agent, given=CASES):
    sender = world.sender(agent.socket)
    sender.connection.sendall(b"".join(data(case.frame()) for case in given))
    assert sender.finish()


def of_app(receiver, source, app):
    return [message for message in receiver.messages(source) if message["app"] == app]


def without_incarnation(pairs):
    """The id's first half differs from run to run."""
    return [(key, "0" * 16 + value[16:] if key == "externalId" else value) for key, value in pairs]


def check_fields(messages, rfc, local=False):
    assert len(messages) == len(CASES)
    for sequence, (case, message) in enumerate(zip(CASES, messages), 1):
        assert int(message["pri"]) == 134
        assert message["hostname"] == (socket.gethostname() if local else hostname(case.identity, rfc))
        if not local:
            assert TIMES[rfc] in message["timestamp"]
        if rfc == "5424":
            assert message["msgid"] == "DNS-RESPONSE" and message["procid"] in ("-", "")
            assert message["sd"] in ("-", "")
        assert without_incarnation(filebeat(message["msg"].strip())[1]) == expected_cef(case, sequence)


def started(world, receiver):
    receiver.start()
    world.at_the_end(receiver.process.kill)
    return receiver


def ids(receiver, source):
    """The ids of whole messages, in the order they were written; a kill may have cut the last one."""
    found = []
    for line in receiver.lines(source):
        try:
            found.append(dict(filebeat(json.loads(line)["msg"].strip())[1])["externalId"])
        except (ValueError, KeyError, IndexError, TypeError):
            continue
    return found


def check_nothing_lost(agent, name, received):
    """Every event at least once; what came twice is what the agent says that it sent again."""
    end = agent.status()["spool"]["end"]
    counted = Counter(received)
    missing = set(range(1, end)) - {int(one[16:], 16) for one in counted}
    assert not missing, f"{len(missing)} of {end - 1} are missing, such as {sorted(missing)[:5]}"
    twice = sum(counted.values()) - len(counted)
    assert twice <= agent.destination(name)["repeated"]
    check_ledger(agent.status())


def under_load(world, agent, rate):
    load = Stream(agent.socket, rate).start()
    world.at_the_end(load.stop)
    return load


def wait_for_more(receiver, source, count, what):
    before = len(receiver.lines(source))
    wait_until(lambda: len(receiver.lines(source)) > before + count, what)


def check_kills_lose_nothing(world, agent, receiver, source, kills):
    """The receiver of the destination siem is killed and started again under load, so many times. Returns the ids it has."""
    load = under_load(world, agent, 2000)
    for _ in range(kills):
        wait_for_more(receiver, source, 2000, "events flow")
        receiver.kill()
        wait_until(lambda: agent.destination("siem")["state"] == "retrying", "the loss is noticed")
        started(world, receiver)
    wait_for_more(receiver, source, 2000, "events flow again")
    load.stop()
    agent.wait_settled()
    found = ids(receiver, source)
    check_nothing_lost(agent, "siem", found)
    return found


def check_the_next_one_takes_over(world, agent, first, second, source):
    """Of the destination siem's two receivers the first one dies, and when it is back the second one."""
    load = under_load(world, agent, 1000)
    wait_until(lambda: len(first.lines(source)) > 500, "the first one has events")
    first.kill()
    wait_until(lambda: len(second.lines(source)) > 500, "the second one takes over")
    started(world, first)
    before = len(first.lines(source))
    second.kill()
    wait_until(lambda: len(first.lines(source)) > before + 500, "and the first one again")
    load.stop()
    agent.wait_settled()
    check_nothing_lost(agent, "siem", ids(first, source) + ids(second, source))


def check_a_frozen_one_holds_up_nobody(world, agent, frozen, other, source):
    """The receiver of the destination frozen stands still under load; that of the destination other does not."""
    send(world, agent)
    agent.wait_settled()
    frozen.process.send(signal.SIGSTOP)
    try:
        load = under_load(world, agent, 4000)
        wait_until(lambda: len(other.lines(source)) > 4000, "the other one gets its events")
        load.stop()
        agent.wait_settled("other")
    finally:
        frozen.process.send(signal.SIGCONT)
    agent.wait_settled()
    check_nothing_lost(agent, "frozen", ids(frozen, source))
