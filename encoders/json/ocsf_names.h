// OCSF's numbers and captions, which differ from IANA's names. Used by ocsf.cpp and json_notices.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "proto/event.h"

namespace tapferry {

struct OcsfName {
    std::string_view id;  // the digits of a number
    std::string_view caption;
};
OcsfName ocsf_rcode(std::uint16_t rcode);
OcsfName ocsf_opcode(std::uint8_t opcode);
// severity_id: the digit of 1 (informational) to 4 (high).
char ocsf_severity(const Event& event);

// ,"flag_ids":[…] of the header: written once, needed for each answer.
class OcsfFlagIds {
  public:
    explicit OcsfFlagIds(const dns::Message& dns);
    [[nodiscard]] std::string_view view() const { return {text_.data(), length_}; }

  private:
    std::array<char, 32> text_;
    std::size_t length_ = 0;
};

}  // namespace tapferry
