"""The formats text, dig, hex and yaml beside dnstap-read's one line, -p, -x and -y."""
import json
import os
import re
import subprocess

import pytest
import yaml

import dnstap_read as oracle
from conftest import NAMES, PROGRAM, capture_bytes, decode

# dnstap-read knows no more of these than that they are not TCP.
NO_PROTOCOL_OF_BIND = {"DOT", "DOH", "DOQ", "DNSCryptUDP", "DNSCryptTCP", "-"}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def same_end(ours, theirs):
    """Ours leaves out an address of zeros, which servers write for "not known", and port 0."""
    address, port = theirs.rsplit(":", 1)
    wanted = f"{'-' if address in ('0.0.0.0', '::') else address}:{'-' if port == '0' else port}"
    return ours == wanted


def line_key(one):
    return one["time"], one["kind"], one["destination"], one["size"]


def lines_of(text):
    return [oracle.line(one) for one in text.splitlines()]


def check_line(ours, theirs):
    assert same_end(ours["source"], theirs["source"])
    assert same_end(ours["destination"], theirs["destination"])
    assert ours["arrow"] == theirs["arrow"]
    if ours["protocol"] in NO_PROTOCOL_OF_BIND:
        assert theirs["protocol"] == "UDP"
    else:
        assert ours["protocol"] == theirs["protocol"]
    if theirs["name"] != oracle.name("?"):  # a message that it gives up
        assert (ours["name"], ours["class"], ours["type"]) == (theirs["name"], theirs["class"], theirs["type"])


def test_a_line_says_what_dnstap_read_says(capture):
    ours, theirs = decode(capture, "text"), oracle.dnstap_read(capture)
    together, left_out = oracle.pairs(lines_of(ours), lines_of(theirs), line_key)
    assert together
    for one, other in together:
        check_line(one, other)
    assert all(one["size"] == "12b" for one in left_out)  # a header alone: it prints nothing


def opcode(text):
    """BIND has no names for the numbers that nobody uses, nor for DSO (RFC 8490)."""
    return text.replace("OPCODE", "RESERVED").replace("DSO", "RESERVED6")


def messages(text):
    """Each event's line, and the lines of its message."""
    events = []
    for one in text.splitlines():
        if re.match(r"\d\d-\w{3}-\d{4} ", one):
            events.append((one, []))
        elif one.strip():
            events[-1][1].append(one)
    return events


def sections(lines):
    """Of a message as dig prints it: (header words, EDNS words, {section: its records}). dnstap-read gathers the records
    of a set, ours stand as they were sent. Cookies and padding are known to us by length only; octets that are no letters
    stand for themselves in our text of an option, as a dot in theirs."""
    header, edns, parts, at = [], [], {}, None
    for one in lines:
        title = re.match(r";; (.*?) ?(PSEUDO)?SECTION:$", one)
        if title and title[1] == "OPT":
            at = "OPT"
        elif title:
            at = title[1]
            parts[at] = []
        elif one.startswith(";; "):
            header.append(" ".join(opcode(one).split()))
        elif one.startswith("; ") and at == "OPT":
            words = " ".join(one.split())
            if words.startswith(("; EDNS", "; CLIENT-SUBNET", "; EDE")):
                edns.append(words)
            elif words.startswith(("; COOKIE", "; PAD")):
                edns.append(words.split(":")[0])
            else:
                # Theirs has a space in one name here, and no time in words there; both have neither in YAML.
                words = words.replace("TCP KEEPALIVE", "TCP-KEEPALIVE")
                edns.append(re.sub(r'^(; EXPIRE: \d+) \(.*\)$| \(".*"\)$', r"\1", words))
        elif one.startswith(";"):
            parts[at].append(oracle.question(one[1:]))
        else:
            parts[at].append(oracle.record(one))
    return header, sorted(edns), {part: sorted(records) for part, records in parts.items()}


@pytest.mark.parametrize("capture", [name for name in NAMES if name != "bind-mix"])
def test_dig_says_what_dnstap_read_p_says(capture):
    ours, theirs = messages(decode(capture, "dig")), messages(oracle.dnstap_read(capture, "-p"))
    together, _ = oracle.pairs(ours, theirs, lambda one: line_key(oracle.line(one[0])))
    compared = 0
    for (one, message), (_, other) in together:
        if not other or any("are not shown" in words for words in message):
            continue  # dnstap-read gave the message up; or it is longer than an event of ours may be
        assert sections(message) == sections(other), one
        compared += 1
    assert compared


@pytest.mark.parametrize("capture", [name for name in NAMES if name != "bind-mix"])
def test_hex_is_the_hex_of_dnstap_read_x(capture):
    ours, theirs = messages(decode(capture, "hex")), messages(oracle.dnstap_read(capture, "-x"))
    together, _ = oracle.pairs(ours, theirs, lambda one: line_key(oracle.line(one[0])))
    assert together
    for (one, octets), (_, others) in together:
        assert octets == others or not others, one  # it has none of a message that it gives up


