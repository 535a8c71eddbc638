"""Kafka destinations and real brokers: every way in, every compression, and nothing lost or stored twice while brokers
die. What is stored is compared by the id in each message's header with the sequence numbers of the spool."""
import base64
import hashlib
import json
import re
import struct
import subprocess
import time
from collections import Counter

import pytest

from lab import agent as destinations
from lab.agent import command, private
from lab.frame_streams import client_query, data, dns_query, message_frame
from lab.kafka import PASSWORD, Kafka, token
from lab.oracle import check_ledger
from lab.process import wait_until
from lab.traffic import send

pytestmark = pytest.mark.slow


def destination(name, brokers, more="", topic=None, format="json"):
    return destinations.destination(name, "kafka", f"brokers = {json.dumps(brokers)}", f'topic = "{topic or name}"',
                                    f'format = "{format}"', 'batch = { linger = "20ms" }', more)


def login(mechanism, username, more=f'password = "{PASSWORD}"'):
    return f'sasl_mechanism = "{mechanism}"\nusername = "{username}"\n{more}\n'


def sequences(messages):
    """The sequence numbers of what a topic holds, each of which must be there once and agree with the event itself."""
    found = []
    for message in messages:
        event_id = message["headers"]["event-id"]
        assert json.loads(message["payload"])["id"] == event_id
        found.append(int(event_id[16:], 16))
    assert len(found) == len(set(found)), f"{len(found) - len(set(found))} came twice"
    return found


def check_order(messages):
    """Events of one partition keep the order of the log."""
    last = {}
    for message in messages:
        number = int(message["headers"]["event-id"][16:], 16)
        assert last.get(message["partition"], 0) < number, f"{number} came behind {last[message['partition']]}"
        last[message["partition"]] = number


def check_all(messages, end, begin=1):
    found = sequences(messages)
    assert sorted(found) == list(range(begin, end)), f"{end - begin - len(found)} are missing"
    check_order(messages)


@pytest.fixture(scope="module")
def broker(tmp_path_factory, certificates):
    """One of 3.9.2 that allows everything to everybody but the user `stranger`."""
    kafka = Kafka(tmp_path_factory.mktemp("kafka"), certificates=certificates.folder, settings="""
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:tapferry;User:scram;User:CN=tapferry-client,O=Tapferry tests
""")
    try:
        yield kafka.start()
    finally:
        kafka.stop()


def test_every_compression_carries_every_event_once(world, broker):
    kinds = ["none", "gzip", "lz4", "zstd", "snappy"]
    agent = world.agent(*[destination(f"by-{kind}", broker.addresses(), f'compression = "{kind}"\n') for kind in kinds])
    agent.start()
    send(world, agent, 3000)
    check_ledger(agent.wait_settled())
    for kind in kinds:
        messages = broker.read(f"by-{kind}")
        check_all(messages, 3001)
        assert {m["headers"]["format"] for m in messages} == {"json"}
        assert all(m["key"] == json.loads(m["payload"])["src"] for m in messages)


def test_every_way_to_log_in_gets_in(world, broker):
    private(world.folder / "password", f"{PASSWORD}\n")
    private(world.folder / "token", token(3600))
    from_file = f'password_file = "{world.folder}/password"'
    agent = world.agent(
        destination("plain", broker.addresses("sasl"), login("PLAIN", "tapferry")),
        destination("scram-256", broker.addresses("sasl"), login("SCRAM-SHA-256", "scram", from_file)),
        destination("scram-512", broker.addresses("sasl"), login("SCRAM-SHA-512", "scram", from_file)),
        destination("bearer", broker.addresses("sasl"),
                    f'sasl_mechanism = "OAUTHBEARER"\ntoken_file = "{world.folder}/token"\n')).start()
    send(world, agent, 500)
    check_ledger(agent.wait_settled())
    for name in ("plain", "scram-256", "scram-512", "bearer"):
        check_all(broker.read(name), 501)


