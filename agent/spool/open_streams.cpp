#include "agent/spool/open_streams.h"

#include "agent/spool/block_format.h"

namespace tapferry {

OpenStreams::OpenStreams() : names_(std::make_shared<StreamNames>()) {}

void OpenStreams::open(std::uint32_t stream, std::string_view input, std::string_view peer) {
    close(stream);
    auto opened = std::make_shared<OpenStream>();
    opened->body = encode_stream({stream, input, peer});
    if (const auto cut = decode_stream(opened->body)) opened->input = cut->input;
    bytes_ += block_header_bytes + opened->body.size();
    streams_.emplace(stream, std::move(opened));
    changed_ = true;
}

void OpenStreams::close(std::uint32_t stream) {
    const auto open = streams_.find(stream);
    if (open == streams_.end()) return;
    bytes_ -= block_header_bytes + open->second->body.size();
    streams_.erase(open);
    changed_ = true;
}

const std::shared_ptr<const StreamNames>& OpenStreams::names() {
    if (changed_) names_ = std::make_shared<StreamNames>(streams_);
    changed_ = false;
    return names_;
}

}  // namespace tapferry
