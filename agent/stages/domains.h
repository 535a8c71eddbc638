// Names as operators write them, brought into the form that Event::qname has, and sets of domains that say in
// one walk over a name whether it, or a domain above it, is inside. Used by the filter, by expressions and by
// match lists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapferry {

// "Example.COM." -> "example.com", "a\.b" -> "a\046b". None: it is not a name (a label is empty or longer
// than 63 octets, the whole longer than 255, an escape breaks off, or a byte is not ASCII: such a name has an
// A-label, "xn--…").
std::optional<std::string> canonical_name(std::string_view text);

// Whether `name` ends with the labels of `domain`: is it, or is below it. Both canonical. A dot before the
// domain (".example.com") leaves out the domain itself.
bool ends_with_labels(std::string_view name, std::string_view domain);

class DomainSet {
  public:
    // "example.com": it and everything below; "*.example.com" and ".example.com": only what is below. False:
    // it is not a name.
    bool add(std::string_view text);
    // `name` is canonical.
    [[nodiscard]] bool contains(std::string_view name) const;
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::size_t size() const { return count_; }

  private:
    struct Slot {
        std::uint32_t begin = 0;  // of the name in names_
        std::uint16_t size = 0;   // 0: free
        std::uint8_t itself = 0;  // the name itself is inside, not only what is below
        std::uint8_t tag = 0;     // of the hash, to look at few names in vain
    };
    [[nodiscard]] std::string_view name(const Slot& slot) const {
        return std::string_view(names_).substr(slot.begin, slot.size);
    }
    // The slot that holds the name, or the free one where it belongs.
    [[nodiscard]] std::size_t find(std::string_view name, std::uint64_t hash) const;
    void grow();

    std::string names_;
    std::vector<Slot> slots_;  // a power of two, at most half of them taken
    std::size_t count_ = 0;
    bool root_ = false;  // every name is inside
};

}  // namespace tapferry
