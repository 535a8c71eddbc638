#include "agent/config/document.h"

#include <unistd.h>

#include <cstdlib>

#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

// A variable of the environment while it lives.
class Variable {
  public:
    Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
    ~Variable() { ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    const char* name_;
};

TEST_CASE("what is no TOML is one fault with its place, whatever else is missing") {
    for (const std::string_view text :
         {"[agent\n", "a = \n", "a = 1\na = 2\n", "[a]\n[a]\n", "x", "a = \"\xff\"\n", "\x01", "a = \"open\n",
          "a = [1,\n", "a = 'x\0y'\n", "= 1\n"}) {
        CAPTURE(text);
        const Lines faults = faults_of(text);
        REQUIRE(faults.size() == 1);
        CHECK(faults.front().starts_with("tapferry.toml:"));
        CHECK(faults.front().find(": this is not TOML: ") != std::string::npos);
    }
}

TEST_CASE("a syntax error is told with its line and column") {
    CHECK(fault_text_of("[agent]\nlog_level = = 5\n").starts_with("tapferry.toml:2:13: this is not TOML: "));
}

TEST_CASE("deep nesting is refused and not followed to the end of the stack") {
    const std::string deep = "a = " + std::string(100'000, '[') + std::string(100'000, ']') + "\n";
    CHECK(fault_text_of(deep).find("this is not TOML") != std::string::npos);
}

TEST_CASE("a file that is not there, may not be read or is a directory is told by its name") {
    const ConfigFolder folder;
    CHECK(folder.faults() == Lines{"tapferry.toml: cannot be read: No such file or directory"});
    std::filesystem::create_directory(folder.path("tapferry.toml"));
    CHECK(folder.faults() == Lines{"tapferry.toml: is a directory, not a configuration file"});
}

TEST_CASE("files of conf.d are read in order of name, those that do not end in .toml are not") {
    const ConfigFolder folder;
    folder.write("tapferry.toml", "[inputs.bind]\ntype = \"unix\"\npath = \"/run/x.sock\"\n");
    folder.write("conf.d/20-b.toml", "[destinations.b]\ntype = \"stdout\"\n");
    folder.write("conf.d/10-a.toml", "[destinations.a]\ntype = \"stdout\"\n[agent]\nlog_level = \"debug\"\n");
    folder.write("conf.d/30-c.toml~", "this is no TOML\n");
    folder.write("conf.d/README", "this is no TOML\n");
    const Config config = folder.read();
    REQUIRE(config.destinations.size() == 2);
    CHECK(config.log.level == LogLevel::debug);
}

TEST_CASE("a value given twice is a fault at its second place that names the first one") {
    const ConfigFolder folder;
    folder.write("tapferry.toml", std::string(whole) + "[agent]\nlog_level = \"info\"\n");
    folder.write("conf.d/10.toml", "[agent]\nlog_level = \"debug\"\nlog_format = \"json\"\n");
    folder.write("conf.d/20.toml", "[agent]\nlog_format = \"text\"\n");
    CHECK(folder.faults() ==
          Lines{"conf.d/10.toml:2:13: agent.log_level: is given already in tapferry.toml:7",
                "conf.d/20.toml:2:14: agent.log_format: is given already in conf.d/10.toml:3"});
}

TEST_CASE("a table in one file and a value in another do not go together") {
    const ConfigFolder folder;
    folder.write("tapferry.toml", whole);
    folder.write("conf.d/10.toml", "inputs = 5\n");
    CHECK(folder.faults() == Lines{"conf.d/10.toml:1:10: inputs: is given already in tapferry.toml:1"});
}

TEST_CASE("faults in several files are told together, each with its own file") {
    const ConfigFolder folder;
    folder.write("tapferry.toml", std::string(whole) + "[agent]\nlog_level = \"loud\"\n");
    folder.write("conf.d/10.toml", "[spool]\nmax_bytes = 5\n");
    const Lines faults = folder.faults();
    REQUIRE(faults.size() == 2);
    CHECK(faults[0].starts_with("conf.d/10.toml:2:13: spool.max_bytes: "));
    CHECK(faults[1].starts_with("tapferry.toml:7:13: agent.log_level: "));
}

TEST_CASE("syntax errors of several files are told together") {
    const ConfigFolder folder;
    folder.write("tapferry.toml", "x\n");
    folder.write("conf.d/10.toml", "y\n");
    CHECK(folder.faults().size() == 2);
}

TEST_CASE("a variable of the environment may stand anywhere in a text, more than once") {
    const Variable site("TAPFERRY_TEST_SITE", "fra1");
    const Variable port("TAPFERRY_TEST_PORT", "601");
    const Variable size("TAPFERRY_TEST_SIZE", "512KiB");
    const Config config = config_of(
        with_destination("type = \"tcp\"\naddress = \"siem-${TAPFERRY_TEST_SITE}:${TAPFERRY_TEST_PORT}\"\n"
                         "batch = { max_bytes = \"${TAPFERRY_TEST_SIZE}\" }\n"
                         "labels = { both = \"${TAPFERRY_TEST_SITE}/${TAPFERRY_TEST_SITE}\" }"));
    const auto& destination = config.destinations.front();
    CHECK(destination.where == "siem-fra1:601");
    CHECK(destination.batch.max_bytes == 512u << 10);
    CHECK(destination.stages.labels == std::vector<FixedLabel>{{"both", "fra1/fra1"}});
}

TEST_CASE("a variable's value is not looked into for further variables") {
    const Variable inner("TAPFERRY_TEST_INNER", "secret");
    const Variable outer("TAPFERRY_TEST_OUTER", "${TAPFERRY_TEST_INNER}");
    const Config config =
        config_of(with_destination("type = \"stdout\"\nlabels = { a = \"${TAPFERRY_TEST_OUTER}\" }"));
    CHECK(config.destinations.front().stages.labels.front().value == "${TAPFERRY_TEST_INNER}");
}

TEST_CASE("a variable that is not set, or whose brace is open, is a fault; a dollar sign alone is not") {
    CHECK(
        fault_text_of(with_destination("type = \"file\"\npath = \"/x/${TAPFERRY_TEST_IS_NOT_SET}\"")) ==
        "tapferry.toml:6:8: destinations.out.path: names the environment variable TAPFERRY_TEST_IS_NOT_SET, "
        "which is not set\n");
    CHECK(fault_text_of(with_destination("type = \"file\"\npath = \"/x/${OPEN\"")) ==
          "tapferry.toml:6:8: destinations.out.path: has \"${\" without its \"}\"\n");
    CHECK(config_of(with_destination("type = \"file\"\npath = \"/x/$5.$\"")).destinations.front().where ==
          "/x/$5.$");
}

TEST_CASE("the canonical text tells settings apart and does not depend on places or order") {
    const auto text_of = [](std::string_view toml) {
        const ConfigFolder folder;
        folder.write("x.toml", toml);
        std::vector<ConfigFault> faults;
        return canonical_text(read_document(folder.path("x.toml"), faults));
    };
    CHECK(text_of("a = 1\nb = \"x\"\n") == text_of("# more\n\nb = 'x'\na = 1\n"));
    CHECK(text_of("[t]\na = 1\n") == text_of("t = { a = 1 }\n"));
    const std::string_view different[] = {"a = 1",   "a = \"1\"",   "a = 1.0",         "a = true",
                                          "a = [1]", "a = [\"1\"]", "a = [\"1,1:1\"]", "a = [\"1\", \"1\"]",
                                          "b = 1",   "a = {}"};
    for (const auto one : different)
        for (const auto other : different) CHECK((text_of(one) == text_of(other)) == (one == other));
}

TEST_CASE("a destination's source changes with its section and with nothing else") {
    const Config before = config_of(with_destination("type = \"stdout\""));
    const Config same = config_of("# a comment\n" + with_destination("\n  type = 'stdout'") +
                                  "[spool]\nmax_bytes = \"1GiB\"\n");
    const Config other = config_of(with_destination("type = \"stdout\"\nstart = \"oldest\""));
    CHECK(before.destinations.front().source == same.destinations.front().source);
    CHECK(before.source_but_reloadable != same.source_but_reloadable);
    CHECK(before.destinations.front().source != other.destinations.front().source);
    CHECK(before.source_but_reloadable == other.source_but_reloadable);
}

TEST_CASE("how the agent logs follows at a reload and is no reason for a restart") {
    const std::string base = with_destination("type = \"stdout\"") + "[agent]\nstop_timeout = \"5s\"\n";
    const Config before = config_of(base);
    CHECK(before.source_but_reloadable ==
          config_of(base + "log_level = \"debug\"\nlog_format = \"json\"\n").source_but_reloadable);
    CHECK(before.source_but_reloadable !=
          config_of(with_destination("type = \"stdout\"") + "[agent]\nstop_timeout = \"6s\"\n")
              .source_but_reloadable);
}

}  // namespace
}  // namespace tapferry
