// Which fields a record has only a part of, or lacks, because it would have been too long: by their sort, so
// that they can be counted whatever the format calls them. Told by the encoder to the RecordBuffer and in the
// event itself; counted by the route.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tapferry {

enum class CutField : std::uint8_t {
    name,       // the name asked, of which the last labels are left
    full_name,  // the same name whole, in a second field
    identity,
    flags,
    answers,  // in JSON also other sections, and parts of EDNS
    message,  // why the DNS message is malformed; or answers, where they stand in a field of free text
    others,   // all that does not identify the event
};
inline constexpr std::size_t cut_field_count = 7;
inline constexpr std::array<std::string_view, cut_field_count> cut_field_names{
    "name", "full_name", "identity", "flags", "answers", "message", "others"};

class CutFields {
  public:
    void add(CutField field) { bits_ |= bit(field); }
    [[nodiscard]] bool holds(CutField field) const { return (bits_ & bit(field)) != 0; }
    [[nodiscard]] bool empty() const { return bits_ == 0; }
    friend bool operator==(CutFields, CutFields) = default;

  private:
    static constexpr unsigned bit(CutField field) { return 1U << static_cast<unsigned>(field); }
    unsigned bits_ = 0;
};

// How many records lack something, by CutField.
using CutCounts = std::array<std::uint64_t, cut_field_count>;

}  // namespace tapferry
