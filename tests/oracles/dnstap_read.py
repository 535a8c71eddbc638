"""BIND's dnstap-read as an oracle: what it prints of a capture, and how its text and ours become comparable. Where the two
differ by decision, tests/README.md says why."""
import functools
import os
import re
import subprocess
import tempfile

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from conftest import capture_bytes


@functools.cache
def dnstap_read(capture, *arguments):
    """Its output, in UTC, with what is not printable ASCII as \\DDD."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(capture_bytes(capture))
        file.flush()
        done = subprocess.run(["dnstap-read", *arguments, file.name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env={**os.environ, "TZ": "UTC"}, check=False)
    text = done.stdout.decode("latin-1")
    return re.sub(r"[^\n\t -~]", lambda found: f"\\{ord(found[0]):03}", text)


def name(text):
    """One spelling of a name, whatever the case and the escapes."""
    return dns.name.from_text(text).canonicalize().to_text()


def same_type(text):
    """Types by number: BIND 9.18 does not know the newest names."""
    numbers = {"NXNAME": "TYPE128"}
    return numbers.get(text, text)


def same_class(text):
    return {"RESERVED0": "CLASS0"}.get(text, text)


# Types whose RDATA one of the two writes as RFC 3597's octets, or that dnspython cannot read as BIND writes them.
ONLY_IN_ONE = {"A6", "ATMA", "DOA", "EID", "L64", "NID", "NIMLOC", "SINK", "TSIG"}


def character_strings(text):
    """The octets of each, whatever is escaped in it."""
    def octets(inside):
        return re.sub(r"\\(\d\d\d|.)", lambda found: chr(int(found[1])) if found[1].isdigit() else found[1], inside)

    return [octets(inside) for inside in re.findall(r'"((?:[^"\\]|\\.)*)"', text)]


def rdata(rclass, rtype, text):
    """RDATA as octets where dnspython knows the type, else its words."""
    if text == "" or rtype in ONLY_IN_ONE:
        return ""
    if rtype in ("TXT", "SPF"):
        strings = character_strings(text)
        # Ours ends at 2,048 characters.
        return repr(strings) if len(text) < 1900 else repr("".join(strings)[:300])
    text = text.replace("dohpath=", "key7=")  # newer than either library
    try:
        return dns.rdata.from_text(rclass, rtype, text, relativize=False).to_digestable().hex()
    except Exception:  # noqa: BLE001 - whatever dnspython cannot read is compared as words
        return re.sub(r"\s", "", text).lower()


def record(text):
    """A record's line as (owner, ttl, class, type, rdata)."""
    owner, ttl, rclass, rtype, *rest = text.split(None, 4)
    return name(owner), ttl, same_class(rclass), same_type(rtype), rdata(rclass, rtype, rest[0].strip() if rest else "")


def question(text):
    owner, rclass, rtype = text.split()
    return name(owner), same_class(rclass), same_type(rtype)


def line(text):
    """dnstap-read's one line as a mapping."""
    day, time, kind, source, arrow, destination, protocol, size, what = text.split(" ")
    qname, qclass, qtype = what.rsplit("/", 2)
    return {"time": f"{day} {time}", "kind": kind, "source": source, "arrow": arrow, "destination": destination,
            "protocol": protocol, "size": size, "name": name(qname), "class": same_class(qclass), "type": same_type(qtype)}


def pairs(ours, theirs, key):
    """(ours, theirs) for each of theirs, in order; ours that it leaves out silently are passed over, and given as the
    second result."""
    together, left_out, at = [], [], 0
    for one in ours:
        if at < len(theirs) and key(one) == key(theirs[at]):
            together.append((one, theirs[at]))
            at += 1
        else:
            left_out.append(one)
    assert at == len(theirs), f"not among ours: {theirs[at]}"
    return together, left_out