def test_a_probe_tells_of_the_topic_and_brokers_that_make_topics_make_it(world, broker):
    agent = world.agent(
        destination("sought", broker.addresses("sasl"), login("PLAIN", "tapferry")),
        destination("unknown", broker.addresses("sasl"), login("PLAIN", "tapferry", 'password = "wrong"')))
    asked = command("probe", "sought", "--config", agent.configuration)
    assert asked.returncode == 0, asked
    assert re.search(r"topic +ok +sought, 4 partitions .*\n +login +ok .*\n +event +ok", asked.stdout), asked.stdout
    asked = command("probe", "unknown", "--config", agent.configuration)
    assert asked.returncode == 1 and not re.search("^ +topic ", asked.stdout, re.M), asked
    assert re.search(r"login +FAILED .*Invalid username or password", asked.stdout), asked.stdout


def tls(certificates, **more):
    files = {"ca": certificates / "ca.crt", "certificate": certificates / "client.crt", "key": certificates / "client.key", **more}
    return "tls = { " + ", ".join(f'{key} = "{value}"' for key, value in files.items() if value) + " }\n"


def test_every_way_over_tls_gets_in(world, broker, certificates):
    agent = world.agent(
        destination("ssl", broker.addresses("ssl"), tls(certificates)),
        destination("plain-ssl", broker.addresses("sasl_ssl"), tls(certificates) + login("PLAIN", "tapferry")),
        destination("scram-ssl", broker.addresses("sasl_ssl"), tls(certificates) + login("SCRAM-SHA-256", "scram"))).start()
    send(world, agent, 200)
    check_ledger(agent.wait_settled())
    for name in ("ssl", "plain-ssl", "scram-ssl"):
        check_all(broker.read(name), 201)


@pytest.mark.parametrize("more, words", [
    ({"ca": "other-ca.crt"}, "which is not in"),
    ({"certificate": "", "key": ""}, "it asks for a client certificate, and none is configured"),
    ({"certificate": "client-untrusted.crt", "key": "client-untrusted.key"}, "it does not accept our client certificate"),
], ids=["authority", "none", "untrusted"])
def test_what_is_wrong_with_certificates_is_said(world, broker, certificates, more, words):
    files = {key: name and certificates / name for key, name in more.items()}
    agent = world.agent(destination("siem", broker.addresses("ssl"), tls(certificates, **files), "never")).start()
    send(world, agent, 10)
    wait_until(lambda: agent.destination("siem")["needs_a_person"], "it is a matter for a person")
    assert words in agent.destination("siem")["words"]
    assert agent.http("/readyz")[0] == 503


BROKERS = {
    "expired": "its certificate expired on 20",
    "wrong-name": 'its certificate is for "other.test", not for "127.0.0.1"',
    "self-signed": "its certificate is self-signed, and is not in ",
    "leaf-only": 'its certificate is issued by "Test intermediate", which is not in ',
}


def at_bad(name, broker, certificates, bad, more=""):
    files = {key: str(certificates / file) for key, file in
             {"ca": "ca.crt", "certificate": "client.crt", "key": "client.key"}.items()}
    lines = "".join(f'{key} = "{file}"\n' for key, file in files.items())
    return destination(name, [f"127.0.0.1:{broker.brokers[0].bad[bad]}"]) + f"[destinations.{name}.tls]\n{lines}{more}"


def test_a_brokers_bad_certificate_is_named_and_holds_up_no_other_destination(world, broker, certificates):
    agent = world.agent(destination("good", broker.addresses("ssl"), tls(certificates)),
                        *[at_bad(f"bad-{bad}", broker, certificates, bad) for bad in BROKERS]).start()
    send(world, agent, 50)
    agent.wait_settled("good")
    check_all(broker.read("good"), 51)
    for bad, words in BROKERS.items():
        wait_until(lambda: agent.destination(f"bad-{bad}")["needs_a_person"], "it is a matter for a person")
        assert words in agent.destination(f"bad-{bad}")["words"]
        assert agent.destination(f"bad-{bad}")["pending"] == 50
        assert len([line for line in agent.said().splitlines() if words in line]) == 1, "one line in the log a change"


def pin_of(certificates, name):
    public = subprocess.run(["openssl", "pkey", "-in", certificates / f"{name}.key", "-pubout", "-outform", "DER"],
                            check=True, capture_output=True).stdout
    return "sha256//" + base64.b64encode(hashlib.sha256(public).digest()).decode()


