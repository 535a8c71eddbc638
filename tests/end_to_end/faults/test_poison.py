"""A frame that crashes the program: it is met at every start, and must not end every start. After two crashes it is a dead
letter, and everything else is delivered, in order, each at its one place in the ledger.

Only builds for tests can be made to crash so: build/dev/tapferry, or TAPFERRY_WITH_DEATH_POINTS."""
import json
import signal

import pytest

from lab import agent as destinations
from lab.agent import HEAD, PROGRAM
from lab.oracle import Delivered, check_ledger
from lab.process import Failure, wait_until
from test_death_points import DYING, bytes_without_symbols

# The sanitizers leave crashes to the program, as in what is shipped.
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=0:handle_segv=0:handle_abort=0"}
DECODE, RENDER = "frame.decode", "event.render"


@pytest.fixture
def crashing(world):
    """Makes agents that may crash."""
    if not DYING.exists():
        pytest.skip(f"{DYING} is not built: cmake --build --preset dev --target tapferry")

    def make(*wanted, notices=False):
        folder = world.folder / "agent"
        head = HEAD.format(folder=folder, spool="256MiB")
        agent = world.agent(configuration=(head.replace("notices = false", "notices = true") if notices else head) + "".join(wanted))
        agent.program, agent.environment = DYING, ENVIRONMENT
        return agent
    return make


def fill(world, agent, names):
    """Has the frames appended by an agent whose destinations are away, so that all are met at each start from then on."""
    agent.start()
    before = agent.status()["spool"]["end"]
    world.sender(agent.socket).send(names)
    wait_until(lambda: agent.status()["spool"]["end"] >= before + len(names), "all are appended")
    agent.kill()


def start_until_it_lives(agent, crash_on, most):
    """As systemd does. Returns how it ended each time before it delivered everything."""
    ends = []

    def over():
        if not agent.process.running():
            return "dead"
        try:
            status = agent.status() if agent.ready() else None
        except (Failure, ValueError):
            return None     # it is just dying
        settled = status and all(d["pending"] == 0 and d["in_flight"] == 0 for d in status["destinations"])
        return "through" if settled else None
    while len(ends) < most:
        agent.start(ready=False, TAPFERRY_CRASH_ON=crash_on)
        if wait_until(over, "it has delivered everything, or is dead") == "through":
            break
        ends.append(agent.process.child.returncode)
    return ends


def letters(agent, name):
    shown = destinations.command("dead-letter", "show", name, "--format", "json", "--config", agent.configuration)
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line) for line in shown.stdout.splitlines()]


def sequence(letter):
    return int(letter["id"][16:], 16)


def names(count, *poison):
    """Names of `count` frames, of which those (numbered from 1) are poison."""
    return [f"{'poison' if i in poison else 'good'}{i}.test" for i in range(1, count + 1)]


def check_all_but(agent, receiver, name, wanted, *poison):
    status = agent.wait_settled(name)
    check_ledger(status)
    found = agent.destination(name)
    assert found["dead_lettered"] == len(poison) and sum(found["lost"].values()) == 0, found
    events = Delivered(receiver.lines)
    events.check_order()
    assert [event["qname"] for event in events.unique()] == [n for i, n in enumerate(wanted, 1) if i not in poison]
    assert [sequence(letter) for letter in letters(agent, name)] == list(poison)


@pytest.mark.slow
@pytest.mark.parametrize("how, end", [("abort", signal.SIGABRT), ("fault", signal.SIGSEGV), ("overflow", signal.SIGSEGV)])
@pytest.mark.parametrize("place", [DECODE, RENDER])
def test_a_frame_that_crashes_the_program_twice_is_a_dead_letter_at_the_third_start(world, crashing, place, how, end):
    receiver = world.receiver()
    receiver.stop()
    agent = crashing(destinations.tcp("json", receiver.port))
    wanted = names(500, 250)
    fill(world, agent, wanted)
    receiver.start()
    assert start_until_it_lives(agent, f"{place}:{how}:poison", 5) == [-end, -end]
    check_all_but(agent, receiver, "json", wanted, 250)
    letter = letters(agent, "json")[0]
    assert f"crashed 2 times while it decoded or rendered this frame ({end.name})" in letter["reason"]
    assert "poison250" in bytes.fromhex(letter["frame"]).decode("latin-1") and letter["input"] == "bind"
    assert f"tapferry crashed 2 times at frame 250 ({end.name}): the frame goes to the dead letter" in agent.said()
    listed = destinations.command("dead-letter", "list", "--format", "json", "--config", agent.configuration)
    assert json.loads(listed.stdout)["destinations"][0]["letters"] == 1


