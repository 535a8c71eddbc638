"""The spool's disk fills up, fails or vanishes: the agent goes on, who keeps up loses nothing, and the rest is counted to
the event."""
import os
import shutil

import pytest

from lab.agent import HEAD, tcp
from lab.oracle import Delivered, check_ledger
from lab.process import wait_until
from lab.traffic import Stream, check_no_hole

MEBIBYTE = 1 << 20


class Site:
    """An agent whose state lies on a file system of its own, with one destination that is there and one that is not."""

    def __init__(self, world, disk, spool="256MiB", rate=2000):
        self.disk, self.there, self.away = disk, world.receiver(), world.receiver()
        self.away.stop()
        text = (HEAD.format(folder=disk.folder, spool=spool) + tcp("there", self.there.port) +
                tcp("away", self.away.port)).replace(f'path = "{disk.folder}/', f'path = "{world.folder}/')
        text = text.replace("[spool]\n", '[spool]\nmin_free_bytes = "0"\n')
        self.agent = world.agent(configuration=text)
        self.agent.folder, self.agent.socket = disk.folder, world.folder / "dnstap.sock"
        self.agent.start()
        self.stream = Stream(self.agent.socket, rate).start()
        world.at_the_end(self.stream.stop)

    def flows(self, events=4000):
        """So many more events reach the destination that is there."""
        goal = len(self.there) + events
        wait_until(lambda: self.agent.process.expect_running() and len(self.there) >= goal,
                   f"events flow\n{self.agent.said()[-2000:]}")

    def check(self):
        """The balance after the stream's end: every frame came to each destination, or is told as lost."""
        self.stream.stop()
        self.away.start()
        status = self.agent.wait_settled()
        check_ledger(status)
        rejected = sum(sum(i["rejected"].values()) for i in status["inputs"])
        received = sum(i["received"] for i in status["inputs"])
        assert received == self.stream.sent
        by_name = {d["name"]: d for d in status["destinations"]}
        lost = {}
        for receiver, name in ((self.there, "there"), (self.away, "away")):
            events = Delivered(receiver.lines)
            events.check_order()
            lost[name] = sum(by_name[name]["lost"].values())
            assert len(events.names()) == received - rejected - lost[name], by_name[name]
        if not rejected and not lost["there"]:
            check_no_hole(Delivered(self.there.lines))
        return rejected, lost


def fill(folder):
    """What another process takes of the disk: all that is left."""
    with open(folder / "ballast", "wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(64 * 1024))
        except OSError:
            return folder / "ballast"


@pytest.mark.slow
@pytest.mark.parametrize("kind, size", [("tmpfs", 24 * MEBIBYTE), ("loop_disk", 16 * MEBIBYTE)])
def test_another_process_eats_the_space_and_who_keeps_up_loses_nothing(world, request, kind, size):
    site = Site(world, request.getfixturevalue(kind)(size))
    site.flows()
    ballast = fill(site.disk.folder)
    site.flows(20000)
    wait_until(lambda: "No space left" in site.agent.said(), "it is told")
    check_ledger(site.agent.status())
    ballast.unlink()
    site.flows(20000)
    rejected, lost = site.check()
    assert rejected == 0 and lost["there"] == 0


@pytest.mark.slow
def test_a_file_system_that_turns_read_only_stops_nobody(world, loop_disk):
    site = Site(world, loop_disk(64 * MEBIBYTE))
    site.flows()
    site.disk.find_error()
    site.flows(10000)
    wait_until(lambda: "Read-only file system" in site.agent.said(), "it is told")
    check_ledger(site.agent.status())
    rejected, lost = site.check()
    assert rejected == 0 and lost["there"] == 0


@pytest.mark.slow
def test_a_spool_whose_directory_is_deleted_begins_anew(world, tmpfs):
    site = Site(world, tmpfs(64 * MEBIBYTE), rate=8000)
    site.flows(20000)
    spool = site.disk.folder / "state/spool"
    shutil.rmtree(spool)
    site.flows(80000)  # more than memory and batches hold
    wait_until(lambda: spool.is_dir() and any(name.endswith(".segment") for name in os.listdir(spool)),
               "there is a log again")
    rejected, lost = site.check()
    assert rejected == 0 and lost["there"] == 0 and lost["away"] > 0
