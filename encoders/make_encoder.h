// From options to encoders: the one place that knows every format.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "encoders/encoder.h"
#include "encoders/options.h"

namespace tapferry {

std::unique_ptr<Encoder> make_encoder(const FormatOptions&);
std::unique_ptr<Envelope> make_syslog_header(const SyslogHeaderOptions&);
std::unique_ptr<Envelope> make_splunk_envelope(const SplunkEnvelopeOptions&);

// Names of the formats: "json", "cef", "passivedns", "text" …
std::vector<std::string_view> format_names();
// The default options of a format, or none when there is no such format.
std::optional<FormatOptions> default_format(std::string_view name);
// Why a text format's directives cannot be used ("unknown field %{colour}; known are …"); empty: they can.
std::string check_text_format(std::string_view format);
// Likewise of a template, and of the fields that a summary groups by.
std::string check_template(std::string_view line);
std::string check_group_by(const std::vector<std::string>& fields);
// Likewise of a text and of a field in Splunk's envelope; and the fields that such a text holds,
// "labels.NAME" for a label. (splunk_envelope.cpp)
std::string check_splunk_text(std::string_view text);
std::string check_indexed_field(std::string_view name);
std::vector<std::string> fields_of_splunk_text(std::string_view text);

// Whether the records hold bytes of the frame that the stages cannot change: what a privacy stage hides in
// the event would be in them.
bool passes_frame_on(const FormatOptions&);
// What the records of the format are made of.
RecordText record_text(const FormatOptions&);

}  // namespace tapferry