@pytest.mark.slow
def test_several_of_them_one_behind_the_other_are_found_one_after_the_other(world, crashing):
    receiver = world.receiver()
    receiver.stop()
    agent = crashing(destinations.tcp("json", receiver.port))
    wanted = names(300, 1, 100, 101, 300)
    fill(world, agent, wanted)
    receiver.start()
    assert len(start_until_it_lives(agent, f"{DECODE}:fault:poison", 20)) == 8
    check_all_but(agent, receiver, "json", wanted, 1, 100, 101, 300)


@pytest.mark.slow
def test_they_are_found_while_the_destination_is_away_and_in_what_comes_in_later(world, crashing):
    receiver = world.receiver()
    receiver.stop()
    agent = crashing(destinations.tcp("json", receiver.port))
    wanted = names(200, 50, 150)
    fill(world, agent, wanted[:100])
    # With nobody to deliver to, only what is read into the first batches is met.
    for _ in range(2):
        agent.start(ready=False, TAPFERRY_CRASH_ON=f"{DECODE}:abort:poison")
        wait_until(lambda: not agent.process.running(), "it has crashed")
    agent.start(TAPFERRY_CRASH_ON=f"{DECODE}:abort:poison")
    receiver.start()
    agent.wait_settled()
    world.sender(agent.socket).send(wanted[100:])
    wait_until(lambda: not agent.process.running(), "it has crashed on the live one")
    assert len(start_until_it_lives(agent, f"{DECODE}:abort:poison", 5)) == 1
    status = agent.status()
    check_ledger(status)
    events = Delivered(receiver.lines)
    events.check_order()
    buried = [sequence(letter) for letter in letters(agent, "json")]
    assert buried == [50, 150]
    assert sorted([*events.sequences(), *buried]) == list(range(1, status["spool"]["end"]))


@pytest.mark.slow
def test_they_are_found_in_what_goes_later_while_what_comes_goes_first(world, crashing):
    receiver = world.receiver()
    receiver.stop()
    agent = crashing(destinations.tcp("json", receiver.port, replay_window="100ms", more='catch_up = "live_first"\n')
                     .replace("max_events = 1000", "max_events = 50"))
    wanted = names(1500, 1200)
    fill(world, agent, wanted)
    receiver.start()
    assert start_until_it_lives(agent, f"{DECODE}:fault:poison", 5) == [-signal.SIGSEGV] * 2
    assert "tapferry crashed 2 times at frame 1200 (SIGSEGV): the frame goes to the dead letter" in agent.said()
    late = agent.destination("json")
    assert late["late"] == [] and late["position"] == 1501
    assert "go later" in (agent.logs / f"agent-{agent.starts - 2}.log").read_text(), "it was late when the program crashed"
    check_all_but(agent, receiver, "json", wanted, 1200)


@pytest.mark.slow
def test_a_kill_at_a_frame_blames_none_however_often_it_comes(world, crashing):
    receiver = world.receiver()
    receiver.stop()
    agent = crashing(destinations.tcp("json", receiver.port))
    wanted = names(100, 50)
    fill(world, agent, wanted)
    receiver.start()
    assert start_until_it_lives(agent, f"{DECODE}:kill:poison", 5) == [-signal.SIGKILL] * 5
    agent.start()
    check_all_but(agent, receiver, "json", wanted)


@pytest.mark.slow
@pytest.mark.parametrize("place, most", [(DECODE, 2), (RENDER, 4)])
def test_several_destinations_need_hardly_more_crashes_than_one(world, crashing, place, most):
    receivers = {name: world.receiver() for name in ("one", "two", "three")}
    for receiver in receivers.values():
        receiver.stop()
    agent = crashing(*(destinations.tcp(name, receiver.port) for name, receiver in receivers.items()))
    wanted = names(100, 60)
    fill(world, agent, wanted)
    for receiver in receivers.values():
        receiver.start()
    assert 2 <= len(start_until_it_lives(agent, f"{place}:fault:poison", 10)) <= most
    for name, receiver in receivers.items():
        check_all_but(agent, receiver, name, wanted, 60)


