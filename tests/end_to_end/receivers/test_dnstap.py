"""dnstap passed on: to fstrm_capture and golang's dnstap, which must have every frame byte for byte, and to a second
Tapferry, whose events must be those of the first one, under the same ids, whatever dies."""
import json
import subprocess
from collections import Counter

import pytest

from lab.agent import command, destination, file, one_or_more
from lab.dnstap_receivers import Behind, FstrmCapture, GolangDnstap
from lab.frame_streams import CONTENT_TYPE, READY, control, read_control
from lab.listener import Greeter, Listener
from lab.oracle import Delivered, check_ledger
from lab.process import free_port, wait_until
from lab.syslog import CASES, send, started, trust
from lab.traffic import Stream


def dnstap(name, address, more="", tls=""):
    return destination(name, "dnstap", one_or_more("address", address), 'replay_window = "1s"', more,
                       tables=f"[destinations.{name}.tls]\n{tls}\n" if tls else "")


def json_file(name, path):
    return file(name, path, "json")


def events(path):
    """What a file of JSON lines holds; a kill may have cut one."""
    found = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def central(world, *destinations, trusts=True, name="central"):
    """The second Tapferry, which believes the ids of whoever sends to it."""
    agent = world.agent(*destinations, name=name)
    if trusts:
        text = agent.configuration.read_text()
        agent.configuration.write_text(text.replace('silence = "0"\n', 'silence = "0"\ntrust_ids = true\n', 1))
    return agent.start()


@pytest.mark.parametrize("over", ["unix", "tcp"])
def test_fstrm_capture_has_every_frame_byte_for_byte_and_in_order(world, over):
    receiver = started(world, FstrmCapture(world.folder / "receiver", over))
    agent = world.agent(dnstap("central", receiver.address)).start()
    send(world, agent)
    agent.wait_settled()
    assert agent.destination("central")["delivered"] == len(CASES)
    check_ledger(agent.status())
    # More, of which nothing but FINISH says that the receiver has it.
    send(world, agent)

    def sent():
        central = agent.destination("central")
        return central["in_flight"] + central["delivered"] == 2 * len(CASES)
    wait_until(sent, "all is on its way")
    assert agent.stop()[0] == 0
    assert "wait in the spool" not in agent.said()
    assert receiver.frames() == [case.frame() for case in CASES] * 2


@pytest.mark.parametrize("over", ["unix", "tcp"])
def test_golangs_dnstap_has_every_frame_and_answers_the_end(world, over):
    receiver = started(world, GolangDnstap(world.folder / "receiver", over))
    agent = world.agent(dnstap("central", receiver.address, "carry_id = true").replace('"1s"', '"60s"')).start()
    names = [f"n{i}.example" for i in range(300)]
    sender = world.sender(agent.socket)
    sender.send(names)
    assert sender.finish()
    wait_until(lambda: agent.destination("central")["in_flight"] == len(names), "all is on its way")
    assert agent.stop()[0] == 0
    assert "wait in the spool" not in agent.said(), "FINISH says that all has come"
    assert wait_until(lambda: len(receiver.names()) >= len(names) and receiver.names(), "it has written them") == names


def test_dnstap_read_reads_what_fstrm_capture_got(world):
    receiver = started(world, FstrmCapture(world.folder / "receiver", "tcp"))
    agent = world.agent(dnstap("central", receiver.address, "carry_id = true")).start()
    names = [f"n{i}.example" for i in range(300)]
    sender = world.sender(agent.socket)
    sender.send(names)
    assert sender.finish()
    agent.wait_settled()
    assert agent.stop()[0] == 0
    assert len(receiver.frames()) == len(names)
    read = subprocess.run(["dnstap-read", receiver.file], capture_output=True, text=True, timeout=60)
    assert read.returncode == 0, read.stderr
    assert [line.split()[-1].split("/")[0] for line in read.stdout.splitlines()] == names
    found = command("decode", receiver.file, "--output", "text", "--option", "line=%{qname} %{extra}").stdout.splitlines()
    assert [line.split()[0] for line in found] == names
    assert [int(line.split()[1][16:], 16) for line in found] == list(range(1, len(names) + 1))


