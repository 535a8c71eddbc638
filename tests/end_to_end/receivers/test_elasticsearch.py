"""The destination elasticsearch and a real OpenSearch: counts, documents sent twice, documents that do not fit, indices that
are closed or full, and nothing lost while the node dies; Elasticsearch itself; and what `tapferry probe` makes there."""
import json
import signal

import pytest

from lab.agent import SOURCE, command, destination, private, tcp
from lab.opensearch import TEMPLATE, Elasticsearch, OpenSearch
from lab.oracle import check_ledger
from lab.process import free_port, wait_until
from lab.traffic import Stream, send
from lab.web_servers import get

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    node = OpenSearch(tmp_path_factory.mktemp("opensearch") / "node")
    try:
        node.start().ask("PUT", "/_index_template/dns", TEMPLATE)
        yield node
    finally:
        if node.process:
            node.kill()


def elastic(name, port, more="", format="ecs"):
    return destination(name, "elasticsearch", f'url = "http://127.0.0.1:{port}"', f'format = "{format}"', more)


def check_all(agent, documents):
    """Every event of the spool, each as one document under its id."""
    end = agent.status()["spool"]["end"]
    assert sorted(int(name[16:], 16) for _, name, _ in documents) == list(range(1, end))
    assert all(source.get("event", source)["id"] == name for _, name, source in documents)
    check_ledger(agent.status())


def test_every_event_is_one_document_of_the_data_stream(world, node):
    agent = world.agent(elastic("elastic", node.port, 'data_stream = "logs-dns.once-default"')).start()
    send(world, agent, 12000)
    agent.wait_settled()
    documents = node.documents("logs-dns.once-default")
    check_all(agent, documents)
    assert all(index.startswith(".ds-logs-dns.once-default") for index, _, _ in documents)
    assert documents[0][2]["data_stream"] == {"type": "logs", "dataset": "dns.once", "namespace": "default"}


def test_the_index_is_named_by_the_day_of_the_event(world, node):
    agent = world.agent(elastic("elastic", node.port, 'index = "daily-%Y.%m.%d"', format="json")).start()
    send(world, agent, 2000)
    agent.wait_settled()
    documents = node.documents("daily-*")
    check_all(agent, documents)
    for index, _, source in documents:
        assert index == "daily-" + source["time"][:10].replace("-", ".")


def test_what_is_sent_twice_is_stored_once(world, node):
    """The agent dies before it has noted what was accepted, and sends all of it again."""
    agent = world.agent(elastic("elastic", node.port, 'data_stream = "logs-dns.twice-default"')).start()
    send(world, agent, 3000)
    agent.wait_settled()
    agent.kill()
    (position,) = (agent.folder / "state/positions").glob("elastic*")
    position.unlink()
    agent.start()
    agent.wait_settled()
    check_all(agent, node.documents("logs-dns.twice-default"))
    assert agent.destination("elastic")["delivered"] >= 3000


def test_documents_that_do_not_fit_are_dead_letters_and_the_others_are_stored(world, node):
    node.ask("PUT", "/narrow", {"mappings": {"properties": {"qname": {"type": "ip"}}}})
    agent = world.agent(elastic("elastic", node.port, 'index = "narrow"\ndead_letter = { hold_above = 1 }', "json")).start()
    sender = world.sender(agent.socket)
    sender.send(["1.2.3.4" if i % 10 else f"n{i}.test" for i in range(100)])
    assert sender.finish()
    agent.wait_settled()
    assert node.count("narrow") == 90
    assert agent.destination("elastic")["dead_lettered"] == 10
    letters = "".join(path.read_text(errors="replace") for path in (agent.folder / "state/dead-letter/elastic").iterdir())
    assert "mapper_parsing_exception" in letters
    check_ledger(agent.status())


def test_an_index_that_is_closed_or_full_waits_for_a_person_and_costs_nothing(world, node):
    node.ask("PUT", "/closed", {"settings": {"number_of_replicas": 0}})
    node.ask("POST", "/closed/_close")
    node.ask("PUT", "/full", {"settings": {"number_of_replicas": 0}})
    node.ask("PUT", "/full/_settings", {"index.blocks.read_only_allow_delete": True})
    agent = world.agent(elastic("closed", node.port, 'index = "closed"', "json"),
                        elastic("full", node.port, 'index = "full"', "json")).start()
    send(world, agent, 200)
    for name, words in {"closed": "index_closed_exception", "full": "cluster_block_exception"}.items():
        wait_until(lambda name=name, words=words: f"{name}: cannot deliver until that is changed" in agent.said()
                   and words in agent.said(), f"{name} is told")
        assert agent.destination(name)["dead_lettered"] == 0
    node.ask("POST", "/closed/_open")
    node.ask("PUT", "/full/_settings", {"index.blocks.read_only_allow_delete": None})
    agent.process.send(signal.SIGHUP)
    agent.wait_settled(limit=150)
    assert node.count("closed") == node.count("full") == 200
    check_ledger(agent.status())