def test_without_verification_a_pinned_key_is_all_that_counts(world, broker, certificates):
    loose = "verify = false\ninsecure = true\n"
    agent = world.agent(
        at_bad("loose", broker, certificates, "expired", loose),
        at_bad("pinned", broker, certificates, "wrong-name", loose + f'pin = "{pin_of(certificates, "wrong-name")}"\n'),
        at_bad("other-pin", broker, certificates, "self-signed", loose + f'pin = "{pin_of(certificates, "server")}"\n')).start()
    send(world, agent, 50)
    agent.wait_settled("loose", "pinned")
    check_all(broker.read("loose"), 51)
    check_all(broker.read("pinned"), 51)
    said = wait_until(lambda: agent.destination("other-pin")["words"], "the reason is told")
    assert "the key of its certificate is not the one that \"pin\" names" in said


def test_a_brokers_certificate_that_ends_soon_is_told_while_messages_flow(world, broker, certificates):
    agent = world.agent(at_bad("soon", broker, certificates, "soon")).start()
    send(world, agent, 50)
    agent.wait_settled()
    port = broker.brokers[0].bad["soon"]
    wait_until(lambda: f"the certificate of 127.0.0.1:{port} expires in 5 days" in agent.said(), "it is told")


def test_a_renewed_client_certificate_is_read_without_a_restart(world, broker, certificates):
    certificate, key = world.folder / "client.crt", world.folder / "client.key"
    certificates.give("client-untrusted", certificate, key)
    agent = world.agent(destination("renewed-tls", broker.addresses("ssl"),
                                    tls(certificates, certificate=certificate, key=key))).start()
    send(world, agent, 10)
    wait_until(lambda: agent.destination("renewed-tls")["needs_a_person"], "it is refused")
    certificates.give("client", certificate, key)
    agent.wait_settled()
    check_all(broker.read("renewed-tls"), 11)


def test_plain_text_to_a_listener_with_tls_is_named(world, broker):
    agent = world.agent(destination("siem", broker.addresses("ssl"), "", "never")).start()
    send(world, agent, 10)
    assert "connecting to a SSL listener?" in wait_until(lambda: agent.destination("siem")["words"], "the reason is told")
    assert agent.destination("siem")["pending"] == 10


def test_the_example_delivers_once_its_names_are_changed(world, broker, certificates):
    private(world.folder / "password", PASSWORD)
    agent = world.example("kafka.toml", {
        '["kafka1.example.com:9094", "kafka2.example.com:9094"]': json.dumps(broker.addresses("sasl_ssl")),
        "/etc/tapferry/kafka.password": f"{world.folder}/password",
        "/etc/tapferry/kafka-ca.crt": f'{certificates / "ca.crt"}", certificate = "{certificates / "client.pem"}',
        '"tapferry"\n': '"scram"\n', 'topic = "dns"': 'topic = "example"'}).start()
    sender = world.sender(agent.socket)
    sender.connection.sendall(data(message_frame(6, dns_query("www.example.com"))))
    assert sender.finish()
    found = [m for m in broker.wait_for("example", 1) if json.loads(m["payload"]).get("kind") != "notice"]
    assert found[0]["headers"]["site"] == "fra1" and found[0]["key"] == "192.0.2.1"


def test_a_token_is_read_again_before_it_ends(world, broker):
    file = private(world.folder / "token", token(6))
    agent = world.agent(destination("renewed", broker.addresses("sasl"),
                                    f'sasl_mechanism = "OAUTHBEARER"\ntoken_file = "{file}"\n')).start()
    send(world, agent, 10)
    agent.wait_settled()
    private(world.folder / "fresh", token(3600)).rename(file)
    ended = time.time() + 7
    wait_until(lambda: time.time() > ended, "the first token has ended, and the broker ends its sessions")
    send(world, agent, 20)
    agent.wait_settled()
    check_all(broker.read("renewed"), 31)
    assert "expired" not in agent.said()


@pytest.mark.parametrize("mechanism, user, words", [("PLAIN", "tapferry", "Invalid username or password"),
                                                    ("SCRAM-SHA-512", "scram", "invalid credentials")])
