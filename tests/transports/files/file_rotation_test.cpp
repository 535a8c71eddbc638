#include <sys/stat.h>

#include <algorithm>
#include <thread>

#include "tests/support/unpacked.h"
#include "tests/transports/transport_fixture.h"
#include "tests/transports/unprivileged.h"
#include "transports/files/file.h"

namespace tapferry {
namespace {

using namespace std::chrono;

// The wall clock of these tests.
FileNames::Time wall;
FileNames::Time read_wall() {
    return wall;
}

class RotatedFile {
  public:
    explicit RotatedFile(const std::string& name) {
        wall = sys_days{year{2026} / 3 / 9} + 7h;
        options.path = folder.path(name);
        options.recheck = 0ms;
    }
    void start() { file_.emplace(options, read_wall); }
    void stop() {
        file_->finish(long_from_now());
        file_.reset();
    }
    Outcome write(std::string_view text) {
        const auto records = records_of({text}, options.framing);
        return deliver(*file_, {records}, Ticket{1});
    }
    void idle() { CHECK_FALSE(file_->wait(now()).has_value()); }
    [[nodiscard]] std::string content(const std::string& name) const { return content_of(folder.path(name)); }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path("")))
            names.push_back(entry.path().filename());
        std::sort(names.begin(), names.end());
        return names;
    }
    // What the background makes of it.
    void wait_for(const std::vector<std::string>& wanted) const {
        for (const auto limit = long_from_now(); names() != wanted && steady_clock::now() < limit;)
            std::this_thread::sleep_for(1ms);
        CHECK(names() == wanted);
    }
    // What the background says of it.
    std::string wait_for_warning() {
        std::string warning;
        for (const auto limit = long_from_now(); warning.empty() && steady_clock::now() < limit;) {
            warning = take_warning();
            std::this_thread::sleep_for(1ms);
        }
        return warning;
    }
    std::string take_warning() { return file_->take_warning(); }

    TemporaryFolder folder;
    FileOptions options;

  private:
    std::optional<File> file_;
};

std::string stamped(const std::string& name, const std::string& time) {
    return name + ".20260309T" + time + "Z";
}

}  // namespace

TEST_CASE("a file is finished before it would be longer than it may be") {
    RotatedFile file("dns.json");
    file.options.rotate_bytes = 12;
    file.start();
    file.write("first");
    file.write("two");
    wall += 1s;
    file.write("three");
    CHECK(file.names() == std::vector{std::string("dns.json"), stamped("dns.json", "070001")});
    CHECK(file.content(stamped("dns.json", "070001")) == "first\ntwo\n");
    CHECK(file.content("dns.json") == "three\n");
    file.write("this batch alone is longer");
    file.write("so it has a file to itself");
    CHECK(file.content(stamped("dns.json", "070001") + ".2") == "three\n");
    CHECK(file.content(stamped("dns.json", "070001") + ".3") == "this batch alone is longer\n");
}

TEST_CASE("a file is finished with its interval, also when nothing comes, but never an empty one") {
    RotatedFile file("dns.json");
    file.options.rotate_interval = 3600s;
    file.start();
    file.write("seven");
    wall += 59min;
    file.idle();
    CHECK(file.names().size() == 1);
    wall += 1min;
    file.idle();
    CHECK(file.names() == std::vector{stamped("dns.json", "080000")});
    wall += 3h;
    file.write("eleven");
    wall += 50min;
    file.write("still eleven");
    CHECK(file.content("dns.json") == "eleven\nstill eleven\n");
    wall += 10min;
    file.write("twelve");
    CHECK(file.content(stamped("dns.json", "120000")) == "eleven\nstill eleven\n");
    CHECK(file.content("dns.json") == "twelve\n");
}

TEST_CASE("what an earlier process left belongs to the interval in which it was written") {
    RotatedFile file("dns.json");
    file.options.rotate_interval = 3600s;
    file.start();
    file.write("old");
    file.stop();
    const auto path = std::filesystem::path(file.folder.path("dns.json"));
    std::filesystem::last_write_time(path, file_clock::from_sys(wall));
    wall += 1h;
    file.start();
    file.write("new");
    CHECK(file.content(stamped("dns.json", "080000")) == "old\n");
    CHECK(file.content("dns.json") == "new\n");
}

