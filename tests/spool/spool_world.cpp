#include "tests/spool/spool_world.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "agent/spool/compaction.h"
#include "agent/spool/little_endian.h"

namespace tapferry {
namespace {

constexpr std::uint64_t spool_bytes = 12'000;
constexpr std::size_t most_routes = 4;
constexpr std::size_t longest_frame = 400;

// What frames hold behind their number: a stretch that follows from it.
const std::array<std::uint8_t, 1024>& noise() {
    static const auto bytes = [] {
        std::array<std::uint8_t, 1024> made{};
        std::minstd_rand random(7);
        for (std::uint8_t& byte : made) byte = static_cast<std::uint8_t>(random());
        return made;
    }();
    return bytes;
}

// A frame's number, cut to its size, and then the stretch.
std::array<std::uint8_t, longest_frame> frame_of(std::uint64_t position) {
    std::array<std::uint8_t, longest_frame> frame;
    store_le(frame.data(), position);
    std::copy_n(noise().begin() + position % 512, longest_frame - 8, frame.begin() + 8);
    return frame;
}

bool is_frame_of(const SpoolFrame& frame) {
    std::array<std::uint8_t, 8> first{};
    store_le(first.data(), number(frame.position));
    const std::size_t size = frame.bytes.size();
    if (size > longest_frame ||
        std::memcmp(frame.bytes.data(), first.data(), std::min<std::size_t>(size, 8)) != 0)
        return false;
    return size <= 8 || std::memcmp(&frame.bytes[8], &noise()[number(frame.position) % 512], size - 8) == 0;
}

const std::atomic<bool> not_stopped{false};

}  // namespace

SpoolWorld::SpoolWorld(unsigned seed) : random_(seed) {
    options_.directory = state_ / "spool";
    options_.segment_bytes = 4000;
    options_.segment_age = std::chrono::hours(24);
    options_.max_age = std::chrono::milliseconds(0);
    options_.min_free_bytes = 0;
    options_.max_bytes = spool_bytes;
    options_.tail_bytes = below(3) == 0 ? 1 : 500 + below(8000);
    if (below(3) == 0) options_.max_age = std::chrono::seconds(100);
    if (below(3) == 0) options_.min_free_bytes = floor_bytes;
    if (below(4) == 0) options_.when_full = WhenFull::drop_newest;
    model_.keep_in_memory(options_.tail_bytes, options_.when_full == WhenFull::drop_newest);
    for (int i = 0; i < 2; ++i) file_readers_.emplace_back(options_.directory, memory_, first_position);
    open(false);
    for (int i = 0; i < 2; ++i) add_route();
}

SpoolWorld::~SpoolWorld() = default;

const std::vector<SpoolWorld::Action>& SpoolWorld::actions() {
    using World = SpoolWorld;
    static const std::vector<Action> all{
        {"append", 480, &World::append},
        {"read_route", 180, &World::read_route},
        {"read_files", 150, &World::read_files},
        {"save", 30, &World::save_some},
        {"wander", 25, &World::wander},
        {"trim", 25, &World::trim},
        {"pass_time", 20, &World::pass_time},
        {"fail_some_calls", 10, &World::fail_some_calls},
        {"tell_time", 10, &World::tell_time},
        {"try_again", 10, &World::try_again},
        {"change_destinations", 10, &World::change_destinations},
        {"corrupt", 10, &World::corrupt},
        {"fail_power", 10, &World::fail_power},
        {"be_killed", 15, &World::be_killed},
        {"end_in_order", 10, &World::end_in_order},
        {"go_away", 15, &World::go_away},
        {"come_back", 10, &World::come_back},
        {"change_room", 10, &World::change_room},
        {"remove_files", 5, &World::remove_files},
        {"compress", 5, &World::compress},
    };
    return all;
}

void SpoolWorld::step() {
    static const std::uint32_t weights =
        std::accumulate(actions().begin(), actions().end(), 0u,
                        [](std::uint32_t sum, const Action& each) { return sum + each.weight; });
    std::uint32_t drawn = below(weights);
    for (const Action& action : actions()) {
        if (drawn < action.weight) {
            last_action_ = action.name;
            return (this->*action.act)();
        }
        drawn -= action.weight;
    }
}

void SpoolWorld::end() {
    last_action_ = "end";
    come_back();
    memory_.set_free(much_room);
    clocks_.pass(std::chrono::seconds(2));
    spool_->tick();
    spool_->tick();
    // Where the newest are dropped, a log that is full takes nothing until somebody has read it.
    must(on_disk() || options_.when_full == WhenFull::drop_newest,
         "when the disk is back, everything goes there");
    model_.notice(on_disk());
    constexpr std::uint32_t all = ~0u;
    for (Route& route : routes_) {
        read(*route.reader, &route.model, all, true);
        if (model_.may_be_lost(number(route.model.position()), model_.end())) continue;
        route.model.check_complete(spool_->end());
    }
    wanderer_->seek(first_position);
    read(*wanderer_, nullptr, all, true);
    for (SpoolReader& reader : file_readers_) {
        reader.seek(first_position);
        read(reader, nullptr, all, false);
    }
}

Position SpoolWorld::any_position() {
    return Position{1 + below(static_cast<std::uint32_t>(model_.end()))};
}

// As an agent does: what saved positions know first, then the log, then the routes.
void SpoolWorld::open(bool power_failed) {
    SpoolOptions opened = options_;
    if (below(2) == 0) opened.segment_age = std::chrono::milliseconds(0);
    opened.incarnation = (std::uint64_t{random_()} << 32) | 1;
    memory_.set_free(much_room);
    disk_ = std::make_unique<FaultyDisk>(memory_);
    Position highest = first_position;
    for (const Route& route : routes_) {
        const auto saved = read_saved_position(position_file(route), *disk_);
        if (saved) highest = std::max({highest, saved->highest, saved->position});
    }
    spool_ = std::make_unique<Spool>(opened, *disk_, highest, clocks_);
    must(on_disk(), "a log on a sound disk is opened there");
    must(spool_->end() >= highest, "the log ends where saved positions know that it did, or later");
    model_.reopen(number(spool_->end()));
    const std::uint32_t streams = below(3);
    for (std::uint32_t stream = 0; stream < streams; ++stream) spool_->open_stream(stream, "input", "peer");
    for (Route& route : routes_) {
        route.file = std::make_unique<PositionFile>(position_file(route), *disk_);
        route.model.resume(route.file->load(), power_failed, spool_->begin(), spool_->end());
        save(route);
        route.reader = std::make_unique<SpoolReader>(spool_->reader(route.model.position()));
    }
    wanderer_ = std::make_unique<SpoolReader>(spool_->reader(any_position()));
}

void SpoolWorld::close() {
    wanderer_.reset();
    for (Route& route : routes_) {
        route.reader.reset();
        route.file.reset();
    }
    spool_.reset();
    disk_.reset();
}

// Of a process nothing reaches the disk any more, and what was in its memory alone is nowhere.
void SpoolWorld::die() {
    model_.lose_memory();
    disk_->die(EIO);
    close();
}

void SpoolWorld::append() {
    const std::uint32_t frames = 1 + below(6);
    const std::uint32_t stream = below(3);
    block_.clear();
    for (std::uint32_t i = 0; i < frames; ++i) {
        const auto frame = frame_of(model_.end() + i);
        block_.add(stream, std::span(frame).first(below(longest_frame)));
    }
    const Position begin = spool_->begin();
    const std::uint64_t bytes = spool_->bytes();
    const bool was_on_disk = on_disk();
    const std::uint64_t writes = memory_.writes();
    const AppendOutcome outcome = spool_->append(block_, Timestamp{seconds_, 5});
    must(spool_->begin() >= begin, "a log's begin only grows");
    if (was_on_disk) check_removal(begin, bytes, block_.body().size());
    if (outcome.appended) {
        model_.append(frames, block_.body().size(), on_disk());
    } else {
        must(options_.when_full == WhenFull::drop_newest,
             "only where the newest are dropped a block is refused");
        model_.notice(on_disk());
    }
    see_what_was_written(writes);
    must(number(spool_->end()) == model_.end(), "each frame that was appended has one number, and no other");
    if (outcome.appended && on_disk() && !disturbed())
        must(spool_->bytes() <= options_.max_bytes, "the log keeps to max_bytes");
}

// What goes to make room is no more than must go.
void SpoolWorld::check_removal(Position begin_before, std::uint64_t bytes_before, std::size_t added) const {
    constexpr std::uint64_t around = 1000;  // seal, gap, streams, header
    if (spool_->begin() == begin_before || disturbed() || model_.gone()) return;
    const bool full = bytes_before + added + around > options_.max_bytes;
    const bool no_room = memory_.free() < floor_bytes * 2;
    must(full || no_room || !on_disk(), "nothing is removed while there is room");
}

void SpoolWorld::tell_time() {
    const std::uint64_t bytes = spool_->bytes();
    spool_->wait_for_time(true);
    const bool appended = spool_->append_time({++seconds_, 0});
    spool_->wait_for_time(false);
    must(number(spool_->end()) == model_.end(), "time takes no number");
    must(spool_->bytes() <= std::max(bytes, options_.max_bytes), "time takes no room that there is not");
    if (appended) model_.append_time(on_disk());
}

void SpoolWorld::read_route() {
    Route& route = routes_[below(static_cast<std::uint32_t>(routes_.size()))];
    read(*route.reader, &route.model, 1 + below(20), true);
}

void SpoolWorld::save_some() {
    save(routes_[below(static_cast<std::uint32_t>(routes_.size()))]);
}

void SpoolWorld::save(Route& route) {
    const SavedPosition position = route.model.to_save(spool_->end());
    const bool saved = route.file->save(position);
    saved ? route.model.saved(position) : route.model.not_saved();
    must(saved || disturbed(), "a position can be saved whatever is full");
}

// The far side was away: from the saved position on again.
void SpoolWorld::try_again() {
    Route& route = routes_[below(static_cast<std::uint32_t>(routes_.size()))];
    route.model.go_back();
    route.reader->seek(route.model.position());
}

void SpoolWorld::wander() {
    if (below(3) == 0) wanderer_->seek(any_position());
    read(*wanderer_, nullptr, 1 + below(20), true);
}

void SpoolWorld::read_files() {
    SpoolReader& reader = file_readers_[below(2)];
    if (below(8) == 0) reader.seek(any_position());
    read(reader, nullptr, 1 + below(20), false);
}

void SpoolWorld::read(SpoolReader& reader, RouteModel* route, std::uint32_t reads, bool sees_memory) {
    for (; reads > 0; --reads) {
        const Position before = reader.position();
        const SpoolRead read = reader.next();
        if (const auto* gap = std::get_if<SpoolGap>(&read)) {
            must(gap->from == before && reader.position() == gap->to, "a gap begins where the reader was");
            model_.check_gap(*gap, spool_->begin());
            if (route != nullptr) route->lose(*gap);
        } else if (const auto* block = std::get_if<SpoolBlock>(&read)) {
            Position expected = before;
            for (const SpoolFrame& frame : block->frames) {
                must(frame.position == expected, "frames come in order, and none is left out");
                must(is_frame_of(frame), "a frame is what was appended under its number");
                expected = expected + 1;
            }
            must(reader.position() == expected && expected <= spool_->end(),
                 "a reader is behind what it gave");
            if (route != nullptr) route->deliver(before, expected);
        } else if (std::holds_alternative<SpoolTime>(read)) {
            must(reader.position() == before, "time moves no reader");
        } else {
            if (!sees_memory || (disk_->away == 0 && !model_.gone()))
                model_.check_end(number(before), sees_memory);
            return;
        }
    }
}

// By what all routes have saved, as an agent does; or by nobody's leave.
void SpoolWorld::trim() {
    Position position = any_position();
    if (below(2) == 0) {
        position = spool_->end();
        for (const Route& route : routes_) position = std::min(position, route.model.saved_position());
    }
    const Position begin = spool_->begin();
    spool_->trim(position);
    must(spool_->begin() <= std::max(begin, position), "trimming removes what lies before the position");
}

void SpoolWorld::pass_time() {
    const bool long_time = below(10) == 0;
    clocks_.pass(std::chrono::milliseconds(long_time ? 60'000 : 700));
    if (long_time) {
        memory_.write_back();
        for (Route& route : routes_) route.model.write_back();
    }
    const Position begin = spool_->begin();
    const bool may_remove = options_.max_age.count() != 0 || options_.min_free_bytes != 0 || !on_disk();
    const std::uint64_t writes = memory_.writes();
    spool_->tick();
    must(may_remove || spool_->begin() == begin || !on_disk(),
         "time alone removes nothing that is not too old");
    must(!model_.gone() || disturbed() || !on_disk(), "it is noticed that the files are gone");
    model_.notice(on_disk());
    see_what_was_written(writes);
}

void SpoolWorld::see_what_was_written(std::uint64_t writes_before) {
    if (!on_disk() && memory_.writes() != writes_before) model_.wrote_some(numbers_in_files());
}

// One segment, as the compactor does it; a process may end before the new one has its name.
void SpoolWorld::compress() {
    const auto sealed = spool_->sealed();
    if (sealed.empty()) return;
    const SealedSegment& segment = sealed[below(static_cast<std::uint32_t>(sealed.size()))];
    const RewriteOutcome outcome = rewrite_segment(options_.directory, segment, *disk_, not_stopped);
    if (outcome.result != Rewriting::written || below(4) == 0) return;
    const auto path = rewritten_path(options_.directory, segment.name);
    if (spool_->replace(segment.name, path, outcome.bytes) != 0) disk_->unlink(path);
}

// A new one begins at the log's beginning or end; what one leaves behind pins nothing.
void SpoolWorld::change_destinations() {
    if (routes_.size() > 1 && below(2) == 0) {
        const auto file = position_file(routes_.back());
        routes_.pop_back();
        disk_->unlink(file);
    } else if (routes_.size() < most_routes && !disturbed()) {
        add_route();
    }
}

void SpoolWorld::add_route() {
    const std::uint64_t room = memory_.free();
    memory_.set_free(much_room);
    const Position start = below(2) == 0 ? spool_->begin() : spool_->end();
    Route route{"route" + std::to_string(++routes_made_), RouteModel(start), nullptr, nullptr};
    route.file = std::make_unique<PositionFile>(position_file(route), *disk_);
    // Where it begins is kept before anything is delivered.
    save(route);
    route.reader = std::make_unique<SpoolReader>(spool_->reader(start));
    routes_.push_back(std::move(route));
    memory_.set_free(room);
}

std::filesystem::path SpoolWorld::position_file(const Route& route) const {
    return state_ / (route.name + ".position");
}

}  // namespace tapferry
