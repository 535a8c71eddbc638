#include "agent/stages/domains.h"

#include <limits>

#include "proto/dns_text.h"

namespace tapferry {

namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_wire = 255;

// One octet of a label from where `at` stands; moves on. None: the escape breaks off, or it is no ASCII.
std::optional<std::uint8_t> next_octet(std::string_view text, std::size_t& at) {
    const auto c = static_cast<unsigned char>(text[at++]);
    if (c >= 0x80 || c < 0x21 || c == 0x7F) return std::nullopt;
    if (c != '\\') return c;
    const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    if (at == text.size()) return std::nullopt;
    if (!digit(at)) return static_cast<std::uint8_t>(text[at++]);
    if (!digit(at + 1) || !digit(at + 2)) return std::nullopt;
    const int value = (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
    at += 3;
    if (value > 255) return std::nullopt;
    return static_cast<std::uint8_t>(value);
}

// The name's wire format; none: it is not a name.
std::optional<std::string> to_wire(std::string_view text) {
    if (text == ".") return std::string(1, '\0');
    if (!text.empty() && text.back() == '.' && !text.ends_with("\\.")) text.remove_suffix(1);
    std::string wire(1, '\0');
    std::size_t length_at = 0;
    const auto end_label = [&] {
        const std::size_t length = wire.size() - length_at - 1;
        wire[length_at] = static_cast<char>(length);
        return length != 0 && length <= longest_label;
    };
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '.') {
            if (!end_label()) return std::nullopt;
            length_at = wire.size();
            wire.push_back('\0');
            ++at;
        } else if (const auto octet = next_octet(text, at)) {
            wire.push_back(static_cast<char>(*octet));
        } else {
            return std::nullopt;
        }
    }
    if (!end_label() || wire.size() + 1 > longest_wire) return std::nullopt;
    return wire + '\0';
}

// FNV-1a from the right, so that the hash of each domain above a name comes by the way.
class SuffixHash {
  public:
    void take(char c) { value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001B3; }
    [[nodiscard]] std::uint64_t value() const { return value_ ^ value_ >> 29; }

  private:
    std::uint64_t value_ = 0xCBF29CE484222325;
};

std::uint64_t hash_of(std::string_view name) {
    SuffixHash hash;
    for (std::size_t i = name.size(); i-- > 0;) hash.take(name[i]);
    return hash.value();
}

std::uint8_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint8_t>(hash >> 56);
}

}  // namespace

std::optional<std::string> canonical_name(std::string_view text) {
    const auto wire = to_wire(text);
    if (!wire) return std::nullopt;
    TextBuffer name;
    if (!append_name(name, {reinterpret_cast<const std::uint8_t*>(wire->data()), wire->size()}, 0))
        return std::nullopt;
    return std::string(name.view());
}

bool ends_with_labels(std::string_view name, std::string_view domain) {
    if (!name.ends_with(domain)) return false;
    return name.size() == domain.size() || domain.starts_with('.') ||
           name[name.size() - domain.size() - 1] == '.';
}

std::size_t DomainSet::find(std::string_view wanted, std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].size != 0 && (slots_[at].tag != tag_of(hash) || name(slots_[at]) != wanted))
        at = (at + 1) & mask;
    return at;
}

void DomainSet::grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
        if (slot.size != 0) slots_[find(name(slot), hash_of(name(slot)))] = slot;
}

bool DomainSet::add(std::string_view text) {
    const bool only_below = text.starts_with("*.") || (text.starts_with('.') && text.size() > 1);
    if (only_below) text.remove_prefix(text.front() == '*' ? 2 : 1);
    const auto domain = canonical_name(text);
    if (!domain || names_.size() > std::numeric_limits<std::uint32_t>::max() - domain->size()) return false;
    if (*domain == ".") {
        if (only_below) return false;  // ".." is a slip of the hand, and would hold everything
        root_ = true;
        ++count_;
        return true;
    }
    if (slots_.size() <= 2 * count_) grow();
    const std::uint64_t hash = hash_of(*domain);
    Slot& slot = slots_[find(*domain, hash)];
    if (slot.size == 0) {
        slot = {static_cast<std::uint32_t>(names_.size()), static_cast<std::uint16_t>(domain->size()), 0,
                tag_of(hash)};
        names_ += *domain;
        ++count_;
    }
    if (!only_below) slot.itself = 1;
    return true;
}

bool DomainSet::contains(std::string_view name) const {
    if (root_) return !name.empty();
    if (slots_.empty()) return false;
    SuffixHash hash;
    for (std::size_t i = name.size(); i-- > 0;) {
        hash.take(name[i]);
        if (i != 0 && name[i - 1] != '.') continue;
        const Slot& slot = slots_[find(name.substr(i), hash.value())];
        if (slot.size != 0 && (i != 0 || slot.itself != 0)) return true;
    }
    return false;
}

}  // namespace tapferry
