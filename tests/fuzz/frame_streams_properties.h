// What must hold of any bytes whatever that a receiver of Frame Streams sends: asserted by the fuzzer and,
// over its corpus, by an ordinary test.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tapferry::test {

// What does not hold of a session whose receiver sends these bytes, in pieces of so many; empty: nothing.
std::string broken_by_receiver(std::string_view bytes, std::size_t piece);

}  // namespace tapferry::test
