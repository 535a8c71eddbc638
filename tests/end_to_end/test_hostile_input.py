"""What is not Frame Streams, or not dnstap, is counted by reason and does no harm to the rest."""
import socket
import struct

import pytest

from lab import agent as destinations
from lab.frame_streams import (ACCEPT, CONTENT_TYPE, FINISH, READY, START, STOP, client_query, connect, control, data,
                               read_control)
from lab.oracle import Delivered, check_ledger
from lab.process import wait_until

CLIENT_HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(200)


@pytest.fixture
def running(world):
    world.receiver_ = world.receiver()
    world.agent_ = world.agent(destinations.tcp("json", world.receiver_.port)).start()
    return world


def closed(connection):
    """Whether the far side closes, rather than waiting for us."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize("reason, sent", [
    ("not_frame_streams", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("tls", CLIENT_HELLO),
    ("content_type", control(READY, b"protobuf:other.Thing")),
    ("bad_control", struct.pack(">II", 0, 1 << 20)),
    ("protocol", control(FINISH)),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_stranger_is_counted_and_shown_out(running, reason, sent):
    friend = running.sender(running.agent_.socket)
    friend.send(["before.test"])
    with connect(running.agent_.socket) as stranger:
        stranger.sendall(sent)
        assert closed(stranger)
    wait_until(lambda: running.agent_.metric("tapferry_connections_rejected_total", input="bind", reason=reason) == 1,
               f"one connection rejected: {reason}")
    assert running.agent_.metric("tapferry_connections_rejected_total") == 1
    friend.send(["after.test"])
    wait_until(lambda: len(running.receiver_) == 2, "the other connection is unharmed")


def test_frames_that_are_no_dnstap_are_counted_and_the_rest_goes_on(running):
    agent = running.agent_
    sender = running.sender(agent.socket)
    broken = client_query("broken.test")[:-9]  # breaks off inside the message
    for frame in (b"\xff\xff\xff\xff", broken, b"\0" * 40):
        sender.send(["good.test"])
        sender.connection.sendall(data(frame))
    sender.send(["last.test"])
    wait_until(lambda: agent.input()["appended"] == 7, "frames are stored as they are")
    status = agent.wait_settled()
    check_ledger(status)
    assert status["destinations"][0]["undecodable"] >= 2
    wait_until(lambda: len(running.receiver_) == status["destinations"][0]["delivered"], "the rest")
    assert Delivered(running.receiver_.lines).names()["good.test"] == 3


def test_a_dns_message_that_does_not_parse_is_an_event(running):
    sender = running.sender(running.agent_.socket)
    sender.connection.sendall(data(client_query("x.test").replace(b"\x01x\x04test\x00", b"\xc0\x0c\x04test\x00")))
    wait_until(lambda: len(running.receiver_) == 1, "an event")
    event = Delivered(running.receiver_.lines).events[0]
    assert "malformed" in event, event


def test_an_oversize_frame_is_discarded_and_the_connection_goes_on(running):
    agent = running.agent_
    sender = running.sender(agent.socket)
    sender.send(["before.test"])
    sender.connection.sendall(data(bytes(2 << 20)))
    sender.send(["after.test"])
    wait_until(lambda: len(running.receiver_) == 2, "both frames around it")
    assert agent.metric("tapferry_frames_rejected_total", input="bind", reason="oversize") == 1
    check_ledger(agent.wait_settled())


def test_a_connection_that_breaks_inside_a_frame_counts_a_truncated_one(running):
    agent = running.agent_
    sender = running.sender(agent.socket)
    sender.connection.sendall(data(client_query("whole.test")) + data(client_query("half.test"))[:20])
    sender.close()
    wait_until(lambda: agent.metric("tapferry_frames_rejected_total", input="bind", reason="truncated") == 1, "counted")
    wait_until(lambda: len(running.receiver_) == 1, "the whole one")
    check_ledger(agent.wait_settled())


def test_a_sender_that_begins_with_start_is_understood(running):
    with connect(running.agent_.socket) as sender:
        sender.sendall(control(START, CONTENT_TYPE) + data(client_query("one-way.test")) + control(STOP))
        sender.shutdown(socket.SHUT_WR)
        assert closed(sender)
    wait_until(lambda: len(running.receiver_) == 1, "the event")


def test_frames_may_come_a_byte_at_a_time(running):
    with connect(running.agent_.socket) as sender:
        for byte in control(READY, CONTENT_TYPE):
            sender.sendall(bytes([byte]))
        assert read_control(sender) == ACCEPT
        for byte in control(START, CONTENT_TYPE) + data(client_query("slow.test")) + control(STOP):
            sender.sendall(bytes([byte]))
        assert read_control(sender) == FINISH
    wait_until(lambda: len(running.receiver_) == 1, "the event")
