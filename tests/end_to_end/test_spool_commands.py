"""`tapferry spool`: what it shows of the log beside a running agent and a stopped one, and what it gives up."""
import json
import os
import shutil
import subprocess

import pytest

from lab import agent as destinations
from lab.agent import PROGRAM, command
from lab.process import wait_until
from lab.traffic import send

FRAMES = 3000


def spool(agent, *arguments, **options):
    return command("spool", *arguments, "--config", agent.configuration, **options)


def listed(agent):
    asked = spool(agent, "list", "--format", "json")
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout)


def names_in(path, *arguments):
    """The names asked for in a capture, in order."""
    asked = command("decode", path, "--output", "json", "--quiet", *arguments)
    assert asked.returncode == 0, asked.stderr
    return [json.loads(line)["qname"] for line in asked.stdout.splitlines()]


def segments(agent):
    return sorted((agent.folder / "state/spool").glob("*.segment"))


@pytest.fixture
def behind(world):
    """A running agent with FRAMES in its spool: one destination has them all, of the other nobody listens."""
    there, away = world.receiver(), world.receiver()
    away.stop()
    agent = world.agent(destinations.tcp("there", there.port), destinations.tcp("away", away.port)).start()
    world.sender(agent.socket).send(f"n{i}.test" for i in range(FRAMES))
    wait_until(lambda: len(there) == FRAMES, "the one that is there has everything")
    agent.wait_settled("there")
    agent.receivers = {"there": there, "away": away}
    return agent


def test_list_tells_who_still_needs_what(behind):
    found = listed(behind)
    assert found["begin"] == 1 and found["end"] == FRAMES + 1
    assert found["bytes"] == sum(s["bytes"] for s in found["segments"]) > FRAMES * 50
    by_name = {d["name"]: d for d in found["destinations"]}
    assert by_name["away"]["behind"] == FRAMES and by_name["there"]["behind"] == 0
    assert found["segments"][0]["needed_by"] == ["away"]
    asked = spool(behind, "list")
    assert asked.returncode == 0 and "NEEDED BY" in asked.stdout and "away" in asked.stdout
    assert max(map(len, asked.stdout.splitlines())) <= 200


def test_verify_of_a_sound_log_beside_the_agent_that_writes_it(behind):
    asked = spool(behind, "verify", "--format", "json")
    assert asked.returncode == 0, asked
    found = json.loads(asked.stdout)
    assert found["sound"] and found["frames"] == FRAMES and found["damaged_frames"] == 0
    assert behind.destination("there")["balanced"]


def test_verify_names_the_damage_and_export_does_without_it(behind, world):
    assert behind.stop()[0] == 0
    file = segments(behind)[0]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    asked = spool(behind, "verify")
    assert asked.returncode == 1 and file.name in asked.stdout, asked
    found = json.loads(spool(behind, "verify", "--format", "json").stdout)
    assert not found["sound"] and found["frames"] + found["damaged_frames"] == FRAMES
    [damage] = found["damage"]
    assert damage["segment"] == file.name and damage["offset"] <= len(content) // 2 and damage["frames"] > 0
    out = world.folder / "out.fstrm"
    asked = spool(behind, "export", "--output", out)
    assert asked.returncode == 1 and "damage" in asked.stderr, asked
    lost = range(damage["from"] - 1, damage["from"] - 1 + damage["frames"])
    assert names_in(out) == [f"n{i}.test" for i in range(FRAMES) if i not in lost]


def test_export_is_a_capture_of_exactly_what_was_asked_for(behind, world):
    out = world.folder / "out.fstrm"
    everything = [f"n{i}.test" for i in range(FRAMES)]
    asked = spool(behind, "export", "--output", out)
    assert asked.returncode == 0 and f"{FRAMES:,} frames exported" in asked.stderr, asked
    assert names_in(out) == everything
    assert out.stat().st_mode & 0o777 == 0o600
    assert spool(behind, "export", "-o", out, "--destination", "away").returncode == 0
    assert names_in(out) == everything
    assert spool(behind, "export", "-o", out, "--destination", "there").returncode == 0
    assert names_in(out) == []
    assert spool(behind, "export", "-o", out, "--where", 'qname == "n77.test"').returncode == 0
    assert names_in(out) == ["n77.test"]
    assert spool(behind, "export", "-o", out, "--from", "1h", "--until", "2100-01-01").returncode == 0
    assert names_in(out) == everything
    assert spool(behind, "export", "-o", out, "--until", "1h").returncode == 0
    assert names_in(out) == []
    piped = subprocess.run(f"{PROGRAM} spool export -o - --config {behind.configuration} | "
                           f"{PROGRAM} decode - --output json", shell=True, capture_output=True, text=True)
    assert len(piped.stdout.splitlines()) == FRAMES


