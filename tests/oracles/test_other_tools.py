"""What dnstap-read (BIND) and dnstap (golang) say of the same captures. Where they disagree with each other or leave something
out, tests/README.md says what was decided and why; each such place is an exception here, by its reason."""
import json
import re
import subprocess
from datetime import datetime, timezone

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest
import yaml
from conftest import NAMES, capture_bytes, decode
from independent import name_text, opaque, rdata_text

CAPTURES = [name for name in NAMES if name != "bind-mix"]  # of which bind-mix-head is the beginning
NOT_SHOWN_BY_DNSTAP_READ = {"bind-auth": 6, "knot": 2, "nsd": 53}  # silently: of no use to its parser


@pytest.fixture(params=CAPTURES)
def capture(request):
    return request.param


@pytest.fixture
def file(capture, tmp_path):
    path = tmp_path / "capture.fstrm"
    path.write_bytes(capture_bytes(capture))
    return path


def events(capture):
    return [json.loads(line) for line in decode(capture, "json").splitlines()]


def seconds(text):
    """(seconds, nanoseconds) of RFC 3339."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return int(datetime.fromisoformat(whole).replace(tzinfo=timezone.utc).timestamp()), int((fraction or "0").ljust(9, "0"))


def zone(text):
    return name_text(dns.name.from_text(text)) if text else None


def address(text):
    return None if text in (None, "0.0.0.0", "::") else text


def absent(value):
    return value or None


# --- golang ---------------------------------------------------------------------------------------------------------

HEADER = re.compile(r";; opcode: (\w*), status: (\w*), id: (\d+)\n;; flags:([a-z ]*);"
                    r"(?: MBZ: 0x\w+;)? QUERY: (\d+), ANSWER: (\d+), AUTHORITY: (\d+)")


def frame_fields(event):
    times = {key: seconds(event[key]) if key in event else None for key in ("query_time", "response_time")}
    same = {key: event.get(key) for key in ("type", "identity", "version", "protocol", "src", "src_port", "dst",
                                            "dst_port", "zone")}
    return same | times


def golang_fields(said):
    message = said["message"]
    return dict(
        type=message["type"],
        identity=absent(opaque(said.get("identity", "").encode())),
        version=absent(opaque(said.get("version", "").encode())),
        # DNSCrypt is younger than this version, and what is absent is invented.
        protocol={"<nil>": None, "5": "DNSCryptUDP", "6": "DNSCryptTCP"}.get(message.get("socket_protocol"), message.get("socket_protocol")),
        src=address(message.get("query_address")), src_port=absent(message.get("query_port")),
        dst=address(message.get("response_address")), dst_port=absent(message.get("response_port")),
        zone=zone(message.get("query_zone")),
        query_time=seconds(message["query_time"]) if "query_time" in message else None,
        response_time=seconds(message["response_time"]) if "response_time" in message else None)


def test_golang_dnstap_says_the_same_of_each_frame(capture, file):
    done = subprocess.run(["dnstap", "-r", file, "-j"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    theirs = [json.loads(line) for line in done.stdout.decode("utf-8", "replace").splitlines()]
    ours = events(capture)
    assert len(ours) == len(theirs)
    read = 0
    for number, (event, said) in enumerate(zip(ours, theirs), 1):
        assert frame_fields(event) == golang_fields(said), f"frame {number}"
        message = said["message"]
        header = HEADER.match(message.get("response_message") or message.get("query_message") or "")
        if header is None:  # it does not parse there
            continue
        read += 1
        opcode, status, dns_id, flags, _, answers, authority = header.groups()
        assert int(dns_id) == event["dns_id"], f"frame {number}"
        if opcode:
            assert opcode == event["opcode"], f"frame {number}"
        if "rcode" in event and status in ("NOERROR", "SERVFAIL", "NXDOMAIN", "REFUSED", "NOTAUTH"):
            assert status == event["rcode"], f"frame {number}"
        assert {flag.upper() for flag in flags.split()} - {"QR", "Z"} == set(event.get("flags", [])), f"frame {number}"
        if not event.get("clipped"):
            assert (int(answers), int(authority)) == (len(event.get("answers", [])), len(event.get("authority", []))), f"frame {number}"
    assert read > 0.9 * len(ours)


# --- dnstap-read ----------------------------------------------------------------------------------------------------


def documents(file):
    done = subprocess.run(["dnstap-read", "-y", file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    # Times as they are written: the parser would make them dates without their fraction.
    text = done.stdout.decode("utf-8", "surrogateescape").replace("!!timestamp ", "!!str ")
    for one in re.split(r"^---$", text, flags=re.M):
        # The message once more as dig prints it; its lines need not be YAML.
        data = re.split(r"^  (?:query|response)_message: \|$", one, flags=re.M)[0]
        if data.strip():
            yield yaml.load(data, Loader=yaml.CSafeLoader)


def is_of(event, said):
    """Whether a document is that event's. Where dnstap-read finds the message broken, only its size is there."""
    data = message_data(said)
    same = event["type"] == said["message"]["type"] and f"{event.get('bytes', 0)}b" == str(said["message"].get("message_size", "0b"))
    return same and data.get("id", event.get("dns_id")) == event.get("dns_id")


