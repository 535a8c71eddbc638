"""Checks of documents against schemas that others wrote; each yields what is wrong with one document."""
import functools
import ipaddress
import json
import re
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data/schemas"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


@functools.cache
def load(name):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def is_address(value):
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


CHECKS = {
    "long": is_integer, "int": is_integer, "boolean": lambda v: isinstance(v, bool),
    "bool": lambda v: isinstance(v, bool), "ip": is_address, "date": lambda v: bool(DATE.fullmatch(v)),
    "datetime": lambda v: bool(DATE.fullmatch(v)), "hex": lambda v: bool(re.fullmatch("[0-9a-f]{4}", v)),
    "dynamic": lambda v: isinstance(v, dict)}


def fits(kind, value):
    """Whether a single value is of that type; every type that is not named above is a text."""
    return CHECKS.get(kind, lambda v: isinstance(v, str) and v != "")(value)


# Elastic Common Schema: fields that the list leaves out, by the published schema.
ECS_MORE = {f"{end}.{field}": {"type": kind} for end in ("source", "destination") for field, kind in (
    ("geo.country_iso_code", "keyword"), ("geo.city_name", "keyword"), ("as.number", "long"),
    ("as.organization.name", "keyword"))}


def leaves(value, path=""):
    """(field, value) for each field of a document; the elements of an array of objects as if it were one object."""
    for name, inner in value.items():
        field = f"{path}{name}"
        if isinstance(inner, dict):
            yield from leaves(inner, field + ".")
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            for item in inner:
                yield from leaves(item, field + ".")
        else:
            yield field, inner


def ecs_faults(document):
    fields = {**load("ecs-8.17.0.json"), **ECS_MORE}
    for field, value in leaves(document):
        if field.startswith(("dnstap.", "labels.")):
            continue
        rule = fields.get(field)
        if rule is None:
            yield f"{field}: there is no such field"
            continue
        if isinstance(value, list) != bool(rule.get("array")):
            yield f"{field}: an array where there is none, or the other way round"
        for item in value if isinstance(value, list) else [value]:
            if not fits(rule["type"], item):
                yield f"{field}: {item!r} is not {rule['type']}"
            elif item not in rule.get("allowed", [item]):
                yield f"{field}: {item!r} is not allowed"
            elif isinstance(item, str) and len(item) > rule.get("ignore_above", len(item)):
                yield f"{field}: too long to be indexed"
    of_category = fields["event.category"]["expected_types"]["network"]
    for kind in document["event"]["type"]:
        if kind not in of_category:
            yield f"event.type: {kind} does not go with the category network"


def asim_faults(document):
    columns = load("asim-dns.json")
    for name, rule in columns.items():
        if rule["class"] == "Mandatory" and name not in document:
            yield f"{name}: mandatory"
    for name, value in document.items():
        rule = columns.get(name)
        if rule is None:
            yield f"{name}: there is no such column"
        elif not fits(rule["type"], value):
            yield f"{name}: {value!r} is not {rule['type']}"
        elif value not in rule.get("allowed", [value]):
            yield f"{name}: {value!r} is not allowed"


# Zeek's dns.log: types of the record DNS::Info, with connection identifiers, as its JSON writer has them.
ZEEK = {
    "ts": float, "uid": str, "id.orig_h": str, "id.orig_p": int, "id.resp_h": str, "id.resp_p": int, "proto": str,
    "trans_id": int, "rtt": float, "query": str, "qclass": int, "qclass_name": str, "qtype": int, "qtype_name": str,
    "rcode": int, "rcode_name": str, "AA": bool, "TC": bool, "RD": bool, "RA": bool, "Z": int, "answers": list,
    "TTLs": list, "rejected": bool, "opcode": int, "opcode_name": str, "clipped": bool,
    **{f"{end}_{name}": kind for end in ("orig", "resp") for name, kind in (
        ("cc", str), ("city", str), ("asn", int), ("as_org", str))}}


