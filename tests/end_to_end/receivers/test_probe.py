"""`tapferry probe`: a test event to each destination, and every step on the way, with the reason when one fails."""
import json
import socket

import pytest

from lab.agent import command, destination, file, tcp
from lab.collector import Collector
from lab.process import free_port, wait_until
from lab.syslog import of_app, started, tls
from lab.syslog_receivers import Rsyslog, RsyslogRelp
from lab.web_script import Server, Splunk, answer
from lab.web_servers import Nginx


def probed(agent, *arguments):
    asked = command("probe", "--config", agent.configuration, "--format", "json", "--timeout", "3", *arguments)
    assert asked.returncode in (0, 1), asked
    found = json.loads(asked.stdout)
    assert (asked.returncode == 0) == all(one["passed"] for one in found)
    return {one["name"]: one for one in found}


def steps(one, address=0):
    return {step["step"]: step for step in one["addresses"][address]["steps"]}


def test_a_sound_destination_gets_one_event_and_every_step_is_told(world):
    receiver = world.receiver()
    agent = world.agent(tcp("json", receiver.port))
    asked = command("probe", "--config", agent.configuration)
    assert asked.returncode == 0, asked
    lines = [line.split() for line in asked.stdout.splitlines()]
    assert [line[:2] for line in lines[2:]] == [["resolve", "ok"], ["connect", "ok"], ["event", "ok"]], asked.stdout
    [(_, line)] = wait_until(lambda: list(receiver.lines), "the event is there")
    event = json.loads(line)
    assert event["notice"]["what"] == "probe" and event["notice"]["destination"] == "json"
    assert "test event" in event["notice"]["message"] and event["id"].endswith("-p")
    assert not (agent.folder / "state").exists(), "nothing is left behind"


def test_each_step_that_fails_says_why_and_the_others_go_on(world):
    receiver = world.receiver()
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    agent = world.agent(tcp("good", receiver.port), tcp("refused", closed.getsockname()[1]),
                        tcp("nameless", 9).replace("127.0.0.1", "nowhere.invalid"),
                        file("passive", world.folder / "passive.log"),
                        file("nowhere", world.folder / "not-there" / "passive.log"))
    found = probed(agent)
    assert [name for name, one in found.items() if one["passed"]] == ["good", "passive"]
    refused = steps(found["refused"])
    assert refused["resolve"]["passed"] and "refused" in refused["connect"]["words"]
    nameless = steps(found["nameless"])
    assert not nameless["resolve"]["passed"] and list(nameless) == ["resolve"]
    assert (world.folder / "passive.log").read_text().strip()
    assert "does not exist" in found["nowhere"]["steps"][0]["words"]
    assert list(probed(agent, "good")) == ["good"]


def test_who_asks_for_a_destination_that_there_is_not_is_told_so(world):
    agent = world.agent(tcp("json", 9))
    asked = command("probe", "--config", agent.configuration, "jsno")
    assert asked.returncode == 2 and 'did you mean "json"' in asked.stderr


def test_a_certificate_is_told_with_its_days_and_a_bad_one_with_its_reason(world, certificates):
    good = started(world, Rsyslog(world.folder / "good", certificates))
    bad = started(world, Rsyslog(world.folder / "bad", certificates, server="wrong-name"))
    agent = world.agent(tls("good", good.ports["ossl"], certificates), tls("bad", bad.ports["ossl"], certificates))
    found = probed(agent)
    words = steps(found["good"])["tls"]["words"]
    assert words.startswith("TLSv1.3, TLS_") and "days left" in words and "issued by" in words
    assert found["good"]["passed"] and not found["bad"]["passed"]
    assert 'its certificate is for "other.test"' in steps(found["bad"])["tls"]["words"]
    assert 'its certificate is for "other.test"' in found["bad"]["steps"][0]["words"]
    wait_until(lambda: of_app(good, "ossl", "good"), "the event is there")


@pytest.mark.parametrize("argument", ["0", "-1", "x", "4000"])
def test_a_timeout_is_seconds_within_reason(world, argument):
    agent = world.agent(tcp("json", 9))
    assert command("probe", "--config", agent.configuration, "--timeout", argument).returncode == 2