TEST_CASE("a name that tells the time changes with it") {
    RotatedFile file("dns-%Y%m%d%H.json");
    file.start();
    file.write("seven");
    wall += 1h;
    file.write("eight");
    CHECK(file.content("dns-2026030907.json") == "seven\n");
    CHECK(file.content("dns-2026030908.json") == "eight\n");
}

TEST_CASE("a clock that goes back finds the file again and loses nothing of it") {
    RotatedFile file("dns-%H.json");
    file.options.compression = Compression::gzip;
    file.start();
    file.write("first");
    wall += 1h;
    file.write("second");
    file.wait_for({"dns-07.json.gz", "dns-08.json"});
    wall -= 1h;
    file.write("third");
    file.wait_for({"dns-07.json", "dns-07.json.gz", "dns-08.json.gz"});
    wall += 2h;
    file.write("fourth");
    file.wait_for({"dns-07.json.2.gz", "dns-07.json.gz", "dns-08.json.gz", "dns-09.json"});
    CHECK(unpacked_file(file.folder.path("dns-07.json.gz"), Compression::gzip) == "first\n");
    CHECK(unpacked_file(file.folder.path("dns-07.json.2.gz"), Compression::gzip) == "third\n");
}

TEST_CASE("finished files are packed, with the time and the mode of what they hold") {
    for (const Compression how : {Compression::gzip, Compression::zstd}) {
        RotatedFile file("dns.json");
        file.options.rotate_bytes = 1;
        file.options.compression = how;
        file.start();
        file.write("first");
        const auto written = std::filesystem::last_write_time(file.folder.path("dns.json"));
        file.write("second");
        const std::string packed = stamped("dns.json", "070000") + std::string{suffix_of(how)};
        file.wait_for({"dns.json", packed});
        CHECK(unpacked_file(file.folder.path(packed), how) == "first\n");
        CHECK(std::filesystem::last_write_time(file.folder.path(packed)) == written);
        struct stat status {};
        REQUIRE(::stat(file.folder.path(packed).c_str(), &status) == 0);
        CHECK((status.st_mode & 0137) == 0);
    }
}

TEST_CASE("a file that a crash left half packed, or packed and not removed, is packed once") {
    RotatedFile file("dns.json");
    const auto content = [](const std::string& path, std::string_view text) { std::ofstream(path) << text; };
    file.options.rotate_bytes = 1;
    file.start();
    file.write("first");
    file.write("second");
    file.stop();
    const std::string finished = stamped("dns.json", "070000");
    content(file.folder.path(finished + ".gz.tapferry-part"), "half");
    content(file.folder.path("other.tapferry-part"), "somebody's");
    file.options.compression = Compression::gzip;
    file.start();
    file.wait_for({"dns.json", finished + ".gz", "other.tapferry-part"});
    file.stop();
    // As between the last two steps.
    content(file.folder.path(finished), "first\n");
    std::filesystem::last_write_time(file.folder.path(finished),
                                     std::filesystem::last_write_time(file.folder.path(finished + ".gz")));
    file.start();
    file.wait_for({"dns.json", finished + ".gz", "other.tapferry-part"});
    CHECK(unpacked_file(file.folder.path(finished + ".gz"), Compression::gzip) == "first\n");
}

TEST_CASE("only so many finished files stay, the newest, and nobody else's file goes") {
    RotatedFile file("dns.json");
    file.options.rotate_bytes = 1;
    file.options.keep = 2;
    std::ofstream(file.folder.path("dns.json.1")) << "logrotate's";
    file.start();
    for (const char* text : {"1", "2", "3", "4", "5"}) {
        file.write(text);
        wall += 1s;
    }
    file.wait_for({"dns.json", "dns.json.1", stamped("dns.json", "070003"), stamped("dns.json", "070004")});
    CHECK(file.content("dns.json") == "5\n");
}

