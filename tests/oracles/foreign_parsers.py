"""Runs in the environment of foreign.py: reads a JSON value a line, writes what the named parser makes of each."""
import json
import sys


def pycef(line):
    import pycef as parser
    return parser.parse(line)


def arcsight_dictionary(pairs):
    """Whether a strict dictionary of CEF takes every pair; the first that it does not is the error."""
    from cefevent import CEFEvent
    event = CEFEvent(strict=True)
    for key, value in pairs:
        # By its full name, because by the short one a 0 passes for "refused".
        event.set_field((event.get_field_metadata(key) or {}).get("full_name", key), value)
    return True


def rfc5424(line):
    from syslog_rfc5424_parser.parser import parse
    header, structured_data, message = parse(line)
    return {**header._asdict(), "structured_data": [[sd.sd_id, sd.sd_params] for sd in structured_data],
            "message": message}


def rfc3164(line):
    import syslogmp
    message = syslogmp.parse(line.encode("ascii"))
    return {"facility": message.facility.value, "severity": message.severity.value,
            "timestamp": message.timestamp.isoformat(), "hostname": message.hostname,
            "message": message.message.decode("ascii")}


def main():
    parser = {each.__name__: each for each in (pycef, arcsight_dictionary, rfc5424, rfc3164)}[sys.argv[1]]
    for line in sys.stdin:
        try:
            result = parser(json.loads(line))
        except Exception as error:  # whatever a parser throws is its verdict
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result))


main()
