// SIGINT and SIGTERM as a question, for commands whose threads must not be interrupted by them: blocked in
// the thread that makes this and in all that it makes afterwards.
#pragma once

namespace tapferry {

class StopSignals {
  public:
    StopSignals();

    // How often one came. The first asks to end in good order, the second at once.
    [[nodiscard]] int asked();

  private:
    int asked_ = 0;
};

}  // namespace tapferry
