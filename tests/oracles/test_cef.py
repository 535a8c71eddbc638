"""CEF, as its receivers read it: every pair that was written, and none besides."""
import json
import re

import pytest
from cef_grammars import filebeat, logstash
from conftest import ROOT, decode, decode_frames
from foreign import ask
from hostile_frames import cases, expected_cef

CASES = cases(seed=20261126, count=400)
ENOUGH = 3000  # events of a capture for the slow parsers of others
VECTORS = json.loads((ROOT / "tests/data/escape-vectors.json").read_text(encoding="utf-8"))
# What ArcSight has and the dictionary of that parser has not.
NOT_IN_DICTIONARY = {"outcome"}


def unescaped(value):
    return re.sub(r"\\([\\=])", r"\1", value)


@pytest.fixture(scope="module")
def hostile_lines():
    return decode_frames([case.frame() for case in CASES])


def vector_line(value):
    """A CEF event with an escaped value in the middle and at the end."""
    return ("CEF:0|Tapferry|Tapferry|1.0|DNS-RESPONSE|DNS Response|1|rt=1795209822143 cs4Label=DnsAnswers "
            f"cs4={value} dst=127.53.0.12 cs6Label=DnsTransport cs6={value}")


def vector_text(vector):
    return vector.get("canonical", vector.get("presentation", vector.get("scrubbed")))


@pytest.mark.parametrize("read", [logstash, filebeat])
def test_whatever_the_frame_holds_a_receiver_reads_exactly_the_pairs_that_were_written(read, hostile_lines):
    assert len(hostile_lines) == len(CASES)
    for sequence, (case, line) in enumerate(zip(CASES, hostile_lines), 1):
        header, pairs = read(line)
        assert header[:3] == ["0", "Tapferry", "Tapferry"]
        assert header[4:] == ["DNS-RESPONSE", "DNS Response", "3" if case.rcode == 2 else "1"]
        assert pairs == expected_cef(case, sequence)


def test_pycef_reads_exactly_the_pairs_that_were_written(hostile_lines):
    for sequence, (case, read) in enumerate(zip(CASES, ask("pycef", hostile_lines)), 1):
        assert "error" not in read, read
        expected = dict(expected_cef(case, sequence))
        for key in [key for key in expected if key.endswith("Label")]:
            expected[expected.pop(key)] = expected.pop(key.removesuffix("Label"))
        header = {"DeviceVendor", "DeviceProduct", "DeviceVersion", "DeviceEventClassID", "Name", "DeviceName",
                  "Severity", "DeviceSeverity", "CEFVersion"}
        assert {key: unescaped(value) for key, value in read.items() if key not in header} == expected


def test_every_value_fits_arcsights_dictionary(capture):
    events = [[pair for pair in filebeat(line)[1] if pair[0] not in NOT_IN_DICTIONARY and not is_ipv6(pair)]
              for line in decode(capture, "cef").splitlines()[:ENOUGH]]
    for event, verdict in zip(events, ask("arcsight_dictionary", events)):
        assert verdict is True, (verdict, event)


def is_ipv6(pair):
    """The dictionary knows no IPv6 in src and dst; `ipv6 = "c6a"` is for those who need that."""
    return pair[0] in ("src", "dst") and ":" in pair[1]


def test_hostile_values_fit_arcsights_dictionary_too(hostile_lines):
    events = [[pair for pair in filebeat(line)[1] if pair[0] not in NOT_IN_DICTIONARY] for line in hostile_lines]
    for event, verdict in zip(events, ask("arcsight_dictionary", events)):
        assert verdict is True, (verdict, event)


def test_every_receiver_reads_the_same_of_real_traffic(capture):
    lines = decode(capture, "cef").splitlines()[:ENOUGH]
    assert lines
    for line, foreign in zip(lines, ask("pycef", lines)):
        header, pairs = filebeat(line)
        assert logstash(line) == (header, pairs)
        assert len(dict(pairs)) == len(pairs), "a key twice"
        assert unescaped(foreign["externalId"]) == dict(pairs)["externalId"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_a_vector_comes_back_from_every_receiver(vector):
    line, text = vector_line(vector["cef_ext"]), vector_text(vector)
    expected = [("rt", "1795209822143"), ("cs4Label", "DnsAnswers"), ("cs4", text), ("dst", "127.53.0.12"),
                ("cs6Label", "DnsTransport"), ("cs6", text)]
    assert logstash(line)[1] == expected
    assert filebeat(line)[1] == expected
    read = ask("pycef", [line])[0]
    assert unescaped(read["DnsAnswers"]) == text and unescaped(read["DnsTransport"]) == text


def test_a_label_put_in_unescaped_would_forge_a_field():
    """What the escapes are for; were this not so, the tests above would show nothing."""
    raw = "CEF:0|v|p|1|c|n|1|destinationDnsDomain=a act=allow src=1.1.1.1.test dst=2.2.2.2"
    assert ("act", "allow") in logstash(raw)[1] and ("act", "allow") in filebeat(raw)[1]
    with pytest.raises(ValueError):
        filebeat("CEF:0|v|p|1|c|n|1|destinationDnsDomain=a\\010b.test")
