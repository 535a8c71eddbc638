"""Parsers of others from PyPI: installed into an environment of their own outside the checkout, and asked there.

The environment lies in ${TAPFERRY_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/tapferry-tests} under a name made of
requirements.txt, so it is made once, and anew when that file changes. Where PyPI cannot be reached the tests that need it
are skipped, with the reason."""
import fcntl
import functools
import hashlib
import json
import os
import subprocess
import venv
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
REQUIREMENTS = FOLDER / "requirements.txt"


def cache():
    chosen = os.environ.get("TAPFERRY_TEST_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tapferry-tests"


@functools.cache
def _environment():
    """(its Python, None), or (None, why there is none)."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    place = cache() / f"oracles-{digest}"
    python, complete = place / "bin/python", place / "complete"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with open(place / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not complete.exists():
                venv.create(place, clear=False, with_pip=True)
                subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check",
                                "--retries", "1", "--timeout", "20", "-r", REQUIREMENTS],
                               check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
                complete.touch()
    except (OSError, subprocess.SubprocessError) as error:
        words = (getattr(error, "output", None) or b"").decode(errors="replace").strip().splitlines()
        return None, f"the parsers of requirements.txt cannot be had: {words[-1] if words else error}"
    return python, None


def ask(parser, lines):
    """What `parser` (a function of foreign_parsers.py) makes of each line: its result, or {"error": words}."""
    python, reason = _environment()
    if reason:
        pytest.skip(reason)
    done = subprocess.run([python, FOLDER / "foreign_parsers.py", parser], input="\n".join(map(json.dumps, lines)),
                          stdout=subprocess.PIPE, check=True, text=True, timeout=300)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(lines)
    return results
