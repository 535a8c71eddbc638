// Whether what a destination writes to is the data stream that its configuration calls it: where no index
// template makes one, the first document has made a plain index of its name. Asked once, after the first
// documents were stored, on one of the connections, which is busy with it until the server answers. Owned by
// BulkDialect; its thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "transports/http/dialect.h"

namespace tapferry {

class StreamCheck {
  public:
    // Empty: it is no data stream, and nothing is asked.
    explicit StreamCheck(std::string stream)
        : stream_(std::move(stream)), step_(stream_.empty() ? Step::over : Step::not_yet) {}

    // Documents were stored.
    void stored();
    // What is to be asked now.
    [[nodiscard]] std::optional<SideQuestion> question();
    // Null: there was none. Whoever is not let ask, or gets no answer, is told nothing.
    void take_answer(const ServerAnswer* answer);
    // As Transport::take_warning().
    [[nodiscard]] std::string take_warning() { return std::exchange(warning_, {}); }

  private:
    enum class Step : std::uint8_t { not_yet, ask_stream, await_stream, ask_alias, await_alias, over };

    const std::string stream_;
    Step step_;
    std::string warning_;
};

}  // namespace tapferry
