#include "agent/commands/commands.h"
namespace tapferry {
int stats_command(const StatsArguments&) {
    return 0;
}
}  // namespace tapferry
