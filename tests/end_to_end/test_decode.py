"""`tapferry decode` on every kind of file that people have, and everything that can be asked of it."""
import gzip
import json
import os
import pty
import signal
import struct
import subprocess

import pytest

from lab.agent import PROGRAM, command
from lab.frame_streams import CONTENT_TYPE, START, STOP, client_query, control, data, dns_query, message_frame
from lab.process import Process, wait_until

NAMES = [f"n{i}.shop{i % 3}.example" for i in range(12)]
FRAMES = [client_query(name, f"ns{i % 2}") for i, name in enumerate(NAMES)]
HEAD, TAIL = control(START, CONTENT_TYPE), control(STOP)
CAPTURE = HEAD + b"".join(map(data, FRAMES)) + TAIL


def decode(content, *arguments):
    """The completed process, with `content` on its standard input; its output as bytes."""
    return subprocess.run([PROGRAM, "decode", "-", *arguments], input=content, capture_output=True, timeout=60)


def shown(content, *arguments):
    """The names of the events, in order, and the exit status."""
    asked = decode(content, "--output", "json", *arguments)
    return [json.loads(line)["qname"] for line in asked.stdout.splitlines()], asked.returncode


@pytest.mark.parametrize("pack", [
    bytes, gzip.compress,
    lambda content: subprocess.run(["zstd", "-c"], input=content, stdout=subprocess.PIPE, check=True).stdout,
    lambda content: gzip.compress(content[:100]) + gzip.compress(content[100:]),
], ids=["plain", "gzip", "zstd", "gzip in two members"])
def test_a_capture_is_read_however_it_is_packed(pack, world):
    packed = pack(CAPTURE)
    assert shown(packed) == (NAMES, 0)
    file = world.folder / "capture"
    file.write_bytes(packed)
    assert len(command("decode", file, file, "--output", "json").stdout.splitlines()) == 2 * len(NAMES)


def test_a_file_that_is_cut_off_is_shown_as_far_as_it_is_whole(world):
    asked = decode(CAPTURE[:-len(TAIL) - 5], "--output", "json")
    assert len(asked.stdout.splitlines()) == len(NAMES) - 1
    assert asked.returncode == 1 and b"middle of a frame" in asked.stderr
    packed = gzip.compress(CAPTURE)
    asked = decode(packed[:-9], "--output", "json")
    assert asked.returncode == 1 and asked.stderr


def test_frames_without_a_start_are_shown_and_told():
    asked = decode(CAPTURE[len(HEAD):], "--output", "json")
    assert len(asked.stdout.splitlines()) == len(NAMES)
    assert asked.returncode == 1 and b"START" in asked.stderr


def test_a_bad_frame_is_passed_over_and_counted():
    bad = b"\x72\xff\xff\xff\xff\x0f"
    frames = [data(frame) for frame in FRAMES]
    frames[5:5] = [data(bad)]
    asked = decode(HEAD + b"".join(frames) + TAIL, "--output", "json")
    assert len(asked.stdout.splitlines()) == len(NAMES)
    assert asked.returncode == 1
    assert asked.stderr.decode().splitlines()[-1] == "tapferry: 13 frames: 12 events shown, 1 not dnstap and passed over"


def test_a_bad_file_does_not_hold_up_the_next_one(world):
    bad, good = world.folder / "bad", world.folder / "good"
    bad.write_bytes(b"this is no capture at all")
    good.write_bytes(CAPTURE)
    asked = command("decode", bad, good, "--output", "json")
    assert len(asked.stdout.splitlines()) == len(NAMES)
    assert asked.returncode == 1 and str(bad) in asked.stderr


