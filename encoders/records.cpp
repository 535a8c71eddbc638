#include "encoders/records.h"

namespace tapferry {}  // namespace tapferry
