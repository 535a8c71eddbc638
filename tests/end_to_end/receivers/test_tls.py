"""Certificates that are wrong, on either side, at real receivers: the reason is named, nothing is lost or refused, and
delivery goes on by itself when they are renewed."""
import base64
import hashlib
import ssl
import subprocess

import pytest

from lab.agent import command
from lab.listener import Greeter, Listener
from lab.process import wait_until
from lab.syslog import CASES, of_app, send, started, syslog, tls
from lab.syslog_receivers import Rsyslog, RsyslogRelp, SyslogNg


SERVERS = {
    "expired": "its certificate expired on 20",
    "not-yet": "its certificate is not valid before 20",
    "wrong-name": 'its certificate is for "other.test", not for "localhost"',
    "no-san": "its certificate holds no alternative names",
    "untrusted": 'its certificate is issued by "Other CA", which is not in ',
    "leaf-only": 'its certificate is issued by "Test intermediate", which is not in ',
    "self-signed": "its certificate is self-signed, and is not in ",
}


@pytest.mark.parametrize("bad, words", SERVERS.items(), ids=SERVERS)
def test_a_servers_bad_certificate_is_named_and_a_renewed_one_ends_the_trouble(world, certificates, bad, words):
    rsyslog = started(world, Rsyslog(world.folder / "rsyslog", certificates, server=bad))
    agent = world.agent(tls("siem", rsyslog.ports["ossl"], certificates)).start()
    send(world, agent)
    assert words in agent.trouble()
    assert agent.http("/readyz")[0] == 503
    assert agent.destination("siem")["dead_lettered"] == 0
    lines = [line for line in agent.said().splitlines() if words in line]
    assert len(lines) == 1, "one line in the log a change"
    rsyslog.kill()
    rsyslog.give("server")
    started(world, rsyslog)
    agent.wait_settled()
    wait_until(lambda: len(of_app(rsyslog, "ossl", "siem")) == len(CASES), "every event came")
    wait_until(lambda: agent.http("/readyz")[0] == 200, "ready again")


CLIENTS = {"none": "it asks for a client certificate, and none is configured",
           "client-untrusted": "it does not accept our client certificate",
           "client-expired": "it does not accept our client certificate"}


@pytest.mark.parametrize("kind, source", [(Rsyslog, "ossl-mutual"), (Rsyslog, "gtls-mutual"), (SyslogNg, "mutual")],
                         ids=["rsyslog-openssl", "rsyslog-gnutls", "syslog-ng"])
def test_a_refused_client_certificate_is_named_and_a_renewed_one_is_taken_without_a_restart(world, certificates, kind, source):
    receiver = started(world, kind(world.folder / "receiver", certificates))
    mine, destinations = {}, []
    for number, bad in enumerate(CLIENTS):
        name = f"siem{number}"
        certificate, key = world.folder / f"{name}.crt", world.folder / f"{name}.key"
        more = ""
        if bad != "none":
            certificates.give(bad, certificate, key)
            mine[name] = (certificate, key)
            more = f'certificate = "{certificate}"\nkey = "{key}"'
        destinations.append(tls(name, receiver.ports[source], certificates, more=more))
    agent = world.agent(*destinations).start()
    send(world, agent)
    for number, words in enumerate(CLIENTS.values()):
        assert words in agent.trouble(f"siem{number}")
    for certificate, key in mine.values():
        certificates.give("client", certificate, key)
    agent.wait_settled(*mine)
    for name in mine:
        wait_until(lambda: len(of_app(receiver, source, name)) == len(CASES), "every event came")
    assert len(of_app(receiver, source, "siem0")) == 0


def test_plain_text_where_tls_is_expected_is_recognised(world, certificates):
    """syslog-ng and rsyslog say nothing on a plain port, so a greeting stands for those that do."""
    greeter = Greeter()
    world.at_the_end(greeter.stop)
    agent = world.agent(tls("siem", greeter.port, certificates)).start()
    send(world, agent)
    assert 'it does not speak TLS: it sends "220 mail.test ESMTP' in agent.trouble()


@pytest.mark.parametrize("kind, source", [(Rsyslog, "ossl"), (Rsyslog, "gtls"), (RsyslogRelp, "relptls"), (SyslogNg, "tls")],
                         ids=["rsyslog-openssl", "rsyslog-gnutls", "rsyslog-relp", "syslog-ng"])
