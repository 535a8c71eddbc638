"""The destination http and real servers: nginx with its statuses, TLS and limits, and ClickHouse, whose rows are counted in
the database."""
import json

import pytest

from lab.agent import SOURCE, destination, one_or_more, private
from lab.fault_proxy import REFUSED, FaultProxy
from lab.http_proxy import HttpProxy
from lab.oracle import Delivered, check_ledger
from lab.process import free_port, wait_until
from lab.traffic import Stream, send
from lab.web_script import Server, Tokens, answer
from lab.web_servers import ClickHouse, Nginx


@pytest.fixture
def nginx(world, certificates):
    nginx = Nginx(world.folder / "nginx", certificates).start()
    world.at_the_end(nginx.kill)
    return nginx


@pytest.fixture
def clickhouse(world):
    clickhouse = ClickHouse(world.folder / "clickhouse").start()
    world.at_the_end(clickhouse.kill)
    return clickhouse


def server(world, kind=Server, **options):
    one = kind(**options)
    world.at_the_end(one.stop)
    return one


def web(name, url, more=""):
    return destination(name, "http", one_or_more("url", url), 'batch = { linger = "20ms" }', more)


def check_once(agent, lines):
    """Every event of the spool, each once."""
    Delivered((0, line) for line in lines).check_complete(agent.status()["spool"]["end"])
    assert len(lines) == agent.status()["spool"]["end"] - 1
    check_ledger(agent.status())


def test_every_event_comes_once_over_connections_that_stay(world, nginx):
    agent = world.agent(web("web", nginx.url("/accept"))).start()
    send(world, agent, 20000)
    agent.wait_settled()
    check_once(agent, nginx.lines())
    assert {said["type"] for said in nginx.bodies()} == {"application/x-ndjson"}
    assert len(nginx.connections()) <= 2


@pytest.mark.parametrize("body, whole", [("array", json.loads), ("single", lambda text: [json.loads(text)])])
def test_bodies_are_arrays_or_single_events(world, nginx, body, whole):
    agent = world.agent(web("web", nginx.url("/accept"), f'body = "{body}"')).start()
    send(world, agent, 300)
    agent.wait_settled()
    bodies = nginx.bodies()
    assert {said["type"] for said in bodies} == {"application/json"}
    check_once(agent, [json.dumps(event) for said in bodies for event in whole(said["body"])])


def test_a_password_and_a_certificate_open_the_door(world, nginx, certificates):
    mutual = f"https://localhost:{nginx.mutual_port}/basic"
    login = 'username = "tapferry"\npassword = "secret"'
    client = f'certificate = "{certificates / "client.crt"}", key = "{certificates / "client.key"}"'
    agent = world.agent(web("web", mutual, f'{login}\ntls = {{ ca = "{certificates / "ca.crt"}", {client} }}')).start()
    send(world, agent, 500)
    agent.wait_settled()
    check_once(agent, nginx.lines())


def test_what_a_person_must_change_waits_and_is_told(world, nginx, certificates):
    wrong_ca = f'tls = {{ ca = "{certificates / "other-ca.crt"}" }}'
    agent = world.agent(
        web("password", nginx.url("/basic"), 'username = "tapferry"\npassword = "wrong"'),
        web("missing", nginx.url("/status/404")), web("moved", nginx.url("/status/307")),
        web("stranger", f"https://localhost:{nginx.tls_port}/accept", wrong_ca),
        web("good", nginx.url("/accept"))).start()
    send(world, agent, 200)
    agent.wait_settled("good")
    for name, words in {"password": ": 401: Authorization Required nginx", "missing": ": 404: Not Found nginx",
                        "moved": ": 307: Temporary Redirect nginx", "stranger": 'its certificate is issued by "Test CA"'}.items():
        assert words in agent.trouble(name)
        assert any(f" {name}: cannot deliver until that is changed: " in line and words in line
                   for line in agent.said().splitlines())
        assert agent.destination(name)["delivered"] == 0 and agent.destination(name)["dead_lettered"] == 0
    assert agent.http("/readyz")[0] == 503
    check_once(agent, nginx.lines())


def test_a_body_that_is_too_large_is_halved_until_it_fits(world, nginx):
    agent = world.agent(web("web", nginx.url("/small"))).start()
    send(world, agent, 2000)
    agent.wait_settled()
    check_once(agent, nginx.lines())
    assert nginx.statuses() == {"200", "413"}


