"""What `tapferry explain` says of a field's origin, against what the encoder does: one thing of a frame is changed at a
time, and the fields that change must be those that are said to come from it, in every format.

The frames are put together here from dnstap.proto and RFC 1035, and the places of their parts are known here. A record's data is read as its type says, so the type counts as its origin too."""
import copy
import functools
import json
import re
import struct
import subprocess

import pytest
from conftest import PROGRAM
from hostile_frames import number, text as counted, varint

START = bytes.fromhex("00000000 00000022 00000002 00000001 00000016") + b"protobuf:dnstap.Dnstap"
FORMATS = [("json",), ("ecs",), ("cim",), ("cef",), ("cef", "ipv6=c6a"), ("cef", "profile=infoblox"), ("leef",),
           ("ocsf",), ("ocsf", "version=1.9"), ("asim",), ("zeek",), ("gelf",), ("passivedns",),
           ("cof",), ("yaml",), ("yaml", "layout=dnstap-receiver"), ("dnstap",)]


def fixed(field, value):
    return varint(field << 3 | 5) + struct.pack("<I", value)


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


class Frame:
    """A response to a client's question, with one of everything."""
    response = True

    def __init__(self):
        self.identity, self.version, self.extra = b"ns1", b"server 1.0", b"more"
        self.type, self.family, self.protocol = 6, 1, 1
        self.query_address, self.response_address = bytes([198, 51, 100, 7]), bytes([192, 0, 2, 53])
        self.query_port, self.response_port = 40001, 53
        self.query_time, self.response_time = (1_795_209_822, 100_001_000), (1_795_209_822, 143_733_000)
        self.zone = name("example.test")
        self.policy = {"type": b"RPZ", "rule": name("rule.example"), "action": 2, "match": 1, "value": b"listed"}
        self.id, self.flags, self.rcode = 0x1234, 0x8580, 0
        self.qname, self.qtype, self.qclass = "www.example.test", 1, 1
        self.ttl, self.address = 300, bytes([192, 0, 2, 11])
        self.padding = b""
        self.edns, self.udp_size, self.subnet = 0, 1232, bytes([203, 0, 113])

    def dns(self):
        answers = int(self.response and self.address is not None)
        out = struct.pack(">6H", self.id, self.flags | self.rcode, 1, answers, 0, 1)
        out += name(self.qname) + struct.pack(">HH", self.qtype, self.qclass)
        if answers:
            out += b"\xc0\x0c" + struct.pack(">HHIH", self.qtype, 1, self.ttl, len(self.address)) + self.address
        options = struct.pack(">HHHBB", 8, 4 + len(self.subnet), 1, 24, 0) + self.subnet
        if self.padding:
            options += struct.pack(">HH", 12, len(self.padding)) + self.padding
        return out + b"\0" + struct.pack(">HHIH", 41, self.udp_size, self.edns, len(options)) + options

    def bytes(self):
        policy = (counted(1, self.policy["type"]) + counted(2, self.policy["rule"]) + number(3, self.policy["action"]) +
                  number(4, self.policy["match"]) + counted(5, self.policy["value"]))
        message = (number(1, self.type) + number(2, self.family) + number(3, self.protocol) + counted(4, self.query_address) +
                   counted(5, self.response_address) + number(6, self.query_port) + number(7, self.response_port))
        if self.query_time:
            message += number(8, self.query_time[0]) + fixed(9, self.query_time[1])
        if not self.response:
            message += counted(10, self.dns())
        message += counted(11, self.zone)
        if self.response:
            message += number(12, self.response_time[0]) + fixed(13, self.response_time[1]) + counted(14, self.dns())
        message += counted(15, policy)
        return counted(1, self.identity) + counted(2, self.version) + counted(3, self.extra) + counted(14, message) + number(15, 1)


class Unpaired(Frame):
    """Without the time of the query."""

    def __init__(self):
        super().__init__()
        self.query_time = None


class Query(Frame):
    response = False

    def __init__(self):
        super().__init__()
        self.type, self.flags = 5, 0x0100


