"""Two receivers' ways of reading CEF, written anew from the rules that they follow.

`logstash` takes almost anything: a pair begins where white space is followed by what looks like a key with an equals sign,
whatever stands between. A producer that does not escape gives it forged fields. `filebeat` is a strict automaton: a lone
backslash or equals sign makes it drop the value and go on at the next key, which is counted here as an error."""
import re

_WORD = r"\w+(?:\.[^.=\s|\\\[\]]+)*(?:\[[0-9]+\])?"
_PAIR = re.compile(rf"({_WORD})=((?:\S|\s(?!\s*{_WORD}=))*)\s*", re.ASCII)


def logstash(line):
    """(header fields, [(key, value)])"""
    rest, header = line, []
    for _ in range(7):
        field = re.match(r"((?:\\\||\\\\|[^|])*?)\|", rest)
        if field is None:
            raise ValueError("a header field is missing")
        header.append(re.sub(r"\\([\\|])", r"\1", field[1]))
        rest = rest[field.end():]
    header[0] = header[0].rpartition(" ")[2].removeprefix("CEF:")
    pairs = [(key, re.sub(r"\\([\\=])", r"\1", value)) for key, value in _PAIR.findall(rest.strip())]
    return header, pairs


_KEY = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.,\[\]]*)=")
_VALUE_ESCAPES = {"=": "=", "\\": "\\", "n": "\n", "r": "\r"}


def _filebeat_header(line):
    version = re.match(r"CEF:([0-9]+)\|", line)
    if version is None:
        raise ValueError("no version")
    header, at = [version[1]], version.end()
    for _ in range(5):
        field = ""
        while line[at] != "|":
            if line[at] == "\\":
                at += 1
                if line[at] not in "|\\":
                    raise ValueError("no such escape in the header")
            field += line[at]
            at += 1
        header.append(field)
        at += 1
    severity = re.compile(r"([A-Za-z0-9-]*)\|").match(line, at)
    if severity is None:
        raise ValueError("a severity that is no word")
    return header + [severity[1]], severity.end()


def filebeat(line):
    """(header fields, [(key, value)]); ValueError for everything that is not as the grammar has it."""
    try:
        header, at = _filebeat_header(line)
    except IndexError:
        raise ValueError("the header breaks off") from None
    pairs = []
    while at < len(line):
        while at < len(line) and line[at] == " ":
            at += 1
        if at == len(line):
            break
        key = _KEY.match(line, at)
        if key is None:
            raise ValueError(f"no key with its = at {at}")
        value, at = _filebeat_value(line, key.end())
        pairs.append((key[1], value))
    return header, pairs


def _filebeat_value(line, at):
    """The value that begins at `at`, and where the space before the next key stands."""
    value, spaces = "", 0
    while at < len(line):
        c = line[at]
        if c == "=":
            raise ValueError(f"an = that is not escaped at {at}")
        if c == " ":
            if _KEY.match(line, at + 1):
                return value, at
            spaces += 1
        else:
            value, spaces = value + " " * spaces, 0
            if c == "\\":
                at += 1
                if line[at:at + 1] not in _VALUE_ESCAPES or at == len(line):
                    raise ValueError(f"a lone backslash at {at}")
                c = _VALUE_ESCAPES[line[at]]
            value += c
        at += 1
    return value, at
