// The streams that are open: what their blocks say, and the names of their inputs as of a block. Owned by the
// Spool's appending thread; what names() gives is never changed and may be kept by any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tapferry {

struct OpenStream {
    std::string input;
    std::vector<std::uint8_t> body;  // of its stream block
};
using StreamNames = std::map<std::uint32_t, std::shared_ptr<const OpenStream>>;

class OpenStreams {
  public:
    OpenStreams();

    void open(std::uint32_t stream, std::string_view input, std::string_view peer);
    void close(std::uint32_t stream);
    // Of those that are open now. The same pointer as long as nothing was opened or closed.
    [[nodiscard]] const std::shared_ptr<const StreamNames>& names();
    // Of the blocks of all that are open.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  private:
    StreamNames streams_;
    std::uint64_t bytes_ = 0;
    bool changed_ = false;
    std::shared_ptr<const StreamNames> names_;
};

}  // namespace tapferry
