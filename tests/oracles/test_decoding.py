"""Every field of every event in `json`, beside what independent.py reads in the same frame. (The additional section, the sizes
of cookie and padding and the like are compared by tests/proto/capture_test.cpp, with the same reader.)"""
import json
from datetime import datetime, timezone

from conftest import capture_bytes, decode
from independent import CLASSES, FLAGS, OPCODES, RCODES, Frame, class_text, frames, opaque, type_text

MOST_RECORDS, MOST_ERRORS, MOST_RDATA = 64, 8, 2048
COMPARED = ("time type identity version src src_port dst dst_port protocol http_protocol dns_id opcode flags qname qtype qclass rcode "
            "answers answer_count authority bytes query_time response_time zone extra").split()


def test_the_classes_are_those_of_the_registry():
    assert set(CLASSES) == {1, 3, 4, 254, 255}


def seconds(text):
    """(seconds, nanoseconds) of RFC 3339."""
    date, fraction = text.rstrip("Z").split(".")
    whole = datetime.strptime(date, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return int(whole.timestamp()), int(fraction.ljust(9, "0"))


def records(section):
    return [{"name": r.owner, "type": type_text(r.type), "class": class_text(r.rclass), "ttl": r.ttl, "data": r.text}
            for r in section[:MOST_RECORDS]]


def expected(frame):
    """What `json` should say, with times as pairs; None: absent."""
    times = (frame.response_time, frame.query_time) if frame.is_response else (frame.query_time, frame.response_time)
    said = dict(time=times[0] or times[1], type=frame.type, identity=opaque(frame.identity), version=opaque(frame.version),
                src=frame.src, src_port=frame.src_port, dst=frame.dst, dst_port=frame.dst_port, protocol=frame.protocol,
                http_protocol=f"HTTP{frame.http}" if frame.http else None, query_time=frame.query_time,
                response_time=frame.response_time, zone=frame.zone, extra=opaque(frame.extra))
    message = frame.dns
    if message is None:
        said["qname"] = frame.zone
        return {key: value for key, value in said.items() if value not in (None, "", [])}
    said["bytes"] = message.size
    if message.questions:
        name, kind, rclass = message.questions[0]
        said.update(qname=name, qtype=type_text(kind), qclass=class_text(rclass))
    else:
        said["qname"] = frame.zone
    said.update(answers=records(message.sections[0]), authority=records(message.sections[1]))
    if message.size >= 12:
        said.update(dns_id=message.id, opcode=OPCODES.get(message.opcode, f"OPCODE{message.opcode}"),
                    flags=[name for name, bit in FLAGS if message.flags & bit])
        if frame.is_response or message.flags & 0x8000:
            said.update(rcode=RCODES.get(message.rcode, f"RCODE{message.rcode}"), answer_count=len(message.sections[0]))
    return {key: value for key, value in said.items() if value not in (None, "", [])}


def expected_edns(edns):
    if edns is None:
        return None
    said = dict(version=edns.version, udp_size=edns.udp_size, do=edns.dnssec_ok, client_subnet=edns.subnet,
                nsid=opaque(edns.nsid) if edns.nsid else None)
    said["ede"] = [{"code": code} | ({"text": opaque(text)} if text else {}) for code, text in edns.errors[:MOST_ERRORS]]
    said["co"] = edns.compact_ok or None
    said["options"] = [{"code": code, "data": data[:64].hex()} for code, data in edns.others[:8]]
    return {key: value for key, value in said.items() if value not in (None, [])}


def shown(event):
    said = {key: event[key] for key in COMPARED if key in event}
    for key in ("time", "query_time", "response_time"):
        if key in said:
            said[key] = seconds(said[key])
    return said


def cut_like(expected_sections, event):
    """A record's text and the number of records are bounded; what was left out is told by `clipped`."""
    for section in ("answers", "authority"):
        for ours, theirs in zip(event.get(section, []), expected_sections.get(section, [])):
            if len(theirs["data"]) > MOST_RDATA and event.get("clipped") and theirs["data"].startswith(ours["data"]):
                theirs["data"] = ours["data"]
        if event.get("clipped") and len(event.get(section, [])) < len(expected_sections.get(section, [])):
            del expected_sections[section][len(event.get(section, [])):]
            if not expected_sections[section]:
                del expected_sections[section]  # the section has no room at all


def test_every_event_says_what_its_frame_says(capture):
    lines = decode(capture, "json").splitlines()
    wire = list(frames(capture_bytes(capture)))
    assert len(lines) == len(wire)
    for number, (line, octets) in enumerate(zip(lines, wire), 1):
        event, frame = json.loads(line), Frame(octets)
        theirs = expected(frame)
        cut_like(theirs, event)
        assert shown(event) == theirs, f"frame {number}"
        edns = {key: value for key, value in event.get("edns", {}).items()
                if key in ("version", "udp_size", "do", "co", "client_subnet", "nsid", "ede", "options")}
        assert edns == (expected_edns(frame.dns and frame.dns.edns) or {}), f"frame {number}"
        assert ("malformed" in event) == bool(frame.dns and frame.dns.malformed), f"frame {number}"
