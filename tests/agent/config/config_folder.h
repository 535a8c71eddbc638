// A configuration in a folder of its own, for tests: files are written into it, read, and the result told as
// text that can be compared.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/config.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry::test {

class ConfigFolder {
  public:
    // Below the folder: "tapferry.toml", "conf.d/10-more.toml".
    void write(std::string_view name, std::string_view text) const;
    [[nodiscard]] std::string path(std::string_view name) const { return folder_.path(name); }

    // What tapferry.toml and conf.d/ say; throws ConfigError.
    [[nodiscard]] Config read() const { return read_config(folder_.path("tapferry.toml")); }
    // The faults as `check` prints them, each without the folder's path; empty when there are none.
    [[nodiscard]] std::vector<std::string> faults() const;

  private:
    TemporaryFolder folder_;
};

Config config_of(std::string_view toml);
std::vector<std::string> faults_of(std::string_view toml);
// All faults in one text, a line each.
std::string fault_text_of(std::string_view toml);

// An input and a destination, so that what a test adds stands in a configuration that is whole.
inline constexpr std::string_view whole =
    "[inputs.bind]\ntype = \"unix\"\npath = \"/run/x.sock\"\n"
    "[destinations.out]\ntype = \"stdout\"\n";

// As `whole`, with these lines in [destinations.out] in place of its type.
std::string with_destination(std::string_view lines);
// What such a configuration says of that destination, and its faults.
DestinationConfig destination(std::string_view lines);
std::vector<std::string> faults(std::string_view lines);
// As `whole`, with these lines in [inputs.bind] behind its type and path.
std::string with_input(std::string_view lines);

// Every value of it, but for DestinationConfig::source and what stands for it, a line each.
std::string describe(const Config& config);
std::string describe(const DestinationConfig& destination);
// The dnstap types that it wants, by short form, and "new-domain".
std::string describe(const Selection& selection);

}  // namespace tapferry::test
