// Events of whatever bytes in names, RDATA and opaque fields, for tests of all formats.
#pragma once

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>

#include "tests/encoders/event_builder.h"

namespace tapferry::test {

inline constexpr int hostile_rounds = 400;

class Hostile {
  public:
    // Of texts in which half of the bytes are those that some syntax gives a meaning to.
    explicit Hostile(unsigned seed) : random_(seed) {}
    // Of texts of these bytes alone.
    Hostile(unsigned seed, std::string_view bytes) : random_(seed), nasty_(bytes), any_(false) {}

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
    }

    std::string bytes(std::size_t length) {
        std::string text(length, '\0');
        for (char& c : text)
            c = !any_ || below(2) == 0 ? nasty_[below(nasty_.size())] : static_cast<char>(below(256));
        return text;
    }

    Labels labels() {
        Labels labels(1 + below(4));
        for (std::string& label : labels) label = bytes(1 + below(below(4) == 0 ? 60 : 12));
        return labels;
    }

  private:
    std::mt19937 random_;
    std::string_view nasty_{"\\\"|=;,\n\r\t\0 ]}[{:%<>'\x1B\x7F\xFF", 23};
    bool any_ = true;
};

// What the opaque views of a hostile event point to.
struct HostileEvent {
    explicit HostileEvent(Hostile& hostile)
        : identity(hostile.bytes(hostile.below(120))),
          version(hostile.bytes(hostile.below(120))),
          extra(hostile.bytes(hostile.below(400))),
          policy(hostile.bytes(1 + hostile.below(40))),
          labels{{{"list", extra}, {"site_2", policy}}} {
        constexpr std::uint16_t types[] = {1,  2,  5,  6,  12, 13,  15,  16,   28,
                                           33, 35, 46, 64, 65, 257, 999, 65280};
        const Labels name = hostile.labels();
        builder.type(static_cast<MessageType>(1 + hostile.below(14)))
            .question(name)
            .rcode(static_cast<std::uint16_t>(hostile.below(4)));
        if (hostile.below(2) == 0) builder.zone(Labels(name.begin() + 1, name.end()));
        for (std::size_t i = hostile.below(6); i > 0; --i) {
            const std::uint16_t type = types[hostile.below(std::size(types))];
            std::string rdata = hostile.bytes(hostile.below(90));
            if (type == 16) rdata = character_string(rdata);
            if (type == 2 || type == 5 || type == 12) rdata = wire_name(hostile.labels());
            builder.answer(hostile.below(2) == 0 ? name : hostile.labels(), type, rdata);
        }
        Event& event = builder.event();
        event.identity = identity;
        event.version = version;
        event.extra = extra;
        event.input = extra;
        event.labels = labels;
        event.query_place = {.country = "DE", .city = extra, .as_number = 64500, .as_organization = policy};
        if (hostile.below(4) == 0) {
            event.policy = {.present = true,
                            .type = policy,
                            .rule = policy,
                            .action = PolicyAction::nodata,
                            .match = PolicyMatch::client_ip,
                            .value = policy};
        }
    }

    std::string identity;
    std::string version;
    std::string extra;
    std::string policy;
    std::array<Label, 2> labels;
    EventBuilder builder;
};

template <typename Check>
void with_hostile_events(unsigned seed, Check check) {
    Hostile hostile(seed);
    for (int round = 0; round < hostile_rounds; ++round) {
        HostileEvent event(hostile);
        check(event.builder.build());
    }
}

inline std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + part.size()))
        ++count;
    return count;
}

inline bool is_one_printable_line(std::string_view line) {
    return std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

}  // namespace tapferry::test
