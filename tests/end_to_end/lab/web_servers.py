"""Real HTTP receivers on loopback: nginx, which says what it is told to say, and ClickHouse, which counts rows."""
import json
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from .process import Process, accepts, free_port


def get(url, data=None, method=None, headers=None):
    """Status and text of an answer."""
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


class Nginx:
    """/accept: 200, with the body kept; /basic: the same for tapferry with the password secret; /bearer: the same for whoever
    has the token "issued"; /small: the same up to 8
    KiB, else 413; /limited: the same twice a second, else 429; /status/CODE: that status; /page: 503 and a page. The same
    over TLS, and over TLS for those who have a certificate."""

    def __init__(self, folder, certificates, server="server"):
        self.program = shutil.which("nginx") or "/usr/sbin/nginx"
        if not Path(self.program).exists():
            pytest.skip("nginx is not installed")
        self.folder = Path(folder)
        (self.folder / "tmp").mkdir(parents=True)
        self.port, self.tls_port, self.mutual_port, self.inner = (free_port() for _ in range(4))
        self.process = None
        self._configure(certificates, server)

    def _configure(self, certificates, server):
        users = self.folder / "users"
        users.write_text("tapferry:{PLAIN}secret\n")
        tls = f"ssl_certificate {certificates / server}.crt; ssl_certificate_key {certificates / server}.key;"
        keep = f"proxy_pass http://127.0.0.1:{self.inner}/; access_log {self.folder}/bodies.log body;"
        statuses = "\n".join(f"location = /status/{code} {{ {'add_header Retry-After 1 always; ' if code in (429, 503) else ''}"
                             f"return {code}{' http://127.0.0.1:1/' if 300 <= code < 400 else ''}; }}"
                             for code in (200, 201, 204, 301, 302, 307, 400, 401, 403, 404, 408, 413, 422, 429, 500, 502,
                                          503, 504))
        places = f"""
location = /accept {{ {keep} }}
location = /basic {{ auth_basic x; auth_basic_user_file {users}; {keep} }}
location = /bearer {{ if ($http_authorization != "Bearer issued") {{ return 401; }} {keep} }}
location = /small {{ client_max_body_size 8k; {keep} }}
location = /limited {{ limit_req zone=two nodelay; limit_req_status 429; {keep} }}
location = /page {{ default_type text/html; return 503 "<html><body><h1>Come back later</h1></body></html>"; }}
{statuses}"""
        temporary = " ".join(f"{name}_temp_path {self.folder}/tmp/{name};"
                             for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(f"""daemon off; master_process off; pid {self.folder}/pid;
events {{ worker_connections 256; }}
http {{
    {temporary}
    log_format body escape=json
        '{{"status":"$status","connection":"$connection","encoding":"$http_content_encoding","type":"$content_type",'
        '"body":"$request_body"}}';
    access_log off; ssl_protocols TLSv1.2 TLSv1.3;
    client_max_body_size 64m; client_body_buffer_size 16m;
    limit_req_zone $server_port zone=two:1m rate=2r/s;
    server {{ listen 127.0.0.1:{self.port}; {places} }}
    server {{ listen 127.0.0.1:{self.tls_port} ssl; {tls} {places} }}
    server {{ listen 127.0.0.1:{self.mutual_port} ssl; {tls}
        ssl_client_certificate {certificates / 'ca.crt'}; ssl_verify_client on; {places} }}
    server {{ listen 127.0.0.1:{self.inner}; access_log off; return 200 "taken\\n"; }}
}}
""")

    def start(self):
        self.process = Process("nginx", [self.program, "-e", self.folder / "error.log", "-p", self.folder,
                                         "-c", self.folder / "nginx.conf"], self.folder / "nginx.log")
        self.process.wait_ready(lambda: accepts(self.port) and accepts(self.mutual_port), "does not listen")
        return self

    def kill(self):
        return self.process.kill()

    def url(self, place):
        return f"http://127.0.0.1:{self.port}{place}"

    def requests(self):
        """Those to places that keep bodies; of packed ones the bytes are not text."""
        path = self.folder / "bodies.log"
        return [json.loads(line) for line in path.read_text(errors="replace").split("\n")[:-1]] if path.exists() else []

    def bodies(self):
        """What was taken, one request each."""
        return [said for said in self.requests() if said["status"] == "200"]

    def statuses(self):
        return {said["status"] for said in self.requests()}

    def connections(self):
        return {said["connection"] for said in self.requests()}

    def lines(self):
        return [line for said in self.bodies() for line in said["body"].split("\n") if line]


class ClickHouse:
    def __init__(self, folder):
        self.program = shutil.which("clickhouse-server")
        if not self.program:
            pytest.skip("clickhouse-server is not installed")
        self.folder = Path(folder)
        (self.folder / "data").mkdir(parents=True)
        (self.folder / "tmp").mkdir()
        self.port, tcp, inter = (free_port() for _ in range(3))
        self.process = None
        (self.folder / "config.xml").write_text(f"""<yandex>
  <logger><level>warning</level><log>{self.folder}/server.log</log><errorlog>{self.folder}/error.log</errorlog></logger>
  <listen_host>127.0.0.1</listen_host><http_port>{self.port}</http_port><tcp_port>{tcp}</tcp_port>
  <interserver_http_port>{inter}</interserver_http_port>
  <path>{self.folder}/data/</path><tmp_path>{self.folder}/tmp/</tmp_path><users_config>{self.folder}/users.xml</users_config>
  <mark_cache_size>5368709</mark_cache_size><default_profile>default</default_profile>
  <default_database>default</default_database>
</yandex>""")
        (self.folder / "users.xml").write_text("""<yandex>
  <profiles><default><max_memory_usage>500000000</max_memory_usage></default></profiles>
  <users><tapferry><password>secret</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile>
    <quota>default</quota></tapferry></users>
  <quotas><default/></quotas>
</yandex>""")

    def start(self):
        self.process = Process("clickhouse", [self.program, f"--config-file={self.folder}/config.xml"],
                               self.folder / "out.log", cwd=self.folder)
        self.process.wait_ready(lambda: accepts(self.port), "does not listen")
        return self

    def kill(self):
        return self.process.kill()

    def ask(self, query):
        status, text = get(f"http://127.0.0.1:{self.port}/?user=tapferry&password=secret", query.encode())
        assert status == 200, text
        return text.strip()

    def insert_url(self, table):
        return f"http://127.0.0.1:{self.port}/?query=" + urllib.parse.quote(f"INSERT INTO {table} FORMAT JSONEachRow")
