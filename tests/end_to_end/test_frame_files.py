"""The format dnstap to a file and to standard output: whatever happens to the agent, dnstap-read, golang's dnstap and our
own decode read all of it."""
import signal
import subprocess

from lab import agent as destinations
from lab.agent import PROGRAM, command
from lab.frame_streams import CONTENT_TYPE, START, STOP, client_query, control, data
from lab.process import wait_until

HEAD, TAIL = control(START, CONTENT_TYPE), control(STOP)
MESSAGES = '[destinations.frames.filter]\nmessages = ["all"]\n'


def names_of_dnstap_read(file):
    """Its names, and whether it had nothing to complain of."""
    read = subprocess.run(["dnstap-read", file], capture_output=True, text=True, timeout=60)
    return [line.split()[-1].split("/")[0] for line in read.stdout.splitlines()], read.returncode == 0


def names_of_golang(file):
    read = subprocess.run(["dnstap", "-r", file, "-q"], capture_output=True, text=True, timeout=60)
    return [line.split('"')[1].rstrip(".") for line in read.stdout.splitlines()]


def names_of_decode(file):
    read = command("decode", file, "--output", "text", "--option", "line=%{qname}")
    return read.stdout.splitlines(), read.returncode == 0


def check(file, names):
    """A whole Frame Streams file of frames for these names."""
    content = file.read_bytes()
    assert content.startswith(HEAD) and content.endswith(TAIL)
    assert content.count(CONTENT_TYPE) == 1
    assert names_of_dnstap_read(file) == (names, True)
    assert names_of_golang(file) == names
    assert names_of_decode(file) == (names, True)


def deliver(world, agent, names):
    sender = world.sender(agent.socket)
    sender.send(names)
    assert sender.finish()
    agent.wait_settled()


def frames_to_file(world, path):
    return world.agent(destinations.file("frames", path, "dnstap") + 'retry = { max = "1s" }\n' + MESSAGES)


def names(prefix):
    return [f"{prefix}{i}.example" for i in range(500)]


def once(all_names):
    return list(dict.fromkeys(all_names))


def test_a_file_of_frames_is_whole_after_each_clean_stop(world):
    file = world.folder / "dns.fstrm"
    agent = frames_to_file(world, file)
    for run in ("a", "b", "c"):
        agent.start()
        deliver(world, agent, names(run))
        assert agent.stop()[0] == 0
        check(file, [name for past in "abc"[:"abc".index(run) + 1] for name in names(past)])


def test_a_file_that_is_moved_away_is_whole_and_so_is_the_next(world):
    file, moved = world.folder / "dns.fstrm", world.folder / "dns.fstrm.1"
    agent = frames_to_file(world, file).start()
    deliver(world, agent, names("a"))
    file.rename(moved)
    def next_file():
        deliver(world, agent, ["again.example"])
        return file.exists()
    wait_until(next_file, "the new file")
    assert agent.stop()[0] == 0
    first, second = names_of_decode(moved)[0], names_of_decode(file)[0]
    check(moved, first)
    check(file, second)
    assert once(first + second) == names("a") + ["again.example"]


def test_after_kill_9_a_file_can_be_read_to_its_last_frame_and_the_next_process_goes_on(world):
    file = world.folder / "dns.fstrm"
    agent = frames_to_file(world, file).start()
    deliver(world, agent, names("a"))
    agent.kill()
    assert not file.read_bytes().endswith(TAIL)
    assert names_of_dnstap_read(file)[0] == names_of_golang(file) == names_of_decode(file)[0] == names("a")
    with file.open("ab") as torn:  # what a crash in the middle of a write leaves
        torn.write(data(client_query("torn.example"))[:-7])
    agent.start()
    deliver(world, agent, names("b"))
    agent.kill()
    agent.start()
    agent.wait_settled()
    deliver(world, agent, names("c"))
    assert agent.stop()[0] == 0
    all_names = names_of_decode(file)[0]
    check(file, all_names)
    assert once(all_names) == names("a") + names("b") + names("c")


def test_something_else_in_the_place_of_the_file_is_told_and_waited_for(world):
    file = world.folder / "dns.fstrm"
    file.write_text('{"qname":"a.example"}\n')
    agent = frames_to_file(world, file).start()
    sender = world.sender(agent.socket)
    sender.send(names("a"))
    assert sender.finish()
    wait_until(lambda: "move it aside" in agent.said(), "the fault is told")
    assert agent.http("/readyz")[0] == 503
    assert file.read_text() == '{"qname":"a.example"}\n'
    file.rename(world.folder / "dns.json")
    agent.wait_settled()
    assert agent.stop()[0] == 0
    check(file, names("a"))


def test_standard_output_is_a_whole_stream(world):
    file = world.folder / "out.fstrm"
    agent = world.agent('[destinations.frames]\ntype = "stdout"\nformat = "dnstap"\nstart = "oldest"\n' + MESSAGES)
    with file.open("wb") as out, (world.folder / "said").open("wb") as said:
        child = subprocess.Popen([PROGRAM, "run", "--config", agent.configuration], stdout=out, stderr=said)
        world.at_the_end(child.kill)
        wait_until(agent.ready, "ready")
        deliver(world, agent, names("a"))
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0
    check(file, names("a"))


def test_what_decode_cuts_out_of_a_capture_is_a_whole_stream(world):
    capture, part = world.folder / "all.fstrm", world.folder / "part.fstrm"
    capture.write_bytes(HEAD + b"".join(data(client_query(name)) for name in names("a")))
    with part.open("wb") as out:
        subprocess.run([PROGRAM, "decode", capture, "-o", "dnstap", "--qname-suffix", "a7.example"], stdout=out,
                       timeout=60, check=False)
    check(part, ["a7.example"])
    with part.open("wb") as out:
        subprocess.run([PROGRAM, "decode", capture, "-o", "dnstap", "--qname-suffix", "none.example"], stdout=out,
                       timeout=60, check=False)
    assert part.read_bytes() == HEAD + TAIL