@pytest.mark.parametrize("way", ["unix", "tcp", "tls"])
def test_the_events_of_a_second_tapferry_are_those_of_the_first_under_the_same_ids(world, certificates, way):
    second = central(world, json_file("all", world.folder / "central.json"))
    tls = ""
    if way == "unix":
        address = f"unix:{second.socket}"
    else:
        behind = Behind(world, second.socket, certificates if way == "tls" else None)
        address = f"localhost:{behind.port}"
        tls = trust(certificates, "client") if way == "tls" else ""
    first = world.agent(dnstap("central", address, "carry_id = true", tls),
                        json_file("all", world.folder / "first.json"), name="first").start()
    send(world, first)
    first.wait_settled()
    assert first.stop()[0] == 0, "FINISH has come"
    wait_until(lambda: second.input()["received"] == len(CASES), "the second one has received all")
    second.wait_settled()
    here, there = events(world.folder / "first.json"), events(world.folder / "central.json")
    assert len(here) == len(CASES)
    # When, and by which input, an agent has read it is its own matter.
    for event in here + there:
        event.pop("input", None)
    assert there == here
    check_ledger(second.status())


def test_without_trust_a_second_tapferry_has_ids_of_its_own_and_shows_the_first_ones(world):
    second = central(world, json_file("all", world.folder / "central.json"), trusts=False)
    first = world.agent(dnstap("central", f"unix:{second.socket}", "carry_id = true"),
                        json_file("all", world.folder / "first.json"), name="first").start()
    send(world, first)
    first.wait_settled()
    wait_until(lambda: second.input()["received"] == len(CASES), "the second one has received all")
    second.wait_settled()
    here, there = events(world.folder / "first.json"), events(world.folder / "central.json")
    assert [event["extra"].split(";")[0] for event in there] == [event["id"] for event in here]
    assert not {event["id"] for event in there} & {event["id"] for event in here}
    assert [int(event["id"][16:], 16) for event in there] == list(range(1, len(CASES) + 1))


@pytest.mark.slow
@pytest.mark.parametrize("dies", ["first", "second", "both", "second in good order"])
def test_whoever_dies_or_stops_nothing_appended_is_lost_and_what_comes_twice_has_the_same_id(world, dies):
    out = world.folder / "central.json"
    second = central(world, json_file("all", out))
    # The second one must have in its spool what it read so long ago, however busy the host is.
    relay = dnstap("central", f"unix:{second.socket}", "carry_id = true").replace('"1s"', '"5s"', 1)
    first = world.agent(relay, name="first").start()
    load = Stream(first.socket, rate=2000).start()
    world.at_the_end(load.stop)
    for _ in range(3):
        before = len(events(out))
        wait_until(lambda: len(events(out)) > before + 2000, "events flow")
        if dies in ("first", "both"):
            first.kill()
            first.start()
        if dies != "first":
            second.kill() if dies != "second in good order" else second.stop()
            wait_until(lambda: first.destination("central")["state"] == "retrying", "the loss is noticed")
            second.start()
    before = len(events(out))
    wait_until(lambda: len(events(out)) > before + 2000, "events flow again")
    load.stop()
    first.wait_settled()
    wait_until(lambda: second.input()["connections"] <= 1 and second.input()["in_ring"] == 0, "all is in the spool")
    second.wait_settled()
    delivered = Delivered((0, json.dumps(event)) for event in events(out))
    # All that the first one has appended, under its ids alone; a repeat is no event more.
    end = first.status()["spool"]["end"]
    delivered.check_complete(end)
    assert set(delivered.sequences()) == set(range(1, end))
    # A sender that was cut off sends some names again, under another identity.
    sent = Counter((event["identity"], event["qname"]) for event in delivered.unique())
    assert max(sent.values()) == 1, "an event has one id, however often it came"
    assert delivered.repeated() or dies == "first"
    check_ledger(first.status())
    check_ledger(second.status())