def test_a_pipeline_that_is_not_there_waits_for_a_person(world, node):
    agent = world.agent(elastic("missing", node.port, 'index = "piped"\npipeline = "nowhere"', "json")).start()
    send(world, agent, 10)
    wait_until(lambda: "missing: cannot deliver until that is changed" in agent.said() and "nowhere" in agent.said(),
               f"it is told: {agent.said()}")
    assert agent.destination("missing")["dead_lettered"] == 0


def test_a_node_that_is_killed_under_load_loses_nothing_and_stores_nothing_twice(world, tmp_path):
    node = OpenSearch(tmp_path / "node").start()
    world.at_the_end(lambda: node.kill())
    node.ask("PUT", "/_index_template/dns", TEMPLATE)
    stream = "logs-dns.killed-default"
    agent = world.agent(elastic("elastic", node.port, f'data_stream = "{stream}"')).start()
    load = Stream(agent.socket, rate=1000).start()
    world.at_the_end(load.stop)
    wait_until(lambda: agent.destination("elastic")["delivered"] > 3000, "documents flow")
    node.kill()
    wait_until(lambda: "elastic: retrying" in agent.said(), "it is told")
    node.start()
    delivered = agent.destination("elastic")["delivered"]
    wait_until(lambda: agent.destination("elastic")["delivered"] > delivered + 2000, "documents flow again", 120)
    load.stop()
    agent.wait_settled(limit=150)
    check_all(agent, node.documents(stream))


def test_a_node_that_has_no_room_is_sent_less_and_nothing_is_lost(world, tmp_path):
    node = OpenSearch(tmp_path / "node", "http.max_content_length=64kb").start()
    world.at_the_end(node.kill)
    agent = world.agent(elastic("elastic", node.port, 'index = "small"\ncompression = "none"', "json")).start()
    send(world, agent, 3000)
    agent.wait_settled(limit=150)
    check_all(agent, node.documents("small"))
    assert agent.metric("tapferry_deliveries_total", destination="elastic", verdict="too_big") > 0


def test_a_node_under_pressure_is_waited_for(world, tmp_path):
    node = OpenSearch(tmp_path / "node", "indexing_pressure.memory.limit=4kb").start()
    world.at_the_end(node.kill)
    agent = world.agent(elastic("elastic", node.port, 'index = "small"', "json")).start()
    send(world, agent, 50)
    wait_until(lambda: "elastic: retrying: " in agent.said() and "429: rejected_execution_exception" in agent.said(),
               f"it is told: {agent.said()}")
    assert agent.destination("elastic")["dead_lettered"] == 0


def test_the_template_of_the_manual_and_the_example_work(world, node):
    page = (SOURCE / "packaging/man/tapferry-elasticsearch.7").read_text().replace("\\-", "-")
    template = page.split("PUT _index_template/logs-dns.dnstap\n")[1].split(".EE")[0]
    status, text = get(f"http://127.0.0.1:{node.port}/_index_template/manual", template.replace("250", "300").encode(), "PUT",
                       {"Content-Type": "application/json"})
    assert status == 200, text
    key = private(world.folder / "key", "aWQ6a2V5\n")
    agent = world.example("elasticsearch.toml", {
        "https://elastic1.example.com:9200": f"http://127.0.0.1:{node.port}",
        "https://elastic2.example.com:9200": f"http://127.0.0.1:{free_port()}",
        '[destinations.elastic.tls]\nca = "/etc/tapferry/logs-ca.crt"\n': "",
        "/etc/tapferry/elastic.apikey": str(key)}, all_to="elastic").start()
    send(world, agent, 500)
    agent.wait_settled()
    check_all(agent, node.documents("logs-dns.dnstap-default"))


@pytest.fixture(scope="module")
def elasticsearch(tmp_path_factory):
    node = Elasticsearch(tmp_path_factory.mktemp("elasticsearch") / "node")
    try:
        yield node.start()
    finally:
        if node.process:
            node.kill()


def installed(agent, *more):
    asked = command("probe", "--config", agent.configuration, "--install-template", "--format", "json", *more)
    (found,) = json.loads(asked.stdout)
    assert (asked.returncode == 0) == found["passed"], asked
    return {step["step"]: step for step in found["steps"]}


