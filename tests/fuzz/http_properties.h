// What must hold of any bytes whatever that come as the answer of an HTTP server: asserted by the fuzzer and,
// over its corpus, by an ordinary test.
#pragma once

#include <string>
#include <string_view>

namespace tapferry::test {

// What does not hold; empty: nothing.
std::string broken_by_answer(std::string_view bytes);

}  // namespace tapferry::test
