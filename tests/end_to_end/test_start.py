"""What keeps the agent from starting is said clearly, all of it, with what to do; and nothing is left behind."""
import os
import socket
import stat
import subprocess

import pytest

from lab import agent as destinations
from lab.agent import HEAD, command
from lab.oracle import Delivered, check_ledger
from lab.process import free_port, wait_until

FAULTY = """[agent]
state_directory = "{folder}/state"
log_levle = "info"
[spool]
max_bytes = "many"
[inputs.bind]
type = "unix"
path = "{folder}/dnstap.sock"
[destinations.json]
type = "tcp"
format = "jsno"
address = "no-port"
retry = {{ initial = "soon" }}
"""


def test_every_fault_of_a_configuration_is_named_and_nothing_is_started(world):
    agent = world.agent(configuration=FAULTY.format(folder=world.folder))
    for arguments in (["run", "--config", agent.configuration], ["check", agent.configuration]):
        asked = command(*arguments)
        said = asked.stderr + asked.stdout
        assert asked.returncode == 2, said
        for line, fault in ((3, "log_levle"), (5, "max_bytes"), (11, "format"), (12, "address"), (13, "initial")):
            assert any(f"{agent.configuration}:{line}:" in told and fault in told for told in said.splitlines()), (
                f"line {line} ({fault}) is not named:\n{said}")
        assert "log_level" in said.replace("log_levle", ""), "the nearest known key is named"
        assert "json" in said.replace("jsno", ""), "the known formats are named"
    assert not (world.folder / "state").exists() and not (world.folder / "dnstap.sock").exists()


@pytest.mark.parametrize("text, words", [
    (None, "no-such-file.toml"),
    ("[agent\n", "1:"),
    (HEAD, "destination"),
])
def test_a_file_that_cannot_be_used_is_named(world, text, words):
    path = world.folder / ("no-such-file.toml" if text is None else "tapferry.toml")
    if text:
        path.write_text(text.format(folder=world.folder, spool="64MiB"))
    asked = command("run", "--config", path)
    assert asked.returncode == 2 and words in asked.stderr, asked


def test_wrong_usage_is_exit_2(world):
    assert command("nonsense").returncode == 2
    assert command("run", "--no-such-option").returncode == 2


def test_a_socket_of_a_live_process_is_left_alone(world):
    receiver = world.receiver()
    first = world.agent(destinations.tcp("json", receiver.port)).start()
    second = world.agent(configuration=first.configuration.read_text().replace("/state", "/other-state"), name="second")
    asked = command("run", "--config", second.configuration)
    assert asked.returncode != 0
    assert str(first.socket) in asked.stderr, asked.stderr
    world.sender(first.socket).send(["still.test"])
    wait_until(lambda: len(receiver) == 1, "the first agent still has its socket")


def test_a_state_directory_of_a_live_agent_is_left_alone(world):
    first = world.agent(destinations.file("passive", world.folder / "passive.log")).start()
    second = world.agent(configuration=first.configuration.read_text().replace("dnstap.sock", "other.sock"), name="second")
    asked = command("run", "--config", second.configuration)
    assert asked.returncode == 1 and "state" in asked.stderr, asked
    assert first.process.running() and first.http("/healthz")[0] == 200


def test_a_socket_that_nobody_listens_on_any_more_is_taken_over(world):
    agent = world.agent(destinations.file("passive", world.folder / "passive.log"))
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(agent.socket))
    agent.start()
    world.sender(agent.socket)
    assert stat.S_IMODE(os.stat(agent.socket).st_mode) == 0o660


def test_a_file_in_the_socket_s_place_is_never_removed(world):
    agent = world.agent(destinations.file("passive", world.folder / "passive.log"))
    agent.socket.write_text("precious")
    asked = command("run", "--config", agent.configuration)
    assert asked.returncode == 1 and str(agent.socket) in asked.stderr, asked
    assert agent.socket.read_text() == "precious"


def test_a_missing_directory_of_the_socket_is_said(world):
    agent = world.agent(destinations.file("passive", world.folder / "passive.log"))
    text = agent.configuration.read_text().replace("dnstap.sock", "nowhere/dnstap.sock")
    agent.configuration.write_text(text)
    asked = command("run", "--config", agent.configuration)
    assert asked.returncode in (1, 2) and "nowhere" in asked.stderr, asked


def test_a_state_directory_that_cannot_be_made_is_said(world):
    agent = world.agent(destinations.file("passive", world.folder / "passive.log"))
    (world.folder / "file").write_text("")
    agent.configuration.write_text(agent.configuration.read_text().replace(
        f'"{agent.folder}/state"', f'"{world.folder}/file/state"'))
    asked = command("run", "--config", agent.configuration)
    assert asked.returncode in (1, 2) and f"{world.folder}/file/state" in asked.stderr, asked


def test_state_is_private(world):
    agent = world.agent(destinations.tcp("json", free_port())).start()
    world.sender(agent.socket).send(["secret.test"])
    wait_until(lambda: agent.input()["appended"] == 1, "appended")
    state = agent.folder / "state"
    assert stat.S_IMODE(state.stat().st_mode) & 0o077 == 0
    for path in (state / "spool").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.fixture
def small_disk(world):
    """A file system of 8 MiB; skipped where a process may not mount one."""
    folder = world.folder / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount a file system here: {mounted.stderr.strip()}")
    world.at_the_end(lambda: subprocess.run(["umount", folder], check=False))
    return folder


def test_a_full_disk_holds_nobody_up_and_the_agent_recovers(world, small_disk):
    receiver = world.receiver()
    text = HEAD.format(folder=small_disk, spool="256MiB") + destinations.tcp("json", receiver.port)
    text = text.replace("[spool]\n", "[spool]\nmin_free_bytes = \"0\"\n")
    agent = world.agent(configuration=text)
    agent.folder, agent.socket = small_disk, small_disk / "dnstap.sock"
    agent.start()
    receiver.stop()
    sender = world.sender(agent.socket)
    count = 200_000
    sender.send(f"disk{i}.test" for i in range(count))   # about 18 MiB: more than there is room for
    wait_until(lambda: agent.input()["received"] == count and agent.input()["in_ring"] == 0, "all was read")
    check_ledger(agent.status())
    assert agent.process.running()
    assert "drops what waits here" in agent.said()

    receiver.start()
    settled = agent.wait_settled()
    check_ledger(settled)
    rejected, lost = settled["inputs"][0]["rejected"]["disk"], sum(settled["destinations"][0]["lost"].values())
    assert rejected + lost > 0, "what found no room is counted"
    assert len(Delivered(receiver.lines).sequences()) == count - rejected - lost
    sender.send(["after.test"])
    wait_until(lambda: any(b"after.test" in line for _, line in receiver.lines), "it takes frames again")
    check_ledger(agent.wait_settled())
