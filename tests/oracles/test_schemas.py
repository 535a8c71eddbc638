"""Every event of every capture in each format that is JSON, against the schema of whoever defined it."""
import functools
import json

import fastjsonschema
import pytest

import schemas
from conftest import ROOT, decode


@functools.cache
def validator(path):
    return fastjsonschema.compile(json.loads(path.read_text(encoding="utf-8")))


def check(capture, output, faults):
    check_lines(decode(capture, output).splitlines(), faults)


def check_lines(lines, faults):
    assert lines
    for line in lines:
        found = list(faults(json.loads(line)))
        assert not found, (line, found)


def by_schema(path, prepare=lambda document: document):
    validate = validator(path)

    def faults(document):
        try:
            validate(prepare(document))
        except fastjsonschema.JsonSchemaException as fault:
            yield fault.message
    return faults


OUR_SCHEMA = ROOT / "conf/schemas/tapferry-json-1.schema.json"
OCSF_1_8 = schemas.DATA / "ocsf-dns-1.8.0.schema.json"


def test_json_is_as_our_schema_says(capture):
    check(capture, "json", by_schema(OUR_SCHEMA))


def test_ecs_has_the_fields_of_ecs_8_17(capture):
    check(capture, "ecs", schemas.ecs_faults)


@pytest.mark.parametrize("version", ("1.3.0", "1.8.0"))
def test_ocsf_is_a_dns_activity(capture, version):
    check(capture, "ocsf", by_schema(schemas.DATA / f"ocsf-dns-{version}.schema.json"))


def test_ocsf_has_an_endpoint_and_a_type_made_of_its_activity(capture):
    def faults(document):
        if document["type_uid"] != 400300 + document["activity_id"]:
            yield "type_uid"
        if not {"src_endpoint", "dst_endpoint"} & document.keys():
            yield "no endpoint"
    check(capture, "ocsf", faults)


def test_asim_has_the_columns_of_sentinels_schema(capture):
    check(capture, "asim", schemas.asim_faults)


def test_cim_has_the_fields_of_splunks_model(capture):
    check(capture, "cim", schemas.cim_faults)


def test_zeek_has_the_fields_of_dns_log(capture):
    check(capture, "zeek", schemas.zeek_faults)


def test_gelf_is_gelf_1_1(capture):
    check(capture, "gelf", schemas.gelf_faults)


@pytest.mark.parametrize("folder, faults", (
    ("json", by_schema(OUR_SCHEMA)), ("json-all", by_schema(OUR_SCHEMA)), ("json-each", by_schema(OUR_SCHEMA)),
    ("ecs", schemas.ecs_faults), ("cim", schemas.cim_faults), ("asim", schemas.asim_faults),
    ("zeek", schemas.zeek_faults), ("gelf", schemas.gelf_faults),
    ("ocsf", by_schema(schemas.DATA / "ocsf-dns-1.3.0.schema.json")), ("ocsf", by_schema(OCSF_1_8)),
    ("ocsf-1.9", by_schema(OCSF_1_8, schemas.ocsf_1_9_as_1_8))))
def test_golden_files_are_sound_too(folder, faults):
    """They hold what no capture has: hostile bytes, what the stages add, and options. Notices are of other schemas: below."""
    for path in sorted((ROOT / "tests/golden" / folder).iterdir()):
        if path.name == "notices.txt":
            continue
        check_lines(path.read_text(encoding="ascii").splitlines(), faults)


def test_formats_tell_the_same_of_an_event():
    """Each format's fields for what all of them tell, beside those of json."""
    names = {
        "ecs": lambda d: (d["event"]["id"], d["dns"].get("question", {}).get("name"), d["dns"].get("response_code"),
                          d["source"].get("ip") if "source" in d else None, d["dns"].get("id")),
        "cim": lambda d: (d["event_id"], d.get("query"), d.get("reply_code"), d.get("src"), text(d, "transaction_id")),
        "asim": lambda d: (d["EventOriginalUid"], d.get("DnsQuery"),
                           None if d["DnsResponseCodeName"] == "NA" else d["DnsResponseCodeName"], d.get("SrcIpAddr"),
                           str(int(d["TransactionIdHex"], 16)) if "TransactionIdHex" in d else None),
        "gelf": lambda d: (d["_event_id"], d.get("_qname"), d.get("_rcode"), d.get("_src"), text(d, "_dns_id"))}

    def text(document, name):
        return str(document[name]) if name in document else None

    for capture in ("bind-rec", "unbound", "pdns", "dnsdist"):
        wanted = [(d["id"][16:], d.get("qname"), d.get("rcode"), d.get("src"), text(d, "dns_id"))
                  for d in map(json.loads, decode(capture, "json").splitlines())]
        for output, of in names.items():
            made = [of(json.loads(line)) for line in decode(capture, output).splitlines()]
            assert [(one[0][16:], *one[1:]) for one in made] == wanted, output


