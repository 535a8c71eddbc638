#include "agent/stages/stages.h"

#include <algorithm>

namespace tapferry {

namespace {

bool asks_for_places(const Expression& where) {
    constexpr std::string_view fields[] = {"src_country", "src_city", "src_asn", "src_as_org",
                                           "dst_country", "dst_city", "dst_asn", "dst_as_org"};
    return std::any_of(std::begin(fields), std::end(fields),
                       [&](std::string_view field) { return where.asks_for(field); });
}

}  // namespace

Stages::Stages(const StageOptions& options)
    : selection_(options.selection),
      where_(options.where),
      sampling_(options.sample),
      fixed_labels_(options.labels) {
    shows_domain_ = options.registered_domain;
    where_asks_for_domain_ =
        where_ && (where_->asks_for("registered_domain") || where_->asks_for("public_suffix"));
    where_asks_for_labels_ = where_ && where_->asks_for("labels");
    where_asks_for_places_ = where_ && asks_for_places(*where_);
    if (options.registered_domain || where_asks_for_domain_) registered_domains_.emplace();
    if (options.wanted.any() || options.unwanted.any()) filter_.emplace(options.wanted, options.unwanted);
    if (!options.match_lists.empty()) match_lists_.emplace(options.match_lists);
    if (options.places) places_.emplace(options.places);
    if (options.privacy.client != PrivacyOptions::Client::keep) privacy_.emplace(options.privacy);
    for (const FixedLabel& label : fixed_labels_) unlisted_labels_.push_back({label.name, label.value});
    labels_ = unlisted_labels_;
    if (!match_lists_) return;
    const auto behind = std::find_if(labels_.begin(), labels_.end(),
                                     [](const Label& label) { return label.name > list_label; });
    list_at_ = static_cast<std::size_t>(behind - labels_.begin());
    labels_.insert(behind, {list_label, {}});
}

bool Stages::pass(Event& event) {
    if (!wants(event)) return false;
    if (shows_domain_ && !where_asks_for_domain_) registered_domains_->add(event);
    if (!shows_domain_) event.registered_domain = event.public_suffix = {};
    // Where somebody is must be asked before it is hidden who he is.
    if (places_ && !where_asks_for_places_) places_->add(event);
    if (privacy_) privacy_->apply(event);
    if (!where_asks_for_labels_) add_labels(event);
    return true;
}

// The cheap questions first. `where` may ask for the rate, so sampling comes before it.
bool Stages::wants(Event& event) {
    if (!selection_.wants(event) || (filter_ && !filter_->wants(event))) return false;
    if (!sampling_.keeps(event)) return false;
    if (where_asks_for_domain_) registered_domains_->add(event);
    if (where_asks_for_places_ && places_) places_->add(event);
    if (where_asks_for_labels_) {
        if (!is_listed_well(event)) return false;
        add_labels(event);
    }
    if (where_ && !where_->matches(event)) return false;
    return where_asks_for_labels_ || is_listed_well(event);
}

void Stages::add_labels(Event& event) {
    event.labels = unlisted_labels_;
    if (!match_lists_ || match_lists_->names().empty()) return;
    labels_[*list_at_].value = match_lists_->names();
    event.labels = labels_;
}

}  // namespace tapferry