def test_a_wrong_password_is_named_and_a_right_one_is_read_without_a_restart(world, broker, mechanism, user, words):
    file = private(world.folder / "password", "wrong")
    topic = f"password-{mechanism}"
    agent = world.agent(destination("siem", broker.addresses("sasl"), login(mechanism, user, f'password_file = "{file}"'),
                                    topic)).start()
    send(world, agent, 50)
    said = wait_until(lambda: agent.destination("siem")["words"], "the reason is told")
    assert words in said and "(after" not in said
    wait_until(lambda: agent.http("/readyz")[0] == 503, "it is not ready")
    assert "cannot deliver until that is changed" in agent.said()
    file.write_text(PASSWORD)
    agent.wait_settled()
    check_all(broker.read(topic), 51)
    wait_until(lambda: agent.http("/readyz")[0] == 200, "it is ready again")


def test_a_topic_that_may_not_be_written_to_is_a_matter_for_a_person(world, broker):
    agent = world.agent(destination("siem", broker.addresses("sasl"), login("PLAIN", "stranger"), "not-allowed")).start()
    send(world, agent, 20)
    said = wait_until(lambda: agent.destination("siem")["words"], "the reason is told")
    assert "Topic authorization failed" in said and "not-allowed" in said
    found = agent.destination("siem")
    assert found["dead_lettered"] == 0 and found["pending"] == 20


def large_response(name):
    """A CLIENT_RESPONSE with so many texts that its JSON has more than 3,000 characters."""
    text = b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, 201) + bytes([200]) + b"x" * 200
    question = dns_query(name)[12:]
    return message_frame(6, struct.pack(">HHHHHH", 0, 0x8180, 1, 30, 0, 0) + question + 30 * text)


def test_only_what_is_too_large_for_the_topic_becomes_a_dead_letter(world, broker):
    """A request is too large for a topic as a whole: the route makes smaller ones, down to the record at fault."""
    broker.topic("small", **{"max.message.bytes": 3000})
    agent = world.agent(destination("siem", broker.addresses(), "", "small")).start()
    sender = world.sender(agent.socket)
    frames = [client_query(f"n{i}.test") for i in range(400)]
    for place in (20, 200, 390):
        frames[place] = large_response(f"n{place}.test")
    sender.connection.sendall(b"".join(data(frame) for frame in frames))
    assert sender.finish()
    wait_until(lambda: agent.input()["appended"] == 400, "all appended")
    check_ledger(agent.wait_settled())
    assert sorted(sequences(broker.read("small"))) == [i + 1 for i in range(400) if i not in (20, 200, 390)]
    listed = command("dead-letter", "show", "siem", "--format", "json", "--config", agent.configuration)
    letters = [json.loads(line) for line in listed.stdout.splitlines()]
    assert {letter["reason"] for letter in letters} == {"Broker: Message size too large (topic small)"}
    assert sorted(int(letter["id"][16:], 16) for letter in letters) == [21, 201, 391]


def test_a_broker_killed_under_load_loses_nothing_and_stores_nothing_twice(world, broker):
    agent = world.agent(destination("killed", broker.addresses(), 'compression = "lz4"\n')).start()
    sender = world.sender(agent.socket)
    sender.send(f"a{i}.test" for i in range(5000))
    wait_until(lambda: agent.destination("killed")["delivered"] > 500, "messages flow")
    sender.send(f"b{i}.test" for i in range(20000))
    broker.brokers[0].kill()
    sender.send(f"c{i}.test" for i in range(5000))
    wait_until(lambda: agent.destination("killed")["state"] == "retrying", "the outage is noticed")
    wait_until(lambda: "Connection refused" in agent.destination("killed")["words"], "the reason is named")
    check_ledger(agent.status())
    broker.brokers[0].start()
    sender.send(f"d{i}.test" for i in range(1000))
    assert sender.finish()
    wait_until(lambda: agent.input()["appended"] == 31000, "all appended")
    check_ledger(agent.wait_settled())
    check_all(broker.read("killed"), 31001)
    assert "delivering again" in agent.said()


