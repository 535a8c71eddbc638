"""Another reading of dnstap frames: the protobuf by a walker of a few lines, DNS by dnspython. Texts follow the rules of our
output (names in lower case, one spelling of each byte), so that both can be compared as they are.

    independent.py CAPTURE.fstrm > CAPTURE.truth     what tests/proto/capture_test.cpp compares with"""
import base64
import ipaddress
import struct
import sys

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.CERT
import dns.rdtypes.ANY.GPOS
import dns.rdtypes.ANY.LOC
import dns.rdtypes.ANY.RRSIG
import dns.rdtypes.ANY.TSIG
import dns.rdtypes.ANY.URI
import dns.rdtypes.dnskeybase
import dns.rdtypes.svcbbase
import dns.rdtypes.txtbase

# --- spelling -------------------------------------------------------------------------------------------------------

NAME_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_*/+:~")


def octets_of(text):
    return text.encode() if isinstance(text, str) else text


def escape_label(label):
    return "".join(chr(c) if c in NAME_BYTES else f"\\{c:03d}" for c in octets_of(label).lower())


def escape_string(octets):
    return "".join(chr(c) if 32 <= c < 127 and c not in b'"\\|' else f"\\{c:03d}" for c in octets_of(octets))


def opaque(octets, most=255):
    """Identity, version, extra, NSID: cut between escapes."""
    text = ""
    for c in octets:
        piece = chr(c) if 32 <= c < 127 and c != 0x5C else f"\\{c:03d}"
        if len(text) + len(piece) > most:
            break
        text += piece
    return text


def name_text(name):
    return ".".join(escape_label(label) for label in name.labels if label) or "."


def unspaced(data, chunksize=0, separator=b" ", **_):
    text = data.hex()
    if separator == b" ":
        return text
    return separator.decode().join(text[i:i + chunksize] for i in range(0, len(text), chunksize))


def escape_item(octets):
    """RFC 9460, appendix A.1: a comma or backslash inside an item of a list."""
    return octets.replace(b"\\", b"\\\\").replace(b",", b"\\,").decode("latin-1")


def loc_text(self, *_args, **_kw):
    def angle(parts, positive, negative):
        return "%d %d %d.%03d %s" % (*parts[:4], positive if parts[4] > 0 else negative)

    return "%s %s %0.2fm %0.2fm %0.2fm %0.2fm" % (
        angle(self.latitude, "N", "S"), angle(self.longitude, "E", "W"), self.altitude / 100, self.size / 100,
        self.horizontal_precision / 100, self.vertical_precision / 100)


def alpn_text(self):
    octets = ",".join(escape_item(item) for item in self.ids).encode("latin-1")
    return f'"{escape_string(octets)}"'


def spell_as_we_do():
    """dnspython writes names, strings and runs of octets through these. The rest are forms where it leaves its own RFC, or
    writes one of several that are allowed: see tests/README.md."""
    dns.name.Name.to_text = lambda self, *_args, **_kw: name_text(self)
    dns.name.Name.to_unicode = dns.name.Name.to_text
    dns.name.Name.__str__ = name_text
    dns.name.Name.choose_relativity = lambda self, *_args, **_kw: self
    dns.rdata._escapify = escape_string
    dns.rdata._hexify = unspaced
    dns.rdata._base64ify = lambda data, *_args, **_kw: base64.b64encode(data).decode()
    any_type = dns.rdtypes.ANY
    any_type.LOC.LOC.to_text = loc_text
    any_type.CERT.CERT.to_text = lambda self, *_args, **_kw: (
        f"{self.certificate_type:d} {self.key_tag} {self.algorithm:d} {base64.b64encode(self.certificate).decode()}")
    any_type.GPOS.GPOS.to_text = lambda self, *_args, **_kw: " ".join(
        f'"{escape_string(s)}"' for s in (self.latitude, self.longitude, self.altitude))
    any_type.URI.URI.to_text = lambda self, *_args, **_kw: f'{self.priority} {self.weight} "{escape_string(self.target)}"'
    any_type.TSIG.TSIG.to_text = tsig_text
    service = dns.rdtypes.svcbbase
    service.key_to_text = lambda key: SERVICE_KEYS[key] if key < len(SERVICE_KEYS) else f"key{int(key)}"
    service.ALPNParam.to_text = alpn_text
    service.ECHParam.to_text = lambda self: base64.b64encode(self.ech).decode()
    service.MandatoryParam.to_text = lambda self: ",".join(service.key_to_text(key) for key in self.keys)
    for parameter in (service.IPv4HintParam, service.IPv6HintParam):
        parameter.to_text = lambda self: ",".join(str(ipaddress.ip_address(a)) for a in self.addresses)
    service.PortParam.to_text = lambda self: str(self.port)


