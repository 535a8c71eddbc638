"""The demonstration behind packaging/quickstart: a private BIND, a TCP receiver and a private rsyslog around one agent;
a dozen questions; an outage and a kill -9; and the count of what arrived. Exit status 0: everything did.

The servers are those of the end-to-end tests, so what is shown here is what is tested there."""
import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "tests/end_to_end"), str(Path(__file__).parent)]

from lab.agent import Agent  # noqa: E402
from lab.named import DOZEN, Named  # noqa: E402
from lab.oracle import Delivered, check_ledger  # noqa: E402
from lab.process import Failure, wait_until  # noqa: E402
from lab.receiver import LineReceiver  # noqa: E402
from lab.rsyslog import PlainRsyslog  # noqa: E402
from screen import Screen  # noqa: E402

MORE = 250  # names that are asked during the outage; each makes two events

CONFIGURATION = """# Written by packaging/quickstart. Every key is explained in conf/tapferry.toml.
[agent]
state_directory = "{folder}/state"
notices = false

[admin]
listen = "127.0.0.1:0"            # a free port, written to state/admin.address

[inputs.bind]
type = "unix"                     # BIND's dnstap-output connects here
path = "{folder}/dnstap.sock"
mode = "0660"

[destinations.json]
type = "tcp"
address = "127.0.0.1:{tcp_port}"
format = "json"
retry = {{ initial = "200ms", max = "2s" }}
start = "oldest"

[destinations.json.filter]
messages = ["all"]                # queries too; the default is responses

[destinations.siem]
type = "syslog"
address = "127.0.0.1:{syslog_port}"
transport = "tcp"
framing = "octet-counting"
format = "cef"
start = "oldest"

[destinations.passive]
type = "file"
path = "{folder}/passive.log"
format = "passivedns"
start = "oldest"
[destinations.passive.passivedns]
mode = "each"
errors = true
"""


