"""Real syslog receivers on loopback, rsyslog and syslog-ng, each with an input for every way in. What they understood of a
message is one JSON object a line; the fields have the same names with both."""
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .cache import CACHE
from .process import Process, accepts, free_port
from .rsyslog import TEMPLATE, rsyslogd


class Receiver:
    """What both have in common: a port for each input, and a file of what came in by it."""
    inputs = ()

    def __init__(self, folder, certificates):
        self.folder = Path(folder)
        self.out = self.folder / "out"
        self.out.mkdir(parents=True, exist_ok=True)
        self.certificates = certificates
        self.ports = {name: free_port() for name in self.inputs}
        self.socket = self.folder / "log.sock"
        self.process = None

    def address(self, name):
        return f"127.0.0.1:{self.ports[name]}"

    def lines(self, name):
        path = self.out / f"{name}.jsonl"
        return path.read_text(errors="replace").split("\n")[:-1] if path.exists() else []

    def messages(self, name):
        return [json.loads(line) for line in self.lines(name)]

    def listens(self):
        return self.socket.exists() and all(accepts(port) for name, port in self.ports.items() if "udp" not in name)

    def kill(self):
        return self.process.kill()

    def stop(self):
        return self.process.end()


class Rsyslog(Receiver):
    """`server`: the pair NAME.crt, NAME.key of this folder that it shows; `give` puts another one in its place. It takes
    over UDP, TCP (octet counting and lines on one connection), TLS by GnuTLS and by OpenSSL, the same with client
    certificates required, and a unix socket as /dev/log is one."""
    inputs = ("udp", "tcp", "gtls", "ossl", "gtls-mutual", "ossl-mutual")

    def __init__(self, folder, certificates, server="server"):
        super().__init__(folder, certificates)
        self.certificate, self.key = self.folder / "mine.crt", self.folder / "mine.key"
        certificates.give(server, self.certificate, self.key)

    def give(self, name):
        self.certificates.give(name, self.certificate, self.key)

    def saving(self, modules):
        """What every such rsyslog has but its inputs from the network."""
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        return f"""global(workDirectory="{work}" maxMessageSize="64k" net.enableDNS="off"
       defaultNetstreamDriverCAFile="{self.certificates / 'ca.crt'}"
       defaultNetstreamDriverCertFile="{self.certificate}" defaultNetstreamDriverKeyFile="{self.key}")
main_queue(queue.type="Direct")
module(load="imuxsock" sysSock.use="off") {modules}
{TEMPLATE}
template(name="file" type="string" string="{self.out}/%inputname%.jsonl")
ruleset(name="save") {{
    action(type="omfile" dynaFile="file" template="fields" asyncWriting="off" flushOnTXEnd="on")
}}
$DefaultRuleset save
input(type="imuxsock" socket="{self.socket}" usePIDFromSystem="off")
"""

    def configuration(self):
        def tcp(name, driver="", mode=""):
            tls = f' streamDriver.name="{driver}" streamDriver.mode="1" streamDriver.authMode="{mode}"' if driver else ""
            return f'input(type="imtcp" address="127.0.0.1" port="{self.ports[name]}" name="{name}"{tls})'
        return self.saving('module(load="imudp") module(load="imtcp")') + f"""
input(type="imudp" address="127.0.0.1" port="{self.ports['udp']}" name="udp")
{tcp("tcp")}
{tcp("gtls", "gtls", "anon")}
{tcp("ossl", "ossl", "anon")}
{tcp("gtls-mutual", "gtls", "x509/certvalid")}
{tcp("ossl-mutual", "ossl", "x509/certvalid")}
"""

    def start(self):
        self.socket.unlink(missing_ok=True)
        self.process = rsyslogd(self.folder, self.configuration())
        self.process.wait_ready(self.listens, "does not listen")
        return self

    def lines(self, name):
        return super().lines("imuxsock" if name == "local" else name)


class RsyslogRelp(Rsyslog):
    """An rsyslog whose inputs are RELP's: plain, over TLS, and over TLS with a client certificate whose name it knows. It
    answers a message when that is written."""
    inputs = ("relp", "relptls", "relpmutual")

    def configuration(self):
        ca = self.certificates / "ca.crt"
        tls = f' tls="on" tls.caCert="{ca}" tls.myCert="{self.certificate}" tls.myPrivKey="{self.key}"'
        known = ' tls.authMode="name" tls.permittedPeer=["tapferry-client"]'
        def relp(name, more=""):
            return (f'input(type="imrelp" address="127.0.0.1" port="{self.ports[name]}" name="{name}" maxDataSize="64k"{more})')
        return self.saving('module(load="imrelp" tls.tlslib="openssl")') + f"""
{relp("relp")}
{relp("relptls", tls)}
{relp("relpmutual", tls + known)}
"""


