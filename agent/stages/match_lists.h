// Lists of domains and networks that events are held against: of malware, of a company's own networks. Tells
// which lists an event is on, and keeps or drops by them. Owned by Stages.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/stages/domains.h"
#include "agent/stages/networks.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

struct MatchListOptions {
    enum class Use : std::uint8_t { tag, only, drop };
    std::string name;
    Use use = Use::tag;
    // One of the two.
    std::shared_ptr<const DomainSet> domains;
    std::shared_ptr<const NetworkSet> networks;
    // What of an event is looked up: of domains qname and answers, of networks all but qname.
    bool in_qname = false;
    bool in_answers = false;
    bool in_src = false;
    bool in_dst = false;
    bool in_client_subnet = false;
};

class MatchLists {
  public:
    // In order of name.
    explicit MatchLists(std::vector<MatchListOptions> lists);

    // False: it is on a list of what to drop, or there are lists of what to keep and it is on none of them.
    [[nodiscard]] bool pass(const Event& event);
    // The lists that the event of the last pass() is on, with commas between; empty: none.
    [[nodiscard]] std::string_view names() const { return names_; }

  private:
    [[nodiscard]] bool holds(const MatchListOptions& list, const Event& event);
    [[nodiscard]] bool holds_answer(const DomainSet& domains, const Event& event);

    std::vector<MatchListOptions> lists_;
    bool has_only_ = false;
    std::string names_;
    TextBuffer text_;
};

}  // namespace tapferry
