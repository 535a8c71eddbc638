// The pieces of text that an event is put together from, for TextBuffer::append(): each knows how much room
// it needs at most. What they write is what the function of dns_text.h with the like name appends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "proto/digits.h"
#include "proto/event.h"
#include "proto/record_types.h"

namespace tapferry {

struct TypeName {
    static constexpr std::size_t room = 16;
    std::uint16_t type;
    char* write(char* out) const;
};

struct ClassName {
    static constexpr std::size_t room = 16;
    std::uint16_t rclass;
    char* write(char* out) const {
        if (rclass != dns::class_in) [[unlikely]]
            return write_other(out);
        out[0] = 'I';
        out[1] = 'N';
        return out + 2;
    }
    char* write_other(char* out) const;
};

struct RcodeName {
    static constexpr std::size_t room = 16;
    std::uint16_t rcode;
    char* write(char* out) const;
};

struct OpcodeName {
    static constexpr std::size_t room = 16;
    std::uint8_t opcode;
    char* write(char* out) const;
};

struct MessageTypeName {
    static constexpr std::size_t room = 32;
    const Event& event;
    char* write(char* out) const;
};

struct SocketProtocolName {
    static constexpr std::size_t room = 16;
    SocketProtocol protocol;
    char* write(char* out) const;
};

struct AddressText {
    static constexpr std::size_t room = 45;
    const IpAddress& address;
    char* write(char* out) const;
};

struct EventIdText {
    static constexpr std::size_t room = 34;
    const EventId& id;
    char* write(char* out) const;
};

// The digits of a second's fraction, with the dot before them; nothing for 0 digits.
struct FractionText {
    static constexpr std::size_t room = 11;
    std::uint32_t nanoseconds;
    unsigned digits;  // 0 to 9
    char* write(char* out) const;
};

// RFC 3339 up to the second, "2026-11-20T21:23:42". Events come in about the order of their times, so the
// text is kept until another second is asked for. Its owner is one encoder.
class SecondText {
  public:
    static constexpr std::size_t size = 19;
    const SecondText& of(std::int64_t seconds) {
        if (seconds != seconds_) [[unlikely]]
            render(seconds);
        return *this;
    }
    static constexpr std::size_t room = size;
    char* write(char* out) const {
        std::memcpy(out, text_.data(), size);
        return out + size;
    }

  private:
    void render(std::int64_t seconds);

    std::int64_t seconds_ = 0;
    std::array<char, size> text_{'1', '9', '7', '0', '-', '0', '1', '-', '0', '1',
                                 'T', '0', '0', ':', '0', '0', ':', '0', '0'};
};

}  // namespace tapferry
