"""`tapferry stats` beside what Python counts of the JSON lines of the same capture, and its page in a parser and a
browser that others wrote."""
import base64
import collections
import datetime
import hashlib
import html.parser
import json
import os
import re
import shutil
import struct
import subprocess

import pytest

from conftest import PROGRAM, capture_bytes, decode

CHROMIUM = shutil.which("chromium")
UPSTREAM = ("RESOLVER_", "FORWARDER_")
HOSTILE = ['"><script>alert(1)</script>', "</title><img src=x onerror=alert(2)>", "'-alert(3)-'", "a\x00\x1b[31m\r\n</svg>&lt;"]


def stats(content, *arguments):
    done = subprocess.run([PROGRAM, "stats", "-", *arguments], input=content, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8")


@pytest.fixture
def events(capture):
    return [json.loads(line) for line in decode(capture, "json").splitlines()]


@pytest.fixture
def report(capture):
    return json.loads(stats(capture_bytes(capture), "--format", "json", "--top", "10000"))


def counted(values):
    return dict(collections.Counter(value for value in values if value is not None))


def test_tables_hold_what_the_events_hold(events, report):
    upstream = [e["type"].startswith(UPSTREAM) for e in events]
    expected = {
        "types": counted(e["type"] for e in events),
        "rcodes": counted(e.get("rcode") for e in events),
        "qtypes": counted(e.get("qtype") for e in events),
        "protocols": counted(e.get("protocol") for e in events),
        "servers": counted(e.get("identity") for e in events),
        "names": counted(e.get("qname") for e in events),
        "domains": counted(e.get("registered_domain") for e in events),
        "failing_names": counted(e.get("qname") for e in events if e.get("rcode", "NOERROR") != "NOERROR"),
        "clients": counted(e.get("src") for e, up in zip(events, upstream) if not up),
        "upstreams": counted(e.get("dst") for e, up in zip(events, upstream) if up),
        "malformed": counted(e.get("malformed") for e in events),
    }
    assert set(report["tables"]) == set(expected)
    for key, counts in expected.items():
        table = report["tables"][key]
        assert {row["value"]: row["events"] for row in table["top"]} == counts, key
        assert (table["distinct"], table["events"], table["exact"]) == (len(counts), sum(counts.values()), True)
        order = [(-row["events"], row["value"]) for row in table["top"]]
        assert order == sorted(order), key


def test_totals_agree(events, report):
    responses = [e for e in events if "rcode" in e]
    assert report["events"] == report["frames"] == len(events)
    assert report["responses"] == len(responses)
    assert report["failures"] == sum(e["rcode"] != "NOERROR" for e in responses)
    assert report["truncated"] == sum("TC" in e.get("flags", []) for e in responses)
    assert report["malformed"] == sum("malformed" in e for e in events)
    assert report["edns"] == sum("edns" in e for e in events)
    assert report["without_time"] == sum(e.get("time_source") == "agent" for e in events)


def nanoseconds(text):
    """Of an RFC 3339 time, since 1970."""
    second, _, fraction = text.rstrip("Z").partition(".")
    whole = datetime.datetime.fromisoformat(second).replace(tzinfo=datetime.timezone.utc)
    return int(whole.timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


def latencies(events):
    """From each query to the response behind it that carries the same addresses and id, and no other question."""
    asked, found = {}, []
    for event in events:
        sort = "up" if event["type"].startswith(UPSTREAM) else event["type"].split("_")[0].replace("AUTH", "CLIENT")
        question = (event.get("qname"), event.get("qtype"))
        key = (sort, *(event.get(k) for k in ("identity", "src", "src_port", "dst", "dst_port", "protocol", "dns_id")))
        if "src" not in event or "src_port" not in event:
            key += question  # the rest does not tell enough
        if event["type"].endswith("QUERY"):
            asked[key] = (question, event.get("query_time"))
            continue
        query_question, query_time = asked.get(key, (question, None))
        if None not in (question[1], query_question[1]) and question != query_question:
            query_time = None
        else:
            asked.pop(key, None)
        query_time = event.get("query_time", query_time)
        if query_time and "response_time" in event:
            passed = nanoseconds(event["response_time"]) - nanoseconds(query_time)
            if 0 <= passed < 5 * 10**9:
                found.append(passed)
    return found


def check_distribution(found, values, tolerance):
    assert found["count"] == len(values)
    if not values:
        return
    values = sorted(values)
    assert abs(found["min"] - values[0]) <= tolerance and abs(found["max"] - values[-1]) <= tolerance
    assert sum(bucket["count"] for bucket in found["buckets"]) == len(values)
    for share in (50, 90, 95, 99):
        truth = values[-(-len(values) * share // 100) - 1]
        assert abs(found[f"p{share}"] - truth) <= 0.03 * truth + 1, share


def test_distributions_agree(events, report):
    check_distribution(report["sizes"]["responses"], [e["bytes"] for e in events if e["type"].endswith("RESPONSE") and "bytes" in e], 0)
    check_distribution(report["sizes"]["queries"], [e["bytes"] for e in events if e["type"].endswith("QUERY") and "bytes" in e], 0)


def test_latency_is_that_from_a_query_to_its_response(events, report):
    expected = latencies(events)
    found = report["latency"].get("all", {"count": 0})
    assert abs(found["count"] - len(expected)) <= 0.02 * len(expected) + 2
    if len(expected) < 20:
        return
    expected.sort()
    for share in (50, 90):
        truth = expected[-(-len(expected) * share // 100) - 1]
        assert abs(found[f"p{share}"] - truth) <= 0.15 * truth, share


def test_every_timed_event_is_in_the_timeline(events, report):
    timed = [e for e in events if e.get("time_source") != "agent"]
    steps = report["timeline"]["steps"]
    series = ("NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED")
    for name in series:
        assert sum(step[name] for step in steps) == sum(e.get("rcode") == name for e in timed), name
    assert sum(step["queries"] for step in steps) == sum("rcode" not in e for e in timed)
    assert sum(sum(step.values()) for step in ({k: v for k, v in s.items() if k != "time"} for s in steps)) == len(timed)
    if timed:
        first, last = min(e["time"] for e in timed), max(e["time"] for e in timed)
        assert report["first"][:19] == first[:19] and report["last"][:19] == last[:19]


def test_a_filter_counts_for_stats_too():
    report = json.loads(stats(capture_bytes("bind-auth"), "--format", "json", "--where", 'rcode == "NXDOMAIN"'))
    assert [row["value"] for row in report["tables"]["rcodes"]["top"]] == ["NXDOMAIN"]
    assert report["events"] + report["filtered"] == report["frames"]


class Page(html.parser.HTMLParser):
    """Notes every element and attribute, and that elements are closed in the order in which they were opened."""
    EMPTY = {"meta", "link", "line", "rect", "path", "br"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.attributes, self.texts, self.scripts = [], [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        (self.scripts if self.open and self.open[-1] == "script" else self.texts).append(text)


OURS = {"html", "head", "meta", "link", "title", "style", "body", "header", "main", "footer", "section", "div", "dl", "dt", "dd",
        "h1", "h2", "p", "small", "b", "i", "ul", "li", "span", "table", "thead", "tr", "th", "td", "svg", "g", "line", "rect", "path",
        "text", "script"}


def check_page(text):
    page = Page(text)
    assert set(page.elements) <= OURS, set(page.elements) - OURS
    assert page.elements.count("script") == 1
    names = {name for name, _ in page.attributes}
    assert not [name for name in names if name.startswith("on")]
    assert not [value for name, value in page.attributes if name in ("src", "href") and value != "data:,"]
    assert all(c == "\n" or 0x20 <= ord(c) <= 0x7E for c in text)
    policy = next(value for name, value in page.attributes if value and value.startswith("default-src"))
    digest = base64.b64encode(hashlib.sha256(page.scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    return page


def test_the_page_of_each_capture_is_sound_and_needs_nothing_from_elsewhere(capture):
    page = check_page(stats(capture_bytes(capture), "--html", "-"))
    assert "svg" in page.elements and "Message types" in "".join(page.texts)


def length_prefixed(field, content):
    size = bytearray()
    length = len(content)
    while length >= 0x80:
        size.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([field << 3 | 2]) + bytes(size) + bytes([length]) + content


def hostile_capture():
    """Queries whose identity, version and names would be markup."""
    def frame(text):
        raw = text.encode("latin-1")
        label = raw[:63]
        dns = struct.pack(">HHHHHH", 1, 0x0100, 1, 0, 0, 0) + bytes([len(label)]) + label + b"\4test\0" + struct.pack(">HH", 1, 1)
        message = b"\x08\x05\x10\x01\x18\x01" + length_prefixed(4, bytes([192, 0, 2, 1])) + b"\x40" + b"\x80\xe0\x83\xb0\x06" + length_prefixed(10, dns)
        return length_prefixed(1, raw) + length_prefixed(2, raw) + length_prefixed(14, message) + b"\x78\x01"

    def control(kind, content=b""):
        payload = struct.pack(">I", kind) + content
        return struct.pack(">II", 0, len(payload)) + payload
    kind = b"protobuf:dnstap.Dnstap"
    return (control(2, struct.pack(">II", 1, len(kind)) + kind) +
            b"".join(struct.pack(">I", len(f)) + f for f in map(frame, HOSTILE)) + control(3))


def test_hostile_bytes_stay_text(tmp_path):
    file = tmp_path / "<img src=x onerror=alert(4)>&\".fstrm"
    file.write_bytes(hostile_capture())
    done = subprocess.run([PROGRAM, "stats", file, "--html", "-"], capture_output=True, timeout=60, check=True)
    page = check_page(done.stdout.decode())
    texts = "".join(page.texts)
    assert HOSTILE[0] in texts and HOSTILE[1] in texts, "what is printable is shown as it is"
    assert "a\\000\\027[31m\\013\\010</svg>&lt;" in texts
    assert file.name in texts
    for arguments in ([], ["--format", "json"]):
        out = subprocess.run([PROGRAM, "stats", file, *arguments], capture_output=True, timeout=60, check=True,
                             env={**os.environ, "LC_ALL": "C"}).stdout
        assert all(c == 10 or 0x20 <= c <= 0x7E for c in out)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("scheme", [0, 1], ids=["dark", "light"])
def test_a_browser_shows_the_page_without_a_word_of_complaint(tmp_path, scheme):
    page = tmp_path / "page.html"
    page.write_text(stats(capture_bytes("bind-mix-head"), "--html", "-"))
    done = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--log-level=0",
                           f"--user-data-dir={tmp_path}/profile", f"--blink-settings=preferredColorScheme={scheme}",
                           "--dump-dom", f"file://{page}"], capture_output=True, timeout=300, text=True)
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if re.search(r"CONSOLE", line)]
    assert not said, said
    assert "<svg" in done.stdout and 'id="tip"' in done.stdout
