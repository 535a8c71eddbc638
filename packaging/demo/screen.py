"""What the quickstart prints: short sections that fit the terminal, colour only where there is one."""
import os
import re
import shutil
import sys
import textwrap


class Screen:
    def __init__(self):
        self.terminal = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.colour = self.terminal and "NO_COLOR" not in os.environ
        self.width = min(100, max(60, shutil.get_terminal_size((92, 24)).columns))
        self.sections = 0
        self._open_line = False

    def _paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def _print(self, text=""):
        if self._open_line:
            sys.stdout.write("\r\033[K")
            self._open_line = False
        print(text, flush=True)

    def section(self, title, why=""):
        self.sections += 1
        self._print()
        self._print(self._paint("1;36", f"{self.sections}  {title}"))
        self.prose(why)

    def prose(self, text):
        for line in textwrap.wrap(text, self.width - 3):
            self._print("   " + line)

    def line(self, label, text=""):
        self._print(f"   {label:<11}{text}"[:self.width])

    def good(self, text):
        for i, line in enumerate(textwrap.wrap(text, self.width - 8)):
            self._print("   " + (self._paint("1;32", "ok   ") if i == 0 else "     ") + line)

    def bad(self, text):
        for line in text.splitlines() or [""]:
            self._print("   " + self._paint("1;31", "FAIL ") + line)

    def quote(self, text, beginning=0, interesting=""):
        """A line of somebody's output, cut where the terminal ends. With `interesting`, what stands between the first
        `beginning` characters and that word is left out, so that it can be seen."""
        more = "…" if _unicode() else ">"
        at = text.find(interesting) if interesting else -1
        if at > beginning:
            text = f"{text[:beginning]} {more} {text[at:]}"
        room = self.width - 5
        shown = text if len(text) <= room else text[:room - 1] + more
        self._print("     " + self._paint("2", shown))

    def whole(self, text):
        """A line of somebody's output in full, folded."""
        room = self.width - 7
        for i in range(0, len(text), room):
            self._print("     " + self._paint("33", text[i:i + room]) + ("" if i + room >= len(text) else " \\"))

    def command(self, text):
        """What the user may type: never cut."""
        self._print("     " + self._paint("1", text))

    def output(self, text):
        """What a command printed, as it is."""
        for line in text.rstrip().splitlines():
            bare = re.sub(r"\033\[[0-9;]*m", "", line)
            self._print("     " + bare[:self.width - 5])

    def progress(self, label, done, total):
        """One line that is drawn over on a terminal; elsewhere nothing until it is complete."""
        if not self.terminal:
            return
        cells = 30 * done // max(1, total)
        sys.stdout.write(f"\r   {label:<11}[{'#' * cells}{'.' * (30 - cells)}] {done} of {total}\033[K")
        sys.stdout.flush()
        self._open_line = True

    def pause(self, what):
        """Waits for Enter."""
        self._print()
        input(self._paint("2", f"   [Enter] {what} "))


def _unicode():
    return (sys.stdout.encoding or "").lower().startswith("utf")
