#include "agent/batches/crash_watch.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>

#include "agent/log.h"

namespace tapferry {

namespace {

// By chance a crash may come at a frame that is not its cause, but hardly twice at the same one.
constexpr std::uint16_t enough_crashes = 2;

// Not SIGBUS: a mapped file or the program's own disk has failed, and no frame can be blamed for that.
constexpr std::array crash_signals{SIGSEGV, SIGABRT, SIGILL, SIGFPE};
std::array<struct sigaction, crash_signals.size()> handled_before;

thread_local constinit CrashWatch* watch_of_this_thread = nullptr;

// Whether the thread has itself done what the signal tells: a fault, or abort().
bool is_own(const siginfo_t& info) {
    return info.si_code > 0 || (info.si_code == SI_TKILL && info.si_pid == ::getpid());
}

// Notes, and leaves the end to whoever had it before: a fault comes again by itself, so that a core shows
// where it was; what was sent is sent again.
void on_crash(int signal, siginfo_t* info, void*) {
    if (watch_of_this_thread != nullptr && is_own(*info)) watch_of_this_thread->crashed(signal);
    const auto* const which = std::find(crash_signals.begin(), crash_signals.end(), signal);
    ::sigaction(signal, &handled_before[static_cast<std::size_t>(which - crash_signals.begin())], nullptr);
    if (info->si_code <= 0) ::raise(signal);
}

std::string name_of(std::uint32_t signal) {
    const char* const name = ::sigabbrev_np(static_cast<int>(signal));
    return name == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + name;
}

}  // namespace

void watch_for_crashes() {
    struct sigaction action {};
    action.sa_sigaction = on_crash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < crash_signals.size(); ++i)
        ::sigaction(crash_signals[i], &action, &handled_before[i]);
}

void CrashWatch::keep_in(CrashNotesFile& file, CrashedUnder under) {
    file_ = &file;
    notes_ = file.load(under);
}

void CrashWatch::heed(const CrashNotes& others) {
    others_.insert(others_.end(), others.all().begin(), others.all().end());
}

CrashNote CrashWatch::sum_of(std::uint64_t sequence) const {
    const CrashNote* const own = notes_.find(sequence);
    CrashNote sum = own == nullptr ? CrashNote{sequence, 0, 0, 0} : *own;
    for (const CrashNote& other : others_) {
        if (other.sequence != sequence) continue;
        sum.times = static_cast<std::uint16_t>(sum.times + other.times);
        sum.decoding = static_cast<std::uint16_t>(sum.decoding + other.decoding);
        if (own == nullptr) sum.signal = other.signal;
    }
    return sum;
}

bool CrashWatch::is_condemned(std::uint64_t sequence) const {
    const CrashNote sum = sum_of(sequence);
    return sum.decoding >= enough_crashes ||
           (sum.times >= enough_crashes && notes_.find(sequence) != nullptr);
}

std::string CrashWatch::words_of(std::uint64_t sequence) const {
    const CrashNote sum = sum_of(sequence);
    return "tapferry crashed " + std::to_string(sum.times) +
           " times while it decoded or rendered this frame (" + name_of(sum.signal) +
           "), which is a bug: please report it with the frame";
}

void CrashWatch::tell(Log& log, const std::string& destination, Position from) const {
    std::set<std::uint64_t> sequences;
    for (const CrashNote& note : notes_.all()) sequences.insert(note.sequence);
    for (const CrashNote& note : others_) sequences.insert(note.sequence);
    for (const std::uint64_t sequence : sequences) {
        if (sequence < number(from)) continue;
        const CrashNote sum = sum_of(sequence);
        const std::string where = "at frame " + std::to_string(sequence) + " (" + name_of(sum.signal) + ")";
        if (condemns(sequence))
            log.error(destination, "tapferry crashed " + std::to_string(sum.times) + " times " + where +
                                       ": the frame goes to the dead letter as it is");
        else if (notes_.find(sequence) != nullptr)
            log.warn(destination, "tapferry crashed " + where + ": the frame is tried once more");
    }
}

void CrashWatch::crashed(int signal) noexcept {
    const std::uint64_t at = at_.load(std::memory_order_relaxed);
    if (file_ == nullptr || at == 0) return;
    notes_.add(at >> 1, (at & 1) != 0, signal);
    file_->save(notes_);
}

struct CrashWatch::ThisThread::Stack {
    const std::size_t size = static_cast<std::size_t>(std::max(::sysconf(_SC_SIGSTKSZ), 64L * 1024));
    const std::unique_ptr<std::byte[]> bytes = std::make_unique_for_overwrite<std::byte[]>(size);
    stack_t before{};
};

CrashWatch::ThisThread::ThisThread(CrashWatch& watch) : stack_(std::make_unique<Stack>()) {
    stack_t stack{};
    stack.ss_sp = stack_->bytes.get();
    stack.ss_size = stack_->size;
    ::sigaltstack(&stack, &stack_->before);
    watch_of_this_thread = &watch;
}

CrashWatch::ThisThread::~ThisThread() {
    watch_of_this_thread = nullptr;
    ::sigaltstack(&stack_->before, nullptr);
}

}  // namespace tapferry