def test_http_servers_are_asked_and_their_words_told(world, certificates):
    nginx = Nginx(world.folder / "nginx", certificates).start()
    world.at_the_end(nginx.kill)

    def web(name, url, more=""):
        return destination(name, "http", f'url = "{url}"', more)
    ca = f'tls = {{ ca = "{certificates / "ca.crt"}" }}'
    agent = world.agent(web("plain", nginx.url("/accept")), web("secure", f"https://localhost:{nginx.tls_port}/accept", ca),
                        web("password", nginx.url("/basic"), 'username = "tapferry"\npassword = "wrong"'),
                        web("missing", nginx.url("/status/404")), web("away", nginx.url("/status/503")))
    found = probed(agent)
    assert [name for name, one in found.items() if one["passed"]] == ["plain", "secure"]
    assert [json.loads(line)["notice"]["destination"] for line in nginx.lines()] == ["plain", "secure"]
    assert steps(found["secure"])["tls"]["words"].startswith("TLSv1.3, ")
    (login,) = found["password"]["steps"]
    assert login["step"] == "login" and not login["passed"]
    for name, words in {"password": ": 401: Authorization Required nginx", "missing": ": 404: Not Found nginx",
                        "away": ": 503: Service Temporarily Unavailable nginx"}.items():
        assert words in found[name]["steps"][0]["words"]
        assert all(step["passed"] for step in steps(found[name]).values()), "the way there is good"


def test_splunk_is_asked_and_says_what_is_wrong(world, certificates):
    collector = Collector(world.folder / "collector", certificates).start()
    world.at_the_end(collector.kill)
    said = Splunk(lambda _: answer(403, '{"text":"Token disabled","code":1}'))
    world.at_the_end(said.stop)

    def splunk(name, port, token="secret", more=""):
        return destination(name, "splunk_hec", f'url = "http://localhost:{port}"', f'token = "{token}"', more)
    agent = world.agent(splunk("good", collector.port), splunk("acknowledged", collector.ack_port, more="acknowledgement = true"),
                        splunk("wrong", collector.port, "wrong"), splunk("disabled", said.port),
                        splunk("away", free_port()))
    found = probed(agent)
    assert {name for name, one in found.items() if one["passed"]} == {"good", "acknowledged"}
    assert [(step["step"], step["passed"]) for step in found["good"]["steps"]] == [("login", True), ("event", True)]
    assert [step["step"] for step in found["wrong"]["steps"]] == ["login"]
    assert [step["step"] for step in found["away"]["steps"]] == ["event"], "nobody said whether we are let in"
    ((_, event, _),) = collector.wait_for(1)
    assert event["notice"]["destination"] == "good"
    assert len(collector.wait_for(1, "ack")) == 1
    assert ": 401: " in found["wrong"]["steps"][0]["words"]
    assert "403: Token disabled (code 1)" in found["disabled"]["steps"][0]["words"]


def test_of_a_pair_it_is_enough_that_one_is_there_and_the_other_is_told_of(world, certificates):
    receiver = world.receiver()
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    away = closed.getsockname()[1]
    rsyslog = started(world, RsyslogRelp(world.folder / "rsyslog", certificates))
    web = Server()
    world.at_the_end(web.stop)
    agent = world.agent(
        destination("lines", "tcp", f'addresses = ["127.0.0.1:{away}", "127.0.0.1:{receiver.port}"]'),
        destination("relay", "relp", f'addresses = ["127.0.0.1:{away}", "127.0.0.1:{rsyslog.ports["relp"]}"]'),
        destination("web", "http", f'urls = ["http://127.0.0.1:{away}/", "http://127.0.0.1:{web.port}/"]'))
    asked = command("probe", "--config", agent.configuration, "--format", "json", "--timeout", "3")
    assert asked.returncode == 0, asked
    for one in json.loads(asked.stdout):
        assert one["passed"], one
        assert "refused" in steps(one, 0)["connect"]["words"] and steps(one, 1)["connect"]["passed"]
    wait_until(lambda: len(receiver) == 1, "the event is there")
    assert len(rsyslog.lines("relp")) == 1 and len(web.ids) == 1
