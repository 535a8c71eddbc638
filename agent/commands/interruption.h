// SIGINT and SIGTERM as something to look at, for the commands that go on until they are told to stop, and
// that finish what they have begun then. A second signal ends the process. System calls that wait are
// interrupted.
#pragma once

namespace tapferry {

void watch_for_interruption();
[[nodiscard]] bool interrupted();

// Waits a little, for something to show; false when nobody reads standard output any more.
[[nodiscard]] bool wait_for_more();

}  // namespace tapferry
