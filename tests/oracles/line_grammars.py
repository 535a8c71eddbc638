"""LEEF 2.0 and the two syslog headers, read by their definitions."""
import re


def leef(line):
    """(header fields, [(key, value)]) by IBM's rules, with TAB as delimiter; ValueError for what breaks them."""
    parts = line.split("|", 6)
    if len(parts) != 7 or parts[0] != "LEEF:2.0" or parts[5] != "x09":
        raise ValueError("not the header of LEEF 2.0 with TAB")
    if not 1 <= len(parts[4]) <= 255:
        raise ValueError("an event id of the wrong length")
    pairs = []
    for pair in parts[6].split("\t"):
        key, equals, value = pair.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z0-9_]+", key) or not value:
            raise ValueError(f"no pair: {pair!r}")
        pairs.append((key, value))
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("a key twice")
    return parts[:6], pairs


_SD_NAME = r"[!#-<>-\\^-~]{1,32}"  # printable but = ] and the quote
_SD_PARAM = re.compile(rf' ({_SD_NAME})="((?:[^"\\\]]|\\.)*)"')
_RFC5424 = re.compile(
    r"<(0|[1-9][0-9]{0,2})>([1-9][0-9]{0,2}) "
    r"(-|[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{1,6})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])) "
    r"([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) ")


def rfc5424(text):
    """The fields of a message by the ABNF of RFC 5424, section 6; ValueError for what it does not derive."""
    header = _RFC5424.match(text)
    if header is None or int(header[1]) > 191:
        raise ValueError(f"no header of RFC 5424: {text[:120]!r}")
    elements, at = [], header.end()
    if text.startswith("-", at):
        at += 1
    else:
        while text.startswith("[", at):
            name = re.compile(_SD_NAME).match(text, at + 1)
            if name is None:
                raise ValueError("no SD-NAME")
            at, parameters = name.end(), []
            while parameter := _SD_PARAM.match(text, at):
                parameters.append((parameter[1], re.sub(r'\\(["\\\]])', r"\1", parameter[2])))
                at = parameter.end()
            if not text.startswith("]", at):
                raise ValueError("structured data that does not end")
            elements.append((name[0], parameters))
            at += 1
        if not elements:
            raise ValueError("no structured data")
    if at < len(text) and text[at] != " ":
        raise ValueError("no space before the message")
    return {"pri": int(header[1]), "version": int(header[2]), "timestamp": header[3], "hostname": header[4],
            "appname": header[5], "procid": header[6], "msgid": header[7], "structured_data": elements,
            "message": text[at + 1:]}


_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_RFC3164 = re.compile(
    rf"<(0|[1-9][0-9]{{0,2}})>((?:{_MONTHS}) (?: [1-9]|[12][0-9]|3[01]) (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z) "
    r"([A-Za-z0-9._-]+) ([A-Za-z0-9]{1,32}): ")


def rfc3164(text):
    """The fields of a message by RFC 3164, section 4.1, its time also as RFC 3339 has it."""
    header = _RFC3164.match(text)
    if header is None or int(header[1]) > 191:
        raise ValueError(f"no header of RFC 3164: {text[:120]!r}")
    return {"pri": int(header[1]), "timestamp": header[2], "hostname": header[3], "tag": header[4],
            "message": text[header.end():]}


def octet_counted(stream):
    """The messages of a stream of "LENGTH SP MESSAGE" (RFC 6587, section 3.4.1)."""
    messages = []
    while stream:
        length, space, rest = stream.partition(b" ")
        if not space or not re.fullmatch(rb"[1-9][0-9]*", length):
            raise ValueError(f"no length: {stream[:40]!r}")
        if len(rest) < int(length):
            raise ValueError("a message that breaks off")
        messages.append(rest[:int(length)])
        stream = rest[int(length):]
    return messages