@pytest.mark.slow
def test_a_destination_that_does_not_render_the_frame_has_nothing_to_do_with_it(world, crashing):
    there, elsewhere = world.receiver(), world.receiver()
    there.stop()
    elsewhere.stop()
    selective = destinations.tcp("selective", elsewhere.port).replace('messages = ["all"]', 'messages = ["all"]\nwhere = \'qname != "poison60.test"\'')
    agent = crashing(destinations.tcp("json", there.port), selective)
    wanted = names(100, 60)
    fill(world, agent, wanted)
    there.start()
    elsewhere.start()
    assert len(start_until_it_lives(agent, f"{RENDER}:fault:poison", 5)) == 2
    check_all_but(agent, there, "json", wanted, 60)
    events = Delivered(elsewhere.lines)
    events.check_order()
    assert [event["qname"] for event in events.unique()] == [name for name in wanted if "good" in name]
    assert letters(agent, "selective") == [] and agent.destination("selective")["filtered"] == 1


@pytest.mark.slow
def test_windows_count_all_others_over_the_crashes(world, crashing):
    rows = world.folder / "rows"
    agent = crashing(destinations.file("rows", rows, format="summary"),
                     '[destinations.rows.summary]\nwindow = "1s"\ngroup_by = []\n[destinations.rows.filter]\nmessages = ["all"]\n')
    agent.start(ready=False, TAPFERRY_CRASH_ON=f"{DECODE}:fault:poison")
    agent.process.wait_ready(agent.ready, "is ready")
    world.sender(agent.socket).send(names(300, 100, 200))
    wait_until(lambda: not agent.process.running(), "it has crashed")
    assert len(start_until_it_lives(agent, f"{DECODE}:fault:poison", 10)) == 3
    status = agent.status()
    check_ledger(status)
    by_id = {}
    for row in map(json.loads, rows.read_text().splitlines()):
        assert by_id.setdefault(row["id"], row) == row, "a repeated window is another one"
    assert sum(row["count"] for row in by_id.values()) == status["spool"]["end"] - 1 - 2
    assert len(letters(agent, "rows")) == 2


@pytest.mark.slow
def test_it_is_told_as_a_notice_and_may_be_requeued_once_the_program_is_mended(world, crashing):
    receiver = world.receiver()
    receiver.stop()
    configuration = destinations.tcp("json", receiver.port)
    agent = crashing(configuration, notices=True)
    fill(world, agent, names(20, 10))
    receiver.start()
    assert len(start_until_it_lives(agent, f"{RENDER}:abort:poison", 5)) == 2

    def notice():
        told = [json.loads(line) for _, line in receiver.lines if b'"dead_letter"' in line]
        return told[0] if told else None
    told = wait_until(notice, "the notice is there")
    assert "crashed 2 times" in json.dumps(told)

    def requeue():
        asked = destinations.command("dead-letter", "requeue", "json", "--config", agent.configuration)
        assert asked.returncode == 0, asked.stderr
        wait_until(lambda: "sent again" in agent.said(), "it was dealt with")
    # The same program does not touch it again: it does not crash, and the letter stays.
    requeue()
    assert agent.process.running() and len(letters(agent, "json")) == 1
    agent.stop()
    # Another version may, or the same one in another way: here it crashes no more.
    agent.configuration.write_text(agent.configuration.read_text().replace('linger = "50ms"', 'linger = "40ms"'))
    agent.start()
    requeue()
    wait_until(lambda: any(b"poison10.test" in line for _, line in receiver.lines), "it is delivered after all")
    assert letters(agent, "json") == []
    check_ledger(agent.wait_settled())


def test_what_is_shipped_cannot_be_made_to_crash(world):
    mortal, shipped = bytes_without_symbols(world, DYING), bytes_without_symbols(world, PROGRAM)
    for name in ("TAPFERRY_CRASH_ON", DECODE, RENDER):
        assert name.encode() in mortal, f"{name} is looked for in the wrong way"
        assert name.encode() not in shipped, f"{PROGRAM} crashes at {name}"
