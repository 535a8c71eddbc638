// Which records of an answer belong to what was asked. A server may put anything into an answer; passive DNS
// believes only what it was asked for: with the zone of the servers asked (dnstap's query_zone) all at or
// below that zone, else the name asked and what it leads to by CNAME and DNAME, in the order of the records.
// Names are compared in canonical text, where a dot always separates labels. Storage is reused; the owner is
// one encoder.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

class AnswerChain {
  public:
    // Begins with what `event` asked for.
    void start(const Event& event);
    // Whether the record belongs, its owner being the name `owner` without a trailing dot. A CNAME that
    // belongs makes the records of its target belong.
    [[nodiscard]] bool take(const Event& event, const dns::ResourceRecord& record, std::string_view owner);

  private:
    struct Stretch {
        std::size_t begin;
        std::size_t length;
    };
    [[nodiscard]] std::string_view name(Stretch stretch) const {
        return names_.view().substr(stretch.begin, stretch.length);
    }
    void end_name(std::size_t begin) { chain_.push_back({begin, names_.size() - begin}); }
    [[nodiscard]] bool is_owner(const dns::ResourceRecord& record, std::string_view owner) const;

    TextBuffer names_;
    // Into names_: the zone alone, or the name asked and the targets of its CNAMEs.
    std::vector<Stretch> chain_;
    bool by_zone_ = false;
};

}  // namespace tapferry
