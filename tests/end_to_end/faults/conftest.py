"""The fault campaign: how long its tests go on, and file systems of their own."""
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def endurance(request):
    """How many times as long as in tests/run: --long N."""
    return request.config.getoption("--long")


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True)


class FileSystem:
    """A mounted file system; skipped, by name, where a process may not mount one."""

    def __init__(self, folder, *mount):
        self.folder = folder
        folder.mkdir()
        mounted = run("mount", *mount, folder)
        if mounted.returncode != 0:
            pytest.skip(f"cannot mount a file system here: {mounted.stderr.strip()}")

    def find_error(self):
        """Has the kernel find the file system in error, upon which it turns read-only."""
        self._kernel_file("fs/ext4", "trigger_fs_error").write_text("1", encoding="ascii")

    def written(self):
        """Bytes that were written to the device so far."""
        return int(self._kernel_file("block", "stat").read_text(encoding="ascii").split()[6]) * 512

    def _kernel_file(self, kind, name):
        device = run("findmnt", "-n", "-o", "SOURCE", self.folder).stdout.strip().removeprefix("/dev/")
        file = Path("/sys") / kind / device / name
        if not file.exists():
            pytest.skip(f"the kernel shows no {file} here")
        return file

    def unmount(self):
        run("umount", "-l", self.folder)


@pytest.fixture
def tmpfs(world):
    def mount(size):
        made = FileSystem(world.folder / "disk", "-t", "tmpfs", "-o", f"size={size}", "tmpfs")
        world.at_the_end(made.unmount)
        return made
    return mount


@pytest.fixture
def loop_disk(world):
    """ext4 on a loop device."""
    def mount(size):
        image = world.folder / "image"
        with open(image, "wb") as file:
            file.truncate(size)
        formatted = run("mkfs.ext4", "-q", "-m", "0", image)
        if formatted.returncode != 0:
            pytest.skip(f"cannot make a file system here: {formatted.stderr.strip()}")
        made = FileSystem(world.folder / "disk", "-o", "loop,errors=remount-ro", image)
        world.at_the_end(made.unmount)
        return made
    return mount
