"""While every destination keeps up, the log lives in the page cache: its segments are gone before the kernel writes
them to the disk."""
import pytest

from lab.agent import HEAD, tcp
from lab.oracle import check_ledger
from lab.process import wait_until
from lab.traffic import Drain, Stream

MEBIBYTE = 1 << 20


@pytest.mark.slow
def test_under_two_per_cent_of_the_log_reach_the_disk_while_destinations_keep_up(world, loop_disk, endurance):
    disk = loop_disk(256 * MEBIBYTE)
    drain = Drain()
    world.at_the_end(drain.stop)
    agent = world.agent(configuration=HEAD.format(folder=disk.folder, spool="128MiB") + tcp("json", drain.port))
    agent.folder, agent.socket = disk.folder, disk.folder / "dnstap.sock"
    agent.start()
    before = disk.written()
    streams = [Stream(agent.socket, 5000, f"s{i}x").start() for i in range(2)]
    for stream in streams:
        world.at_the_end(stream.stop)
    # Longer than the kernel keeps a dirty page (30 s) and than it sleeps between two looks (5 s).
    wait_until(lambda: agent.status()["spool"]["end"] > 450_000 * endurance, "the log has moved on", 300 * endurance)
    for stream in streams:
        stream.stop()
    status = agent.wait_settled()
    check_ledger(status)
    appended = (status["spool"]["end"] - 1) * 100   # a frame of this test is longer than that, with its prefix
    written = disk.written() - before
    assert written < appended * 0.02, f"{written} of {appended} bytes reached the disk"