def tsig_text(self, *_args, **_kw):
    error = "BADSIG" if self.error == 16 else RCODES.get(int(self.error), f"RCODE{int(self.error)}")
    text = f"{name_text(self.algorithm)} {self.time_signed} {self.fudge} {len(self.mac)}"
    if self.mac:
        text += " " + base64.b64encode(self.mac).decode()
    text += f" {self.original_id} {error} {len(self.other)}"
    return text + (" " + base64.b64encode(self.other).decode() if self.other else "")


# --- types that dnspython does not know -----------------------------------------------------------------------------

MNEMONICS = {31: "EID", 32: "NIMLOC", 34: "ATMA", 40: "SINK", 57: "RKEY", 58: "TALINK", 66: "DSYNC", 67: "HHIT", 68: "BRID",
             100: "UINFO", 101: "UID", 102: "GID", 128: "NXNAME", 259: "DOA", 261: "RESINFO", 262: "WALLET", 263: "CLA",
             264: "IPN"}


class Key(dns.rdtypes.dnskeybase.DNSKEYBase):
    """KEY and RKEY; a KEY may say that there is none (RFC 2535, section 3.1.2)."""

    def to_text(self, *_args, **_kw):
        key = base64.b64encode(self.key).decode()
        return f"{int(self.flags)} {self.protocol} {int(self.algorithm)}" + (f" {key}" if key else "")


class Hand(dns.rdata.GenericRdata):
    """By hand: `data` is all the octets, text() their text."""

    @classmethod
    def from_wire_parser(cls, rdclass, rdtype, parser, origin=None):
        return cls(rdclass, rdtype, parser.get_remaining())

    def to_text(self, *_args, **_kw):
        return self.text(self.data)


class A6(Hand):
    @staticmethod
    def text(data):
        bits, octets = data[0], (128 - data[0] + 7) // 8
        suffix = int.from_bytes(data[1:1 + octets], "big") & ((1 << (128 - bits)) - 1)
        parts = [str(bits)] + ([str(ipaddress.IPv6Address(suffix))] if octets else [])
        if bits:
            name, used = dns.name.from_wire(data, 1 + octets)
            assert used == len(data) - 1 - octets
            parts.append(name_text(name))
        return " ".join(parts)


class Sink(Hand):
    @staticmethod
    def text(data):
        return f"{data[0]} {data[1]} {data[2]}" + (" " + base64.b64encode(data[3:]).decode() if data[3:] else "")


class Doa(Hand):
    @staticmethod
    def text(data):
        enterprise, kind, location, length = struct.unpack_from(">IIBB", data)
        media, rest = data[10:10 + length], data[10 + length:]
        return f'{enterprise} {kind} {location} "{escape_string(media)}" {base64.b64encode(rest).decode() or "-"}'


class Talink(Hand):
    @staticmethod
    def text(data):
        first, used = dns.name.from_wire(data, 0)
        return f"{name_text(first)} {name_text(dns.name.from_wire(data, used)[0])}"