def opaque_text(text):
    return absent(opaque(str(text or "").encode("utf-8", "surrogateescape")))


def message_data(said):
    return said["message"].get("response_message_data") or said["message"].get("query_message_data") or {}


def read_fields(said):
    message, data = said["message"], message_data(said)
    said = dict(
        identity=opaque_text(said.get("identity")), version=opaque_text(said.get("version")),
        src=address(message.get("query_address")), src_port=absent(message.get("query_port")),
        dst=address(message.get("response_address")), dst_port=absent(message.get("response_port")),
        dns_id=data.get("id"), flags=sorted({f.upper() for f in str(data.get("flags") or "").split()} - {"QR"}),
        counts=(data.get("ANSWER", data.get("PREREQ")), data.get("AUTHORITY", data.get("UPDATE"))))
    return said if data else {key: value for key, value in said.items() if key not in ("dns_id", "flags", "counts")}


def our_fields(event):
    same = {name: event.get(name) for name in ("identity", "version", "src", "src_port", "dst", "dst_port", "dns_id")}
    return same | dict(flags=sorted(event.get("flags", [])),
                       counts=(event.get("answer_count", len(event.get("answers", []))), len(event.get("authority", []))))


def record_text(line):
    """A record of BIND's as we write it; None where dnspython cannot read BIND's text."""
    owner, ttl, rclass, kind, *rest = line.split(" ", 4)
    try:
        number = dns.rdatatype.from_text(kind)
        rdata = dns.rdata.from_text(dns.rdataclass.from_text(rclass), number, rest[0] if rest else "", relativize=False)
        wire = rdata.to_wire()
        return name_text(dns.name.from_text(owner)), int(ttl), rclass, kind, rdata_text(number, rdata.rdclass, wire, 0, len(wire))
    except (dns.exception.DNSException, ValueError, NotImplementedError, AttributeError):
        return None


def test_dnstap_read_says_the_same_of_each_frame(capture, file):
    ours, skipped, records, compared = iter(events(capture)), 0, 0, 0
    for number, said in enumerate(documents(file), 1):
        message, data = said["message"], message_data(said)
        event = next(ours)
        while not is_of(event, said):
            skipped += 1
            event = next(ours)
        said_fields = read_fields(said)
        if event.get("clipped"):
            said_fields.pop("counts", None)  # of an event at its bound a section may be missing
        assert {key: value for key, value in our_fields(event).items() if key in said_fields} == said_fields, f"document {number}"
        if "protocol" in event and event["protocol"] in ("UDP", "TCP"):  # the others are UDP to it
            assert message["socket_protocol"] == event["protocol"], f"document {number}"
        assert zone(message.get("query_zone")) == event.get("zone"), f"document {number}"
        for section, name in (("answers", "ANSWER_SECTION"), ("authority", "AUTHORITY_SECTION")):
            if event.get("clipped"):
                continue
            # It shows the records of a set together, wherever they stand.
            mine = {(r["name"], r["ttl"], r["class"], r["type"], r["data"]) for r in event.get(section, [])}
            theirs = [record_text(line) for line in data.get(name) or []]
            records += len(theirs)
            compared += len(theirs) - theirs.count(None)
            assert {one for one in theirs if one is not None} <= mine, f"document {number}"
    skipped += len(list(ours))
    assert skipped == NOT_SHOWN_BY_DNSTAP_READ.get(capture, 0)
    assert compared >= 0.9 * records
