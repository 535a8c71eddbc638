"""dnstap frames whose names, RDATA and identities are made to break out of a field, and what must be read back.

The frames are put together from the protocols' definitions; what is expected is worked out here from the one rule for
all outputs: names in lower case with every byte outside [a-z0-9-_*/+:~] as \\DDD, character strings in quotes, opaque bytes
as printable ASCII without backslash."""
import random
import struct
from dataclasses import dataclass, field

A, CNAME, TXT, UNKNOWN = 1, 5, 16, 65280
TYPE_NAMES = {A: "A", CNAME: "CNAME", TXT: "TXT", UNKNOWN: "TYPE65280"}
SECONDS, NANOSECONDS = 1_795_209_822, 143_733_000
NASTY = b"\\\"|=;,\n\r\t\0 ]}[{:%<>'\x1b\x7f\xff\xc3\xbc&$#"
PHRASES = [b" act=allow src=6.6.6.6", b"\nCEF:0|x|y|1|1|z|10|src=6.6.6.6", b"\r\n<0>kern: pwn", b"\"}\n{\"a\":1", b"\"] x",
           b"\tsev=10\tsrc=6.6.6.6", b"a\\", b"\\n", b"||", b" externalId=0 cs1=x", b"${jndi:ldap://x}", b" - - CEF:0|"]


def decimal(byte):
    return f"\\{byte:03d}"


def canonical(labels):
    kept = b"abcdefghijklmnopqrstuvwxyz0123456789-_*/+:~"
    return ".".join("".join(chr(b) if b in kept else decimal(b) for b in label.lower()) for label in labels) or "."


def character_string(data):
    return '"' + "".join(chr(b) if 0x20 <= b <= 0x7E and b not in b'"\\|' else decimal(b) for b in data) + '"'


def opaque(data, most=255):
    """Cut between escapes."""
    text = ""
    for byte in data:
        piece = chr(byte) if 0x20 <= byte <= 0x7E and byte != 0x5C else decimal(byte)
        if len(text) + len(piece) > most:
            break
        text += piece
    return text


def last_labels(name, most):
    if len(name) <= most:
        return name
    dot = name.find(".", len(name) - most - 1)
    return name[dot + 1:] if dot >= 0 else name[-most:]


