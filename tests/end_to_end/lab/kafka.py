"""Apache Kafka, brokers that are their own controllers (KRaft), from the jars that Maven fetches once. Each
broker listens without protection, with SASL, and, given certificates, with TLS and both; and on one port more for each of
BAD, with that certificate."""
import base64
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from .cache import jars
from .process import Process, free_port, wait_until

BAD = ["expired", "wrong-name", "self-signed", "leaf-only", "soon"]
CLUSTER_ID = "TapferryTestCluster001"
PASSWORD = "secret"
# Small, and quick to start: a broker lives for seconds.
JAVA = ["java", "-Xms64m", "-Xmx224m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]

# The accounts that may log in: PLAIN's, SCRAM's; whoever has a token of his own making (OAUTHBEARER).
PLAIN = {"tapferry": PASSWORD, "stranger": PASSWORD}
LOGINS = f"""sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
{{listener}}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required {" ".join(
    f'user_{name}="{password}"' for name, password in PLAIN.items())};
{{listener}}.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
{{listener}}.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
{{listener}}.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
{{listener}}.oauthbearer.connections.max.reauth.ms=3600000
"""


def libraries(version):
    """The folder with a broker's jars."""
    return jars(f"kafka-{version}", f"org.apache.kafka:kafka_2.13:{version}", f"org.apache.kafka:kafka-tools:{version}",
                "org.slf4j:slf4j-simple:1.7.36")


class Broker:
    def __init__(self, folder, version, certificates, settings, number, ports, voters):
        self.folder, self.number = Path(folder), number
        self.folder.mkdir(parents=True)
        self.environment = {**os.environ, "CLASSPATH": f"{libraries(version)}/*"}
        self.port, self.control, self.sasl, self.ssl, self.sasl_ssl = ports[:5]
        self.bad = dict(zip(BAD, ports[5:]))
        self.process = None
        self.lives = 0
        listeners = f"PLAIN://127.0.0.1:{self.port},SASLP://127.0.0.1:{self.sasl}"
        if certificates:
            listeners += f",TLS://127.0.0.1:{self.ssl},SASLT://127.0.0.1:{self.sasl_ssl}"
            listeners += "".join(f",{name.upper()}://127.0.0.1:{port}" for name, port in self.bad.items())
        copies = voters.count("@")
        self.properties = self.folder / "server.properties"
        self.properties.write_text(f"""process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
controller.listener.names=CTL
inter.broker.listener.name=PLAIN
listeners={listeners},CTL://127.0.0.1:{self.control}
advertised.listeners={listeners}
listener.security.protocol.map=PLAIN:PLAINTEXT,CTL:PLAINTEXT,SASLP:SASL_PLAINTEXT,TLS:SSL,SASLT:SASL_SSL{"".join(
    f",{name.upper()}:SSL" for name in BAD)}
log.dirs={self.folder}/data
num.partitions=4
offsets.topic.num.partitions=1
offsets.topic.replication.factor={copies}
default.replication.factor={copies}
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=300
broker.session.timeout.ms=1500
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=8388608
""" + settings + LOGINS.format(listener="listener.name.saslp") + (
            LOGINS.format(listener="listener.name.saslt").split("\n", 1)[1] + f"""ssl.keystore.type=PEM
ssl.keystore.location={certificates}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={certificates}/ca.crt
ssl.client.auth=required
""" + "".join(f"""listener.name.{name}.ssl.keystore.type=PEM
listener.name.{name}.ssl.keystore.location={certificates}/{name}.pem
""" for name in BAD) if certificates else ""))
        self.java("kafka.tools.StorageTool", "format", "-c", self.properties, "-t", CLUSTER_ID,
                  "--add-scram", f"SCRAM-SHA-256=[name=scram,password={PASSWORD}]",
                  "--add-scram", f"SCRAM-SHA-512=[name=scram,password={PASSWORD}]")

    def java(self, *arguments):
        done = subprocess.run([*JAVA, *map(str, arguments)], env=self.environment, capture_output=True, text=True,
                              timeout=120)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"

    def launch(self):
        self.lives += 1
        self.process = Process(f"kafka {self.number}", [*JAVA, "kafka.Kafka", self.properties],
                               self.folder / f"kafka-{self.lives}.log", env=self.environment)

    def ready(self):
        asked = subprocess.run(["kcat", "-q", "-b", f"127.0.0.1:{self.port}", "-L", "-m", "3"], capture_output=True)
        return asked.returncode == 0

    def start(self):
        self.launch()
        self.process.wait_ready(self.ready, "does not answer", limit=90)
        return self

    def kill(self):
        self.process.kill()

    def freeze(self):
        self.process.send(signal.SIGSTOP)

    def thaw(self):
        self.process.send(signal.SIGCONT)


class Kafka:
    """`count` brokers. `settings`: more lines of server.properties. `certificates`: a folder with ca.crt, server.pem and those
    of BAD, for the listeners with TLS; none without it."""

    def __init__(self, folder, version="3.9.2", count=1, certificates=None, settings=""):
        self.version = version
        ports = [[free_port() for _ in range(5 + len(BAD))] for _ in range(count)]
        voters = ",".join(f"{i + 1}@127.0.0.1:{ports[i][1]}" for i in range(count))
        self.brokers = [Broker(Path(folder) / f"broker-{i + 1}", version, certificates, settings, i + 1, ports[i], voters)
                        for i in range(count)]

    def start(self):
        for broker in self.brokers:
            broker.launch()
        for broker in self.brokers:
            broker.process.wait_ready(broker.ready, "does not answer", limit=120)
        return self

    def stop(self):
        for broker in self.brokers:
            if broker.process:
                broker.process.kill()

    def addresses(self, listener="port"):
        return [f"127.0.0.1:{getattr(broker, listener)}" for broker in self.brokers]

    def running(self):
        return ",".join(f"127.0.0.1:{b.port}" for b in self.brokers if b.process.running())

    def topic(self, name, partitions=4, **settings):
        """Makes one with settings of its own; others are made by the first message."""
        self.brokers[0].java("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.running(), "--create", "--topic",
                             name, "--partitions", partitions,
                             *[word for key, value in settings.items() for word in ("--config", f"{key}={value}")])

    def _partitions(self, topic):
        asked = subprocess.run(["kcat", "-q", "-b", self.running(), "-L", "-J", "-t", topic], capture_output=True, text=True)
        return json.loads(asked.stdout)["topics"][0]["partitions"]

    def leader(self, topic, partition=0):
        """The broker that leads a partition."""
        return self.brokers[self._partitions(topic)[partition]["leader"] - 1]

    def count(self, topic):
        """How many messages it has ever had, those that its retention has deleted among them."""
        ends = [f"{topic}:{partition['partition']}:-1" for partition in self._partitions(topic)]
        asked = subprocess.run(["kcat", "-q", "-b", self.running(), "-Q", *[word for end in ends for word in ("-t", end)]],
                               capture_output=True, text=True)
        return sum(int(line.split()[-1]) for line in asked.stdout.splitlines())

    def read(self, topic):
        """Every message of a topic, in order within its partition: dicts with partition, key, payload, headers, ts."""
        asked = subprocess.run(["kcat", "-q", "-E", "-b", self.running(), "-C", "-t", topic, "-o", "beginning", "-e", "-J",
                                "-X", "check.crcs=true", "-X", "topic.metadata.propagation.max.ms=0"],
                               capture_output=True, text=True, errors="replace", timeout=60)
        messages = []
        for line in asked.stdout.splitlines():
            message = json.loads(line)
            headers = message.get("headers") or []
            message["headers"] = dict(zip(headers[::2], headers[1::2]))
            messages.append(message)
        return messages

    def wait_for(self, topic, count, limit=60.0):
        """The messages of a topic as soon as there are so many."""
        return wait_until(lambda: (lambda found: found if len(found) >= count else None)(self.read(topic)),
                          f"{count} messages in {topic}", limit)


def token(seconds, subject="tapferry"):
    """A JSON Web Token without signature, which a broker takes that was told no key."""
    def part(claims):
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    now = int(time.time())
    return f"{part({'alg': 'none'})}.{part({'sub': subject, 'iat': now - 1, 'exp': now + seconds})}."
