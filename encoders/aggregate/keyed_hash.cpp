#include "encoders/aggregate/keyed_hash.h"

#include <random>

namespace tapferry {

HashKey HashKey::secret() {
    std::random_device random;
    const auto word = [&random] { return static_cast<std::uint64_t>(random()) << 32 | random(); };
    return {word(), word()};
}

}  // namespace tapferry