class OldNext(Hand):
    @staticmethod
    def text(data):
        name, used = dns.name.from_wire(data, 0)
        bits = [i for i in range(8 * (len(data) - used)) if data[used + i // 8] & 0x80 >> i % 8]
        return " ".join([name_text(name)] + [type_text(bit) for bit in bits])


class Atma(Hand):
    @staticmethod
    def text(data):
        return "+" + data[1:].decode() if data[0] == 1 else data[1:].hex()


class Sync(Hand):
    @staticmethod
    def text(data):
        kind, scheme, port = struct.unpack_from(">HBH", data)
        return f"{type_text(kind)} {'NOTIFY' if scheme == 1 else scheme} {port} {name_text(dns.name.from_wire(data, 5)[0])}"


class Hex(Hand):
    text = staticmethod(lambda data: data.hex())


class Base64(Hand):
    text = staticmethod(lambda data: base64.b64encode(data).decode())


class Number(Hand):
    text = staticmethod(lambda data: str(int.from_bytes(data, "big")))


class Strings(dns.rdtypes.txtbase.TXTBase):
    pass


def teach_dnspython():
    """Those that it has no class for. That it has none is what TAUGHT tells a test that asks it for an opinion."""
    for number, mnemonic in MNEMONICS.items():
        dns.rdatatype._registered_by_text[mnemonic] = number
        dns.rdatatype._registered_by_value[number] = mnemonic
    for number, kind in TAUGHT.items():
        dns.rdata._rdata_classes[dns.rdataclass.ANY, dns.rdatatype.RdataType.make(number)] = kind


TAUGHT = {3: dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.NS), 24: dns.rdtypes.ANY.RRSIG.RRSIG, 25: Key, 30: OldNext,
          31: Hex, 32: Hex, 34: Atma, 38: A6, 40: Sink, 57: Key, 58: Talink, 66: Sync, 67: Base64, 68: Base64, 259: Doa,
          261: Strings, 262: Strings, 263: Strings, 264: Number}
for alias in (4, 7, 8, 9):
    TAUGHT[alias] = TAUGHT[3]
DS_LIKE = dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.DS)
TAUGHT[32768] = DS_LIKE
TAUGHT[14] = dns.rdata.get_rdata_class(dns.rdataclass.IN, dns.rdatatype.RP)

# --- names of numbers, from IANA's registries -----------------------------------------------------------------------

MESSAGE_TYPES = ["", "AUTH_QUERY", "AUTH_RESPONSE", "RESOLVER_QUERY", "RESOLVER_RESPONSE", "CLIENT_QUERY", "CLIENT_RESPONSE",
                 "FORWARDER_QUERY", "FORWARDER_RESPONSE", "STUB_QUERY", "STUB_RESPONSE", "TOOL_QUERY", "TOOL_RESPONSE",
                 "UPDATE_QUERY", "UPDATE_RESPONSE"]
PROTOCOLS = ["", "UDP", "TCP", "DOT", "DOH", "DNSCryptUDP", "DNSCryptTCP", "DOQ"]
SERVICE_KEYS = "mandatory alpn no-default-alpn port ipv4hint ech ipv6hint dohpath ohttp".split()
FLAGS = [("AA", 0x400), ("TC", 0x200), ("RD", 0x100), ("RA", 0x80), ("AD", 0x20), ("CD", 0x10)]
CLASSES = {1: "IN", 3: "CH", 4: "HS", 254: "NONE", 255: "ANY"}
OPCODES = {0: "QUERY", 1: "IQUERY", 2: "STATUS", 4: "NOTIFY", 5: "UPDATE", 6: "DSO"}
RCODES = dict(enumerate("NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE DSOTYPENI".split()))
RCODES |= dict(enumerate("BADVERS BADKEY BADTIME BADMODE BADNAME BADALG BADTRUNC BADCOOKIE".split(), 16))


def type_text(number):
    return MNEMONICS.get(number) or dns.rdatatype.to_text(number)


def class_text(number):
    return CLASSES.get(number, f"CLASS{number}")


# --- protobuf -------------------------------------------------------------------------------------------------------


