"""Adds up what ctest and pytest wrote, says why something was skipped, and ends with the one line of tests/run. The
counts are test cases: doctest's within each of ctest's programs, and pytest's."""
import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

SUMMARY = re.compile(r"\[doctest\] test cases:\s*(\d+) \|\s*(\d+) passed \|\s*(\d+) failed \|\s*(\d+) skipped")


def tally_units(path, told):
    """(passed, failed, skipped) of the doctest programs that ctest ran."""
    passed = failed = skipped = 0
    for program in xml.parse(path).getroot().iter("testcase"):
        name, output = program.get("name"), program.findtext("system-out") or ""
        found = SUMMARY.search(output)
        mine = [int(n) for n in found.groups()] if found else [0, 0, 0, 0]
        passed, failed, skipped = passed + mine[1], failed + mine[2], skipped + mine[3]
        if mine[3]:
            told.append(f"skipped: {mine[3]} cases of {name}, by a decorator in the source")
        if program.get("status") != "run" and mine[2] == 0:
            failed += 1
            told.append(f"failed:  {name} ended badly {'after its cases' if found else 'before its summary'}")
        elif mine[2]:
            told.append(f"failed:  {mine[2]} cases of {name}")
    return passed, failed, skipped


def tally_pytest(path, told):
    """(passed, failed, skipped) of a pytest run."""
    passed = failed = skipped = 0
    reasons = {}
    for case in xml.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname', '').split('.')[-1]}: {case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            told.append(f"failed:  {name}")
        elif skip is not None:
            skipped += 1
            reasons.setdefault(skip.get("message"), []).append(name)
        else:
            passed += 1
    told.extend(f"skipped: {reason}\n           " + "\n           ".join(names) for reason, names in reasons.items())
    return passed, failed, skipped


def main(results):
    told, counts = [], []
    for path in sorted(results.glob("*.xml")):
        counts.append((tally_units if path.stem.startswith("units") else tally_pytest)(path, told))
    broken = results / "broken"
    if broken.exists():
        lines = broken.read_text().splitlines()
        told.extend(f"failed:  {line}" for line in lines)
        counts.append((0, len(lines), 0))
    passed, failed, skipped = (sum(column) for column in zip(*counts)) if counts else (0, 1, 0)
    for line in sorted(told, key=lambda line: line.startswith("failed")):
        print(line)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
