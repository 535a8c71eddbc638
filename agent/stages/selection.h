// Which events a destination wants, by dnstap message type. Owned by Stages.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "proto/event.h"

namespace tapferry {

class Selection {
  public:
    // Everything, also types that this version does not know.
    static Selection all();
    // What a SIEM wants unless told otherwise: answers to clients and of authority, updates, new domains, and
    // queries that were left unanswered.
    static Selection usual();
    // Nothing yet; see add().
    static Selection none() { return Selection{}; }

    void add(MessageType type) { wanted_[static_cast<std::size_t>(type)] = true; }
    // Takes the types back that `unwanted` wants.
    void remove(const Selection& unwanted);
    // No event at all is wanted.
    [[nodiscard]] bool empty() const;
    // A dnstap name ("CLIENT_RESPONSE") or short form ("CR"), in any case. None: there is no such type.
    static std::optional<MessageType> find(std::string_view name);

    [[nodiscard]] bool wants(const Event& event) const {
        return wanted_[static_cast<std::size_t>(event.type)] ||
               (new_domains_ && event.kind == EventKind::new_domain) ||
               (unanswered_ && event.kind == EventKind::unanswered);
    }

  private:
    std::array<bool, message_type_count> wanted_{};  // by MessageType
    bool new_domains_ = false;
    bool unanswered_ = false;
};

}  // namespace tapferry
