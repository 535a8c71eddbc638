#include "tests/support/allocations.h"

#include <cstdlib>
#include <new>

namespace tapferry::test {
namespace {

Allocations so_far;

void* allocate(std::size_t size) {
    ++so_far.count;
    so_far.bytes += size;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

}  // namespace

const Allocations& allocations() {
    return so_far;
}

}  // namespace tapferry::test

void* operator new(std::size_t size) {
    return tapferry::test::allocate(size);
}
void* operator new[](std::size_t size) {
    return tapferry::test::allocate(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}
