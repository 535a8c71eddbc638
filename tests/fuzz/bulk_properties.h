// What must hold of whatever is answered to a `_bulk` request: asserted by the fuzzer and, over its corpus,
// by an ordinary test.
#pragma once

#include <string>
#include <string_view>

namespace tapferry::test {

// A digit for the status, one for how many documents were sent, and the body. What does not hold; empty:
// nothing.
std::string broken_by_bulk_answer(std::string_view bytes);

}  // namespace tapferry::test
