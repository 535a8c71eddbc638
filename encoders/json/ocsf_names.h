// OCSF's numbers and captions, which differ from IANA's names. Used by ocsf.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "proto/dns_message.h"

namespace tapferry {

struct OcsfName {
    std::string_view id;  // the digits of a number
    std::string_view caption;
};
OcsfName ocsf_rcode(std::uint16_t rcode);
OcsfName ocsf_opcode(std::uint8_t opcode);

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
