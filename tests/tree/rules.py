"""The rules of the source tree, as functions from {path: text} to a list of faults. Which folder may include which, and
behind which door each library stands, is decided here and explained in README.md."""
import re

PRODUCT = ("proto", "encoders", "transports", "agent")
LONGEST_FILE = 400  # lines

# Folder → what it may include, by prefix. A room of agent/ that is not named may include everything.
MAY_INCLUDE = {
    "proto/": ("proto/",),
    "encoders/": ("proto/", "encoders/"),
    "transports/": ("proto/", "encoders/records.h", "transports/"),
    "agent/spool/": ("proto/", "agent/spool/"),
    "agent/inputs/": ("proto/", "transports/network/descriptor.h", "agent/spool/", "agent/inputs/"),
    "agent/stages/": ("proto/", "encoders/event_f", "encoders/bounds.h", "encoders/record_address.h", "encoders/make_encoder.h",
                      "agent/stages/"),
    "agent/letters/": ("proto/", "encoders/", "agent/stages/expression_time.h", "agent/spool/death_point.h", "agent/letters/"),
    "agent/batches/": ("proto/", "encoders/", "agent/config/config.h", "agent/log.h", "agent/spool/", "agent/stages/",
                       "agent/batches/"),
    "agent/routes/": ("proto/", "encoders/", "transports/", "agent/config/config.h", "agent/log.h", "agent/version.h",
                      "agent/spool/", "agent/letters/", "agent/batches/", "agent/routes/"),
    "agent/": ("proto/", "encoders/", "transports/", "agent/"),
}

# Library, as it is included → the files behind whose door it stands, by prefix. None of them may be a header, but for
# a room's own that says so in its name or is listed in full.
DOORS = {
    r"google/protobuf/|.*\.pb\.h": ("proto/",),
    r"fstrm(/|\.h)": ("proto/control_frame",),
    r"rapidjson/": ("encoders/", "transports/", "agent/admin/"),
    r"boost/": ("transports/network/", "transports/http/", "agent/inputs/", "agent/admin/"),
    r"openssl/": ("transports/tls/", "transports/fluent/digest", "agent/inputs/", "agent/stages/privacy",
                  "agent/commands/replay/capture_survey"),
    r"toml(\+\+|plusplus)": ("agent/config",),
    r"re2/": ("agent/stages/pattern",),
    r"libpsl\.h": ("agent/stages/registered_domains",),
    r"maxminddb\.h": ("agent/stages/places",),
    r"isa-l/": ("transports/compression",),
    r"(zlib|libdeflate)\.h": ("transports/compression", "agent/commands/decompressor"),
    r"zstd\.h": ("transports/compression", "agent/spool/packed_frames", "agent/commands/decompressor"),
    r"CLI/": ("agent/commands/",),
    r"prometheus/": ("agent/admin/metrics",),
    r"librdkafka/": ("transports/kafka/",),
    r"doctest": ("tests/",),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
MARKERS = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]


def is_product(path):
    return path.startswith(tuple(f"{folder}/" for folder in PRODUCT)) and path.endswith((".h", ".cpp"))


def includes(text):
    """(True for <…>, what is included), in order."""
    return [(bracket == "<", name) for bracket, name in INCLUDE.findall(text)]


def direction_faults(sources):
    """Includes that point the wrong way, or that are not relative to the root."""
    faults = []
    for path, text in sources.items():
        if not is_product(path):
            continue
        allowed = next(names for folder, names in MAY_INCLUDE.items() if path.startswith(folder))
        for angled, name in includes(text):
            if angled or name.endswith(".pb.h"):
                continue
            if not name.startswith(allowed):
                faults.append(f"{path} may not include {name}")
            elif name not in sources:
                faults.append(f"{path} includes {name}, which is not there")
    return faults


