// What happens to an event between decoding and encoding, in this order: selection, labels. Each route and
// each command that shows events owns one; it is not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "agent/stages/selection.h"
#include "proto/event.h"

namespace tapferry {

struct FixedLabel {
    std::string name;   // letters, digits and _
    std::string value;  // printable ASCII
    friend bool operator==(const FixedLabel&, const FixedLabel&) = default;
};

// Finished: names resolved, files read, bounds checked.
struct StageOptions {
    Selection selection = Selection::all();
    std::vector<FixedLabel> labels;  // in order of name
};

class Stages {
  public:
    explicit Stages(const StageOptions& options);
    Stages(const Stages&) = delete;
    Stages& operator=(const Stages&) = delete;

    // Changes the event, which then refers to this object. False: it is not wanted.
    [[nodiscard]] bool pass(Event& event);

  private:
    const StageOptions options_;
    std::vector<Label> labels_;  // views of options_
};

}  // namespace tapferry