@pytest.mark.slow
def test_the_next_receiver_takes_over_when_one_dies(world):
    one = started(world, FstrmCapture(world.folder / "one", "tcp"))
    other = central(world, json_file("all", world.folder / "central.json"))
    agent = world.agent(dnstap("central", (one.address, f"unix:{other.socket}")), name="first").start()
    load = Stream(agent.socket, rate=1000).start()
    world.at_the_end(load.stop)
    wait_until(lambda: agent.destination("central")["delivered"] > 500, "the first one takes events")
    one.process.kill()
    wait_until(lambda: other.input()["received"] > 500, "the second one takes over")
    load.stop()
    agent.wait_settled()
    check_ledger(agent.status())


def test_notices_are_no_frames_and_do_not_count_as_delivered(world):
    receiver = started(world, FstrmCapture(world.folder / "receiver", "unix"))
    agent = world.agent(dnstap("central", receiver.address), file("frames", world.folder / "dns.fstrm", "dnstap"),
                        json_file("json", world.folder / "dns.json"), notices=True).start()
    send(world, agent)
    agent.wait_settled()
    told = agent.destination("json")["delivered"] - len(CASES)
    assert told >= 1, "the agent told that it started"
    for name in ("central", "frames"):
        shown = agent.destination(name)
        assert shown["delivered"] == len(CASES) and shown["filtered"] == told
        assert agent.metric("tapferry_notices_total", destination=name) == 0
    check_ledger(agent.status())
    assert agent.stop()[0] == 0
    assert receiver.frames() == [case.frame() for case in CASES]


def test_a_receiver_of_another_type_that_hangs_up_is_told(world):
    receiver = started(world, FstrmCapture(world.folder / "receiver", "unix", content_type="protobuf:other.Other"))
    agent = world.agent(dnstap("siem", receiver.address)).start()
    send(world, agent)
    wait_until(lambda: "it closes the connection when we offer dnstap" in agent.said(), "the refusal is told")
    assert agent.destination("siem")["delivered"] == 0


def test_a_port_of_something_else_and_one_of_a_sender_are_named(world):
    def send_ready(connection):
        connection.sendall(control(READY, CONTENT_TYPE))
        read_control(connection)
        read_control(connection)
    greeter, sender = Greeter(), Listener(send_ready)
    for one in (greeter, sender):
        world.at_the_end(one.stop)
    agent = world.agent(dnstap("siem", f"127.0.0.1:{greeter.port}"), dnstap("sender", f"127.0.0.1:{sender.port}")).start()
    send(world, agent)
    assert 'it sends "220 mail.test ESMTP' in agent.trouble()
    assert "it says READY" in agent.trouble("sender")
    assert agent.http("/readyz")[0] == 503


def test_probe_makes_the_handshake_and_sends_nothing(world):
    receiver = started(world, FstrmCapture(world.folder / "receiver", "tcp"))
    port = free_port()
    agent = world.agent(dnstap("good", receiver.address), dnstap("refused", f"127.0.0.1:{port}"))
    asked = command("probe", "--config", agent.configuration, "--format", "json", "--timeout", "3")
    assert asked.returncode == 1, asked
    found = {one["name"]: one for one in json.loads(asked.stdout)}
    assert found["good"]["passed"] and not found["refused"]["passed"]
    assert "handshake" in found["good"]["steps"][0]["words"]
    assert receiver.frames() == []


def test_the_example_works(world, certificates):
    second = central(world, json_file("all", world.folder / "central.json"))
    behind = Behind(world, second.socket, certificates)
    agent = world.example("dnstap.toml", {
        "collector1.example.com:6000": f"localhost:{behind.port}", "collector2.example.com:6000": f"localhost:{free_port()}",
        "/etc/tapferry/relay-ca.crt": str(certificates / "ca.crt"), "/etc/tapferry/relay.crt": str(certificates / "client.crt"),
        "/etc/tapferry/relay.key": str(certificates / "client.key")}).start()
    send(world, agent)
    wait_until(lambda: second.input()["received"] == len(CASES), "every frame came")
    second.wait_settled()
    assert len({event["id"] for event in events(world.folder / "central.json")}) == len(CASES)
