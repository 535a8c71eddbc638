"""What befalls the connections to a Kafka broker, which is told to call itself by the proxy's address. What it has is there
once, whatever happens."""
import json

import pytest

from lab import fault_proxy as faults
from lab.agent import destination
from lab.kafka import Kafka
from lab.siege import NAME, Siege, Way
from lab.traffic import send

pytestmark = pytest.mark.slow

# So that a test need not wait for what a broker may take by default.
SOON = '"reconnect.backoff.max.ms" = 300\n"socket.timeout.ms" = 2000\n"socket.connection.setup.timeout.ms" = 2000\n'


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    proxy = faults.FaultProxy(0)
    kafka = Kafka(tmp_path_factory.mktemp("kafka"), settings=f"advertised.listeners=PLAIN://127.0.0.1:{proxy.port}\n")
    proxy.target = kafka.brokers[0].port
    kafka.front = proxy
    try:
        yield kafka.start()
    finally:
        kafka.stop()
        proxy.stop()


class Topic(Way):
    def __init__(self, broker, name):
        self.broker, self.name = broker, name

    def proxy(self, world):
        world.at_the_end(self.broker.front.heal)
        return self.broker.front

    def destination(self, port, more=""):
        return destination(NAME, "kafka", f'brokers = ["127.0.0.1:{port}"]', f'topic = "{self.name}"', 'format = "json"',
                           'batch = { max_events = 500, linger = "20ms" }',
                           tables=f"[destinations.{NAME}.librdkafka]\n{SOON}{more}")

    def ids(self):
        found = [message["headers"]["event-id"] for message in self.broker.read(self.name)]
        assert all(json.loads(m["payload"])["id"] == m["headers"]["event-id"] for m in self.broker.read(self.name))
        return found


FAULTS = {"refused": faults.REFUSED, "reset": faults.reset_after(30_000), "mute": faults.MUTE, "dark": faults.DARK}


@pytest.mark.parametrize("which", FAULTS)
def test_whatever_befalls_the_connection_each_message_is_stored_once(world, broker, which):
    siege = Siege(world, Topic(broker, f"behind-{which}"))
    siege.proxy.become(FAULTS[which])
    siege.lasts(tries=1)
    siege.heal()
    siege.over()
    assert len(siege.way.ids()) == len(set(siege.way.ids()))


def test_a_slow_broker_holds_up_nobody(world, broker):
    siege = Siege(world, Topic(broker, "slow"))
    siege.proxy.become(faults.slow(100_000))
    send(world, siege.agent, 1000)
    siege.check_neighbours()
    siege.heal()
    siege.over(told=0)
