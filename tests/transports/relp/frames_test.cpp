#include "transports/relp/frames.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

using Kind = RelpReading::Kind;

std::string frame(std::uint32_t number, std::string_view command, std::string_view data) {
    std::string bytes;
    append_relp_frame(bytes, number, command, data);
    return bytes;
}

}  // namespace

TEST_CASE("a frame is number, command, length and data, and without data it has no space for it") {
    CHECK(frame(7, "syslog", "<134>1 - x") == "7 syslog 10 <134>1 - x\n");
    CHECK(frame(999'999'999, "close", "") == "999999999 close 0\n");
}

TEST_CASE("a frame is read when it is there whole, in however many pieces it comes") {
    const std::string bytes = "12 rsp 13 200 OK\nand so\n";
    for (std::size_t length = 0; length < bytes.size(); ++length)
        CHECK(read_relp_frame(std::string_view(bytes).substr(0, length)).kind == Kind::need_more);
    for (const char* behind : {"", "13 rsp 6 200 OK\n", "\xff"}) {
        const std::string more = bytes + behind;
        const RelpReading reading = read_relp_frame(more);
        CHECK(reading.kind == Kind::frame);
        CHECK(reading.length == bytes.size());
        CHECK(reading.frame.number == 12);
        CHECK(reading.frame.command == "rsp");
        CHECK(reading.frame.data == "200 OK\nand so");
    }
}

TEST_CASE("a frame without data may have the space all the same") {
    for (const std::string bytes : {"4 rsp 0\n", "4 rsp 0 \n", "0 serverclose 0\n"}) {
        const RelpReading reading = read_relp_frame(bytes);
        CHECK(reading.kind == Kind::frame);
        CHECK(reading.length == bytes.size());
        CHECK(reading.frame.data.empty());
    }
}

TEST_CASE("what can never become a frame is told at once") {
    for (const std::string bytes :
         {" ", "\n", "x", "-1 rsp 0\n", "1234567890", "1 \n", "1  rsp", "1 rs.p", "1 rsp\n", "1 rsp x",
          "1 rsp -1", "1 rsp 16385 ", "1 rsp 99999999999", "1 rsp 2x", "1 rsp 2 abc", "1 rsp 0x",
          "HTTP/1.1 400 Bad Request\r\n", "1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
        CAPTURE(bytes);
        CHECK(read_relp_frame(bytes).kind == Kind::broken);
    }
    const std::string longest = "1 rsp " + std::to_string(RelpReading::most_data) + " " +
                                std::string(RelpReading::most_data, 'a') + "\n";
    CHECK(longest.size() <= RelpReading::most_bytes);
    CHECK(read_relp_frame(longest).kind == Kind::frame);
}

TEST_CASE("behind the largest number comes 1") {
    CHECK(relp_number_after(1) == 2);
    CHECK(relp_number_after(999'999'998) == 999'999'999);
    CHECK(relp_number_after(999'999'999) == 1);
}

TEST_CASE("an answer has a code of three digits, or it has none") {
    const RelpAnswer answer = read_relp_answer("200 OK\nrelp_version=0\ncommands=syslog");
    CHECK(answer.code == 200);
    CHECK(answer.words == "200 OK");
    CHECK(answer.more == "relp_version=0\ncommands=syslog");
    CHECK(read_relp_answer("500").code == 500);
    CHECK(read_relp_answer("500 no").more.empty());
    for (const char* data : {"", "20", "2000", "200OK", " 200 OK", "OK", "\n200 OK", "2 0", "-20 "})
        CHECK_MESSAGE(read_relp_answer(data).code == 0, data);
}

TEST_CASE("the command syslog is offered by its whole name, beside others or alone") {
    for (const char* offers : {"commands=syslog", "relp_version=0\ncommands=eventlog,syslog",
                               "commands=syslog,eventlog\nx=y", "commands=\ncommands=syslog"})
        CHECK_MESSAGE(offers_syslog(offers), offers);
    for (const char* offers : {"", "commands=", "commands=syslog2", "commands=xsyslog", "command=syslog",
                               "relp_software=commands=syslog", "commands=,,"})
        CHECK_MESSAGE(!offers_syslog(offers), offers);
}

}  // namespace tapferry
