#include "agent/routes/requeue.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tapferry {

namespace {

// Lines that go back are held in memory until the batch is over.
constexpr std::size_t most_back = 1000;

std::string failure(int reason) {
    return "the dead letters' files cannot be changed: " + std::generic_category().message(reason);
}

}  // namespace

Requeue::Requeue(DeadLetter& letters, Render render)
    : letters_(letters), render_(std::move(render)), files_(waiting_files(letters.directory())) {}

OrderAnswer Requeue::begin() {
    if (busy())
        return {OrderAnswer::Result::refused, 0, 0,
                "dead letters are being sent again already; wait until they are, or purge them"};
    const LetterCount count = count_letters(kept_files(letters_.directory()));
    const bool taken = requeue_letters(letters_.directory());
    const int reason = errno;
    look_anew();
    if (!taken) return {OrderAnswer::Result::failed, 0, 0, failure(reason)};
    return {OrderAnswer::Result::done, count.letters, count.bytes, ""};
}

OrderAnswer Requeue::remove() {
    const LetterCount kept = count_letters(kept_files(letters_.directory()));
    const LetterCount waiting = count_letters(waiting_files(letters_.directory()));
    const bool removed = remove_letters(letters_.directory());
    const int reason = errno;
    look_anew();
    if (!removed) return {OrderAnswer::Result::failed, 0, 0, failure(reason)};
    return {OrderAnswer::Result::done, kept.letters + waiting.letters, kept.bytes + waiting.bytes, ""};
}

void Requeue::look_anew() {
    under_way_.clear();
    files_ = waiting_files(letters_.directory());
    next_file_ = 0;
    lines_.reset();
    stuck_ = false;
}

void Requeue::fill(OpenBatch& batch, const BatchLimits& limits, Ticket name) {
    WaitingFile& file = files_[next_file_];
    if (!lines_) lines_.emplace(file.path, file.offset);
    batch.clear(Position{});
    Portion portion{name, next_file_, lines_->offset(), {}};
    std::string line;
    bool more = true;
    while (batch.records.size() < limits.max_events && batch.records.bytes() < limits.max_bytes &&
           portion.back.size() < most_back && (more = lines_->next(line)))
        take_line(batch, line, portion);
    portion.end = lines_->offset();
    if (!more) {
        ++next_file_;
        lines_.reset();
    }
    under_way_.push_back(std::move(portion));
}

void Requeue::take_line(OpenBatch& batch, const std::string& line, Portion& portion) const {
    const auto letter = parse_letter(line);
    if (!letter || !letter->may_be_sent() || !append(*letter, batch)) portion.back.push_back(line);
}

bool Requeue::append(const Letter& letter, OpenBatch& batch) const {
    if (letter.content == Letter::Content::frame)
        return render_({letter.name.id, letter.name.time, letter.input},
                       {reinterpret_cast<const std::uint8_t*>(letter.bytes.data()), letter.bytes.size()},
                       batch);
    batch.records.append_again(letter.name, letter.bytes, letter.heading);
    if (!batch.records.records().back().invalid) return true;
    batch.records.truncate(batch.records.size() - 1);
    return false;
}

bool Requeue::settle(Ticket name, bool kept) {
    const auto found = std::ranges::find(under_way_, name, &Portion::name);
    if (found == under_way_.end()) return false;
    found->settled = true;
    found->kept = kept;
    while (!under_way_.empty() && under_way_.front().settled && !stuck_) {
        stuck_ = !pass(under_way_.front());
        if (!stuck_) back_ += under_way_.front().back.size();
        under_way_.pop_front();
    }
    if (under_way_.empty() && !stuck_ && next_file_ == files_.size()) {
        files_.clear();
        next_file_ = 0;
    }
    return stuck_ || files_.empty();
}

bool Requeue::pass(const Portion& portion) {
    if (!portion.kept) return false;
    const bool all = std::ranges::all_of(
        portion.back, [this](const std::string& line) { return letters_.keep_line(line); });
    return all && advance(files_[portion.file], portion.end);
}

void Requeue::rewind() {
    const bool stuck = stuck_;
    look_anew();
    stuck_ = stuck;
}

}  // namespace tapferry