class Refusal(Frame):
    """What an authority answers over IPv6."""

    def __init__(self):
        super().__init__()
        self.type, self.family, self.rcode, self.address = 2, 2, 5, None
        self.query_address, self.response_address = bytes.fromhex("20010db8" + 11 * "00" + "07"), bytes.fromhex("20010db8" + 11 * "00" + "35")


class Upstream(Frame):
    """What a resolver was told by another server, over TCP."""

    def __init__(self):
        super().__init__()
        self.type, self.protocol = 4, 2


def setting(field, value):
    return lambda frame: setattr(frame, field, value)


def policy(field, value):
    return lambda frame: frame.policy.update({field: value})


def flag(bit):
    return lambda frame: setattr(frame, "flags", frame.flags ^ bit)


def other_family(frame):
    version_6 = frame.family == 1
    frame.query_address = bytes(11) + b"\x20\x01\x0d\xb8\x07" if version_6 else bytes([192, 0, 2, 77])
    frame.response_address = bytes(11) + b"\x20\x01\x0d\xb8\x08" if version_6 else bytes([192, 0, 2, 78])
    frame.family = 2 if version_6 else 1


# What is changed, how, and by which words an origin says that it is that.
CHANGES = {
    "identity": (setting("identity", b"ns2"), r"^1 identity"),
    "version": (setting("version", b"server 2.0"), r"^2 version"),
    "extra": (setting("extra", b"other"), r"^3 extra"),
    "type": (lambda frame: setattr(frame, "type", {6: 14, 5: 13, 2: 6, 4: 8}[frame.type]), r"14\.1 "),
    "type again": (lambda frame: setattr(frame, "type", {6: 4, 5: 3, 2: 4, 4: 2}[frame.type]), r"14\.[145] "),  # it says which end is the server
    "protocol": (lambda frame: setattr(frame, "protocol", 3 - frame.protocol), r"14\.3 "),
    "query address": (lambda frame: setattr(frame, "query_address", frame.query_address[:-1] + b"\x63"), r"14\.4 "),
    "response address": (lambda frame: setattr(frame, "response_address", frame.response_address[:-1] + b"\x62"), r"14\.5"),
    "query port": (setting("query_port", 40002), r"14\.6 "),
    "response port": (setting("response_port", 5353), r"14\.7 "),
    "query time": (setting("query_time", (1_795_209_821, 200_002_000)), r"14\.8 "),
    "response time": (setting("response_time", (1_795_209_824, 243_735_000)), r"14\.12 "),
    "zone": (setting("zone", name("test")), r"14\.11 "),
    "policy type": (policy("type", b"LOCAL"), r"14\.15\.1 "),
    "policy rule": (policy("rule", name("other.example")), r"14\.15\.2 "),
    "policy action": (policy("action", 3), r"14\.15\.3 "),
    "policy match": (policy("match", 2), r"14\.15\.4 "),
    "policy value": (policy("value", b"unlisted"), r"14\.15\.5 "),
    "DNS id": (setting("id", 0x4321), r"octets 0 to 1\b"),
    "AA": (flag(0x0400), r"octets 2 to 3|octets 0 to 11"),
    "family": (lambda frame: other_family(frame), r"14\.[45]\b"),
    "opcode": (flag(0x1000), r"octets? 2\b|octets 0 to 11"),
    "TC": (flag(0x0200), r"octets 2 to 3|octets 0 to 11"),
    "RD": (flag(0x0100), r"octets 2 to 3|octets 0 to 11"),
    "RA": (flag(0x0080), r"octets 2 to 3|octets 0 to 11"),
    "Z": (flag(0x0040), r"octets 2 to 3|octets 0 to 11"),
    "AD": (flag(0x0020), r"octets 2 to 3|octets 0 to 11"),
    "CD": (flag(0x0010), r"octets 2 to 3|octets 0 to 11"),
    "rcode": (lambda frame: setattr(frame, "rcode", 2), r"octet 3\b|octets 2 to 3|octets 0 to 11"),
    "name": (setting("qname", "ftp.example.test"), r"DNS question 1, octets 12 to|a pointer to octet 12\b"),
    "qtype": (setting("qtype", 65280), r"DNS question 1, octets (30 to 31|12 to 33)|answer 1, octets (36 to 37|46 to 49)"),
    "qclass": (setting("qclass", 3), r"DNS question 1, octets (32|12) to 33"),
    "TTL": (setting("ttl", 600), r"answer 1, octets 40 to 43"),
    "data": (lambda frame: frame.address and setattr(frame, "address", bytes([192, 0, 2, 12])), r"answer 1, octets 46 to 49"),
    "subnet": (setting("subnet", bytes([203, 0, 112])), r"option 8"),
    "UDP size": (setting("udp_size", 4096), r"OPT record$"),
    "EDNS version and DO": (setting("edns", 0x00018000), r"OPT record$|the OPT record,"),
    "length": (setting("padding", b"\0" * 8), r"length of 14\.1[04]|option 12"),
}
# A part that holds others changes with each of them.
WHOLE = r"14\.1[04] message\.(query|response)_message$|answer 1, octets 34 to 49"
IN_MESSAGE = {"DNS id", "AA", "CD", "rcode", "name", "qtype", "qclass", "TTL", "data", "subnet", "UDP size", "length",
              "EDNS version and DO", "opcode", "TC", "RD", "RA", "Z", "AD"}