@pytest.mark.parametrize("capture", ["bind-sec", "dnsdist-tcp"])
def test_frames_that_are_passed_on_are_a_capture_that_dnstap_read_reads(capture, tmp_path):
    part = subprocess.run([PROGRAM, "decode", "--output", "dnstap", "--quiet", "-"], input=capture_bytes(capture),
                          stdout=subprocess.PIPE, check=True).stdout
    file = tmp_path / "part.fstrm"
    file.write_bytes(part)
    read = subprocess.run(["dnstap-read", file], stdout=subprocess.PIPE, check=True, env={**os.environ, "TZ": "UTC"}).stdout
    assert read.decode("latin-1") == oracle.dnstap_read(capture)


@pytest.mark.parametrize("output", ["json", "cef", "text", "template", "yaml", "dig", "hex", "dnstap"])
def test_explain_tells_of_each_field_of_a_record_whence_it_is(output):
    told = json.loads(subprocess.run([PROGRAM, "explain", "--format", "json", "--output", output, "--event", "2", "-"],
                                     input=capture_bytes("dnsdist-tcp"), stdout=subprocess.PIPE, check=True).stdout)
    assert told["frame"] == 2 and told["format"] == output and len(told["records"]) == 1
    for field in told["records"][0]["fields"]:
        assert field["field"] and field["from"] and field["length"] == len(field["value"])


def documents(text):
    """dnstap-read puts the text of the message, TSIG records and NSID into the document as they come, so that a parser
    stumbles over some: what is compared ends before the text."""
    made = []
    for one in text.split("\n---\n"):
        if one.strip():
            head = re.split(r"\n  (?:query|response)_message: \|", one)[0]
            head = re.sub(r"\n    TSIG_PSEUDOSECTION:\n(?: +- .*\n?)*", "\n", head)
            made.append(yaml.load(re.sub(r"\n        (?:NSID|COOKIE|PAD|OPT=|EXPIRE|TCP|KEY|MBZ|[0-9]+)\S*:.*", "", head),
                                  Loader=LOADER))
            made[-1]["shortened"] = "are not shown" in head
    return made


def flat(document):
    """The members that both have, in one spelling."""
    message = document["message"]
    data = message.get("query_message_data") or message.get("response_message_data") or {}
    kept = {key: document.get(key) for key in ("identity", "version")}
    kept |= {key: str(message.get(key) or None) for key in ("type", "message_size", "query_port", "response_port")}
    for key in ("query_address", "response_address"):
        kept[key] = None if message.get(key) in ("0.0.0.0", "::") else message.get(key)
    kept["query_zone"] = oracle.name(message["query_zone"]) if message.get("query_zone") else None
    for key in ("query_time", "response_time"):
        kept[key] = message[key].strftime("%H:%M:%S") if message.get(key) else None
    for key, value in data.items():
        if key.endswith("_SECTION"):
            kept[key] = sorted(oracle.question(one) if key in ("QUESTION_SECTION", "ZONE_SECTION") else
                               oracle.record(one) for one in value)
        elif key != "OPT_PSEUDOSECTION":
            kept[key] = opcode(str(value))
    edns = data.get("OPT_PSEUDOSECTION", {}).get("EDNS", {})
    return kept | {f"EDNS {key}": edns.get(key) for key in ("version", "flags", "udp", "CLIENT-SUBNET", "EDE") if edns}


def document_key(one):
    message = one["message"]
    return (message["type"], str(message.get("query_time") or message.get("response_time"))[:19],
            str(message.get("message_size")), message.get("response_port") or None, message.get("query_port") or None)


@pytest.mark.parametrize("capture", [name for name in NAMES if name not in ("bind-mix", "bind-mix-head")])
def test_yaml_says_what_dnstap_read_y_says(capture):
    ours, theirs = documents(decode(capture, "yaml")), documents(oracle.dnstap_read(capture, "-y"))
    together, _ = oracle.pairs(ours, theirs, document_key)
    compared = 0
    for one, other in together:
        if not any(key.endswith("_message_data") for key in other["message"]):
            continue  # dnstap-read gave the message up
        if one["shortened"]:
            continue  # longer than an event of ours may be
        if "query_time" not in other["message"]:
            one["message"].pop("query_time", None)  # it tells a response's own time alone
        assert flat(one) == flat(other)
        compared += 1
    assert compared


@pytest.mark.parametrize("capture", [name for name in NAMES if name not in ("bind-mix", "bind-mix-head")])
@pytest.mark.parametrize("layout", ["dnstap-read", "dnstap-receiver"])
def test_each_document_is_whole_yaml(capture, layout):
    text = decode(capture, "yaml", "--option", f"layout={layout}")
    made = [one for one in yaml.load_all(text, Loader=LOADER) if one is not None]
    assert len(made) == text.count("\n---\n") > 0
    for one in made:
        if layout == "dnstap-read":
            assert set(one) <= {"type", "id", "identity", "version", "extra", "kind", "malformed", "input", "labels", "message"}
        else:
            assert list(one) == ["datetime", "family", "id", "identity", "latency", "length", "message", "protocol", "qname",
                                 "query-ip", "query-port", "rcode", "response-ip", "response-port", "rrtype", "timestamp",
                                 "type"]
            assert isinstance(one["timestamp"], float) and isinstance(one["rrtype"], str)
