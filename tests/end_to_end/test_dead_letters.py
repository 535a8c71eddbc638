"""`tapferry dead-letter` beside a running agent and without one: what a far side will not take is kept, shown, sent again
once, or removed; nothing is lost on the way, whatever dies."""
import json
import os
import signal
import socket
import stat

import pytest

from lab import agent as destinations
from lab.agent import HEAD, command
from lab.process import wait_until

SHORT, LONG = 300, 40
LABEL = "x" * 60


def letters(agent, *arguments, **options):
    return command("dead-letter", *arguments, "--config", agent.configuration, **options)


def listed(agent, name="siem"):
    asked = letters(agent, "list", "--format", "json")
    assert asked.returncode == 0, asked.stderr
    return next(d for d in json.loads(asked.stdout)["destinations"] if d["name"] == name)


def shown(agent, *arguments):
    asked = letters(agent, "show", "siem", "--format", "json", *arguments)
    assert asked.returncode == 0, asked.stderr
    return [json.loads(line) for line in asked.stdout.splitlines()]


def short_name(i):
    return f"n{i}.test"


def long_name(i):
    return f"long{i}.{LABEL}.{LABEL}.{LABEL}.test"


def siem(port, max_bytes):
    """JSON, which is not shortened, in lines of a limited length: what is longer is a dead letter."""
    return destinations.syslog("siem", port, more=f'format = "json"\nmax_bytes = {max_bytes}\n', framing="newline") + \
        f'[destinations.siem.labels]\npad = "{"p" * 250}"\nmore = "{"p" * 180}"\n'


def mend(agent):
    """From now on long lines are taken, too."""
    agent.configuration.write_text(HEAD.format(folder=agent.folder, spool="256MiB") + siem(agent.receiver.port, 8096))


def reload(agent):
    agent.process.send(signal.SIGHUP)
    wait_until(lambda: "read again" in agent.said(), "the configuration was read again")


def names_at(receiver, start=0):
    return [json.loads(line[line.index(b"{"):])["qname"] for _, line in receiver.lines[start:]]


@pytest.fixture
def refused(world):
    """An agent that has delivered SHORT events, and has LONG dead letters."""
    receiver = world.receiver()
    agent = world.agent(siem(receiver.port, 1024)).start()
    world.sender(agent.socket).send([short_name(i) for i in range(SHORT)] + [long_name(i) for i in range(LONG)])
    wait_until(lambda: len(receiver) == SHORT, "what is short is there")
    agent.wait_settled("siem")
    agent.receiver = receiver
    return agent


def test_list_and_show_tell_what_was_refused_when_and_why(refused):
    found = listed(refused)
    assert found["letters"] == LONG and found["waiting"] == found["unsendable"] == found["unreadable"] == 0
    assert found["reasons"] == [{"reason": "longer than max_bytes", "letters": LONG}]
    assert found["oldest"] <= found["newest"]
    asked = letters(refused, "list")
    assert asked.returncode == 0 and "siem" in asked.stdout and "longer than max_bytes" in asked.stdout
    all_letters = shown(refused)
    assert [int(letter["id"][16:], 16) for letter in all_letters] == list(range(SHORT + 1, SHORT + LONG + 1))
    assert all(letter["destination"] == "siem" and letter["input"] == "bind" for letter in all_letters)
    assert all(f"long{i}".encode() in bytes.fromhex(letter["frame"]) for i, letter in enumerate(all_letters))
    assert shown(refused, "--limit", "3") == all_letters[-3:]
    assert shown(refused, "--reason", "max_bytes", "--from", "1h") == all_letters
    assert shown(refused, "--reason", "mapper") == shown(refused, "--until", "1h") == []
    assert shown(refused, "--id", all_letters[7]["id"]) == [all_letters[7]]
    asked = letters(refused, "show", "--limit", "1")
    assert asked.returncode == 0 and all_letters[-1]["id"] in asked.stdout and "refused: longer" in asked.stdout
    assert letters(refused, "show", "siam").returncode == 2


def test_requeue_sends_them_once_more_in_order_and_moves_no_position(refused):
    before = refused.destination("siem")
    mend(refused)
    reload(refused)
    asked = letters(refused, "requeue", "siem")
    assert asked.returncode == 0 and f"{LONG} letters are sent again now" in asked.stderr, asked
    wait_until(lambda: listed(refused)["waiting"] == 0 and len(refused.receiver) == SHORT + LONG, "all are there")
    assert names_at(refused.receiver, SHORT) == [long_name(i) for i in range(LONG)]
    assert listed(refused)["letters"] == 0
    after = refused.destination("siem")
    assert after["balanced"] and after["position"] == before["position"]
    assert after["dead_lettered"] == LONG and after["delivered"] == before["delivered"]
    assert refused.metric("tapferry_records_requeued_total", destination="siem", outcome="delivered") == LONG
    assert refused.metric("tapferry_records_requeued_total", destination="siem", outcome="refused") == 0
    wait_until(lambda: f"dead letters were sent again: {LONG} records accepted" in refused.said(), "it says so")
    assert letters(refused, "requeue", "siem").stderr == "tapferry: siem: there are no dead letters\n"