def explained(frame, output):
    """Of the first record: value and origin by field."""
    arguments = [word for option in output[1:] for word in ("--option", option)]
    content = START + struct.pack(">I", len(frame)) + frame
    done = subprocess.run([PROGRAM, "explain", "-", "--event", "1", "--format", "json", "--output", output[0], *arguments],
                          input=content, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    records = json.loads(done.stdout)["records"]
    return {field["field"]: (field["value"], field["from"]) for field in (records[0]["fields"] if records else ())}


@functools.cache
def seen(kind, output):
    """For each change, what explain says before and after it."""
    base = kind()
    before = explained(base.bytes(), output)
    found = {}
    for change, (make, _) in CHANGES.items():
        other = copy.deepcopy(base)
        if base.query_time or change != "query time":
            make(other)
        if other.bytes() != base.bytes():
            found[change] = explained(other.bytes(), output)
    return before, found


def changed(kind, output):
    """(field, origin, changes of it) for every field."""
    before, found = seen(kind, output)
    for field, (value, origin) in before.items():
        yield field, origin, {change for change, after in found.items() if after and field in after and after[field][0] != value}


kinds = pytest.mark.parametrize("kind", [Frame, Unpaired, Query, Refusal, Upstream])
outputs = pytest.mark.parametrize("output", FORMATS, ids=" ".join)


@kinds
@outputs
def test_a_field_changes_with_what_it_is_said_to_come_from_and_with_nothing_else(kind, output):
    wrong = []
    for field, origin, changes in changed(kind, output):
        if origin.startswith("derived"):
            continue
        if origin.startswith(("constant", "the agent: place", "the configuration")):
            allowed = set()
        else:
            allowed = {change for change, (_, words) in CHANGES.items() if re.search(words, origin)}
            if re.search(WHOLE, origin):
                allowed |= IN_MESSAGE
            few_values = re.search(r"14\.1 |octet 3", origin)  # which several types and codes share
            if not few_values and not changes & allowed and allowed & set(seen(kind, output)[1]):
                wrong.append(f"{field}: nothing of \"{origin}\" changes it")
        if changes - allowed:
            wrong.append(f"{field}: said to be from \"{origin}\", and changes with {sorted(changes - allowed)}")
    assert not wrong, "\n" + "\n".join(wrong)


@kinds
@outputs
def test_what_one_thing_alone_decides_is_not_called_derived(kind, output):
    vague = [f"{field} changes with {changes} alone" for field, origin, changes in changed(kind, output)
             if origin == "derived" and len(changes) == 1]
    assert not vague, "\n" + "\n".join(vague)
