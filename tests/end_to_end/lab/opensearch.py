"""OpenSearch and Elasticsearch, one node each, from the jars that Maven fetches once. A second start on the same folder keeps
the data."""
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from .cache import CACHE, jars, need
from .process import Process, free_port, wait_until
from .web_servers import get

VERSION = "2.19.4"
ELASTICSEARCH_VERSION = "8.17.0"  # the last one that runs on Java 17
JAVA = ["java", "-Xms320m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
TEMPLATE = {"index_patterns": ["logs-dns.*"], "data_stream": {}, "priority": 250, "template": {
    "settings": {"index": {"number_of_replicas": 0}}, "mappings": {
        "dynamic_templates": [{"strings": {"match_mapping_type": "string",
                                           "mapping": {"type": "keyword", "ignore_above": 1024}}}],
        "properties": {"@timestamp": {"type": "date_nanos"}, "source": {"properties": {"ip": {"type": "ip"}}}}}}}


def classes(folder, launcher, libs):
    """The launcher, compiled into a folder of the cache that is this text's own: other checkouts have others."""
    source = Path(__file__).with_name(f"{launcher}.java")
    text = hashlib.sha256(source.read_bytes()).hexdigest()
    program = CACHE / folder / f"classes-{text[:16]}" / f"{launcher}.class"
    if not program.exists():
        need("javac", what=launcher)
        done = subprocess.run(["javac", "-nowarn", "-d", program.parent, "-cp", f"{libs}/*", source], capture_output=True,
                              text=True)
        if done.returncode != 0:
            pytest.skip(f"{launcher} cannot be compiled: {done.stderr[-300:]}")
    return program.parent


class Node:
    """`launcher`: what Java is told, before the node's folder. `settings`: "name=value"."""

    def __init__(self, folder, launcher, settings):
        self.folder, self.launcher = Path(folder), launcher
        self.port = free_port()
        self.settings = {
            "path.data": self.folder / "data", "path.logs": self.folder / "logs", "cluster.name": "tests", "node.name": "one",
            "discovery.type": "single-node", "network.host": "127.0.0.1", "http.port": self.port, "transport.port": free_port(),
            "http.type": "netty4", "transport.type": "netty4", "node.processors": 1, "node.store.allow_mmap": "false",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            **dict(setting.split("=", 1) for setting in settings)}
        self.process = None

    def start(self):
        product = type(self).__name__.lower()
        configuration = self.folder / f"config/{product}.yml"
        configuration.parent.mkdir(parents=True, exist_ok=True)
        configuration.write_text("".join(f"{name}: {value}\n" for name, value in self.settings.items()))
        self.process = Process(product, [*JAVA, f"-Djava.io.tmpdir={self.folder}", *self.launcher, self.folder],
                               self.folder / "log")
        self.process.wait_ready(self.healthy, "is not ready", limit=120)
        return self

    def healthy(self):
        try:
            return get(f"http://127.0.0.1:{self.port}/_cluster/health?wait_for_status=yellow&timeout=1s")[0] == 200
        except OSError:
            return False

    def kill(self):
        return self.process.kill()

    def ask(self, method, path, body=None, wanted=(200, 201)):
        status, text = get(f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode() if body is not None else None,
                           method, {"Content-Type": "application/json"})
        assert status in wanted, f"{method} {path}: {status} {text}"
        return json.loads(text) if text else None

    def count(self, index):
        self.ask("POST", f"/{index}/_refresh")
        return self.ask("GET", f"/{index}/_count")["count"]

    def documents(self, index):
        """Every document of an index: (index, id, source)."""
        self.ask("POST", f"/{index}/_refresh")
        found, after = [], None
        while True:
            body = {"size": 5000, "sort": [{"_id": "asc"}], **({"search_after": after} if after else {})}
            hits = self.ask("POST", f"/{index}/_search", body)["hits"]["hits"]
            if not hits:
                return found
            found += [(hit["_index"], hit["_id"], hit["_source"]) for hit in hits]
            after = hits[-1]["sort"]


class OpenSearch(Node):
    def __init__(self, folder, *settings):
        cached = f"opensearch-{VERSION}"
        libs = jars(cached, f"org.opensearch:opensearch:{VERSION}", f"org.opensearch.plugin:transport-netty4-client:{VERSION}",
                    "org.apache.logging.log4j:log4j-core:2.21.0")
        program = classes(cached, "OpenSearchNode", libs)
        super().__init__(folder, ["-cp", f"{program}:{libs}/*", "OpenSearchNode"], settings)


class Elasticsearch(Node):
    """Without data streams, which are no part of what Maven has."""

    def __init__(self, folder, *settings):
        version, cached = ELASTICSEARCH_VERSION, f"elasticsearch-{ELASTICSEARCH_VERSION}"
        libs = jars(cached, f"org.elasticsearch:elasticsearch:{version}",
                    f"org.elasticsearch.plugin:transport-netty4:{version}", "org.apache.logging.log4j:log4j-core:2.19.0")
        program = classes(cached, "ElasticsearchNode", libs)
        # What speaks HTTP is a module, and is found as one only below the node's folder.
        server = Path(folder) / "server"
        module = Path(folder) / "modules/transport-netty4"
        for kept in (server, module, Path(folder) / "plugins"):
            kept.mkdir(parents=True)
        for jar in libs.iterdir():
            (module if jar.name.startswith(("netty-", "transport-netty4-")) else server).joinpath(jar.name).symlink_to(jar)
        (module / "plugin-descriptor.properties").write_text(
            f"name=transport-netty4\ndescription=HTTP\nversion={version}\nelasticsearch.version={version}\n"
            "java.version=17\nclassname=org.elasticsearch.transport.netty4.Netty4Plugin\n")
        super().__init__(folder, ["-p", server, "--add-modules", "org.elasticsearch.server,java.sql,jdk.net", "-cp", program,
                                  "ElasticsearchNode"], ["indices.id_field_data.enabled=true", *settings])
