"""Writes city.mmdb and asn.mmdb beside it: the smallest databases in MaxMind's format (version 2.0) that show what the
agent reads. The places are made up, the addresses are those that documentation may use."""
import ipaddress
import pathlib
import struct

CITIES = {
    "192.0.2.0/24": {"country": {"iso_code": "DE"}, "city": {"names": {"de": "Frankfurt am Main", "en": "Frankfurt"}}},
    "198.51.100.0/25": {"country": {"iso_code": "FR"}},
    "198.51.100.128/25": {"country": {"iso_code": "<script>"}, "city": {"names": {"en": "Saint-\u00c9tienne\n"}}},
    "2001:db8::/32": {"country": {"iso_code": "NL"}, "city": {"names": {"en": "Amsterdam"}}},
}
NUMBERS = {
    "192.0.2.0/24": {"autonomous_system_number": 64496, "autonomous_system_organization": "Example One"},
    "2001:db8::/33": {"autonomous_system_number": 4200000000, "autonomous_system_organization": "Example Two"},
}
UINT16, UINT32, UINT64 = 5, 6, 9


def encoded(value):
    """MaxMind DB: a control byte with type and size, then the value."""
    def control(kind, size):
        assert size < 285
        length, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
        return (bytes([length, kind - 7]) if kind > 7 else bytes([kind << 5 | length])) + more

    if isinstance(value, str):
        return control(2, len(value.encode())) + value.encode()
    if isinstance(value, dict):
        return control(7, len(value)) + b"".join(encoded(k) + encoded(v) for k, v in value.items())
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(map(encoded, value))
    kind, value = value if isinstance(value, tuple) else (UINT32, value)
    number = value.to_bytes(8, "big").lstrip(b"\0")
    return control(kind, len(number)) + number


def database(networks, kind):
    """A binary tree over 128 bits, IPv4 below ::/96; a record is a node, nothing, or a place in the data."""
    nodes, data = [[None, None]], b""
    for text, value in networks.items():
        network = ipaddress.ip_network(text)
        offset = 128 - network.max_prefixlen
        bits = format(int(network.network_address), f"0{network.max_prefixlen}b")[:network.prefixlen]
        path = [int(bit) for bit in "0" * offset + bits]
        at = 0
        for bit in path[:-1]:
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][path[-1]] = ("data", len(data))
        data += encoded(value)

    def record(value):
        if value is None:
            return len(nodes)
        return len(nodes) + 16 + value[1] if isinstance(value, tuple) else value

    tree = b"".join(struct.pack(">I", record(value)) for node in nodes for value in node)
    metadata = {"binary_format_major_version": (UINT16, 2), "binary_format_minor_version": (UINT16, 0),
                "build_epoch": (UINT64, 1795209600), "database_type": kind, "description": {"en": "for tests"},
                "ip_version": (UINT16, 6), "languages": ["de", "en"], "node_count": (UINT32, len(nodes)),
                "record_size": (UINT16, 32)}
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + encoded(metadata)


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    (here / "city.mmdb").write_bytes(database(CITIES, "GeoLite2-City"))
    (here / "asn.mmdb").write_bytes(database(NUMBERS, "GeoLite2-ASN"))
