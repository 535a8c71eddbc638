"""Waiting for a condition, with one limit for everything that a measurement waits for."""
import sys
import time

LIMIT = 300  # seconds, for anything to happen


def wait_until(condition, what):
    """The first true value of condition(); ends the measurement with `what` when there is none in time."""
    deadline = time.monotonic() + LIMIT
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            sys.exit(f"not within {LIMIT} s: {what}")
        time.sleep(0.02)