TEST_CASE("a finished file that cannot be packed is told once, and those behind it are packed all the same") {
    RotatedFile file("dns.json");
    file.options.rotate_bytes = 1;
    file.options.compression = Compression::gzip;
    const std::string stuck = stamped("dns.json", "070000");
    const std::string in_the_way = stuck + ".gz.tapferry-part";
    std::filesystem::create_directory(file.folder.path(in_the_way));
    file.start();
    file.write("first");
    file.write("second");
    CHECK(file.wait_for_warning() == "cannot pack " + file.folder.path(stuck) + ": File exists");
    wall += 1s;
    file.write("third");
    file.wait_for({"dns.json", stuck, in_the_way, stamped("dns.json", "070001") + ".gz"});
    CHECK(file.take_warning().empty());
    std::filesystem::remove(file.folder.path(in_the_way));
    wall += 1s;
    file.write("fourth");
    file.wait_for({"dns.json", stuck + ".gz", stamped("dns.json", "070001") + ".gz",
                   stamped("dns.json", "070002") + ".gz"});
    CHECK(file.take_warning().empty());
}

TEST_CASE("a finished file that cannot be removed is told") {
    RotatedFile file("dns-%H.json");
    file.options.keep = 1;
    const std::filesystem::path folder = file.folder.path("");
    for (const char* name : {"dns-05.json", "dns-06.json"}) {
        std::ofstream(folder / name) << "old\n";
        std::filesystem::last_write_time(folder / name, file_clock::from_sys(wall - 1h));
    }
    std::filesystem::permissions(folder, std::filesystem::perms{0555});
    {
        const Unprivileged unprivileged;
        file.start();
        CHECK(file.wait_for_warning() ==
              "cannot remove " + (folder / "dns-05.json").string() + ": Permission denied");
        file.stop();
    }
    std::filesystem::permissions(folder, std::filesystem::perms{0755});
}

TEST_CASE("a file that cannot be moved out of the way is told, and nothing is written over it") {
    const std::string name(250, 'a');  // too long with a time behind it
    RotatedFile file(name);
    file.options.rotate_bytes = 1;
    file.start();
    file.write("first");
    const auto outcome = file.write("second");
    CHECK(summary({outcome}) == "misconfigured 1");
    CHECK(outcome.words.find("File name too long") != std::string::npos);
    CHECK(file.content(name) == "first\n");
}

TEST_CASE("each file of dnstap frames is a whole stream when it is finished") {
    RotatedFile file("dns.dnstap");
    file.options.framing = Framing::frame_streams;
    file.options.rotate_bytes = 60;
    file.start();
    file.write("frame one");
    file.write("frame two");
    file.stop();
    for (const auto& name : {std::string("dns.dnstap"), stamped("dns.dnstap", "070000")}) {
        const std::string content = file.content(name);
        CHECK(content.starts_with(frame_streams_start));
        CHECK(content.ends_with(frame_streams_stop));
    }
}

TEST_CASE("a stream that a crash left under the name of another time gets its end, without what was torn") {
    RotatedFile file("dns-%H.dnstap");
    file.options.framing = Framing::frame_streams;
    const std::string frame("\0\0\0\5frame", 9);
    const std::string whole = std::string(frame_streams_start) + frame;
    const std::string other = "{\"qname\":\"a.example\"}\n";
    std::ofstream(file.folder.path("dns-05.dnstap")) << whole << frame.substr(0, 7);
    std::ofstream(file.folder.path("dns-04.dnstap")) << other;
    const auto written = std::filesystem::last_write_time(file.folder.path("dns-05.dnstap"));
    std::string got;
    SUBCASE("as it is") {
        file.start();
        for (const auto limit = long_from_now(); !got.ends_with(frame_streams_stop) && now() < limit;)
            got = file.content("dns-05.dnstap");
        file.stop();
        CHECK(std::filesystem::last_write_time(file.folder.path("dns-05.dnstap")) == written);
    }
    SUBCASE("packed") {
        file.options.compression = Compression::zstd;
        file.start();
        file.wait_for({"dns-04.dnstap.zst", "dns-05.dnstap.zst"});
        file.stop();
        got = unpacked_file(file.folder.path("dns-05.dnstap.zst"), Compression::zstd);
        std::ofstream(file.folder.path("dns-04.dnstap"))
            << unpacked_file(file.folder.path("dns-04.dnstap.zst"), Compression::zstd);
    }
    CHECK(got == whole + std::string(frame_streams_stop));
    CHECK(file.content("dns-04.dnstap") == other);
}

}  // namespace tapferry
