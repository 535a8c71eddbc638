// How the page looks, and the few lines of script that show values under the pointer. Used by
// report_html.cpp.
#pragma once

#include <string_view>

namespace tapferry {

std::string_view page_style();
std::string_view page_script();
// "sha256-…" of the script, for the page's content security policy: no other one runs.
std::string_view page_script_hash();

}  // namespace tapferry