def test_export_writes_over_no_file_but_a_capture(behind):
    before = behind.configuration.read_text()
    asked = spool(behind, "export", "--output", behind.configuration)
    assert asked.returncode == 2 and "not a capture" in asked.stderr, asked
    assert behind.configuration.read_text() == before


def test_purge_beside_a_running_agent_gives_up_exactly_the_backlog_and_the_agent_goes_on(behind, world):
    asked = spool(behind, "purge", "--destination", "away", input="n\n")
    assert asked.returncode == 1 and f"{FRAMES:,} frames" in asked.stderr and "nothing was purged" in asked.stderr
    assert behind.destination("away")["pending"] == FRAMES
    asked = spool(behind, "purge", "--destination", "away", "--yes")
    assert asked.returncode == 0 and f"{FRAMES:,} frames given up" in asked.stderr, asked
    away = behind.destination("away")
    assert away["lost"]["purge"] == FRAMES and away["pending"] == 0 and away["balanced"]
    assert behind.destination("there")["delivered"] == FRAMES
    world.sender(behind.socket, "another").send(f"later{i}.test" for i in range(10))
    behind.receivers["away"].start()
    wait_until(lambda: len(behind.receivers["away"]) >= 10, "what came later arrives")
    behind.wait_settled()
    names = [json.loads(line).get("qname") for _, line in behind.receivers["away"].lines]
    assert [name for name in names if name] == [f"later{i}.test" for i in range(10)]
    away = behind.destination("away")
    assert away["lost"]["purge"] == FRAMES and away["balanced"]
    assert behind.stop()[0] == 0
    behind.start()
    assert behind.destination("away")["lost"]["purge"] == FRAMES, "over a restart, too"


def test_purge_is_refused_beside_an_agent_that_cannot_be_asked(behind):
    (behind.folder / "state/control.sock").unlink()
    asked = spool(behind, "purge", "--destination", "away", "--yes")
    assert asked.returncode == 1 and "pid" in asked.stderr and "stop it" in asked.stderr, asked
    assert behind.destination("away")["pending"] == FRAMES


def test_purge_gives_up_one_destination_s_backlog_and_counts_it(behind):
    behind.receivers["there"].stop()
    assert behind.stop()[0] == 0
    asked = spool(behind, "purge", "--destination", "away", input="n\n")
    assert asked.returncode == 1 and f"{FRAMES:,} frames" in asked.stderr and "nothing was purged" in asked.stderr
    assert {d["name"]: d["behind"] for d in listed(behind)["destinations"]}["away"] == FRAMES
    asked = spool(behind, "purge", "--destination", "away", input="y\n")
    assert asked.returncode == 0 and f"{FRAMES:,} frames given up" in asked.stderr, asked
    assert listed(behind)["bytes"] < 1000, "nobody else needs it"
    for receiver in behind.receivers.values():
        receiver.start()
    behind.start()
    away = behind.destination("away")
    assert away["lost"]["purge"] == FRAMES and away["pending"] == 0 and away["balanced"]
    assert len(behind.receivers["away"]) == 0


@pytest.mark.parametrize("beside", [True, False], ids=["beside an agent", "without an agent"])
def test_a_second_purge_adds_to_the_first_and_changes_no_reason(behind, world, beside):
    def purge(frames):
        if not beside:
            assert behind.stop()[0] == 0
        asked = spool(behind, "purge", "--all", "--yes")
        assert asked.returncode == 0 and f"away: {frames:,} frames given up" in asked.stderr, asked
        if not beside:
            behind.start()

    purge(FRAMES)
    send(world, behind, 10)
    purge(10)
    away = behind.destination("away")
    assert away["lost"]["purge"] == FRAMES + 10 and away["lost"].get("retention", 0) == 0 and away["balanced"]
    behind.receivers["away"].start()
    behind.wait_settled()
    away = behind.destination("away")
    assert away["lost"]["purge"] == FRAMES + 10 and away["lost"].get("retention", 0) == 0 and away["balanced"]


