"""Certificates for receivers and for the agent, good ones and ones with a fault each: see make-certs."""
import os
import shutil
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).with_name("make-certs")


class Certificates:
    def __init__(self, folder):
        self.folder = Path(folder)
        subprocess.run([SCRIPT, self.folder], check=True, capture_output=True, text=True)

    def __truediv__(self, name):
        return self.folder / name

    def give(self, name, certificate, key):
        """Puts a certificate and its key where a program reads them, each at once and not by and by."""
        for source, target in ((self / f"{name}.crt", certificate), (self / f"{name}.key", key)):
            fresh = Path(f"{target}.new")
            shutil.copy(source, fresh)
            os.replace(fresh, target)