def broken(folder, change):
    document = json.loads((ROOT / "tests/golden" / folder / "hand-made.txt").read_text().splitlines()[0])
    change(document)
    return document


@pytest.mark.parametrize("folder, faults, change", (
    ("json", by_schema(OUR_SCHEMA), lambda d: d.update(colour="red")),
    ("json", by_schema(OUR_SCHEMA), lambda d: d.update(src_port="53")),
    ("ecs", schemas.ecs_faults, lambda d: d["event"].update(outcome="good")),
    ("ecs", schemas.ecs_faults, lambda d: d["source"].update(ip="::x")),
    ("ecs", schemas.ecs_faults, lambda d: d["observer"].update(ip="::1")),
    ("ecs", schemas.ecs_faults, lambda d: d.update(colour="red")),
    ("asim", schemas.asim_faults, lambda d: d.pop("Dvc")),
    ("asim", schemas.asim_faults, lambda d: d.update(EventType="query")),
    ("asim", schemas.asim_faults, lambda d: d.update(DnsFlagsZ="false")),
    ("cim", schemas.cim_faults, lambda d: d.update(query_type="A")),
    ("cim", schemas.cim_faults, lambda d: d.update(ttl=[])),
    ("zeek", schemas.zeek_faults, lambda d: d.update(rcode="0")),
    ("zeek", schemas.zeek_faults, lambda d: d.update(TTLs=[300])),
    ("gelf", schemas.gelf_faults, lambda d: d.update(_id="1")),
    ("gelf", schemas.gelf_faults, lambda d: d.update(_flags=[])),
    ("ocsf", by_schema(OCSF_1_8), lambda d: d.pop("time")),
    ("ocsf", by_schema(OCSF_1_8), lambda d: d["query"].update(colour="red"))))
def test_what_is_wrong_is_found_out(folder, faults, change):
    assert not list(faults(broken(folder, lambda d: None)))
    assert list(faults(broken(folder, change)))


def notices(output):
    """The notices of each kind, as the golden files of the encoders have them."""
    return (ROOT / "tests/golden" / output / "notices.txt").read_text(encoding="ascii").splitlines()


def notice_object_faults(document):
    """The object that every format has whose objects may be nested, by our schema of json."""
    places = [document, document.get("dnstap", {}), document.get("unmapped", {}), document.get("AdditionalFields", {})]
    found = [place["notice"] for place in places if "notice" in place]
    if len(found) != 1:
        yield f"{len(found)} notices"
        return
    yield from by_schema(OUR_SCHEMA)({"time": "2026-11-20T21:23:42Z", "id": 32 * "0", "type": "NOTICE",
                                      "kind": "notice", "notice": found[0]})


@pytest.mark.parametrize("output", ("json", "json-all"))
def test_notices_in_json_are_as_our_schema_says(output):
    check_lines(notices(output), by_schema(OUR_SCHEMA))


def test_notices_in_summary_are_as_our_schema_says():
    check_lines(notices("summary"), by_schema(ROOT / "conf/schemas/tapferry-summary-1.schema.json"))


def test_notices_in_ecs_have_the_fields_of_ecs():
    check_lines(notices("ecs"), schemas.ecs_faults)


@pytest.mark.parametrize("output", ("ecs", "cim", "ocsf", "asim", "zeek"))
def test_notices_have_one_object_in_every_format(output):
    check_lines(notices(output), notice_object_faults)


def test_notices_in_gelf_are_gelf_1_1():
    check_lines(notices("gelf"), schemas.gelf_faults)


@pytest.mark.parametrize("output", ("ocsf", "ocsf-1.9"))
def test_notices_in_ocsf_are_base_events(output):
    def faults(document):
        required = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
        if not required <= document.keys() or not {"product", "version"} <= document["metadata"].keys():
            yield "a required attribute is missing"
        if document["type_uid"] != document["class_uid"] * 100 + document["activity_id"]:
            yield "type_uid"
        if document["severity_id"] not in range(1, 5) or not isinstance(document["time"], int):
            yield "severity_id or time"
    check_lines(notices(output), faults)


def test_notices_in_asim_have_the_mandatory_columns_of_an_audit_event():
    mandatory = {"TimeGenerated", "EventCount", "EventStartTime", "EventEndTime", "EventType", "EventResult",
                 "EventProduct", "EventVendor", "EventSchema", "EventSchemaVersion", "Dvc", "Operation", "Object"}
    check_lines(notices("asim"), lambda document: sorted(mandatory - document.keys()))


def test_notices_say_nothing_of_dns_to_a_model_of_dns():
    for line in notices("cim"):
        assert not {"message_type", "query", "reply_code"} & json.loads(line).keys()
    for line in notices("ecs"):
        assert "dns" not in json.loads(line)
