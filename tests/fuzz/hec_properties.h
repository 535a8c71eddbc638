// What must hold of whatever an HTTP Event Collector answers, to batches and to questions about them:
// asserted by the fuzzer and, over its corpus, by an ordinary test.
#pragma once

#include <string>
#include <string_view>

namespace tapferry::test {

// Answers, each behind the other: what it is an answer to ('b' a batch, 'q' a question, 'n' a question that
// has none, 'm' the server is left), a digit for the status, and the body up to a zero byte. What does not
// hold; empty: nothing.
std::string broken_by_collector(std::string_view answers);

}  // namespace tapferry::test