def test_a_frozen_broker_is_told_of_and_what_it_had_comes_once(world, broker):
    agent = world.agent(destination("frozen", broker.addresses())).start()
    send(world, agent, 1000)
    agent.wait_settled()
    broker.brokers[0].freeze()
    try:
        send(world, agent, 5000, "later{}.test")
        wait_until(lambda: "acknowledged nothing for a while" in (agent.destination("frozen")["words"] or ""),
                   "the silence is told")
        assert not agent.destination("frozen")["needs_a_person"]
    finally:
        broker.brokers[0].thaw()
    agent.wait_settled()
    check_all(broker.read("frozen"), 6001)


def test_a_killed_agent_loses_nothing_that_it_had_appended(world, broker):
    agent = world.agent(destination("again", broker.addresses()).replace('linger = "20ms"', 'max_events = 1000')).start()
    sender = world.sender(agent.socket)
    sender.send(f"a{i}.test" for i in range(20000))

    def saved():
        """From where it would go on if it ended now."""
        log = json.loads(command("spool", "list", "--config", agent.configuration, "--format", "json").stdout)
        return log["end"] - log["destinations"][0]["behind"]

    wait_until(lambda: saved() > 2000, "messages flow")
    appended = agent.input()["appended"]
    agent.kill()
    known = saved()
    agent.start()
    agent.wait_settled()
    came = Counter(int(message["headers"]["event-id"][16:], 16) for message in broker.read("again"))
    assert set(came) >= set(range(1, appended + 1))
    assert not [number for number, times in came.items() if times > 1 and number < known], "known as delivered, and came twice"


def test_an_agent_stops_in_good_time_while_brokers_are_away(world, broker):
    agent = world.agent(destination("away", ["127.0.0.1:1"])).start()
    send(world, agent, 100)
    wait_until(lambda: agent.destination("away")["state"] == "retrying", "the brokers are missed")
    assert agent.stop()[0] == 0


def test_topics_by_type_are_those_that_the_filter_lists(world, broker):
    agent = world.agent(destination("types", broker.addresses(), "", "dns-{type}").replace(
        '["all"]', '["CLIENT_QUERY", "CLIENT_RESPONSE"]'), notices=True).start()
    sender = world.sender(agent.socket)
    sender.connection.sendall(b"".join(data(message_frame(5 + i % 3 % 2, dns_query(f"n{i}.test"))) for i in range(90)))
    assert sender.finish()
    wait_until(lambda: agent.input()["appended"] == 90, "all appended")
    agent.wait_settled()
    found = {topic: [json.loads(message["payload"]) for message in broker.read(f"dns-{topic}")]
             for topic in ("client_query", "client_response", "notice")}
    assert {topic: len(events) for topic, events in found.items() if topic != "notice"} == {"client_query": 60, "client_response": 30}
    for topic in ("client_query", "client_response"):
        assert {event["type"] for event in found[topic]} == {topic.upper()}
    assert "started" in {event["notice"]["what"] for event in found["notice"]}
    assert {event["kind"] for event in found["notice"]} == {"notice"}


def test_probe_tells_what_a_broker_says(world, broker):
    agent = world.agent(destination("good", broker.addresses(), topic="probed"),
                        destination("closed", ["127.0.0.1:1"]),
                        destination("wrong", broker.addresses("sasl"), login("PLAIN", "tapferry", 'password = "wrong"')))
    asked = command("probe", "--config", agent.configuration, "--format", "json", "--timeout", "15")
    found = {one["name"]: one for one in json.loads(asked.stdout)}
    assert asked.returncode == 1 and [one for one, said in found.items() if said["passed"]] == ["good"]
    (message,) = broker.wait_for("probed", 1)
    assert json.loads(message["payload"])["notice"]["what"] == "probe"
    assert "refused" in found["closed"]["addresses"][0]["steps"][-1]["words"]
    assert "Authentication failed" in found["wrong"]["steps"][-1]["words"], found["wrong"]


@pytest.fixture(params=["3.9.2", "4.3.1"])
def three(request, world):
    kafka = Kafka(world.folder / "kafka", version=request.param, count=3, settings="min.insync.replicas=2\n")
    world.at_the_end(kafka.stop)
    return kafka.start()