class SyslogNg(Receiver):
    """Debian's packages of syslog-ng and rsyslog exclude each other, so this one is unpacked and not installed. It takes
    RFC 5424 over UDP, TCP and TLS with octet counting, and lines with the older header."""
    inputs = ("udp", "tcp", "lines", "tls", "mutual")
    PACKAGES = ("syslog-ng-core", "libivykis0", "libnet1", "libpcre3", "libjson-c5", "libwrap0", "libcap2")

    @staticmethod
    def unpacked():
        """The folder of the program, fetched once; a test is skipped when it cannot be."""
        root = CACHE / "syslog-ng"
        if (root / "usr/sbin/syslog-ng").exists():
            return root
        fresh = CACHE / f"syslog-ng.{os.getpid()}"
        try:
            (fresh / "packages").mkdir(parents=True)
            subprocess.run(["apt-get", "-q", "download", *SyslogNg.PACKAGES], cwd=fresh / "packages", check=True,
                           capture_output=True, text=True)
            for package in (fresh / "packages").glob("*.deb"):
                subprocess.run(["dpkg", "-x", package, fresh], check=True)
            # Libraries come from two places that are one on an installed system.
            shutil.copytree(fresh / "lib", fresh / "usr/lib", symlinks=True, dirs_exist_ok=True)
            if not root.exists():
                fresh.rename(root)
        except (subprocess.CalledProcessError, OSError) as error:
            pytest.skip(f"syslog-ng cannot be fetched: {getattr(error, 'stderr', None) or error}")
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return root

    def configuration(self):
        names = {"pri": "int64($PRI)", "timestamp": "$ISODATE", "hostname": "$HOST", "app": "$PROGRAM", "procid": "$PID",
                 "msgid": "$MSGID", "sd": "$SDATA", "msg": "$MESSAGE"}
        template = "$(format-json --leave-initial-dot " + " ".join(f"{k}={v}" for k, v in names.items()) + ")\\n"
        key, certificate = self.certificates / "server.key", self.certificates / "server.crt"
        def tls(verify):
            return (f'tls(key-file("{key}") cert-file("{certificate}") ca-file("{self.certificates / "ca.crt"}") '
                    f'peer-verify({verify}))')
        def source(name, driver, more):
            return (f'log {{ source {{ {driver}(ip(127.0.0.1) port({self.ports[name]}) {more}); }}; '
                    f'destination {{ file("{self.out / name}.jsonl" template("{template}")); }}; }};')
        return "\n".join([
            "@version: 3.38",
            "@define allow-config-dups 1",
            "options { keep-hostname(yes); use-dns(no); flush-lines(1); log-msg-size(65536); stats-freq(0); frac-digits(6); "
            "time-reopen(1); mark-freq(0); };",
            source("udp", "syslog", "transport(udp)"),
            source("tcp", "syslog", "transport(tcp)"),
            source("lines", "network", "transport(tcp)"),
            source("tls", "syslog", f"transport(tls) {tls('optional-untrusted')}"),
            source("mutual", "syslog", f"transport(tls) {tls('required-trusted')}"),
            f'log {{ source {{ unix-dgram("{self.socket}"); }}; '
            f'destination {{ file("{self.out}/local.jsonl" template("{template}")); }}; }};',
        ]) + "\n"

    def start(self):
        root = self.unpacked()
        configuration = self.folder / "syslog-ng.conf"
        configuration.write_text(self.configuration())
        libraries = f"{root}/usr/lib/x86_64-linux-gnu:{root}/usr/lib/syslog-ng"
        self.process = Process(
            "syslog-ng",
            [root / "usr/sbin/syslog-ng", "-F", "--no-caps", f"--cfgfile={configuration}",
             f"--module-path={root}/usr/lib/syslog-ng/3.38", f"--persist-file={self.folder}/persist",
             f"--control={self.folder}/control", f"--pidfile={self.folder}/pid"],
            self.folder / "syslog-ng.log", env={**os.environ, "LD_LIBRARY_PATH": libraries})
        self.process.wait_ready(self.listens, "does not listen")
        return self
