"""What tests fetch once and keep outside of the checkout, in ${TAPFERRY_CACHE:-~/.cache/tapferry}. A thing that cannot be had
skips the test that asks for it."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("TAPFERRY_CACHE") or Path.home() / ".cache/tapferry")

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tapferry.test</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
{dependencies}
  </dependencies>
</project>
"""


def need(*programs, what):
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"there is no {program}, so {what} cannot be had")


def jars(name, *artifacts):
    """The folder with these artifacts of Maven ("group:artifact:version") and all that they need."""
    folder = CACHE / name / "libs"
    if folder.exists():
        return folder
    need("mvn", "java", what=name)
    part = folder.parent / f"part-{os.getpid()}"
    part.mkdir(parents=True, exist_ok=True)
    dependencies = "\n".join("    <dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"
                             .format(*artifact.split(":")) for artifact in artifacts)
    (part / "pom.xml").write_text(POM.format(dependencies=dependencies))
    fetched = subprocess.run(["mvn", "-q", "-B", "-f", part / "pom.xml", "dependency:copy-dependencies",
                              "-DincludeScope=runtime", f"-DoutputDirectory={part / 'libs'}"], capture_output=True, text=True)
    if fetched.returncode != 0:
        shutil.rmtree(part)
        pytest.skip(f"{name} cannot be fetched: {fetched.stdout[-300:]}")
    (part / "libs").rename(folder)
    shutil.rmtree(part)
    return folder


def collector():
    """The OpenTelemetry collector of the folder collector/, compiled."""
    program = CACHE / "collector-0.138.0/otelcol-test"
    if program.exists():
        return program
    need("go", what="the OpenTelemetry collector")
    program.parent.mkdir(parents=True, exist_ok=True)
    part = program.with_name(f"part-{os.getpid()}")
    built = subprocess.run(["nice", "go", "build", "-p", "2", "-trimpath", "-ldflags", "-s -w", "-o", part, "."],
                           cwd=Path(__file__).with_name("collector"), env={**os.environ, "CGO_ENABLED": "0"},
                           capture_output=True, text=True)
    if built.returncode != 0:
        pytest.skip(f"the OpenTelemetry collector cannot be built: {built.stderr[-300:]}")
    part.rename(program)
    return program
