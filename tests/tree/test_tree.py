"""Reads the source tree and holds it to its own rules (rules.py). Each rule is also shown a tree that breaks it."""
import os
import subprocess
from pathlib import Path

import pytest

import rules

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("TAPFERRY", SOURCE / "build/release/tapferry"))
LEFT_OUT = {".git", "build", "__pycache__", "data", "golden", ".pytest_cache"}


@pytest.fixture(scope="module")
def sources():
    """Every text file of the tree but test data, by its path from the root."""
    found = {}
    for folder, folders, names in os.walk(SOURCE):
        folders[:] = [f for f in folders if f not in LEFT_OUT]
        for name in names:
            path = Path(folder, name)
            try:
                found[str(path.relative_to(SOURCE))] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    assert len([path for path in found if rules.is_product(path)]) > 20, "this is not the tree"
    return found


RULES = [rules.direction_faults, rules.door_faults, rules.name_faults, rules.length_faults, rules.marker_faults,
         rules.header_faults, rules.cmake_faults]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.removesuffix("_faults"))
def test_the_tree_keeps_the_rule(sources, rule):
    faults = rule(sources)
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("rule, path, text", [
    (rules.direction_faults, "proto/a.cpp", '#include "encoders/records.h"\n'),
    (rules.direction_faults, "encoders/a.h", '#include "transports/transport.h"\n'),
    (rules.direction_faults, "transports/a.cpp", '#include "encoders/encoder.h"\n'),
    (rules.direction_faults, "agent/spool/a.cpp", '  # include "agent/routes/route.h"\n'),
    (rules.direction_faults, "proto/a.cpp", '#include "event.h"\n'),
    (rules.door_faults, "agent/routes/route.cpp", "#include <boost/asio.hpp>\n"),
    (rules.door_faults, "agent/config/a.h", "#include <toml++/toml.h>\n"),
    (rules.door_faults, "encoders/a.cpp", '#include "proto/dnstap.pb.h"\n'),
    (rules.length_faults, "agent/a.cpp", "\n" * 401),
    (rules.marker_faults, "README.md", f"// {rules.MARKERS[0]}: later\n"),
    (rules.header_faults, "proto/a.h", "#pragma once\n"),
    (rules.cmake_faults, "proto/CMakeLists.txt", "file(GLOB sources *.cpp)\n"),
], ids=lambda value: getattr(value, "__name__", value) if value is not None and "\n" not in str(value) else "")
def test_a_tree_that_breaks_the_rule_is_found_out(rule, path, text):
    assert len(rule({path: text})) == 1


def test_two_types_of_one_name_are_found_out():
    here, there = "class Lines final : public Base {\n};\n", "namespace {\nstruct Lines {\n};\n}  // namespace\n"
    assert len(rules.name_faults({"proto/a.h": here, "agent/b.h": here})) == 1
    assert not rules.name_faults({"proto/a.h": here, "agent/b.cpp": there, "agent/c.cpp": there})


def known_keys():
    """The keys that the program accepts, as it says itself."""
    asked = subprocess.run([PROGRAM, "check", "--list-keys"], capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr
    return set(asked.stdout.split())


def test_every_key_is_documented_and_every_documented_key_is_known():
    text = (SOURCE / "conf/tapferry.toml").read_text(encoding="utf-8")
    faults = rules.key_faults(known_keys(), rules.documented_keys(text))
    assert not faults, "\n" + "\n".join(faults)


def test_a_key_that_is_missing_on_either_side_is_found_out():
    known = {"a.b", "a.c", "a", "destinations.NAME.labels"}
    assert not rules.key_faults(known, {"a", "a.b", "a.c", "destinations.NAME.labels", "destinations.NAME.labels.site"})
    assert len(rules.key_faults(known, {"a.b", "destinations.NAME.labels"})) == 1
    assert len(rules.key_faults(known, {"a.b", "a.c", "a.d", "destinations.NAME.labels"})) == 1


def test_documented_keys_are_read_from_comments_too():
    text = '''
# Words = are not a key, and this is prose.
[agent]
# state_directory = "/var/lib/tapferry"   # where
#[destinations.siem]
# batch = { max_events = 1, linger = "1s" }
# [destinations.siem.filter]
# messages = ["all"]
'''
    assert rules.documented_keys(text) == {
        "agent", "agent.state_directory", "destinations.NAME", "destinations.NAME.batch",
        "destinations.NAME.batch.max_events", "destinations.NAME.batch.linger", "destinations.NAME.filter",
        "destinations.NAME.filter.messages"}


def test_every_package_list_holds_packages_with_a_reason():
    for name in ("packaging/build-requirements", "packaging/demo/requirements", "tests/requirements",
                 "tests/bench/requirements"):
        for line in (SOURCE / name).read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                package, _, reason = line.partition("#")
                assert package.strip() and " " not in package.strip() and reason.strip(), f"{name}: {line}"
