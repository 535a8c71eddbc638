"""The manual knows every command, option, format and key that the program knows."""
import os
import re
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("TAPFERRY", SOURCE / "build/release/tapferry"))
STAGES = ("filter", "transactions", "privacy", "match_lists", "geoip", "labels")


def page(name):
    """A page's words, without roff's marks."""
    text = (SOURCE / "packaging/man" / name).read_text(encoding="utf-8")
    return re.sub(r"\\f.", "", text).replace("\\-", "-").replace("\\(dq", '"')


def output(*arguments):
    return subprocess.run([PROGRAM, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def help_of(command=None):
    return output(*(command.split() if command else []), "--help")


def commands(above=None):
    """Every command; behind one that has commands of its own, those: "spool", "spool list"."""
    listed = help_of(above).partition("Subcommands:")[2].split("\n\n")[0]
    found = []
    for name in re.findall(r"^  ([a-z-]+) ", listed, flags=re.M):
        command = f"{above} {name}" if above else name
        found += [command, *commands(command)]
    return found


def formats():
    return re.search(r"Formats: ((?:[a-z ]|\n)+)", help_of("decode")).group(1).split()


def keys():
    return output("check", "--list-keys").split()


def examples():
    """The configurations that pages show, and those that are whole files: (where, text)."""
    for file in sorted((SOURCE / "packaging/man").iterdir()):
        text = file.read_text(encoding="utf-8").replace("\\-", "-").replace("\\(dq", '"')
        for number, block in enumerate(re.findall(r"^\.EX\n(.*?)^\.EE", text, flags=re.M | re.S), 1):
            if re.search(r"^\[(inputs|destinations)\.", block, flags=re.M):
                yield pytest.param(block, id=f"{file.name}-{number}")
    for file in sorted((SOURCE / "conf/examples").glob("*.toml")):
        yield pytest.param(file.read_text(encoding="utf-8"), id=file.name)


def words(text):
    return set(re.findall(r"[A-Za-z0-9_-]+", text))


def test_every_command_and_every_option_is_in_the_manual():
    known = page("tapferry.1")
    assert len(commands()) > 5
    for command in commands():
        assert re.search(rf'^\.SS "?{command}\b', known, flags=re.M), command
        for option in re.findall(r"--[a-z-]+", help_of(command).split("Without a configuration")[0]):
            assert option in known, f"{command} {option}"


@pytest.mark.parametrize("name", ["tapferry.1", "tapferry-formats.7", "tapferry-filter.7", "tapferry-file.7",
                                  "tapferry-dnstap.7", "tapferry-elasticsearch.7", "tapferry-fluent.7", "tapferry-http.7",
                                  "tapferry-kafka.7", "tapferry-relp.7", "tapferry-splunk-hec.7",
                                  "tapferry-syslog.7", "tapferry-tcp.7"])
def test_the_manual_names_no_option_that_is_not_there(name):
    helped = "".join(help_of(command) for command in [None, *commands()])
    ours = re.sub(r"^kafka-(?:.*\\\n)*.*", "", page(name), flags=re.M)
    for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours)):
        assert option in helped, option


def test_every_format_has_its_section_and_every_key_of_it():
    known = page("tapferry-formats.7")
    sections = set()
    for title in re.findall(r'^\.SS "?([^"\n]+)', known, flags=re.M):
        sections.update(title.replace(",", " ").split())
    assert len(formats()) > 10
    assert set(formats()) <= sections
    for key in keys():
        parts = key.split(".")
        if len(parts) == 4 and parts[0] == "destinations" and parts[2] in formats():
            assert parts[3] in words(known), key


def test_every_field_that_an_expression_may_ask_for_is_in_the_manual():
    known = page("tapferry-filter.7").split(".SS Fields")[1].split(".SH ")[0]
    listed = help_of("decode").split("Fields for --where, tapferry-filter(7): ")[1].split("\n\n")[0]
    fields = re.findall(r"[A-Za-z_.]+", listed.split("Formats:")[0])
    assert len(fields) > 80 and fields[-1] == "labels.NAME"
    for field in fields:
        assert field in re.findall(r"[A-Za-z_.]+", known), field


def test_every_key_of_the_stages_is_in_the_manual():
    known = words(page("tapferry-filter.7"))
    seen = 0
    for key in keys():
        parts = key.split(".")
        if len(parts) > 3 and parts[0] == "destinations" and parts[2] in STAGES:
            seen += 1
            assert parts[-1].removeprefix("not_") in known, key
    assert seen > 20


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate and its key, for whichever files of that sort an example names."""
    folder = tmp_path_factory.mktemp("certificate")
    files = folder / "some.crt", folder / "some.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=example", "-days", "30",
                    "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


@pytest.mark.parametrize("example", examples())
def test_every_example_is_a_sound_configuration(example, tmp_path, certificate):
    files = {"privacy.key": bytes(32), "kafka.password": b"secret", "malware-domains.txt": b"bad.example\n",
             "secret": b"s\n"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o640)
    places = SOURCE / "tests/data/places"
    for shown, there in {"/etc/tapferry/privacy.key": tmp_path / "privacy.key",
                         "/etc/tapferry/kafka.password": tmp_path / "kafka.password",
                         "/etc/tapferry/malware-domains.txt": tmp_path / "malware-domains.txt",
                         "/var/lib/GeoIP/GeoLite2-City.mmdb": places / "city.mmdb",
                         "/var/lib/GeoIP/GeoLite2-ASN.mmdb": places / "asn.mmdb"}.items():
        example = example.replace(shown, str(there))
    example = re.sub(r"/etc/tapferry/[a-z0-9-]+\.(token|password|apikey|secret)", str(tmp_path / "secret"), example)
    # Whether named's user is there is for the host that has a named.
    example = example.replace('owner = "bind"', f'owner = "{os.getuid()}"')
    example = re.sub(r"/etc/tapferry/[a-z0-9-]+\.crt", str(certificate[0]), example)
    example = re.sub(r"/etc/tapferry/[a-z0-9-]+\.key", str(certificate[1]), example)
    head = "" if "[inputs." in example else '[inputs.bind]\ntype = "unix"\npath = "/run/tapferry/bind.sock"\n'
    for name in dict.fromkeys(re.findall(r"^\[destinations\.([a-z_]+)[.\]]", example, flags=re.M)):
        if f"[destinations.{name}]" not in example:
            head += f'[destinations.{name}]\ntype = "stdout"\nformat = "cef"\n'
    (tmp_path / "tapferry.toml").write_text(head + example, encoding="utf-8")
    (tmp_path / "tapferry.toml").chmod(0o600)
    checked = subprocess.run([PROGRAM, "check", tmp_path / "tapferry.toml"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    assert checked.returncode == 0, checked.stdout


def test_the_manual_has_examples_of_every_stage():
    shown = "".join(example.values[0] for example in examples())
    for stage in STAGES:
        assert re.search(rf"^\[destinations\.[a-z]+\.{stage}", shown, flags=re.M), stage
