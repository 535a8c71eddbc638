#include "transports/compression.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/support/unpacked.h"

namespace tapferry {

TEST_CASE("packed pieces one behind the other read as one, whatever the effort") {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += "www.example." + std::to_string(i % 700) + " IN AAAA\n";
    for (const Compression how : {Compression::gzip, Compression::zstd}) {
        for (const auto effort : {Compressor::Effort::least, Compressor::Effort::usual}) {
            Compressor compressor(how, effort);
            std::string packed;
            compressor.append(text, packed);
            compressor.append("", packed);
            compressor.append("the end", packed);
            CHECK(packed.size() < text.size() / 4);
            CHECK(unpacked(packed, how) == text + "the end");
        }
    }
}

TEST_CASE("whatever is packed comes back the same: nothing, one byte, what cannot be packed, megabytes") {
    std::mt19937 random(1);
    std::string noise;
    for (int i = 0; i < 16 << 18; ++i)
        for (auto word = random(); word != 0; word >>= 8) noise += static_cast<char>(word);
    std::string lines;
    while (lines.size() < 16 << 20)
        lines += R"({"qname":"host)" + std::to_string(random() % 5000) + ".example\"}\n";
    std::string mixed;
    for (std::size_t at = 0; at < 2 << 20; at += 70'000)
        mixed += noise.substr(at, 35'000) + lines.substr(at, 35'000) + std::string(300, '\0');
    for (const Compression how : {Compression::gzip, Compression::zstd}) {
        for (const auto effort : {Compressor::Effort::least, Compressor::Effort::usual}) {
            Compressor compressor(how, effort);
            std::string packed;
            std::string whole;
            for (const std::string& text :
                 {std::string(), std::string("a"), std::string(1, '\0'), noise.substr(0, 1),
                  noise.substr(0, 300), noise.substr(0, 65'535), noise.substr(0, 65'536), noise, lines, mixed,
                  lines.substr(0, 262'144), std::string(1 << 20, 'x')}) {
                const std::size_t before = packed.size();
                compressor.append(text, packed);
                CHECK(packed.size() - before <= text.size() + text.size() / 1000 + 64);
                whole += text;
            }
            CHECK((unpacked(packed, how) == whole));
        }
    }
}

TEST_CASE("without compression bytes stay as they are") {
    Compressor compressor(Compression::none, Compressor::Effort::least);
    std::string bytes = "a";
    compressor.append("b\nc", bytes);
    CHECK(bytes == "ab\nc");
}

}  // namespace tapferry