@pytest.mark.parametrize("arguments, expected", [
    (["--qname-suffix", "shop1.example"], NAMES[1::3]),
    (["--qname-suffix", "shop1.example", "--qname-suffix", "shop2.example"], [n for i, n in enumerate(NAMES) if i % 3]),
    (["--identity", "^ns1$"], NAMES[1::2]),
    (["--where", 'qname == "n3.shop0.example"'], NAMES[3:4]),
    (["--where", 'identity == "ns0" and qname ends_with "shop2.example"'], [NAMES[2], NAMES[8]]),
    (["--messages", "CQ"], NAMES),
    (["--messages", "CR,AQ"], []),
    (["--messages", "cq"], NAMES),
    (["--filter", 'client="198.51.100.0/24"'], []),
    (["--filter", "not_qname_suffix=[\"shop0.example\", \"shop1.example\"]"], NAMES[2::3]),
    (["--count", "3"], NAMES[:3]),
    (["--count", "2", "--identity", "ns1"], [NAMES[1], NAMES[3]]),
])
def test_what_is_not_wanted_is_not_shown(arguments, expected):
    assert shown(CAPTURE, *arguments) == (expected, 0)


@pytest.mark.parametrize("arguments, words", [
    (["--output", "jsn"], 'did you mean "json"'),
    (["--output", "nosuch"], 'there is no format "nosuch". There are "json"'),
    (["--wher", "x"], "did you mean --where"),
    (["--where", "qnam == 1"], "--where: "),
    (["-w", "qname", "-w", "rcode"], "takes one expression; join several in it: '(qname) and (rcode)'"),
    (["--output", "cef", "--option", "vendr=x"], 'did you mean "vendor"'),
    (["--output", "json", "--line", "x"], "--line goes with"),
    (["--count", "0"], '"0" is not a number from 1 on; without it, all are shown'),
    (["--messages", "XX"], "--messages: "),
    (["--messages", "CQ,,CR"], '--messages: "" is not a dnstap message type'),
    (["--output", "text", "--line", "qname rcode"], "fields are written %{qname} %{rcode}"),
    (["--follow", "second"], "--follow goes with one file"),
])
def test_what_cannot_be_asked_for_is_refused_with_words_and_status_2(arguments, words):
    asked = decode(CAPTURE, *arguments)
    assert asked.returncode == 2 and not asked.stdout
    assert words in asked.stderr.decode()


def test_a_format_is_named_in_any_case():
    assert decode(CAPTURE, "--output", "CEF", "--count", "1").stdout.startswith(b"CEF:0|")


def test_every_complaint_begins_with_the_program():
    for arguments in [["--output", "nosuch"], ["--count", "0"], ["--where", "x"]]:
        assert decode(CAPTURE, *arguments).stderr.startswith(b"tapferry: ")


def test_options_of_a_format_are_those_of_the_configuration():
    asked = decode(CAPTURE, "--output", "cef", "--option", "vendor=Example", "--count", "1")
    assert asked.returncode == 0 and asked.stdout.startswith(b"CEF:0|Example|")


def test_dnstap_out_is_a_whole_capture_of_the_same_frames():
    assert decode(CAPTURE, "--output", "dnstap", "--quiet").stdout == CAPTURE
    chosen = decode(CAPTURE, "--output", "dnstap", "--qname-suffix", "shop2.example").stdout
    assert chosen == HEAD + b"".join(map(data, FRAMES[2::3])) + TAIL
    assert decode(CAPTURE, "--output", "dnstap", "--messages", "CR").stdout == HEAD + TAIL


def test_binary_output_is_refused_to_a_terminal(world):
    file = world.folder / "capture"
    file.write_bytes(CAPTURE)
    ours, theirs = pty.openpty()
    asked = subprocess.run([PROGRAM, "decode", file, "--output", "dnstap"], stdout=theirs, stderr=subprocess.PIPE, timeout=60)
    os.close(theirs)
    os.close(ours)
    assert asked.returncode == 2 and b"terminal" in asked.stderr


def test_rows_of_an_aggregate_are_of_windows_of_the_capture():
    asked = decode(CAPTURE, "--output", "summary", "--option", "window=1s")
    rows = [json.loads(line) for line in asked.stdout.splitlines()]
    assert asked.returncode == 0 and sum(row["count"] for row in rows) == len(NAMES)
    for row in rows:
        begin, first, last, end = (row[key].rstrip("Z") for key in ("window_start", "first", "last", "window_end"))
        assert begin <= first <= last < end


