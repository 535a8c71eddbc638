"""Certificates that are wrong, at each destination type that speaks TLS: a matter for a person, told once, that costs nothing
and ends by itself when the receiver has a better one. What syslog says of each of them stands in receivers/test_tls.py."""
import ssl

import pytest

from lab.siege import NAME, Elastic, Fluent, Hec, SecureRelp, SecureSyslog, Siege, Web
from lab.syslog import trust

pytestmark = pytest.mark.slow

WORDS = {"expired": "its certificate expired on 20", "not-yet": "its certificate is not valid before 20",
         "wrong-name": 'its certificate is for "other.test", not for "localhost"',
         "untrusted": 'its certificate is issued by "Other CA", which is not in ', "self-signed": "its certificate is self-signed"}
WEB = {"http": Web, "hec": Hec, "elasticsearch": Elastic}


def context(certificates, name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificates / f"{name}.crt", certificates / f"{name}.key")
    return made


def scripted(world, certificates, way, name):
    """A receiver of our own that shows this certificate."""
    if way == "fluent":
        return Fluent(world, context(certificates, name), f"[destinations.{NAME}.tls]\n{trust(certificates)}")
    return WEB[way](world, context(certificates, name), f'tls = {{ ca = "{certificates / "ca.crt"}" }}')


@pytest.mark.parametrize("way, bad", [
    ("http", "expired"), ("http", "not-yet"), ("http", "wrong-name"), ("http", "untrusted"), ("http", "self-signed"),
    ("hec", "untrusted"), ("elasticsearch", "expired"), ("fluent", "expired"), ("fluent", "wrong-name")])
def test_a_bad_certificate_waits_for_a_better_one(world, certificates, way, bad):
    siege = Siege(world, scripted(world, certificates, way, bad), before=0)
    siege.lasts(words=WORDS[bad], person=True, tries=3)
    siege.way.receiver.context = context(certificates, "server")
    siege.over()


@pytest.mark.parametrize("made, bad", [(SecureRelp, "expired"), (SecureSyslog, "wrong-name")])
def test_a_bad_certificate_of_a_real_receiver_waits_for_a_better_one(world, certificates, made, bad):
    siege = Siege(world, made(world, certificates, bad), before=0)
    siege.lasts(words=WORDS[bad], person=True, tries=3)
    siege.way.rsyslog.kill()
    siege.way.rsyslog.give("server")
    siege.way.rsyslog.start()
    # Between the two nobody listens, which is another state, if it is met.
    siege.over(told=None)
    assert siege.told()[-1].startswith("delivering again after ") and len(siege.told()) <= 3


@pytest.mark.parametrize("way", ["http", "fluent"])
def test_a_certificate_that_is_renewed_with_a_bad_one_is_noticed_at_the_next_connection(world, certificates, way):
    siege = Siege(world, scripted(world, certificates, way, "server"))
    siege.way.receiver.context = context(certificates, "expired")
    siege.proxy.drop_all()
    # That a connection was lost while nothing was under way is nobody's matter.
    siege.lasts(words=WORDS["expired"], person=True, tries=3)
    siege.way.receiver.context = context(certificates, "server")
    siege.over()
