// A TOML document as a tree that remembers where each value was written. document.cpp is the door of toml++.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/config/fault.h"

namespace tapferry {

struct Setting;
using SettingTable = std::map<std::string, Setting>;
using SettingArray = std::vector<Setting>;

// One value with its place. Dates and times of TOML are kept as text: no key takes them.
struct Setting {
    std::variant<SettingTable, SettingArray, std::string, std::int64_t, double, bool> value;
    std::string file;
    unsigned line = 0;
    unsigned column = 0;
};

// Reads `file`. A syntax error or an unreadable file becomes a fault, and an empty table.
Setting read_document(const std::filesystem::path& file, std::vector<ConfigFault>& faults);

// Reads one setting as it would stand in a document, "key = value"; `name` stands for the file. A value that
// is no TOML and has no quotes is taken for a text, so that a shell's user need not write them.
Setting read_setting(std::string_view text, const std::string& name, std::vector<ConfigFault>& faults);

// Adds what `extra` has to `base`; a value given in both becomes a fault at its second place.
void merge_documents(Setting& base, Setting extra, const std::string& path, std::vector<ConfigFault>& faults);

// The setting in a canonical writing, without places: equal texts mean equal settings.
std::string canonical_text(const Setting&);

}  // namespace tapferry