def test_counts_are_told_at_the_end_unless_asked_not_to():
    assert decode(CAPTURE).stderr == b"tapferry: 12 frames: 12 events shown\n"
    assert decode(CAPTURE, "--quiet").stderr == b""


def test_follow_goes_on_as_the_file_grows_and_when_another_takes_its_place(world):
    path, output = world.folder / "capture", world.folder / "stdout"
    path.write_bytes(HEAD + data(FRAMES[0]) + data(FRAMES[1])[:7])
    with open(output, "wb") as stdout:
        follower = Process("decode", [PROGRAM, "decode", "--follow", path, "--output", "json"], world.folder / "stderr",
                           stdout=stdout)
        world.at_the_end(follower.kill)

        def names():
            return [json.loads(line)["qname"] for line in output.read_text().splitlines()]
        follower.wait_ready(lambda: names() == NAMES[:1], "shows what is there")
        with open(path, "ab") as capture:
            capture.write(data(FRAMES[1])[7:] + data(FRAMES[2]))
        wait_until(lambda: names() == NAMES[:3], "shows what is added")
        path.rename(world.folder / "capture.0")
        path.write_bytes(HEAD + b"".join(map(data, FRAMES[3:6])))
        wait_until(lambda: names() == NAMES[:6], "shows the file that takes its place")
        assert follower.end(signal.SIGINT)[0] == 0
    assert follower.said().splitlines()[-1] == "tapferry: 6 frames: 6 events shown"


def test_a_full_disk_is_told():
    with open("/dev/full", "wb") as full:
        asked = subprocess.run([PROGRAM, "decode", "-"], input=CAPTURE, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert asked.returncode == 1 and b"standard output" in asked.stderr
    assert asked.stderr.decode().splitlines()[-1] == "tapferry: 12 frames: 12 events, and 0 records written"


def test_events_that_a_format_says_nothing_of_are_not_called_shown():
    for arguments in (["passivedns", "--option", "mode=each"], ["passivedns"], ["cof"]):
        asked = decode(CAPTURE, "--output", *arguments)
        assert asked.returncode == 0 and not asked.stdout
        assert asked.stderr in (b"tapferry: 12 frames: 0 events shown in 0 records, no record of 12 (a query)\n",
                                b"tapferry: 12 frames: 0 events shown, no record of 12 (a query)\n")


def client_response(name, answers):
    """The query of client_query() answered by AA with that many addresses."""
    message = bytearray(dns_query(name))
    message[2:8] = struct.pack(">HHH", 0x8400, 1, answers)
    return message_frame(6, bytes(message) + b"".join(
        b"\xC0\x0C" + struct.pack(">HHIHI", 1, 1, 300, 4, i) for i in range(answers)))


@pytest.mark.parametrize("output", [["passivedns"], ["passivedns", "--option", "mode=each"], ["cof"]])
def test_a_response_whose_answers_are_not_all_told_is_told_of(output):
    whole, more = client_response("a.example", 10), client_response("b.example", 1100)
    asked = decode(HEAD + data(whole) + data(more) + TAIL, "--output", *output)
    words = b"1 record shortened" if len(output) > 1 else b"1 event of which not all answers are told"
    assert asked.returncode == 0 and words in asked.stderr
    assert b"told" not in decode(HEAD + data(whole) + TAIL, "--output", *output).stderr


def test_explain_counts_events_from_1_and_says_why_there_is_no_record(world):
    file = world.folder / "capture"
    file.write_bytes(CAPTURE)
    assert "events count from 1" in command("explain", file, "--event", "0").stderr
    assert command("explain", file, "--event", "0").returncode == 2
    asked = command("explain", file, "--event", "2", "--output", "cof")
    assert asked.returncode == 0 and asked.stdout.splitlines()[-1] == "cof makes no record of this event: it is a query"
    assert "it is a query" in command("explain", file, "--output", "cof").stderr
