"""LEEF 2.0, read by IBM's rules: every pair that was written, and none besides."""
import re

from conftest import decode, decode_frames
from hostile_frames import cases, expected_leef
from line_grammars import leef

CASES = cases(seed=20261127, count=400)


def test_whatever_the_frame_holds_exactly_the_pairs_that_were_written_are_read():
    lines = decode_frames([case.frame() for case in CASES], "leef")
    assert len(lines) == len(CASES)
    for sequence, (case, line) in enumerate(zip(CASES, lines), 1):
        header, pairs = leef(line)
        assert header[:3] == ["LEEF:2.0", "Tapferry", "Tapferry"] and header[4] == "DNS-RESPONSE"
        assert pairs == expected_leef(case, sequence)


def test_every_event_of_real_traffic_is_leef(capture):
    lines = decode(capture, "leef").splitlines()
    assert len(lines) == len(decode(capture, "json").splitlines())
    for line in lines:
        pairs = dict(leef(line)[1])
        assert re.fullmatch(r"[A-Z][a-z]{2} [0-9]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} UTC", pairs["devTime"])
        assert 1 <= int(pairs["sev"]) <= 10
        assert re.fullmatch(r"[0-9a-f]{32}", pairs["id"])
