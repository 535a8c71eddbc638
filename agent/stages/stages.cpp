#include "agent/stages/stages.h"

namespace tapferry {

Stages::Stages(const StageOptions& options) : options_(options) {
    for (const FixedLabel& label : options_.labels) labels_.push_back({label.name, label.value});
}

bool Stages::pass(Event& event) {
    if (!options_.selection.wants(event)) return false;
    event.labels = labels_;
    return true;
}

}  // namespace tapferry