def test_a_limit_of_the_server_slows_down_and_loses_nothing(world, nginx):
    agent = world.agent(web("web", nginx.url("/limited"), "batch = { max_events = 100, linger = \"0\" }").replace(
        'batch = { linger = "20ms" }\n', "")).start()
    send(world, agent, 500)
    agent.wait_settled()
    check_once(agent, nginx.lines())
    assert nginx.statuses() == {"200", "429"}


def test_the_words_of_a_server_that_fails_are_told(world, nginx):
    agent = world.agent(web("page", nginx.url("/page")), web("bad", nginx.url("/status/502"))).start()
    send(world, agent, 10)
    wait_until(lambda: "page: retrying: " in agent.said() and "503: Come back later" in agent.said(), "the page's words")
    wait_until(lambda: "bad: retrying: " in agent.said() and "502: Bad Gateway" in agent.said(), "the status")


def test_what_is_refused_goes_to_the_dead_letter_by_itself(world, nginx):
    agent = world.agent(web("web", nginx.url("/status/400"), "dead_letter = { hold_above = 1 }")).start()
    send(world, agent, 30)
    agent.wait_settled()
    assert agent.destination("web")["dead_lettered"] == 30
    check_ledger(agent.status())


def test_bodies_packed_with_zstd_are_what_goes_unpacked(world):
    packed, plain = server(world), server(world)
    bodies = {packed: [], plain: []}
    for one in bodies:
        one.script = lambda request, one=one: bodies[one].append(request)
    agent = world.agent(web("packed", f"http://127.0.0.1:{packed.port}/", 'compression = "zstd"\nconnections = 1'),
                        web("plain", f"http://127.0.0.1:{plain.port}/", "connections = 1")).start()
    send(world, agent, 5000)
    agent.wait_settled()
    assert {request.headers.get("content-encoding") for request in bodies[packed]} == {"zstd"}
    assert b"".join(r.body for r in bodies[packed]) == b"".join(r.body for r in bodies[plain])
    assert sum(len(r.packed) for r in bodies[packed]) < sum(len(r.packed) for r in bodies[plain]) / 4
    assert len(packed.ids) == len(set(packed.ids)) == 5000


def oauth2(name, url, tokens, secret='client_secret = "secret"'):
    return web(name, url) + f"""[destinations.{name}.oauth2]
token_url = "http://127.0.0.1:{tokens.port}/token"
client_id = "tapferry"
scope = "logs write"
{secret}
"""


def test_a_token_that_was_asked_for_opens_the_door(world, nginx):
    tokens = server(world, Tokens, issues=lambda number: "issued")
    agent = world.agent(oauth2("web", nginx.url("/bearer"), tokens)).start()
    send(world, agent, 3000)
    agent.wait_settled()
    check_once(agent, nginx.lines())
    assert tokens.asked == [{"grant_type": "client_credentials", "client_id": "tapferry", "client_secret": "secret",
                             "scope": "logs write"}]


def lets_in(tokens):
    """Whoever has the token that was issued last."""
    return lambda request: None if request.headers["authorization"] == f"Bearer {tokens.issued[-1]}" else answer(401)


def test_a_token_that_is_taken_back_or_ends_is_asked_for_again(world):
    tokens = server(world, Tokens)
    one = server(world)
    one.script = lets_in(tokens)
    agent = world.agent(oauth2("web", f"http://127.0.0.1:{one.port}/", tokens)).start()
    send(world, agent, 100)
    agent.wait_settled()
    tokens.issued.append("another")    # ours is good no more
    send(world, agent, 100)
    agent.wait_settled()
    assert len(tokens.asked) == 2
    assert not agent.destination("web")["needs_a_person"] and "cannot deliver" not in agent.said()
    # One that ends soon is asked for again before that, without a refusal.
    tokens.lifetime = 1
    tokens.issued.append("a third one")
    send(world, agent, 100)
    agent.wait_settled()
    asked = len(tokens.asked)
    refused = agent.metric("tapferry_deliveries_total", destination="web", verdict="retry")
    for _ in range(100):
        if len(tokens.asked) > asked + 1:
            break
        send(world, agent, 10)
        agent.wait_settled()
    assert len(tokens.asked) > asked + 1
    assert agent.metric("tapferry_deliveries_total", destination="web", verdict="retry") == refused
    check_once(agent, [json.dumps({"id": name}) for name in one.ids])


