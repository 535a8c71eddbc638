"""What the tests of this folder share: the built program and the captures of real DNS servers."""
import functools
import os
import subprocess
from pathlib import Path

import hostile_frames
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("TAPFERRY", ROOT / "build/release/tapferry"))
CAPTURES = ROOT / "tests/data/captures"
NAMES = sorted(path.name.split(".")[0] for path in CAPTURES.iterdir() if ".fstrm" in path.name)


@functools.cache
def capture_bytes(name):
    """The Frame Streams file of that name, decompressed."""
    plain = CAPTURES / f"{name}.fstrm"
    if plain.exists():
        return plain.read_bytes()
    return subprocess.run(["zstd", "-dc", f"{plain}.zst"], check=True, stdout=subprocess.PIPE).stdout


@functools.cache
def decode(name, output, *arguments):
    """What `tapferry decode --output OUTPUT ARGUMENTS` makes of that capture, as text."""
    done = subprocess.run([PROGRAM, "decode", "--output", output, *arguments, "-"], input=capture_bytes(name),
                          stdout=subprocess.PIPE, check=False)
    assert done.returncode == 0
    return done.stdout.decode("ascii")


@pytest.fixture(params=NAMES)
def capture(request):
    return request.param


def decode_frames(frames, output="cef"):
    """The lines that the program makes of hostile_frames."""
    done = subprocess.run([PROGRAM, "decode", "--output", output, "-"], input=hostile_frames.stream(frames), stdout=subprocess.PIPE,
                          check=True)
    lines = done.stdout.decode("ascii").split("\n")
    assert lines.pop() == ""
    return lines
