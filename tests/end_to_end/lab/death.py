"""The death of the agent by SIGKILL, and what must hold after it."""
import time

from .oracle import Delivered, check_ledger

WINDOW = 2.0      # the destination's replay_window, in seconds
SLACK = 3.0       # until the position is saved, and for a slow machine


def kill_and_restart(agent):
    """Returns what was appended at least, and when the agent died (the receivers' clock)."""
    appended = agent.status()["spool"]["end"]
    agent.kill()
    died = time.monotonic()
    agent.start()
    return appended, died


def check_everything_appended_arrived(agent, receiver, at_least):
    status = agent.wait_settled()
    check_ledger(status)
    assert status["spool"]["end"] >= at_least
    assert sum(sum(d["lost"].values()) for d in status["destinations"]) == 0, status
    events = Delivered(receiver.lines)
    events.check_complete(status["spool"]["end"])
    events.check_order()
    return events


def check_duplicates(events, deaths):
    for event_id, times in events.repeated().items():
        assert any(died - WINDOW - SLACK <= times[0] <= died + SLACK for died in deaths), (
            f"{event_id} came {len(times)} times, first {min(died - times[0] for died in deaths):.1f} s before a death")