class Demonstration:
    def __init__(self, folder, screen, waits):
        self.folder, self.screen, self.waits = folder, screen, waits
        self.receiver = LineReceiver()
        self.rsyslog = self.named = self.agent = None
        self.faults = 0

    def start(self):
        s = self.screen
        s.section("Four processes, all on loopback, all in one temporary folder")
        self.receiver.start()
        s.line("receiver", f"127.0.0.1:{self.receiver.port}   plays a SIEM's raw TCP port")
        self.rsyslog = PlainRsyslog(self.folder / "rsyslog").start()
        s.line("rsyslog", f"127.0.0.1:{self.rsyslog.port}   a real one, takes syslog over TCP")
        self.agent = Agent(self.folder, configuration=CONFIGURATION.format(
            folder=self.folder, tcp_port=self.receiver.port, syslog_port=self.rsyslog.port))
        self.agent.start()
        s.line("tapferry", f"process {self.agent.process.pid}, configured by")
        s.line("", f"{self.agent.configuration}")
        self.named = Named(self.folder / "named", self.agent.socket).start()
        s.line("named", f"127.0.0.1:{self.named.port}   BIND {self.named.version()}, zone demo.test, and in its options")
        s.line("", "dnstap { all; };")
        s.line("", f'dnstap-output unix "{self.agent.socket}";')
        wait_until(lambda: self.agent.input()["connections"] == 1, "BIND connects to the socket")

    def ask_a_dozen(self):
        s = self.screen
        s.section("A dozen questions with dig", f"dig @127.0.0.1 -p {self.named.port} NAME TYPE")
        for question in DOZEN:
            rcode, answers = self.named.ask(question.name, question.type)
            shown = f"{question.name:<22} {question.type:<5} {rcode:<9} {question.why}"
            s.line("", shown)
            if rcode != question.rcode:
                self.fault(f"{question.name}: BIND said {rcode}, expected was {question.rcode}")

    def show_arrivals(self):
        s = self.screen
        s.section("JSON lines at the TCP receiver",
                  "BIND hands its events over about once a second. Each question made two, a query and a response; "
                  "the responses as they arrive:")
        shown, example = 0, None
        deadline = time.monotonic() + 60
        while shown < 2 * len(DOZEN) and time.monotonic() < deadline:
            for _, line in self.receiver.lines[shown:]:
                event = json.loads(line)
                shown += 1
                if event["type"].endswith("_RESPONSE"):
                    s.quote(line.decode(), 1, '"qname"')
                    example = line.decode() if event.get("qname") == "shop.demo.test" else example
            time.sleep(0.02)
        self.expect(shown == 2 * len(DOZEN), f"{shown} of {2 * len(DOZEN)} events arrived")
        if example:
            s.line("one in full")
            s.whole(example)
        self.show_cef()
        self.show_passive()

    def show_cef(self):
        s = self.screen
        s.section("CEF at rsyslog", "Responses only, the default for a SIEM, as rsyslog understood them:")
        wait_until(lambda: len(self.rsyslog.lines()) >= len(DOZEN), "rsyslog wrote the events")
        messages = [message["msg"].strip() for message in self.rsyslog.messages()]
        for message in messages:
            s.quote(message, 6, "destinationDnsDomain")
        text = next((message for message in messages if "note.demo.test" in message), None)
        if text:
            s.line("one in full", " (the TXT record tries to smuggle in a field of its own)")
            s.whole(text)
        self.expect(len(messages) == len(DOZEN), f"{len(messages)} of {len(DOZEN)} responses arrived")

    def show_passive(self):
        s = self.screen
        s.section("Passive-DNS lines in a file", "Who answered what, one line a record: time, client, server, class, name, "
                                                 "type, data, TTL, count.")
        path = self.folder / "passive.log"
        wait_until(lambda: path.exists() and "nothing.demo.test." in path.read_text(), "the lines are written")
        for line in path.read_text().splitlines()[:8]:
            s.quote(line)

    def show_ledger(self):
        s = self.screen
        s.section("The ledger", "Every frame is accounted for at exactly one place, also after a crash: the counters are saved "
                                "with the position of each destination. tapferry status shows them; here are the sums.")
        self.check_balance()

    def check_balance(self):
        s = self.screen
        status = self.agent.wait_settled()
        appended = status["spool"]["end"] - 1
        for d in status["destinations"]:
            lost = sum(d["lost"].values())
            s.line(d["name"], f"{appended} appended = {d['read']} read + {d['pending']} pending + {lost} lost")
            s.line("", f"{d['read']} read = {d['filtered']} filtered + {d['undecodable']} undecodable + "
                       f"{d['delivered']} delivered + {d['dead_lettered']} refused")
        try:
            check_ledger(status)
            s.good("it balances, to the event")
        except AssertionError as error:
            self.fault(f"the ledger does not balance: {error}")

    def break_things(self):
        s = self.screen
        s.section("Now it goes wrong", "The receiver dies, and while it is away the agent is killed with kill -9.")
        self.receiver.stop()
        s.line("receiver", "stopped")
        answered = self.named.ask_many([f"host{i:03d}.load.demo.test" for i in range(MORE)])
        s.line("dig", f"asks {MORE} more names; BIND answers {answered}: DNS does not notice")
        self.expect(answered == MORE, f"BIND answered {answered} of {MORE}")
        total = 2 * (len(DOZEN) + MORE)
        wait_until(lambda: self.agent.status()["spool"]["end"] - 1 >= total, "all frames are in the spool")
        held = wait_until(lambda: self.outage(), "the outage is noticed")
        s.line("tapferry", f"{held['state']}: {held['words']}"[:s.width - 14])
        s.line("", f"{held['pending'] + held['in_flight']} events are kept for the receiver; the others have theirs")
        pid = self.agent.process.pid
        self.agent.kill()
        s.line("kill -9", f"{pid}   no goodbye, no last write")
        return total

    def outage(self):
        destination = self.agent.destination("json")
        return destination if destination["state"] == "retrying" and destination["words"] else None

    def recover(self, total):
        s = self.screen
        before = Delivered(self.receiver.lines)
        self.receiver.start()
        s.line("receiver", "started again")
        self.agent.start()
        s.line("tapferry", f"started again, process {self.agent.process.pid}")

        def arrived():
            unique = len(Delivered(self.receiver.lines).first)
            s.progress("arriving", unique, total)
            return unique >= total
        wait_until(arrived, f"{total} events at the receiver")
        status = self.agent.wait_settled()
        events = Delivered(self.receiver.lines)
        in_spool = status["spool"]["end"] - 1
        got = len(events.sequences())
        repeated = sum(len(times) - 1 for times in events.repeated().values())
        self.expect(got == in_spool, f"{got} of {in_spool} events that had reached the spool arrived, each with the id that "
                                     f"it had from the start")
        s.prose(f"{len(before.first)} had come before the outage, {got - len(before.first)} came after the restart. "
                + (f"{repeated} came twice: after a broken connection the last seconds go again, because plain TCP cannot "
                   f"confirm delivery; the id tells a receiver which they are." if repeated else "None came twice."))
        self.check_balance()

    def expect(self, condition, text):
        if condition:
            self.screen.good(text)
        else:
            self.fault(text)

    def fault(self, text):
        self.faults += 1
        self.screen.bad(text)

    def keep(self):
        s = self.screen
        s.section("Yours now", "Ask on another terminal; what arrives at the TCP receiver is shown here. Ctrl-C ends it all.")
        for words in (f"dig @127.0.0.1 -p {self.named.port} www.demo.test",
                      f"build/release/tapferry tail --config {self.agent.configuration}",
                      f"build/release/tapferry status --config {self.agent.configuration}",
                      f"curl http://{self.agent.address()}/metrics"):
            s.command(words)
        shown = len(self.receiver)
        while True:
            for _, line in self.receiver.lines[shown:]:
                s.quote(line.decode(), 1, '"type"')
                shown += 1
            for process in (self.named.process, self.agent.process, self.rsyslog.process):
                process.expect_running()
            time.sleep(0.1)

    def stop_agent(self):
        status, seconds = self.agent.stop()
        self.expect(status == 0, f"tapferry ends with status {status}, {seconds:.1f} s after SIGTERM")

    def pause(self, what):
        if self.waits:
            self.screen.pause(what)

    def end(self):
        for server in (self.named, self.agent, self.rsyslog):
            if server and server.process:
                server.process.end(limit=5)
        self.receiver.stop()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--once", action="store_true")
    options.add_argument("--keep", action="store_true")
    options = options.parse_args()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    screen = Screen()
    folder = Path(tempfile.mkdtemp(prefix="tapferry-quickstart-"))
    waits = sys.stdin.isatty() and screen.terminal and not options.once
    demonstration = Demonstration(folder, screen, waits)
    try:
        demonstration.start()
        demonstration.ask_a_dozen()
        demonstration.show_arrivals()
        demonstration.show_ledger()
        demonstration.pause("goes on: now it goes wrong")
        total = demonstration.break_things()
        demonstration.recover(total)
        if options.keep:
            demonstration.keep()
        demonstration.stop_agent()
    except KeyboardInterrupt:
        print("\n   stopped")
        return 0 if options.keep and demonstration.faults == 0 else 130
    except (Failure, OSError, EOFError) as error:
        demonstration.fault(str(error))
        if demonstration.agent and demonstration.agent.process:
            screen.output("what the agent said last:\n" + demonstration.agent.said()[-2000:])
    finally:
        demonstration.end()
        shutil.rmtree(folder, ignore_errors=True)
    return finish(screen, demonstration.faults)


def finish(screen, faults):
    print()
    if faults:
        screen.bad(f"{faults} things were not as they should be")
        return 1
    screen.prose("All is stopped and the folder is gone. For your own BIND: tapferry run prints the events of "
                 "./dnstap.sock with no configuration at all; packaging/quickstart --keep leaves this set-up running.")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    sys.exit(main())
