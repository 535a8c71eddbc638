"""A folder for each test, and everything that a test starts ended with it. Run by tests/run, which builds the program
first; TAPFERRY names another one."""
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from lab.agent import PROGRAM, SOURCE, Agent
from lab.certificates import Certificates
from lab.frame_streams import Sender
from lab.named import Named
from lab.receiver import LineReceiver
from lab.rsyslog import PlainRsyslog


def pytest_addoption(parser):
    parser.addoption("--quick", action="store_true", help="leave out the tests that take more than a few seconds")
    parser.addoption("--long", type=int, default=1, help="so many times as long, where a test can go on")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes more than a few seconds")
    if not PROGRAM.exists():
        pytest.exit(f"{PROGRAM} is not built", returncode=2)


def pytest_collection_modifyitems(config, items):
    if config.getoption("--quick"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="left out by --quick"))


class World:
    """Starts things in the test's folder and ends them in reverse order."""

    def __init__(self, folder):
        self.folder = folder
        self._endings = []

    def at_the_end(self, ending):
        self._endings.append(ending)

    def agent(self, *destinations, name="agent", **options):
        agent = Agent(self.folder / name, *destinations, **options)
        self.at_the_end(agent.close)
        return agent

    def example(self, name, places, all_to=None):
        """An agent with a complete example that has the places of this test in place of its own. `all_to`: the destination
        that gets everything, from the oldest on."""
        text = (SOURCE / "conf/examples" / name).read_text()
        folder = self.folder / "agent"
        own = {"[agent]\n": "[agent]\nnotices = false\n", '"/var/lib/tapferry"': f'"{folder}/state"',
               '"/var/cache/bind/tapferry.sock"': f'"{folder}/dnstap.sock"', 'owner = "bind"': f'owner = "{os.getuid()}"'}
        if all_to:
            head = f"[destinations.{all_to}]\n"
            own[head] = head + 'start = "oldest"\nfilter = { messages = ["all"] }\n'
        for there, here in {**own, **places}.items():
            assert there in text, f"{name} does not say {there}"
            text = text.replace(there, here)
        return self.agent(configuration=text.replace("[destinations.", '[admin]\nlisten = "127.0.0.1:0"\n\n[destinations.', 1))

    def named(self, tap, name="named"):
        named = Named(self.folder / name, tap).start()
        self.at_the_end(named.process.kill)
        return named

    def rsyslog(self):
        rsyslog = PlainRsyslog(self.folder / "rsyslog").start()
        self.at_the_end(rsyslog.process.kill)
        return rsyslog

    def receiver(self):
        receiver = LineReceiver().start()
        self.at_the_end(receiver.stop)
        return receiver

    def sender(self, path, identity="sender"):
        sender = Sender(path, identity)
        self.at_the_end(sender.close)
        return sender

    def end(self):
        for ending in reversed(self._endings):
            ending()


@pytest.fixture
def world():
    folder = Path(tempfile.mkdtemp(prefix="tapferry-test-"))
    world = World(folder)
    try:
        yield world
    finally:
        world.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Made once, for it takes a hundred programs. No test changes them: what is to change is given elsewhere."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that fails shows what the agent had to say."""
    report = (yield).get_result()
    world = getattr(item, "funcargs", {}).get("world")
    if report.failed and world:
        for log in sorted(world.folder.glob("*/agent-*.log")):
            report.sections.append((str(log.relative_to(world.folder)), log.read_text(errors="replace")[-4000:]))
