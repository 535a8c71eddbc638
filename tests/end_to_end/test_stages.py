"""Filter, privacy and labels of a running agent, and lists that change while it runs."""
import json
import signal

from lab import agent as destinations
from lab.process import wait_until


def events(receiver):
    return [json.loads(line) for _, line in receiver.lines]


def names(receiver):
    return [event["qname"] for event in events(receiver)]


def test_lists_that_changed_are_read_again_on_sighup_without_their_bad_lines(world):
    receiver = world.receiver()
    wanted, bad = world.folder / "wanted.txt", world.folder / "bad.txt"
    wanted.write_text("one.test\nsync.test\n")
    bad.write_text("a.one.test\n")
    agent = world.agent(destinations.tcp("json", receiver.port) + f"""qname_suffix_file = "{wanted}"
[destinations.json.match_lists.bad]
file = "{bad}"
""").start()
    sender = world.sender(agent.socket)
    sender.send(["a.one.test", "b.one.test", "a.two.test", "first.sync.test"])
    wait_until(lambda: "first.sync.test" in names(receiver), "the first events")
    assert names(receiver) == ["a.one.test", "b.one.test", "first.sync.test"]
    assert [event.get("labels") for event in events(receiver)] == [{"list": "bad"}, None, None]

    wanted.rename(world.folder / "away.txt")
    agent.process.send(signal.SIGHUP)
    wait_until(lambda: "everything goes on as before" in agent.said(), "the fault is told")
    sender.send(["c.one.test", "b.two.test"])
    wait_until(lambda: "c.one.test" in names(receiver), "what passes as before")

    wanted.write_text("not a name\ntwo.test\n")
    bad.write_text("# all of two\ntwo.test\n")
    agent.process.send(signal.SIGHUP)
    wait_until(lambda: "destination json runs" in agent.said(), "the destination is another one")
    sender.send(["d.one.test", "c.two.test"])
    wait_until(lambda: "c.two.test" in names(receiver), "what passes now")
    assert f'{wanted}:1: destinations.json.filter.qname_suffix_file: "not a name" is skipped' in agent.said()
    assert "d.one.test" not in names(receiver) and "b.two.test" not in names(receiver)
    assert events(receiver)[-1]["labels"] == {"list": "bad"}


def test_a_bad_line_of_a_list_is_a_warning_to_check_and_at_the_start(world):
    receiver = world.receiver()
    bad = world.folder / "bad.txt"
    bad.write_text("# hosts\na.test\n0.0.0.0 b.test\n")
    agent = world.agent(destinations.tcp("json", receiver.port) + f"""[destinations.json.match_lists.bad]
file = "{bad}"
""")
    told = f'{bad}:3: destinations.json.match_lists.bad.file: "0.0.0.0 b.test" is skipped: it is not a domain name'
    checked = destinations.command("check", agent.configuration)
    assert checked.returncode == 0 and f"warning: {told}" in checked.stderr
    agent.start()
    world.sender(agent.socket).send(["a.test", "b.test"])
    wait_until(lambda: "b.test" in names(receiver), "the events")
    assert [event.get("labels") for event in events(receiver)] == [{"list": "bad"}, None]
    assert told in agent.said()


def test_a_hidden_client_is_hidden_in_every_format(world):
    folder = world.folder
    (folder / "key").write_text("42" * 32 + "\n")
    (folder / "key").chmod(0o600)
    hidden = "".join(destinations.file(format, folder / f"{format}.log", format) + f"""[destinations.{format}.filter]
messages = "all"
where = 'src == "192.0.2.1" and qname ends_with "test"'
[destinations.{format}.privacy]
client = "hmac"
key_file = "{folder}/key"
""" for format in ("json", "cef", "text"))
    agent = world.agent(hidden).start()
    world.sender(agent.socket).send(["a.test", "b.example"])
    agent.wait_settled()
    for format in ("json", "cef", "text"):
        lines = (folder / f"{format}.log").read_text().splitlines()
        assert len(lines) == 1 and "a.test" in lines[0]
        assert "192.0.2.1" not in lines[0] and "fd" in lines[0]
    assert json.loads((folder / "json.log").read_text())["src"].startswith("fd")


def test_check_tells_what_is_wrong_in_an_expression_and_where(world):
    agent = world.agent(destinations.tcp("json", 1, more="") + "where = 'rcode = \"NXDOMAIN\"'\n")
    checked = destinations.command("check", agent.configuration)
    assert checked.returncode == 2
    assert 'destinations.json.filter.where: column 7: "=" is not a comparison; write "=="' in checked.stderr
    assert "^" not in checked.stderr, "the caret is for terminals"