def fields(octets):
    """(number, value) of each field: integers, or octets."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            octet = octets[at]
            at += 1
            value |= (octet & 0x7F) << shift
            shift += 7
            if octet < 0x80:
                return value

    while at < len(octets):
        tag = varint()
        wire = tag & 7
        if wire == 0:
            yield tag >> 3, varint()
        elif wire == 2:
            length = varint()
            yield tag >> 3, octets[at:at + length]
            at += length
        else:
            size = {1: 8, 5: 4}[wire]
            yield tag >> 3, int.from_bytes(octets[at:at + size], "little")
            at += size


def address(octets):
    if not octets or not any(octets):
        return None
    found = ipaddress.ip_address(octets)
    return str(getattr(found, "ipv4_mapped", None) or found)


# --- DNS ------------------------------------------------------------------------------------------------------------


class Record:
    def __init__(self, wire, at):
        owner, used = dns.name.from_wire(wire, at)
        at += used
        self.owner = name_text(owner)
        self.type, self.rclass, self.ttl, length = struct.unpack_from(">HHIH", wire, at)
        at += 10
        if at + length > len(wire):
            raise ValueError("RDATA breaks off")
        self.rdata = wire[at:at + length]
        self.end = at + length
        self.text = rdata_text(self.type, self.rclass, wire, at, length)


def generic(octets):
    return f"\\# {len(octets)}" + (f" {octets.hex()}" if octets else "")


def rdata_text(rdtype, rdclass, wire, at, length):
    # Class ANY and NONE stand for the class of the zone in UPDATE (RFC 2136, section 2.4).
    if rdtype == dns.rdatatype.OPT or (rdtype == dns.rdatatype.A and rdclass == dns.rdataclass.CH):
        return generic(wire[at:at + length])
    try:
        rdata = dns.rdata.from_wire(dns.rdataclass.IN, rdtype, wire, at, length)
        return " ".join(rdata.to_text().split(" ")).strip()
    except Exception:  # whatever dnspython stumbles over is no sound RDATA
        return generic(wire[at:at + length])


class Message:
    """What could be read, and whether that was all."""

    def __init__(self, wire):
        self.size = len(wire)
        self.questions, self.sections, self.edns, self.malformed = [], [[], [], []], None, False
        self.id, self.flags = (int.from_bytes(wire[i:i + 2], "big") if len(wire) >= i + 2 else 0 for i in (0, 2))
        self.opcode, self.rcode = self.flags >> 11 & 15, self.flags & 15
        self.claimed = struct.unpack_from(">4H", wire, 4) if len(wire) >= 12 else (0, 0, 0, 0)
        try:
            self.read(wire)
        except Exception:  # as above
            self.malformed = True

    def read(self, wire):
        if len(wire) < 12:
            raise ValueError("truncated header")
        at = 12
        for _ in range(self.claimed[0]):
            name, used = dns.name.from_wire(wire, at)
            self.questions.append((name_text(name), *struct.unpack_from(">HH", wire, at + used)))
            at += used + 4
        for section, count in enumerate(self.claimed[1:]):
            for _ in range(count):
                record = Record(wire, at)
                at = record.end
                if section == 2 and record.type == dns.rdatatype.OPT and record.owner == "." and self.edns is None:
                    self.edns = Edns(record)
                    self.rcode |= record.ttl >> 24 << 4
                else:
                    self.sections[section].append(record)


class Edns:
    def __init__(self, record):
        self.udp_size, self.version, self.dnssec_ok = record.rclass, record.ttl >> 16 & 0xFF, bool(record.ttl & 0x8000)
        self.subnet = self.scope = self.nsid = self.cookie = self.padding = None
        self.compact_ok = bool(record.ttl & 0x4000)
        self.errors, self.others = [], []
        at = 0
        while at < len(record.rdata):
            code, length = struct.unpack_from(">HH", record.rdata, at)
            at += 4 + length
            if at > len(record.rdata):
                raise ValueError("option breaks off")
            self.take(code, record.rdata[at - length:at])

    def take(self, code, data):
        if code == 3:
            self.nsid = data
        elif code == 8 and len(data) >= 4:
            family, source, scope = struct.unpack_from(">HBB", data)
            size = {1: 4, 2: 16}.get(family, 0)
            if size and source <= 8 * size >= scope and len(data) - 4 == (source + 7) // 8:  # RFC 7871, section 6
                self.subnet, self.scope = str(ipaddress.ip_network((data[4:].ljust(size, b"\0"), source), strict=False)), scope
        elif code == 10:
            self.cookie = len(data)
        elif code == 12:
            self.padding = len(data)
        elif code == 15 and len(data) >= 2:
            self.errors.append((int.from_bytes(data[:2], "big"), data[2:]))
        elif code not in (8, 15):
            self.others.append((code, data))


# --- a frame --------------------------------------------------------------------------------------------------------


class Frame:
    def __init__(self, octets):
        outer = dict(fields(octets))
        message = dict(fields(outer.get(14, b"")))
        self.identity, self.version, self.extra = (outer.get(i, b"") for i in (1, 2, 3))
        self.type_number = message.get(1, 0)
        known = 0 < self.type_number < len(MESSAGE_TYPES)
        self.type = MESSAGE_TYPES[self.type_number] if known else f"TYPE{self.type_number}"
        self.is_response = self.type_number % 2 == 0 if known else 14 in message
        self.family = message.get(2, 0)
        self.protocol = PROTOCOLS[message.get(3, 0)]
        self.http = message.get(16, 0)
        self.src, self.dst = address(message.get(4)), address(message.get(5))
        self.src_port, self.dst_port = message.get(6) or None, message.get(7) or None
        self.query_time = (message[8], message.get(9, 0)) if message.get(8) else None
        self.response_time = (message[12], message.get(13, 0)) if message.get(12) else None
        self.zone = name_text(dns.name.from_wire(message[11], 0)[0]) if message.get(11) else None
        shown = message.get(14) if message.get(14) is not None else message.get(10)
        self.dns = Message(shown) if shown is not None else None


def frames(stream):
    """The data frames of a Frame Streams file."""
    at = 0
    while at < len(stream):
        (length,) = struct.unpack_from(">I", stream, at)
        at += 4
        if length == 0:
            (length,) = struct.unpack_from(">I", stream, at)
            at += 4 + length
            continue
        yield stream[at:at + length]
        at += length


# --- the lines of a truth file --------------------------------------------------------------------------------------


def column(value):
    return "-" if value is None or value == "" else str(value)


def time_text(time):
    return None if time is None else f"{time[0]}.{time[1]:09d}"


def lines(frame):
    """What tests/proto/capture_test.cpp says of an event, each line a part of it."""
    said = [frame.type, frame.is_response + 0, frame.family, frame.protocol, frame.http, frame.src, frame.src_port, frame.dst,
            frame.dst_port, time_text(frame.query_time), time_text(frame.response_time), frame.zone]
    yield "\t".join(column(value) for value in said)
    yield "\t".join(["by", column(opaque(frame.identity)), column(opaque(frame.version)), column(opaque(frame.extra))])
    message = frame.dns
    if message is None:
        return
    counts = ",".join(str(count) for count in message.claimed)
    yield "\t".join(["dns", str(message.size), str(message.id), f"{message.flags:04x}", str(message.opcode), str(message.rcode),
                     counts, "malformed" if message.malformed else "sound"])
    for question in message.questions:
        yield "\t".join(["question", *map(str, question)])
    for section, records in zip(("answer", "authority", "additional"), message.sections):
        for r in records:
            yield "\t".join([section, r.owner, str(r.type), str(r.rclass), str(r.ttl), r.text])
    if message.edns is not None:
        e = message.edns
        yield "\t".join(["edns", *(column(v) for v in (
            e.version, e.udp_size, e.dnssec_ok + 0, e.subnet, e.scope, None if e.nsid is None else opaque(e.nsid), e.cookie,
            e.padding))])
        for code, text in e.errors:
            yield "\t".join(["error", str(code), column(opaque(text))])


spell_as_we_do()
teach_dnspython()

if __name__ == "__main__":
    with open(sys.argv[1], "rb") as capture:
        for one in frames(capture.read()):
            for line in lines(Frame(one)):
                print(line)
