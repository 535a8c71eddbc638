"""The quickstart plays to its end, says so in its exit status, fits a terminal, and leaves nothing behind."""
import os
import signal
import subprocess

import pytest

from lab.agent import PROGRAM, SOURCE
from lab.process import Process, wait_until

DEMO = ["/usr/bin/python3", SOURCE / "packaging/demo/demo.py"]


def environment(world):
    return {**os.environ, "TAPFERRY": str(PROGRAM), "TMPDIR": str(world.folder), "COLUMNS": "100"}


@pytest.mark.slow
def test_the_quickstart_plays_to_its_end(world):
    played = subprocess.run([*DEMO, "--once"], capture_output=True, text=True, env=environment(world), timeout=300)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "526 of 526 events that had reached the spool arrived" in played.stdout
    assert "   FAIL " not in played.stdout and "\033" not in played.stdout and played.stderr == ""
    assert max(map(len, played.stdout.splitlines())) <= 100
    assert list(world.folder.iterdir()) == []


@pytest.mark.slow
def test_ctrl_c_ends_everything_that_the_quickstart_started(world):
    demo = Process("quickstart", [*DEMO, "--keep"], world.folder.parent / f"{world.folder.name}.log",
                   env=environment(world))
    world.at_the_end(lambda: (demo.kill(), demo.log.unlink()))
    wait_until(lambda: demo.expect_running() and "kill -9" in demo.said(), "it is in the middle", 120)
    status, _ = demo.end(signal.SIGINT)
    assert status not in (None, -signal.SIGKILL), demo.said()
    assert list(world.folder.iterdir()) == []
    left = subprocess.run(["pgrep", "-f", str(world.folder) + "/"], capture_output=True, text=True).stdout
    assert left == "", left