def door_faults(sources):
    """Libraries that are used outside of their door, or that stand in a header of ours."""
    faults = []
    for path, text in sources.items():
        if not is_product(path):
            continue
        for _, name in includes(text):
            door = next((doors for library, doors in DOORS.items() if re.match(library, name)), None)
            if door is None:
                continue
            if not path.startswith(door):
                faults.append(f"{path} may not include <{name}>: its door is {', '.join(door)}")
            elif path.endswith(".h"):
                faults.append(f"{path} is a header and includes <{name}>")
    return faults


def unnamed_namespaces_removed(text):
    """The text without what stands in unnamed namespaces, whose names are a file's own."""
    return re.sub(r"^namespace \{\n.*?^\}  // namespace$", "", text, flags=re.MULTILINE | re.DOTALL)


def name_faults(sources):
    """Two types of one name are one type to the linker: what it makes of that is undefined, and no compiler tells."""
    seen, faults = {}, []
    for path, text in sorted(sources.items()):
        if not is_product(path):
            continue
        for name in re.findall(r"^(?:class|struct) (\w+)(?: final)?\s*(?:\{|:(?!:))", unnamed_namespaces_removed(text), re.MULTILINE):
            if name in seen:
                faults.append(f"{path} and {seen[name]} both define {name}")
            seen[name] = path
    return faults


def length_faults(sources):
    return [f"{path} has {text.count(chr(10))} lines, more than {LONGEST_FILE}" for path, text in sources.items()
            if is_product(path) and text.count("\n") > LONGEST_FILE]


def marker_faults(sources):
    word = re.compile(rf"\b({'|'.join(MARKERS)})\b")
    return [f"{path}:{number}: {line.strip()}" for path, text in sources.items()
            for number, line in enumerate(text.splitlines(), 1) if word.search(line)]


def header_faults(sources):
    """A header begins with what it is for, and is included once."""
    faults = []
    for path, text in sources.items():
        if not is_product(path) or not path.endswith(".h"):
            continue
        if not text.startswith("// "):
            faults.append(f"{path} does not begin by saying what it is")
        if "#pragma once" not in text:
            faults.append(f"{path} has no #pragma once")
        if re.search(r"^\s*using namespace", text, re.MULTILINE):
            faults.append(f"{path} puts a namespace into every file that includes it")
    return faults


def cmake_faults(sources):
    return [f"{path} collects its sources by a pattern" for path, text in sources.items()
            if path.endswith(("CMakeLists.txt", ".cmake")) and re.search(r"file\s*\(\s*GLOB", text)]


def documented_keys(text):
    """The keys that a commented TOML file shows, whether they are switched on or stand behind a #: 'spool.max_bytes',
    'destinations.NAME.batch.linger'. The tables of inputs, destinations and match lists have names of the user's
    choice."""
    keys, table = set(), ""
    for line in text.splitlines():
        line = re.sub(r"^\s*#\s?", "", line)
        header = re.match(r"\[([\w.\"*-]+)\]\s*(#.*)?$", line)
        if header:
            table = re.sub(r"^(inputs|destinations)\.[^.]+", r"\1.NAME", header.group(1))
            table = re.sub(r"\.match_lists\.[^.]+", ".match_lists.NAME", table)
            keys.add(table)
            continue
        key = re.match(r"([a-z][a-z0-9_]*)\s*=\s*(.+)", line)
        if not key or not table:
            continue
        name = f"{table}.{key.group(1)}"
        inner = re.match(r"\{(.*)\}", key.group(2))
        keys.add(name)
        if inner:
            names = re.findall(r"(?:^|,)\s*([a-z][a-z0-9_]*)\s*=", inner.group(1))
            keys.update(f"{name}.{n}" for n in names)
    return keys


def key_faults(known, documented):
    """Keys that the program knows and the file does not show, and the other way round. A table is shown by its keys;
    the keys of one that the user fills (labels) are the user's."""
    def tables(keys):
        return {key for key in keys if any(other.startswith(f"{key}.") for other in keys)}

    filled = known - tables(known)
    faults = [f"{key} is known to the program and not documented" for key in sorted(filled - documented)]
    for key in sorted(documented - known):
        if key.rpartition(".")[0] not in filled and not key.endswith(".NAME"):
            faults.append(f"{key} is documented and not known to the program")
    return faults