def zeek_faults(document):
    for name, value in document.items():
        if type(value) is not (str if name.startswith("labels.") else ZEEK.get(name)):
            yield f"{name}: {value!r} is not {ZEEK.get(name)}"
    if not {"ts", "uid"} <= document.keys():
        yield "no time or no identifier"
    if not re.fullmatch("C[0-9A-Za-z]{17}", document["uid"]):
        yield "uid"
    if document.get("proto", "udp") not in ("udp", "tcp"):
        yield "proto"
    answers, ttls = document.get("answers", []), document.get("TTLs", [])
    if len(answers) != len(ttls) or not all(isinstance(a, str) for a in answers):
        yield "answers"
    if not all(isinstance(t, float) and 0 <= t < 2**32 for t in ttls):
        yield "TTLs"


# Splunk's data model Network Resolution, and what the format has beside it.
CIM = {
    "message_type": ("Query", "Response"), "query_type": ("Query", "IQuery", "Status", "Notify", "Update", "unknown"),
    "transport": ("udp", "tcp"), "vendor_product": ("Tapferry",), "app": ("dns",)}
CIM_NUMBERS = {
    "additional_answer_count", "answer_count", "authority_answer_count", "dest_port", "query_count", "reply_code_id",
    "src_port", "transaction_id", "bytes", "src_asn", "dest_asn"}
CIM_TEXTS = {
    "query", "record_type", "query_class", "reply_code", "src", "dest", "dvc", "dvc_version", "event_id",
    "dnstap_type", "timestamp", "flags", "protocol", "http_protocol", "zone", "extra", "kind", "malformed",
    "time_source", "input", "registered_domain", *(
        f"{end}_{name}" for end in ("src", "dest") for name in ("country", "city", "as_org"))}


def cim_faults(document):
    for name, value in document.items():
        if name in CIM:
            good = value in CIM[name]
        elif name in CIM_NUMBERS:
            good = is_integer(value) and value >= 0
        elif name in CIM_TEXTS:
            good = isinstance(value, str) and value != ""
        elif name in ("duration", "response_time"):
            good = isinstance(value, float) and value > 0
        else:
            good = name in ("answer", "ttl", "edns", "policy", "clipped", "labels", "sample_rate")
        if not good:
            yield f"{name}: {value!r}"
    if not {"message_type", "vendor_product", "timestamp"} <= document.keys():
        yield "a field that every event has is missing"
    if len(document.get("answer", [])) != len(document.get("ttl", [])):
        yield "answer and ttl differ in length"
    if document.get("query", "").lower() != document.get("query", ""):
        yield "lookups want the name in lower case"
    for name in ("src", "dest"):
        if name in document and not is_address(document[name]):
            yield f"{name}: {document[name]!r} is no address"


def gelf_faults(document):
    if document.get("version") != "1.1" or not document.get("host") or not document.get("short_message"):
        yield "version, host or short_message"
    if not isinstance(document.get("timestamp"), (int, float)):
        yield "timestamp"
    if not (is_integer(document.get("level")) and 0 <= document["level"] <= 7):
        yield "level"
    for name, value in document.items():
        if name in ("version", "host", "short_message", "timestamp", "level"):
            continue
        if not re.fullmatch(r"_[\w.\-]+", name) or name == "_id":
            yield f"{name}: not the name of an additional field"
        if not isinstance(value, (str, int, float)) or isinstance(value, bool):
            yield f"{name}: {value!r} is neither text nor number"


def ocsf_1_9_as_1_8(document):
    """The document with what 1.9 moved and added back where 1.8 has it, which is checked on the way."""
    moved = {name: document.pop(name) for name in ("transaction_id", "opcode_id", "opcode", "flag_ids")
             if name in document}
    for answer in document.get("answers", []):
        assert isinstance(answer.pop("hostname"), str)
        assert "flag_ids" not in answer and "packet_uid" not in answer
        if "flag_ids" in moved:
            answer["flag_ids"] = moved["flag_ids"]
    if "query" in document:
        assert "opcode_id" not in document["query"] and "packet_uid" not in document["query"]
        if "transaction_id" in moved:
            document["query"].update(packet_uid=moved["transaction_id"], opcode_id=moved["opcode_id"],
                                     opcode=moved["opcode"])
    assert all(flag in range(1, 7) for flag in moved.get("flag_ids", []))
    return document