def test_a_client_that_the_token_endpoint_does_not_know_waits_for_a_person(world):
    tokens, one = server(world, Tokens, secret="right"), server(world)
    one.script = lets_in(tokens)
    secret = private(world.folder / "secret", "not-this\n")
    agent = world.agent(oauth2("web", f"http://127.0.0.1:{one.port}/", tokens, f'client_secret_file = "{secret}"')).start()
    send(world, agent, 100)
    assert "the token endpoint " in agent.trouble("web") and "invalid_client: not known here" in agent.trouble("web")
    assert "not-this" not in agent.said() and not one.requests
    secret.write_text("right\n")
    agent.wait_settled()
    check_once(agent, [json.dumps({"id": name}) for name in one.ids])


@pytest.mark.parametrize("said, words, person", [
    (answer(503, "later"), "503: later", False), (answer(200, "{}"), "answered without a token", True),
    (answer(200, '{"access_token":"a\\r\\nX-Evil: 1"}'), "answered without a token", True)], ids=["503", "none", "injected"])
def test_a_token_endpoint_that_gives_none_is_told_of_and_costs_nothing(world, said, words, person):
    tokens, one = server(world, Tokens), server(world)
    tokens.script = lambda _: said
    agent = world.agent(oauth2("web", f"http://127.0.0.1:{one.port}/", tokens)).start()
    send(world, agent, 100)
    wait_until(lambda: words in agent.destination("web")["words"], "it is told")
    assert agent.destination("web")["needs_a_person"] is person and not one.requests
    tokens.script = None
    agent.wait_settled()
    check_once(agent, [json.dumps({"id": name}) for name in one.ids])


@pytest.mark.parametrize("place", ["plain", "tls"])
def test_a_proxy_passes_events_on_and_is_told_of_when_it_is_away(world, nginx, certificates, place):
    proxy = HttpProxy(user="tapferry:proxy-secret")
    world.at_the_end(proxy.stop)
    plain = place == "plain"
    host = f"localhost:{nginx.port if plain else nginx.tls_port}"
    tls = "" if plain else f'tls = {{ ca = "{certificates / "ca.crt"}" }}'
    url = f"{'http' if plain else 'https'}://{host}/accept"
    front = FaultProxy(proxy.port)
    world.at_the_end(front.stop)
    through = f'proxy = "http://tapferry:proxy-secret@127.0.0.1:{front.port}"\n{tls}'
    agent = world.agent(web("web", url, through)).start()
    send(world, agent, 2000)
    agent.wait_settled()
    check_once(agent, nginx.lines())
    assert set(proxy.asked) == {("POST", url) if plain else ("CONNECT", host)}
    front.become(REFUSED)
    send(world, agent, 500)
    wait_until(lambda: "Connection refused" in agent.destination("web")["words"], "it is told")
    front.heal()
    agent.wait_settled()
    check_once(agent, nginx.lines())
    proxy.user = "tapferry:another"
    front.drop_all()
    send(world, agent, 500)
    assert ("407: who are you?" if plain else ": 407") in agent.trouble("web").replace(str(front.port), "")
    assert "proxy-secret" not in agent.said()
    proxy.user = None
    agent.wait_settled()
    check_once(agent, nginx.lines())


@pytest.mark.slow
def test_a_server_that_dies_under_load_loses_nothing_and_the_other_one_takes_over(world, certificates):
    one, two = (Nginx(world.folder / name, certificates).start() for name in ("one", "two"))
    for nginx in (one, two):
        world.at_the_end(nginx.kill)
    agent = world.agent(web("web", [one.url("/accept"), two.url("/accept")])).start()
    load = Stream(agent.socket, rate=2000).start()
    world.at_the_end(load.stop)
    wait_until(lambda: len(one.lines()) > 1000 and len(two.lines()) > 1000, "both take their share")
    one.kill()
    taken = len(two.lines())
    wait_until(lambda: len(two.lines()) > taken + 4000, "the other one takes all of it")
    load.stop()
    agent.wait_settled()
    delivered = Delivered((0, line) for line in one.lines() + two.lines())
    delivered.check_complete(agent.status()["spool"]["end"])
    assert len(delivered.repeated()) <= agent.destination("web")["repeated"]
    check_ledger(agent.status())


