// What happens to an event between decoding and encoding, in this order: filter (message types, lists,
// sampling, `where`, match lists), registered domains, places, privacy, labels. What `where` asks for is
// there before it. Each route and each command that shows events owns one; it is not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/stages/expression.h"
#include "agent/stages/filter.h"
#include "agent/stages/match_lists.h"
#include "agent/stages/places.h"
#include "agent/stages/privacy.h"
#include "agent/stages/registered_domains.h"
#include "agent/stages/sampling.h"
#include "agent/stages/selection.h"
#include "proto/event.h"

namespace tapferry {

struct FixedLabel {
    std::string name;   // letters, digits and _
    std::string value;  // printable ASCII
    friend bool operator==(const FixedLabel&, const FixedLabel&) = default;
};

// The label that names the match lists an event is on.
inline constexpr std::string_view list_label = "list";

// Finished: names resolved, files read, bounds checked.
struct StageOptions {
    Selection selection = Selection::all();
    FilterLists wanted;    // each that is given must match
    FilterLists unwanted;  // none of them may match
    std::optional<Expression> where;
    double sample = 1;                          // share of the names: above 0, to 1
    std::vector<MatchListOptions> match_lists;  // in order of name
    bool registered_domain = false;             // fill it in
    std::shared_ptr<const PlaceDatabases> places;
    PrivacyOptions privacy;
    std::vector<FixedLabel> labels;  // in order of name; with match lists none is called "list"
};

class Stages {
  public:
    explicit Stages(const StageOptions& options);
    Stages(const Stages&) = delete;
    Stages& operator=(const Stages&) = delete;

    // Changes the event, which then refers to this object. False: it is not wanted.
    [[nodiscard]] bool pass(Event& event);
    // What no stage concerns gets the fixed labels.
    void label(Event& event) const { event.labels = unlisted_labels_; }

  private:
    [[nodiscard]] bool wants(Event& event);
    [[nodiscard]] bool is_listed_well(const Event& event) {
        return !match_lists_ || match_lists_->pass(event);
    }
    void add_labels(Event& event);

    const Selection selection_;
    std::optional<RegisteredDomains> registered_domains_;
    bool shows_domain_ = false;
    bool where_asks_for_domain_ = false;
    bool where_asks_for_places_ = false;
    bool where_asks_for_labels_ = false;
    std::optional<Filter> filter_;
    std::optional<Expression> where_;
    Sampling sampling_;
    std::optional<MatchLists> match_lists_;
    std::optional<Places> places_;
    std::optional<Privacy> privacy_;
    const std::vector<FixedLabel> fixed_labels_;
    std::vector<Label> labels_;           // views of fixed_labels_, and in between:
    std::optional<std::size_t> list_at_;  // where the lists of this event are named
    std::vector<Label> unlisted_labels_;  // labels_ without it
};

}  // namespace tapferry