def test_purge_keeps_what_another_destination_still_needs(world):
    receivers = [world.receiver(), world.receiver()]
    for receiver in receivers:
        receiver.stop()
    agent = world.agent(destinations.tcp("one", receivers[0].port), destinations.tcp("two", receivers[1].port)).start()
    sender = world.sender(agent.socket)
    sender.send(f"n{i}.test" for i in range(FRAMES))
    wait_until(lambda: agent.destination("two")["pending"] == FRAMES, "everything is in the spool")
    assert agent.stop()[0] == 0
    assert spool(agent, "purge", "--destination", "one", "--yes").returncode == 0
    for receiver in receivers:
        receiver.start()
    agent.start()
    agent.wait_settled()
    assert len(receivers[1]) == FRAMES and len(receivers[0]) == 0
    assert agent.stop()[0] == 0
    assert spool(agent, "purge", "--all", "--yes").returncode == 0
    assert [d["behind"] for d in listed(agent)["destinations"]] == [0, 0]


@pytest.fixture
def late(world):
    """A stopped agent: most of FRAMES go later, and ten that came after them have been delivered."""
    receiver = world.receiver()
    receiver.stop()
    live_first = 'catch_up = "live_first"\ncatch_up_rate = 1\n'
    agent = world.agent(destinations.tcp("json", receiver.port, replay_window="100ms", more=live_first)
                        .replace("max_events = 1000", "max_events = 100")).start()
    world.sender(agent.socket).send(f"n{i}.test" for i in range(FRAMES))
    wait_until(lambda: agent.destination("json")["pending"] == FRAMES, "everything is in the spool")
    receiver.start()
    wait_until(lambda: agent.destination("json")["late"], "what waits is put off")
    world.sender(agent.socket, "another").send(f"later{i}.test" for i in range(10))
    wait_until(lambda: any(b"later9.test" in line for _, line in receiver.lines), "what came later is there")
    wait_until(lambda: agent.destination("json")["position"] == FRAMES + 11, "and accepted")
    assert agent.stop()[0] == 0
    agent.receiver = receiver
    return agent


def test_what_goes_later_is_listed_exported_and_needed_still(late, world):
    [json_] = listed(late)["destinations"]
    begin = json_["needed_from"]
    assert json_["position"] == FRAMES + 11 and 1 < begin < FRAMES and json_["behind"] == FRAMES + 1 - begin
    assert listed(late)["segments"][0]["needed_by"] == ["json"]
    out = world.folder / "out.fstrm"
    assert spool(late, "export", "-o", out, "--destination", "json").returncode == 0
    assert names_in(out) == [f"n{i}.test" for i in range(begin - 1, FRAMES)] + [f"later{i}.test" for i in range(10)]


def test_purge_of_a_stopped_agent_gives_up_what_goes_later_and_counts_it(late):
    behind = listed(late)["destinations"][0]["behind"]
    asked = spool(late, "purge", "--destination", "json", input="n\n")
    assert asked.returncode == 1 and f"{behind:,} frames" in asked.stderr and "nothing was purged" in asked.stderr
    assert listed(late)["destinations"][0]["behind"] == behind
    asked = spool(late, "purge", "--destination", "json", "--yes")
    assert asked.returncode == 0 and f"{behind:,} frames given up" in asked.stderr, asked
    found = listed(late)
    assert found["bytes"] < 1000 and found["destinations"][0]["behind"] == 0
    late.start()
    json_ = late.destination("json")
    assert json_["late"] == [] and json_["pending"] == 0 and json_["balanced"]
    assert json_["lost"]["purge"] == behind and json_["delivered"] == FRAMES + 10 - behind


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
def test_what_root_purges_stays_the_agent_s_user_s(behind, world):
    assert behind.stop()[0] == 0
    world.folder.chmod(0o711)
    state = behind.folder / "state"
    nobody = 65534
    for path in [state, *state.rglob("*")]:
        shutil.chown(path, nobody, nobody)
    assert spool(behind, "purge", "--all", "--yes").returncode == 0
    owners = {path.name: path.stat().st_uid for path in state.rglob("*")}
    assert set(owners.values()) == {nobody}, owners


def test_what_cannot_be_is_told(behind, world):
    assert spool(behind, "export", "-o", world.folder / "x", "--destination", "awya").returncode == 2
    assert 'did you mean "away"?' in spool(behind, "export", "-o", world.folder / "x", "--destination", "awya").stderr
    assert spool(behind, "export", "-o", world.folder / "x", "--from", "yesterday-ish").returncode == 2
    assert spool(behind, "export").returncode == 2
    assert spool(behind, "purge", "--yes").returncode == 2
    assert spool(behind, "purge", "--all", "--destination", "away").returncode == 2
    assert command("spool", "list", "--state-directory", world.folder / "nowhere").returncode == 1
    assert command("spool").returncode == 2
    by_directory = command("spool", "list", "--state-directory", behind.folder / "state", "--format", "json")
    assert json.loads(by_directory.stdout)["end"] == FRAMES + 1
