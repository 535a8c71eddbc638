// A YAML document being appended: one line for each member of a mapping. Used by yaml.cpp; lives for one
// event.
#pragma once

#include <string_view>

#include "encoders/escape.h"
#include "proto/dns_text.h"
#include "proto/text_pieces.h"

namespace tapferry {

struct YamlDocument {
    explicit YamlDocument(TextBuffer& buffer) : out(buffer) {}

    // "KEY: VALUE" with what needs no quotes; `prefix` is the indented key with its colon and a space.
    template <typename... Parts>
    void plain(std::string_view prefix, const Parts&... parts) {
        out.append(prefix, parts..., '\n');
    }
    // What `append` appends, between quotes.
    template <typename Append>
    void quoted(std::string_view prefix, Append append) {
        out.append(prefix, '\'');
        const std::size_t from = out.size();
        append();
        escape_single_quotes(out, from);
        out.append("'\n");
    }
    // Nothing when there are no bytes.
    void opaque(std::string_view prefix, std::string_view bytes) {
        if (!bytes.empty()) quoted(prefix, [&] { append_opaque(out, bytes); });
    }
    void address(std::string_view prefix, const IpAddress& address) {
        if (address.present()) plain(prefix, '\'', AddressText{address}, '\'');
    }

    TextBuffer& out;
};

// The document of `dnstap-read -y`, with what it leaves out. Whether all of the message is shown.
bool append_dnstap_read_document(TextBuffer& out, const Event& event);

}  // namespace tapferry
