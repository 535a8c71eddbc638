"""passivedns lines, as their readers take them apart: gamelinux' columns, SOF-ELK's rule 6014 and D4's importer, each
told again here in as few words as it has. What aggregates say is added up from single lines."""
import ipaddress
import re

import pytest
from conftest import CAPTURES, decode

EACH = ("--option", "mode=each", "--option", "errors=true")
AGGREGATE = ("--option", "window=1h", "--option", "errors=true")
D4 = ("--option", "profile=d4")
PROFILES = [EACH, AGGREGATE, (), D4, (*D4, "--option", "mode=each"), ("--option", "rdata=passivedns"),
            ("--option", "client=none"), ("--option", "client=last", "--option", "bailiwick=keep")]

# etc/records-type.json of D4's analyzer: what it dies of is everything else.
D4_TYPES = set("""A NS MD MF CNAME SOA MB MG MR NULL WKS PTR HINFO MINFO MX TXT RP AFSDB X25 ISDN RT NSAP NSAP-PTR SIG KEY PX
GPOS AAAA LOC NXT EID NIMLOC SRV ATMA NAPTR KX CERT A6 DNAME SINK OPT APL DS SSHFP IPSECKEY RRSIG NSEC DNSKEY DHCID NSEC3
NSEC3PARAM TLSA SMIMEA HIP NINFO RKEY TALINK CDS CDNSKEY OPENPGPKEY CSYNC ZONEMD SPF UINFO UID GID UNSPEC NID L32 L64 LP
EUI48 EUI64 TKEY TSIG IXFR AXFR MAILB MAILA * URI CAA AVC DOA TA DLV""".split())

# Logstash's HOSTNAME knows no underscore, no escape and no root: names that have one fail there whoever wrote the line.
HOSTNAME = r"\b(?:[0-9A-Za-z][0-9A-Za-z-]{0,62})(?:\.(?:[0-9A-Za-z][0-9A-Za-z-]{0,62}))*(?:\.?|\b)"
SOF_ELK = re.compile(r"(?P<time>[0-9]+\.[0-9]{3})[0-9]*\|\|(?P<src>[0-9a-f.:]+)\|\|(?P<dst>[0-9a-f.:]+)\|\|(?P<rclass>\w+)\|\|"
                     rf"(?P<name>{HOSTNAME})\|\|(?P<type>\w+)\|\|(?P<answer>[^|]+)\|\|(?P<ttl>[0-9]+)\|\|(?P<hits>[0-9]+)")


def lines_of(capture, profile):
    return decode(capture, "passivedns", *profile).splitlines()


def sof_elk(line):
    """The fields that rule 6014 finds; none: its grok fails."""
    match = SOF_ELK.search(line)
    if match:
        ipaddress.ip_address(match["src"])
        ipaddress.ip_address(match["dst"])
    return match


def d4(line):
    """What D4's importer makes of a line; it dies of what fails here."""
    keys = ["timestamp", "ip-src", "ip-dst", "class", "q", "type", "v", "ttl", "count"]
    record = {}
    for index, text in enumerate(line.strip().split("||")):
        record[keys[index]] = text.lower().strip(".") if index in (4, 6) else text
    record["timestamp"] = int(record["timestamp"].split(".")[0])
    if record["type"] not in D4_TYPES:
        raise KeyError(record["type"])
    return record


@pytest.mark.parametrize("profile", PROFILES, ids=" ".join)
def test_each_line_has_nine_columns(capture, profile):
    for line in lines_of(capture, profile):
        columns = line.split("||")
        assert len(columns) == 9, line
        assert re.fullmatch(r"\d+\.\d{6}", columns[0]), line
        assert columns[4].endswith("."), line
        assert columns[7].isdigit() and int(columns[8]) > 0, line


@pytest.mark.parametrize("profile", [EACH, AGGREGATE, ("--option", "rdata=passivedns")], ids=" ".join)
def test_sof_elk_reads_every_line_whose_name_it_can_read(capture, profile):
    for line in lines_of(capture, profile):
        columns = line.split("||")
        if not re.fullmatch(HOSTNAME, columns[4]) or not re.fullmatch(r"\w+", columns[5]) or columns[6] == "":
            continue
        found = sof_elk(line)
        assert found, line
        assert found["name"] == columns[4] and found["answer"] == columns[6], line
        assert found["ttl"] == columns[7] and found["hits"] == columns[8], line
        assert found["time"] == columns[0][:-3], line


def test_sof_elk_is_given_most_names():
    lines = lines_of("knot", EACH)
    assert len([line for line in lines if sof_elk(line)]) > len(lines) / 2 > 10


@pytest.mark.parametrize("profile", [D4, (*D4, "--option", "mode=each")], ids=" ".join)
def test_d4_survives_every_line_and_is_told_no_error(capture, profile):
    for line in lines_of(capture, profile):
        record = d4(line)
        assert '"' not in record["v"], line
        assert record["v"] not in ("nxdomain", "servfail", "refused"), line


def test_d4_would_die_of_what_its_profile_leaves_out():
    survived, died = 0, 0
    for line in lines_of("knot", EACH):
        try:
            d4(line)
            survived += 1
        except KeyError:
            died += 1
    assert survived > 0 and died > 0
    assert sum(int(line.split("||")[8]) for line in lines_of("knot", (*D4, "--option", "window=1h"))) > 0


# The single lines of an answer end at 32 KiB, its rows do not: the names below this one have hundreds of records.
LARGE = ".big.test."


def added_up(lines):
    """{(server, class, name, type, data): [records, highest TTL, latest time]}"""
    sums = {}
    for line in lines:
        time, _, server, rclass, name, rtype, data, ttl, count = line.split("||")
        if name.endswith(LARGE):
            continue
        row = sums.setdefault((server, rclass, name, rtype, data), [0, 0, "0"])
        row[0] += int(count)
        row[1] = max(row[1], int(ttl))
        row[2] = max(row[2], time, key=float)
    return sums


@pytest.mark.parametrize("more", [(), ("--option", "profile=d4"), ("--option", "rdata=passivedns")], ids=" ".join)
def test_an_aggregate_is_what_single_lines_add_up_to(capture, more):
    errors = () if "profile=d4" in more else ("--option", "errors=true")
    each = lines_of(capture, ("--option", "mode=each", *errors, *more))
    rows = lines_of(capture, ("--option", "window=1h", *errors, *more))
    assert added_up(rows) == added_up(each)


def test_a_window_has_no_row_twice_and_keeps_the_order_of_the_first():
    rows = [tuple(line.split("||")[2:7]) for line in lines_of("knot", AGGREGATE)]
    assert len(set(rows)) == len(rows)
    order = dict.fromkeys(tuple(line.split("||")[2:7]) for line in lines_of("knot", EACH))
    assert [row for row in rows if not row[2].endswith(LARGE)] == [row for row in order if not row[2].endswith(LARGE)]


def test_a_full_table_ends_its_window_and_loses_nothing():
    each = lines_of("knot", EACH)
    rows = lines_of("knot", (*AGGREGATE, "--option", "max_rows=3"))
    assert len(rows) > len(added_up(rows))
    assert added_up(rows) == added_up(each)


def test_the_rows_of_a_large_answer_are_all_there():
    data = {line.split("||")[6] for line in lines_of("bind-auth", AGGREGATE) if "||a500.big.test.||A||" in line}
    assert len(data) == 500


def test_the_captures_feed_it():
    fed = {path.name.split(".")[0] for path in CAPTURES.iterdir() if ".fstrm" in path.name}
    assert len([name for name in fed if lines_of(name, EACH)]) > len(fed) / 2
