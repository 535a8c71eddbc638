"""The text of RDATA of every type (tests/data/rdata.txt), as dnspython writes it and as dnspython and ldns read it back."""
import ctypes
import ctypes.util
import functools
import json
import struct
import subprocess

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from conftest import PROGRAM, ROOT
from independent import rdata_text, type_text

CASES = [(int(kind), bytes.fromhex(octets), text) for kind, octets, text in (
    line.split("\t") for line in (ROOT / "tests/data/rdata.txt").read_text().splitlines() if not line.startswith("#"))]

# What the other tools do not take, by type or by text, and why: no text of that type, unless something else is said.
NOT_READ_BY_DNSPYTHON = {
    "NXT", "EID", "NIMLOC", "ATMA", "A6", "SINK", "TALINK", "DSYNC", "HHIT", "BRID", "DOA", "IPN",
    "TSIG",  # wants the MAC even where it has no octets
    "KEY 49152 3 0",  # wants a key, which RFC 2535, section 3.1.2 lets be absent
    "IPSECKEY 10 0 0 .",  # likewise, RFC 4025, section 3.1
    "SVCB 1 . mandatory=alpn,port",  # 2.3 has neither dohpath (RFC 9461) …
    "HTTPS 1 . ohttp key65333",  # … nor ohttp (RFC 9540)
}
NOT_READ_BY_LDNS = {
    "NXT", "A6", "SINK", "NINFO", "RKEY", "DSYNC", "HHIT", "BRID", "TSIG", "AVC", "DOA", "AMTRELAY", "RESINFO", "WALLET", "CLA",
    "IPN", "TA",
    "ATMA",  # leaves the octet of the format to the writer of the zone
    "NSAP-PTR",  # takes the name for a string; it is a name by RFC 1348
    "WKS 192.0.2.1 17",  # wants a port
    "KEY 49152 3 0",
    "IPSECKEY 10 0 0 .",
    "HTTPS 16 foo.example.test alpn=",  # does not read \\092 as the backslash of a list (RFC 9460, appendix A.1)
    "HTTPS 1 . ohttp key65333",
}


def counted(octets):
    """Of protobuf: a length and as many octets."""
    length, size = len(octets), b""
    while length >= 0x80:
        size, length = size + bytes([length & 0x7F | 0x80]), length >> 7
    return size + bytes([length]) + octets


def capture_of(records):
    """A Frame Streams file with a frame for each (type, RDATA): a response whose only record it is."""
    out = b""
    for kind, rdata in records:
        message = struct.pack(">6H", 1, 0x8180, 0, 1, 0, 0) + b"\1x\4test\0" + struct.pack(">HHIH", kind, 1, 300, len(rdata)) + rdata
        frame = b"\x72" + counted(b"\x08\x06\x72" + counted(message)) + b"\x78\x01"
        out += struct.pack(">I", len(frame)) + frame
    content_type = b"protobuf:dnstap.Dnstap"
    start = struct.pack(">III", 2, 1, len(content_type)) + content_type
    return struct.pack(">II", 0, len(start)) + start + out + struct.pack(">III", 0, 4, 3)


@functools.cache
def texts():
    """What `tapferry decode` makes of each case."""
    done = subprocess.run([PROGRAM, "decode", "--output", "json", "-"], input=capture_of([case[:2] for case in CASES]),
                          stdout=subprocess.PIPE, check=True)
    return [json.loads(line)["answers"][0]["data"] for line in done.stdout.decode("ascii").splitlines()]


def test_each_is_written_as_dnspython_writes_it():
    assert texts() == [text for _, _, text in CASES]
    assert [rdata_text(kind, 1, octets, 0, len(octets)) for kind, octets, _ in CASES] == texts()


def not_read(read, exceptions):
    """Cases that `read` does not make the same octets of, and exceptions that there are none of."""
    wrong, used = [], set()
    for (kind, octets, _), text in zip(CASES, texts()):
        if read(kind, text) == octets:
            continue
        line = f"{type_text(kind)} {text}"
        found = {one for one in exceptions if line.startswith(one + " ") or " " in one and line.startswith(one)}
        used |= found
        if not found:
            wrong.append(line)
    return wrong, exceptions - used


def read_by_dnspython(kind, text):
    try:
        return dns.rdata.from_text(dns.rdataclass.IN, kind, text, origin=dns.name.root, relativize=False).to_wire()
    except dns.exception.DNSException:
        return None


def test_dnspython_reads_each_back():
    assert not_read(read_by_dnspython, NOT_READ_BY_DNSPYTHON) == ([], set())


class Ldns:
    """One line of a zone to octets."""

    def __init__(self):
        self.library = ctypes.CDLL(ctypes.util.find_library("ldns"))
        self.library.ldns_rr_new_frm_str.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p, ctypes.c_uint32,
                                                     ctypes.c_void_p, ctypes.c_void_p]
        self.library.ldns_rr2wire.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p, ctypes.c_int,
                                              ctypes.POINTER(ctypes.c_size_t)]

    def rdata(self, kind, text):
        """None: it does not take that text."""
        if kind == dns.rdatatype.SOA:  # whose names it takes to be below the zone
            words = text.split(" ")
            text = " ".join([words[0] + ".", words[1] + ".", *words[2:]])
        line = f"x.test. 300 IN {type_text(kind)} {text}".encode()
        record, wire, size = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_size_t()
        if self.library.ldns_rr_new_frm_str(ctypes.byref(record), line, 300, None, None) != 0:
            return None
        if self.library.ldns_rr2wire(ctypes.byref(wire), record, 1, ctypes.byref(size)) != 0:
            return None
        octets = ctypes.string_at(wire, size.value)
        return octets[len(b"\1x\4test\0") + 10:]


def test_ldns_reads_each_back():
    assert not_read(Ldns().rdata, NOT_READ_BY_LDNS) == ([], set())