def wire_name(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


@dataclass
class Answer:
    owner: list
    type: int
    ttl: int
    content: object  # bytes, labels or a list of strings, by type

    def rdata(self):
        if self.type == CNAME:
            return wire_name(self.content)
        if self.type == TXT:
            return b"".join(bytes([len(s)]) + s for s in self.content)
        return self.content

    def text(self):
        if self.type == A:
            return ".".join(map(str, self.content))
        if self.type == CNAME:
            return canonical(self.content)
        if self.type == TXT:
            return " ".join(map(character_string, self.content))
        return f"\\# {len(self.content)} {self.content.hex()}" if self.content else "\\# 0"

    def line(self):
        return f"{canonical(self.owner)} {self.ttl} IN {TYPE_NAMES[self.type]} {self.text()}"


@dataclass
class Case:
    qname: list
    identity: bytes
    answers: list = field(default_factory=list)
    rcode: int = 0

    def message(self):
        head = struct.pack(">HHHHHH", 0x1234, 0x8180 | self.rcode, 1, len(self.answers), 0, 0)
        body = wire_name(self.qname) + struct.pack(">HH", A, 1)
        for answer in self.answers:
            rdata = answer.rdata()
            body += wire_name(answer.owner) + struct.pack(">HHIH", answer.type, 1, answer.ttl, len(rdata)) + rdata
        return head + body

    def frame(self):
        """A CLIENT_RESPONSE over UDP from 192.0.2.53 to 198.51.100.7."""
        message = (number(1, 6) + number(2, 1) + number(3, 1) + text(4, bytes([198, 51, 100, 7])) +
                   text(5, bytes([192, 0, 2, 53])) + number(6, 40000) + number(7, 53) + number(12, SECONDS) +
                   varint(13 << 3 | 5) + struct.pack("<I", NANOSECONDS) + text(14, self.message()))
        return text(1, self.identity) + text(14, message) + number(15, 1)

    @property
    def rcode_name(self):
        return {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN"}[self.rcode]


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def number(tag, value):
    return varint(tag << 3) + varint(value)


def text(tag, value):
    return varint(tag << 3 | 2) + varint(len(value)) + value


def stream(frames):
    """A Frame Streams file of them."""
    start = struct.pack(">II", 2, 1) + struct.pack(">I", 22) + b"protobuf:dnstap.Dnstap"
    data = b"".join(struct.pack(">I", len(frame)) + frame for frame in frames)
    return struct.pack(">II", 0, len(start)) + start + data + struct.pack(">III", 0, 4, 3)


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def bytes(self, length):
        if self.random.random() < 0.3:
            phrase = self.random.choice(PHRASES)
            return (phrase + self.bytes(max(0, length - len(phrase))))[:length] if length else b""
        return bytes(self.random.choice(NASTY) if self.random.random() < 0.5 else self.random.randrange(256)
                     for _ in range(length))

    def labels(self, most=18):
        return [self.bytes(self.random.randint(1, most)) for _ in range(self.random.randint(1, 3))]

    def answer(self):
        kind = self.random.choice([A, CNAME, TXT, TXT, UNKNOWN])
        content = {A: lambda: self.bytes(4), CNAME: self.labels, UNKNOWN: lambda: self.bytes(self.random.randrange(40)),
                   TXT: lambda: [self.bytes(self.random.randrange(60)) for _ in range(self.random.randint(1, 2))]}[kind]()
        return Answer(self.labels(), kind, self.random.randrange(2**31), content)

    def case(self):
        return Case(self.labels(60 if self.random.random() < 0.2 else 18), self.bytes(self.random.randint(1, 120)),
                    [self.answer() for _ in range(self.random.randrange(4))], self.random.choice([0, 0, 2, 3]))


def cases(seed, count):
    maker = Maker(seed)
    return [maker.case() for _ in range(count)]


def expected_cef(case, sequence):
    """Every pair of the CEF event, in order."""
    name = canonical(case.qname)
    short = last_labels(name, 255)
    identity = shown_ends(opaque(case.identity))
    cut_identity = opaque_cut(identity, 100)
    cuts = (["destinationDnsDomain"] if short != name else []) + (["dvchost"] if cut_identity != identity else [])
    pairs = [("rt", f"{SECONDS}{NANOSECONDS // 10**6:03d}"), ("src", "198.51.100.7"), ("spt", "40000"),
             ("dst", "192.0.2.53"), ("dpt", "53"), ("proto", "UDP"), ("app", "DNS"), ("destinationDnsDomain", short)]
    if short != name:
        pairs.append(("dhost", name))
    pairs.append(("outcome", "failure" if case.rcode == 2 else "success"))
    if case.rcode:
        pairs.append(("reason", case.rcode_name))
    pairs += [("deviceDirection", "0"), ("dvchost", cut_identity), ("externalId", f"{sequence:032x}"),
              ("cat", "DNS/response"), ("cs1Label", "DnsQueryType"), ("cs1", "A"), ("cs2Label", "DnsResponseCode"),
              ("cs2", case.rcode_name), ("cs3Label", "DnsFlags"), ("cs3", "RD RA")]
    if case.answers:
        pairs += [("cs4Label", "DnsAnswers"), ("cs4", "; ".join(answer.line() for answer in case.answers))]
    pairs += [("cs5Label", "DnstapType"), ("cs5", "CLIENT_RESPONSE"), ("cs6Label", "DnsTransport"), ("cs6", "UDP"),
              ("cn1Label", "DnsId"), ("cn1", "4660"), ("cn2Label", "DnsAnswerCount"), ("cn2", str(len(case.answers))),
              ("cn3Label", "DnsMessageBytes"), ("cn3", str(len(case.message())))]
    if cuts:
        pairs += [("flexString1Label", "Truncated"), ("flexString1", ",".join(cuts))]
    return pairs


def shown_ends(text):
    """CEF's receivers do not keep spaces at the ends of a value."""
    if len(text) > 1 and text[-1] == " ":
        text = text[:-1] + "\\032"
    return "\\032" + text[1:] if text[:1] == " " else text


def opaque_cut(text, most):
    """A text of opaque() cut to `most` characters, never inside an escape."""
    if len(text) <= most:
        return text
    end = most
    for back in range(1, 4):
        if text[most - back] == "\\":
            end = most - back
    return text[:end].rstrip(" ")


def expected_leef(case, sequence):
    """Every pair of the LEEF event, in order."""
    pairs = [("cat", "DNS/response"), ("devTime", "Nov 20 2026 21:23:42.143 UTC"),
             ("devTimeFormat", "MMM dd yyyy HH:mm:ss.SSS z"), ("proto", "UDP"), ("sev", "3" if case.rcode == 2 else "1"),
             ("src", "198.51.100.7"), ("dst", "192.0.2.53"), ("srcPort", "40000"), ("dstPort", "53"),
             ("domain", canonical(case.qname)), ("id", f"{sequence:032x}"), ("type", "CLIENT_RESPONSE"),
             ("identity", opaque(case.identity)), ("queryType", "A"), ("queryClass", "IN"),
             ("responseCode", case.rcode_name), ("flags", "RD RA")]
    if case.answers:
        pairs.append(("answers", "; ".join(answer.line() for answer in case.answers)))
    return pairs + [("answerCount", str(len(case.answers))), ("dnsId", "4660"), ("transport", "UDP"),
                    ("messageBytes", str(len(case.message())))]