def test_while_too_few_replicas_are_in_sync_everything_waits(world, three):
    three.topic("careful", **{"min.insync.replicas": 3})
    agent = world.agent(destination("careful", three.addresses())).start()
    send(world, agent, 500)
    agent.wait_settled()
    three.brokers[2].kill()
    send(world, agent, 2000, "later{}.test")
    wait_until(lambda: agent.destination("careful")["words"], "the silence is noticed")
    assert agent.destination("careful")["pending"] > 0
    assert len(three.read("careful")) < 2500
    three.brokers[2].start()
    agent.wait_settled()
    check_all(three.read("careful"), 2501)


def test_a_leader_killed_under_load_loses_nothing_and_stores_nothing_twice(world, three):
    agent = world.agent(destination("dns", three.addresses(), 'compression = "zstd"\n')).start()
    sender = world.sender(agent.socket)
    sender.send(f"a{i}.test" for i in range(3000))
    wait_until(lambda: agent.destination("dns")["delivered"] > 500, "messages flow")
    sender.send(f"b{i}.test" for i in range(20000))
    three.leader("dns").kill()
    sender.send(f"c{i}.test" for i in range(5000))
    assert sender.finish()
    wait_until(lambda: agent.input()["appended"] == 28000, "all appended")
    check_ledger(agent.wait_settled())
    check_all(three.read("dns"), 28001)
    assert not agent.destination("dns")["dead_lettered"]


@pytest.fixture
def newest(world):
    kafka = Kafka(world.folder / "kafka", version="4.3.1", settings="auto.create.topics.enable=false\n")
    world.at_the_end(kafka.stop)
    return kafka.start()


def test_kafka_4_takes_all_but_scram_and_a_missing_topic_is_waited_for(world, newest):
    agent = world.agent(
        destination("missing", newest.addresses(), 'compression = "zstd"\n[destinations.missing.librdkafka]\n'
                    '"topic.metadata.propagation.max.ms" = 1000\n'),
        destination("plain", newest.addresses("sasl"), login("PLAIN", "tapferry"), "missing"),
        destination("scram", newest.addresses("sasl"), login("SCRAM-SHA-512", "scram"), "missing")).start()
    send(world, agent, 1000)
    said = wait_until(lambda: agent.destination("missing")["words"], "the reason is told")
    assert "Unknown topic" in said and "missing" in said
    assert agent.destination("missing")["pending"] == 1000
    said = wait_until(lambda: agent.destination("scram")["words"], "SCRAM fails, and it is told why")
    assert "(or it is Kafka 4 and the password is right: " in said
    asked = command("probe", "plain", "--config", agent.configuration)
    assert asked.returncode == 1
    assert re.search(r'topic +FAILED +Unknown topic "missing": the brokers have none of that name, and make none', asked.stdout)
    assert " event " not in asked.stdout, "nothing is sent to a topic that is not there"
    newest.topic("missing")
    agent.wait_settled("missing", "plain")
    found = [int(m["headers"]["event-id"][16:], 16) for m in newest.read("missing")]
    assert sorted(found) == sorted(2 * list(range(1, 1001)))


def check(world, agent, text):
    agent.configuration.write_text(agent.configuration.read_text() + text)
    return command("check", agent.configuration)


def test_check_gives_the_reason_for_each_property_that_it_refuses(world):
    agent = world.agent(destination("bus", ["127.0.0.1:9092"], login("SCRAM-SHA-512", "scram")))
    asked = check(world, agent, """[destinations.bus.librdkafka]
acks = 1
"message.timeout.ms" = 5000
"linger.mss" = 5
"linger.ms" = "soon"
"socket.keepalive.enable" = false
""")
    assert asked.returncode == 2
    assert "destinations.bus.librdkafka.acks: is always -1: delivered means" in asked.stderr
    assert "librdkafka.message.timeout.ms: is always 0" in asked.stderr
    assert 'No such configuration property: "linger.mss"' in asked.stderr
    assert "librdkafka.linger.ms: librdkafka" in asked.stderr
    assert "keepalive" not in asked.stderr


def test_check_warns_of_scram_and_never_shows_a_secret(world):
    agent = world.agent(destination("bus", ["127.0.0.1:9092"], login("SCRAM-SHA-512", "scram", 'password = "s3cr3t!"')))
    asked = check(world, agent, "")
    assert asked.returncode == 0, asked.stderr
    assert "cannot log in by SCRAM to Kafka 4" in asked.stderr
    assert "s3cr3t" not in asked.stdout + asked.stderr
