"""Every syslog header as a running agent sends it, and what stands behind it, whatever the frames hold: read by the
definitions, by parsers of others, and by a real rsyslog."""
import re
import socket
import sys
from pathlib import Path

import pytest

from lab import agent as destinations
from lab.frame_streams import data
from lab.process import wait_until

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracles"))
from cef_grammars import filebeat, logstash  # noqa: E402
from foreign import ask  # noqa: E402
from hostile_frames import Answer, Case, TXT, cases, expected_cef, expected_leef  # noqa: E402
from line_grammars import leef, rfc3164, rfc5424  # noqa: E402

CASES = cases(seed=20261128, count=300)
TIMES = {"5424": "2026-11-20T21:23:42.143733Z", "3164": "Nov 20 21:23:42", "3164-iso": "2026-11-20T21:23:42.143733Z"}


def hostname(identity, rfc):
    """Only characters of host names; with RFC 3164 the last one is a letter or digit."""
    kept = [chr(c) if chr(c).isascii() and (chr(c).isalnum() or c in b"-.") else "_" for c in identity[:255]]
    text = "".join(kept)
    return (text if rfc == "5424" else re.sub("[^A-Za-z0-9]*$", "", text)) or socket.gethostname()


def send(world, agent, frames):
    sender = world.sender(agent.socket)
    sender.connection.sendall(b"".join(data(frame) for frame in frames))
    assert sender.finish()


def sent(world, lines, given=CASES):
    """What came of CASES to a destination with these lines of configuration, in order."""
    receiver = world.receiver()
    agent = world.agent(destinations.syslog("siem", receiver.port, lines, framing="newline")).start()
    send(world, agent, [case.frame() for case in given])
    agent.wait_settled()
    wait_until(lambda: len(receiver) >= len(given), "every event came")
    world.siem = agent
    return [line.decode("ascii") for _, line in receiver.lines]


def without_incarnation(pairs, key):
    """The id's first half differs from run to run."""
    return [(k, "0" * 16 + v[16:] if k == key else v) for k, v in pairs]


@pytest.mark.parametrize("rfc", ["5424", "3164", "3164-iso"])
def test_header_and_cef_are_read_back_as_they_were_written(world, rfc):
    lines = sent(world, f'rfc = "{rfc}"\n' + ('structured_data = true\n' if rfc == "5424" else ""))
    assert len(lines) == len(CASES)
    for sequence, (case, line) in enumerate(zip(CASES, lines), 1):
        read = rfc5424(line) if rfc == "5424" else rfc3164(line)
        assert read["pri"] == 134
        assert read["timestamp"] == TIMES[rfc]
        assert read["hostname"] == hostname(case.identity, rfc)
        expected = expected_cef(case, sequence)
        assert without_incarnation(filebeat(read["message"])[1], "externalId") == expected
        assert without_incarnation(logstash(line)[1], "externalId") == expected
        if rfc == "5424":
            assert read["appname"] == "tapferry" and read["msgid"] == "DNS-RESPONSE"
            assert read["structured_data"] == [("tapferry@32473", [("id", dict(filebeat(read["message"])[1])["externalId"])])]
        else:
            assert read["tag"] == "tapferry"


def test_parsers_of_others_agree(world):
    lines = sent(world, 'rfc = "5424"\n')
    for case, line, read in zip(CASES, lines, ask("rfc5424", lines)):
        own = rfc5424(line)
        assert "error" not in read, read
        assert (read["pri"], read["hostname"], read["message"]) == (134, own["hostname"], own["message"])
        assert read["hostname"] == hostname(case.identity, "5424")


def test_a_parser_of_rfc_3164_agrees(world):
    lines = sent(world, 'rfc = "3164"\nmax_bytes = 1024\n')  # RFC 3164's own limit, which it keeps
    for case, line, read in zip(CASES, lines, ask("rfc3164", lines)):
        assert "error" not in read, read
        assert (read["facility"], read["severity"]) == (16, 6)
        assert read["timestamp"].endswith("-11-20T21:23:42")
        assert read["hostname"] == hostname(case.identity, "3164")
        assert read["message"].startswith("tapferry: CEF:0|Tapferry|")


def test_leef_behind_a_header_is_read_back_as_it_was_written(world):
    lines = sent(world, 'format = "leef"\n')
    for sequence, (case, line) in enumerate(zip(CASES, lines), 1):
        read = rfc5424(line)
        assert read["timestamp"] == "2026-11-20T21:23:42.143Z"
        assert without_incarnation(leef(read["message"])[1], "id") == expected_leef(case, sequence)


def test_what_is_too_long_is_shortened_told_and_counted(world):
    answers = [Answer([b"t", b"test"], TXT, 300, [b"=" * 200]) for _ in range(12)]
    given = [Case([b"long", b"test"], b"ns1", answers[:count]) for count in (0, 2, 12)]
    lines = sent(world, "max_bytes = 1024\n", given)
    assert all(len(line) <= 1024 for line in lines)
    read = [dict(filebeat(rfc5424(line)["message"])[1]) for line in lines]
    assert [pairs.get("flexString1") for pairs in read] == [None, "cs4", "cs4"]
    assert [pairs["cn2"] for pairs in read] == ["0", "2", "12"]
    assert all(pairs["destinationDnsDomain"] == "long.test" for pairs in read)
    metric = "tapferry_records_shortened_total"
    assert world.siem.metric(metric, destination="siem", field="answers") == 2
    assert world.siem.metric(metric, destination="siem") == 2
    assert world.siem.destination("siem")["shortened"]["answers"] == 2


@pytest.mark.parametrize("rfc", ["3164", "3164-iso"])
def test_rsyslog_reads_the_older_headers(world, rfc):
    rsyslog = world.rsyslog()
    agent = world.agent(destinations.syslog("siem", rsyslog.port, f'rfc = "{rfc}"\n')).start()
    given = [Case([b"www", b"example"], b"ns1.example"), Case([b"a act=allow src=1.1.1.1", b"x\n<0>y"], b"n s:1[2]")]
    send(world, agent, [case.frame() for case in given])
    agent.wait_settled()
    wait_until(lambda: len(rsyslog.lines()) >= len(given), "rsyslog wrote all")
    for sequence, (case, message) in enumerate(zip(given, rsyslog.messages()), 1):
        assert message["pri"] == "134" and message["app"] == "tapferry"
        assert message["hostname"] == hostname(case.identity, rfc)
        assert message["timestamp"][4:19] == "-11-20T21:23:42"
        assert message["timestamp"].startswith("2026-11-20T21:23:42.143733") or rfc == "3164"
        pairs = without_incarnation(filebeat(message["msg"].strip())[1], "externalId")
        assert pairs == expected_cef(case, sequence)
