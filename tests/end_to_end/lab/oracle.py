"""What must be true of everything that was delivered: parsers of other people's formats, and the ledger's sums."""
import json
import re
from collections import Counter, defaultdict
from datetime import datetime


def check_ledger(status):
    """Every frame is accounted for at exactly one place (docs: the ledger). The sums are done here again, from the
    figures, so that the agent's own word for it is not what is believed."""
    for feed in status["inputs"]:
        accounted = feed["appended"] + sum(feed["rejected"].values()) + feed["in_ring"]
        assert feed["received"] == accounted, f"input {feed['name']}: {feed}"
    spool = status["spool"]
    for d in status["destinations"]:
        lost = sum(d["lost"].values())
        assert spool["end"] - 1 == (d["start"] - 1) + d["read"] + d["pending"] + lost, (
            f"{d['name']}: appended is not before + read + pending + lost: {d} {spool}")
        assert d["read"] == d["undecodable"] + d["filtered"] + d["paired"] + d["open"] + d["rendered"], (
            f"{d['name']}: {d}")
        # The counters are those of the saved position; what is in flight lies beyond it and is pending still.
        assert d["rendered"] == d["delivered"] + d["dead_lettered"], f"{d['name']}: {d}"
        assert d["in_flight"] <= d["pending"] + d["open"], f"{d['name']}: {d}"
        assert d["balanced"] is True, f"{d['name']} says that it does not balance: {d}"
    assert status["balanced"] is True


class Delivered:
    """The JSON lines that a receiver got, with their ids taken apart."""

    def __init__(self, timed_lines):
        self.events = []                    # in the order they came
        self.first = {}                     # id → index of its first event
        self.times = defaultdict(list)      # id → when it came, each time
        for when, line in timed_lines:
            event = json.loads(line)        # a line that is cut or glued together does not parse
            if event.get("kind") == "notice":
                continue
            self.times[event["id"]].append(when)
            self.first.setdefault(event["id"], len(self.events))
            self.events.append(event)

    def unique(self):
        return [self.events[i] for i in sorted(self.first.values())]

    def sequences(self):
        """All sequence numbers, each under the one incarnation that may have used it."""
        found = {}
        for event_id in self.first:
            assert re.fullmatch(r"[0-9a-f]{32}", event_id), event_id
            sequence = int(event_id[16:], 16)
            assert found.setdefault(sequence, event_id[:16]) == event_id[:16], f"sequence {sequence} was used twice"
        return found

    def repeated(self):
        return {event_id: times for event_id, times in self.times.items() if len(times) > 1}

    def names(self):
        return Counter(event["qname"] for event in self.unique() if "qname" in event)

    def check_complete(self, end, begin=1):
        """Every sequence number of [begin, end) came."""
        missing = sorted(set(range(begin, end)) - set(self.sequences()))
        assert not missing, f"{len(missing)} of {end - begin} never came: {missing[:20]} …"

    def check_order(self):
        """First arrivals keep the order of the log."""
        order = [int(event["id"][16:], 16) for event in self.unique()]
        assert order == sorted(order), "events came out of order"


def nanoseconds(time):
    """Since 1970, of a time as RFC 3339 has it, in UTC."""
    seconds, _, digits = time.removesuffix("Z").partition(".")
    return int(datetime.fromisoformat(seconds + "+00:00").timestamp()) * 10**9 + int(digits.ljust(9, "0"))


HEADER_FIELDS = 8


def parse_cef(text):
    """A CEF:0 record by the standard's escaping rules: (header fields, extension). Anything that is not well formed is
    an AssertionError."""
    assert text.startswith("CEF:0|"), text
    fields, rest = [], text
    for _ in range(HEADER_FIELDS - 1):
        found = re.match(r"((?:[^|\\]|\\[|\\])*)\|", rest)
        assert found, f"header: {text}"
        fields.append(re.sub(r"\\(.)", r"\1", found.group(1)))
        rest = rest[found.end():]
    extension = {}
    keys = list(re.finditer(r"(?:^|(?<= ))([A-Za-z0-9]+)=", rest))
    assert keys and keys[0].start() == 0, f"extension: {rest}"
    for key, following in zip(keys, keys[1:] + [None]):
        value = rest[key.end():following.start() - 1 if following else len(rest)]
        assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\=nr]", value) and not re.search(r"(?<!\\)(?:\\\\)*=", value), (
            f"{key.group(1)} is not escaped: {value}")
        assert key.group(1) not in extension, f"{key.group(1)} twice: {text}"
        extension[key.group(1)] = re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), value)
    return fields, extension


def parse_passivedns(line):
    """seconds.micros||client||server||class||query||type||answer||ttl||count"""
    fields = line.split("||")
    assert len(fields) == 9, line
    assert re.fullmatch(r"\d+\.\d{6}", fields[0]), line
    assert fields[4].endswith("."), line
    assert fields[7].isdigit() and fields[8].isdigit(), line
    return dict(zip(("time", "client", "server", "class", "query", "type", "answer", "ttl", "count"), fields))