def test_what_still_cannot_be_sent_stays_and_holds_up_nothing(refused, world):
    before = shown(refused)
    assert letters(refused, "requeue", "--all").returncode == 0
    wait_until(lambda: listed(refused)["waiting"] == 0 and listed(refused)["letters"] == LONG, "they are back")
    assert shown(refused) == before
    world.sender(refused.socket, "another").send(["later.test"])
    wait_until(lambda: "later.test" in names_at(refused.receiver), "what comes later is delivered")
    refused.wait_settled("siem")
    assert refused.destination("siem")["balanced"]


def test_without_an_agent_letters_wait_for_its_next_start(refused):
    assert refused.stop()[0] == 0
    mend(refused)
    asked = letters(refused, "requeue", "siem")
    assert asked.returncode == 0 and f"{LONG} letters are sent again when the agent starts" in asked.stderr, asked
    assert listed(refused)["waiting"] == LONG and listed(refused)["letters"] == 0
    assert letters(refused, "requeue", "siem").returncode == 1
    refused.start()
    wait_until(lambda: listed(refused)["waiting"] == 0, "all were sent")
    assert names_at(refused.receiver, SHORT) == [long_name(i) for i in range(LONG)]


def test_a_kill_while_they_are_sent_repeats_some_and_loses_none(refused):
    refused.receiver.stop()
    mend(refused)
    reload(refused)
    assert letters(refused, "requeue", "siem").returncode == 0
    wait_until(lambda: refused.metric("tapferry_deliveries_total", verdict="retry") > 0, "they were tried")
    refused.kill()
    assert listed(refused)["waiting"] == LONG
    refused.receiver.start()
    refused.start()
    wait_until(lambda: set(names_at(refused.receiver, SHORT)) == {long_name(i) for i in range(LONG)}, "all are there")
    refused.kill()      # accepted, but for the replay window that is not over
    refused.start()
    wait_until(lambda: listed(refused)["waiting"] == 0, "all are settled")
    assert set(names_at(refused.receiver, SHORT)) == {long_name(i) for i in range(LONG)}
    assert listed(refused)["letters"] == 0 and refused.destination("siem")["balanced"]


def test_records_go_as_they_were_refused_byte_for_byte(refused):
    folder = refused.folder / "state/dead-letter/siem"
    (folder / "dead-letter.jsonl").write_text("".join(
        json.dumps({"id": f"{7:016x}{i:016x}-2", "at": "2026-11-27T03:31:42.123Z", "time": "2026-11-27T03:31:40Z",
                    "reason": "400 no", "record": f'<134>1 "{i}" \\ {{}}'}, separators=(",", ":")) + "\n"
        for i in range(1, 6)))
    assert letters(refused, "requeue", "siem").returncode == 0
    wait_until(lambda: len(refused.receiver) == SHORT + 5, "they are there")
    assert [line for _, line in refused.receiver.lines[SHORT:]] == [f'<134>1 "{i}" \\ {{}}'.encode() for i in range(1, 6)]


def test_purge_asks_and_removes_beside_an_agent_and_without_one(refused, world):
    asked = letters(refused, "purge", "siem", input="n\n")
    assert asked.returncode == 1 and f"siem: {LONG} letters" in asked.stderr and "nothing was removed" in asked.stderr
    assert listed(refused)["letters"] == LONG
    asked = letters(refused, "purge", "siem", input="y\n")
    assert asked.returncode == 0 and f"{LONG} letters removed" in asked.stderr, asked
    assert listed(refused)["letters"] == 0
    assert refused.metric("tapferry_dead_letters_dropped_total", destination="siem", reason="purge") == LONG
    world.sender(refused.socket, "another").send([long_name(0)])
    wait_until(lambda: listed(refused)["letters"] == 1, "one more is refused")
    assert refused.stop()[0] == 0
    assert letters(refused, "purge", "--all", "--yes").returncode == 0
    assert listed(refused)["letters"] == 0
    assert letters(refused, "purge").returncode == letters(refused, "purge", "siem", "--all").returncode == 2


def test_the_control_socket_is_the_agent_s_alone_and_outlives_no_kill(refused):
    path = refused.folder / "state/control.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    refused.kill()
    assert path.exists()
    refused.start()
    assert letters(refused, "requeue", "siem").returncode == 0
    assert refused.stop()[0] == 0
    assert not path.exists()


def test_noise_and_slow_clients_at_the_control_socket_hamper_nothing(refused, world):
    mend(refused)
    reload(refused)
    clients = []
    for noise in (b"", b"POST /requeue?dest", b"\x16\x03\x01\x00\xff" * 4000, b"POST /spool/purge HTTP/1.1\r\n\r\n"):
        client = socket.socket(socket.AF_UNIX)
        client.connect(os.path.relpath(refused.folder / "state/control.sock"))
        clients.append(client)
        try:
            client.sendall(noise)
        except OSError:
            pass
    assert letters(refused, "requeue", "siem").returncode == 0
    world.sender(refused.socket, "another").send(["later.test"])
    wait_until(lambda: len(refused.receiver) == SHORT + LONG + 1, "everything is delivered")
    for client in clients:
        client.close()
    assert refused.destination("siem")["balanced"]
