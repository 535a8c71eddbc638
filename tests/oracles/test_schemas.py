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


def check(capture, output, faults, *arguments):
    lines = decode(capture, output, *arguments).splitlines()
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


def test_json_is_as_our_schema_says(capture):
    check(capture, "json", by_schema(ROOT / "conf/schemas/tapferry-json-1.schema.json"))


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