def test_clickhouse_has_every_row_once(world, clickhouse):
    clickhouse.ask("CREATE TABLE dns (id String, time String, src String, qname String, qtype String, rcode String) ENGINE = Log")
    url = clickhouse.insert_url("dns") + "&input_format_skip_unknown_fields=1"
    agent = world.agent(web("web", url, 'username = "tapferry"\npassword = "secret"\ncompression = "gzip"')).start()
    send(world, agent, 20000)
    agent.wait_settled()
    assert clickhouse.ask("SELECT count(), uniqExact(id), uniqExact(qname) FROM dns") == "20000\t20000\t20000"
    check_ledger(agent.status())


def test_rows_that_clickhouse_does_not_take_are_dead_letters_with_its_words(world, clickhouse):
    # The id is no number.
    clickhouse.ask("CREATE TABLE dns (id UInt8) ENGINE = Log")
    url = clickhouse.insert_url("dns") + "&input_format_skip_unknown_fields=1"
    login = 'username = "tapferry"\npassword = "secret"\ndead_letter = { hold_above = 1 }\n'
    agent = world.agent(web("web", url, login + "refuse = [500]")).start()
    send(world, agent, 5)
    agent.wait_settled()
    assert agent.destination("web")["dead_lettered"] == 5
    letters = "".join(path.read_text(errors="replace") for path in (agent.folder / "state/dead-letter/web").iterdir())
    assert "Code: " in letters


# The forms for Loki, Logstash and ClickHouse as tapferry-http(7) shows them.
def shown(first):
    page = (SOURCE / "packaging/man/tapferry-http.7").read_text().replace("\\-", "-").replace("\\e", "\\")
    return first + page.split(first)[1].split(".EE")[0]


def send_as_shown(world, name, places):
    text = shown(f"[destinations.{name}]")
    for there, here in places.items():
        assert there in text
        text = text.replace(there, here)
    agent = world.agent(text.replace('type = "http"', 'type = "http"\nstart = "oldest"\nfilter = { messages = ["all"] }')).start()
    send(world, agent, 50)
    agent.wait_settled()
    check_ledger(agent.status())


def to_nginx(url, nginx):
    return {url: nginx.url("/accept"), 'compression = "gzip"\n': ""}


def test_the_form_for_loki_is_what_it_takes(world, nginx):
    send_as_shown(world, "loki", to_nginx("https://loki.example.com/loki/api/v1/push", nginx))
    values = []
    for said in nginx.bodies():
        pushed = json.loads(said["body"])
        assert set(pushed) == {"streams"} and pushed["streams"][0]["stream"] == {"job": "dns"}
        values += pushed["streams"][0]["values"]
    assert len(values) == 50
    assert all(nanoseconds.isdigit() and len(nanoseconds) == 19 and ".test" in line for nanoseconds, line in values)


def test_the_form_for_logstash_is_an_array_of_events(world, nginx):
    send_as_shown(world, "logstash", to_nginx("https://logstash.example.com:8080", nginx))
    assert sum(len(json.loads(said["body"])) for said in nginx.bodies()) == 50


def test_the_form_for_clickhouse_fills_the_table_that_is_shown_with_it(world, clickhouse):
    clickhouse.ask(shown("CREATE TABLE dns"))
    send_as_shown(world, "clickhouse", {
        "https://clickhouse.example.com:8443/": f"http://127.0.0.1:{clickhouse.port}/",
        "/etc/tapferry/clickhouse.password": str(private(world.folder / "password", "secret\n"))})
    assert clickhouse.ask("SELECT count(), uniqExact(id), uniqExact(qname), min(toYear(time)) > 2020 FROM dns") == "50\t50\t50\t1"


def test_the_example_of_http_works(world, nginx, certificates):
    password = private(world.folder / "password", "secret\n")
    agent = world.example("http.toml", {
        "https://logs1.example.com/ingest": f"https://localhost:{nginx.tls_port}/basic",
        "https://logs2.example.com/ingest": f"https://localhost:{free_port()}/basic",
        "/etc/tapferry/web.password": str(password), 'compression = "gzip"\n': "",
        "/etc/tapferry/logs-ca.crt": str(certificates / "ca.crt")}, all_to="web").start()
    send(world, agent, 100)
    agent.wait_settled()
    check_once(agent, nginx.lines())