def test_tls_where_plain_text_is_configured_is_recognised(world, certificates, kind, source):
    receiver = started(world, kind(world.folder / "receiver", certificates))
    agent = world.agent(syslog("siem", f"127.0.0.1:{receiver.ports[source]}",
                               kind="relp" if source == "relptls" else "syslog")).start()
    send(world, agent)
    words = wait_until(lambda: agent.destination("siem")["words"], "it says why")
    assert words.endswith(("(does that port speak TLS?)", "(that is TLS, and none is configured)")), words
    assert agent.destination("siem")["dead_lettered"] == 0


def test_an_older_version_of_tls_is_refused_by_choice(world, certificates):
    """Against a server that speaks TLS 1.2 alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificates / "server.crt", certificates / "server.key")
    server = Listener(lambda session: session.recv(1), lambda: context)
    world.at_the_end(server.stop)
    agent = world.agent(tls("siem", server.port, certificates, more='min_version = "1.3"')).start()
    send(world, agent)
    assert "it speaks no version of TLS that is allowed here, TLS 1.3 or newer" in agent.trouble()


def test_certificates_that_end_soon_are_told_while_events_flow(world, certificates):
    rsyslog = started(world, Rsyslog(world.folder / "rsyslog", certificates, server="soon"))
    agent = world.agent(tls("siem", rsyslog.ports["ossl"], certificates, "soon")).start()
    send(world, agent)
    agent.wait_settled()
    port = rsyslog.ports["ossl"]
    wait_until(lambda: f"the certificate of localhost:{port} expires in 5 days" in agent.said(), "the server's is told")
    wait_until(lambda: f"our certificate in {certificates / 'soon.crt'} expires in 5 days" in agent.said(), "ours is told")
    assert agent.said().count(" expires in ") == 2


def test_a_pin_holds_a_server_to_its_key(world, certificates):
    rsyslog = started(world, Rsyslog(world.folder / "rsyslog", certificates))
    public = subprocess.run(["openssl", "pkey", "-in", certificates / "server.key", "-pubout", "-outform", "DER"],
                            check=True, capture_output=True).stdout
    pin = "sha256//" + base64.b64encode(hashlib.sha256(public).digest()).decode()
    other = "sha256//" + base64.b64encode(bytes(32)).decode()
    port = rsyslog.ports["ossl"]
    agent = world.agent(tls("right", port, certificates, more=f'pin = "{pin}"'),
                        tls("either", port, certificates, more=f'pin = ["{other}", "{pin}"]'),
                        tls("wrong", port, certificates, more=f'pin = "{other}"')).start()
    send(world, agent)
    assert "the key of its certificate is not the one that \"pin\" names" in agent.trouble("wrong")
    agent.wait_settled("right", "either")
    assert len(of_app(rsyslog, "ossl", "right")) == len(of_app(rsyslog, "ossl", "either")) == len(CASES)
    assert not of_app(rsyslog, "ossl", "wrong")


def test_verification_is_switched_off_by_two_keys_and_said_at_the_start(world, certificates):
    rsyslog = started(world, Rsyslog(world.folder / "rsyslog", certificates, server="self-signed"))
    agent = world.agent(syslog("siem", f"127.0.0.1:{rsyslog.ports['ossl']}", 'transport = "tls"',
                               "verify = false\ninsecure = true")).start()
    assert "the receiver's certificate is not verified: anybody may pose as it" in agent.said()
    send(world, agent)
    agent.wait_settled()
    wait_until(lambda: len(of_app(rsyslog, "ossl", "siem")) == len(CASES), "every event came")


def test_check_tells_every_fault_of_the_files(world, certificates):
    agent = world.agent(
        tls("one", 6514, certificates, more=f'certificate = "{certificates / "client.crt"}"\nkey = "{certificates / "server.key"}"'),
        tls("two", 6514, certificates, more=f'certificate = "{certificates / "client.crt"}"\nkey = "{certificates / "encrypted.key"}"'),
        tls("three", 6514, certificates, more='certificate = "/no/such.crt"'),
        tls("four", 6514, certificates, "client-expired"))
    checked = command("check", agent.configuration)
    assert checked.returncode == 2
    for words in ("destinations.one.tls.key", "holds a key that does not fit the certificate in",
                  "destinations.two.tls.key", "is protected by a password",
                  "destinations.three.tls.certificate", "/no/such.crt cannot be read: No such file or directory"):
        assert words in checked.stderr + checked.stdout
    lone = world.agent(tls("four", 6514, certificates, "client-expired"), name="lone")
    checked = command("check", lone.configuration)
    assert checked.returncode == 0
    assert "client-expired.crt expired on 20" in checked.stderr