def test_probe_installs_the_template_of_a_data_stream_once(world, node):
    agent = world.agent(elastic("elastic", node.port, 'data_stream = "events-dns.made-fra1"'))
    steps = installed(agent)
    assert steps["template"]["words"] == "events-dns.made for events-dns.made-* was installed"
    assert steps["event"]["passed"], "the stream was made by it"
    made = node.ask("GET", "/_index_template/events-dns.made")["index_templates"][0]["index_template"]
    assert made["data_stream"] is not None and made["priority"] == 250
    node.ask("PUT", "/_index_template/events-dns.made", {**made, "priority": 251})
    assert "is there already" in installed(agent)["template"]["words"]
    assert node.ask("GET", "/_index_template/events-dns.made")["index_templates"][0]["index_template"]["priority"] == 251
    agent.start()
    send(world, agent, 500)
    agent.wait_settled()
    documents = [one for one in node.documents("events-dns.made-fra1") if not one[1].endswith("-p")]
    assert all(index.startswith(".ds-") for index, _, _ in documents)
    check_all(agent, documents)


def test_probe_leaves_nothing_in_the_way_of_a_data_stream_and_tells_of_what_is(world, node):
    stream = "events-dns.trap-default"
    agent = world.agent(elastic("elastic", node.port, f'data_stream = "{stream}"'))
    asked = command("probe", "--config", agent.configuration)
    assert asked.returncode == 1 and f"no template makes {stream} a data stream" in asked.stdout, asked
    node.ask("GET", f"/{stream}", wanted=(404,))
    node.ask("PUT", f"/{stream}", {})
    for more in [], ["--install-template"]:
        asked = command("probe", "--config", agent.configuration, *more)
        assert asked.returncode == 1 and f"{stream} is an index, not a data stream: delete it" in asked.stdout, asked
    node.ask("DELETE", f"/{stream}")
    assert list(installed(agent)) == ["template", "stream", "event"]
    (made,) = node.ask("GET", f"/_data_stream/{stream}")["data_streams"]
    assert made["name"] == stream
    assert installed(agent)["stream"]["words"] == f"{stream} is there"


def test_a_run_whose_documents_made_an_index_of_a_data_stream_says_so_once(world, node):
    stream = "events-dns.unmade-default"
    agent = world.agent(elastic("elastic", node.port, f'data_stream = "{stream}"')).start()
    send(world, agent, 500)
    agent.wait_settled()
    told = f"{stream} is an index, not a data stream, because no index template makes it one"
    wait_until(lambda: told in agent.said(), "it is told")
    send(world, agent, 500)
    agent.wait_settled()
    assert agent.said().count(told) == 1 and "tapferry probe --install-template" in agent.said()
    node.ask("DELETE", f"/{stream}")
    assert installed(agent)["event"]["passed"]
    agent.stop()
    agent.start()
    send(world, agent, 500)
    agent.wait_settled()
    assert told not in agent.said()


def test_a_template_or_pipeline_that_the_server_will_not_have_is_told_and_no_event_is_sent(world, node):
    agent = world.agent(elastic("elastic", node.port, 'index = "%Y-dns"', "json"))
    assert "begins with a time" in installed(agent)["template"]["words"]
    agent = world.agent(elastic("elastic", node.port, 'index = "piped-%Y"\npipeline = "made"', "json"), name="piped")
    steps = installed(agent)
    assert steps["template"]["passed"] and list(steps) == ["template", "pipeline"]
    assert "No processor type exists with name [set]" in steps["pipeline"]["words"], "this node has no processors"
    asked = command("probe", "--config", world.agent(tcp("plain", free_port()), name="plain").configuration,
                    "--install-template")
    assert asked.returncode == 2 and "elasticsearch" in asked.stderr


def test_elasticsearch_itself_has_every_event_once_in_an_index_like_its_template(world, elasticsearch):
    node = elasticsearch
    agent = world.agent(elastic("elastic", node.port, 'index = "dns-%Y.%m.%d"'))
    assert all(step["passed"] for step in installed(agent).values())
    agent.start()
    send(world, agent, 5000)
    wait_until(lambda: agent.destination("elastic")["delivered"] > 0, "documents flow")
    agent.kill()
    agent.start()
    agent.wait_settled(limit=150)
    documents = [one for one in node.documents("dns-*") if not one[1].endswith("-p")]
    check_all(agent, documents)
    mappings = next(iter(node.ask("GET", f"/{documents[0][0]}/_mapping").values()))["mappings"]["properties"]
    assert mappings["source"]["properties"]["ip"]["type"] == "ip"
    assert mappings["event"]["properties"]["id"]["type"] == "keyword"


def test_what_elasticsearch_cannot_map_goes_to_the_dead_letter_alone(world, elasticsearch):
    node = elasticsearch
    node.ask("PUT", "/narrow", {"mappings": {"properties": {"qname": {"type": "ip"}}}})
    agent = world.agent(elastic("elastic", node.port, 'index = "narrow"\ndead_letter = { hold_above = 1 }', "json")).start()
    send(world, agent, 20)
    agent.wait_settled()
    assert agent.destination("elastic")["dead_lettered"] == 20
    assert "document_parsing_exception" in agent.said()
    check_ledger(agent.status())
