// How much memory the rows of a format that aggregates take: distinct A records, each of another name.
//   row_bench passivedns 1000000
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>

#include "encoders/make_encoder.h"
#include "tests/encoders/event_builder.h"

namespace {

using namespace tapferry;

double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    file >> pages >> pages;
    return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void add_row(Encoder& encoder, RecordBuffer& records, unsigned long number) {
    const test::Labels name{"host" + std::to_string(number), "example", "com"};
    const auto byte = [number](int shift) { return static_cast<char>(number >> shift & 0xFF); };
    test::EventBuilder builder;
    builder.type(MessageType::resolver_response).question(name);
    builder.answer(name, 1, {'\x0A', byte(16), byte(8), byte(0)});
    encoder.encode(builder.build(), records);
}

std::optional<FormatOptions> with_room(std::optional<FormatOptions> options, unsigned long rows) {
    if (!options) return options;
    if (auto* passivedns = std::get_if<PassivednsOptions>(&*options)) passivedns->max_rows = 2 * rows;
    if (auto* cof = std::get_if<CofOptions>(&*options)) cof->max_rows = 2 * rows;
    if (auto* summary = std::get_if<SummaryOptions>(&*options))
        *summary = {.max_rows = 2 * rows, .group_by = {"qname"}};
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    const unsigned long rows = argc == 3 ? std::strtoul(arguments[2], nullptr, 10) : 0;
    const auto options = rows != 0 ? with_room(default_format(arguments[1]), rows) : std::nullopt;
    if (!options) {
        std::fputs("usage: row_bench FORMAT ROWS\n", stderr);
        return 2;
    }
    const auto encoder = make_encoder(*options);
    RecordBuffer records(Framing::newline);
    add_row(*encoder, records, 0);
    const double before = resident_bytes();
    for (unsigned long number = 1; number <= rows; ++number) add_row(*encoder, records, number);
    const double took = resident_bytes() - before;
    const bool early = encoder->full();
    encoder->close(records);
    std::printf("%zu rows, %.1f bytes a row%s; written: %.1f bytes a row\n", records.size(),
                took / static_cast<double>(rows), early ? ", full" : "",
                static_cast<double>(records.bytes()) / static_cast<double>(rows));
}
