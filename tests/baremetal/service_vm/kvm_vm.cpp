// SPDX-License-Identifier: BSD-3-Clause
#include "tests/baremetal/service_vm/kvm_vm.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace acrn::tests {
namespace {

// Below the boot page and the binary.
constexpr std::uint64_t page_map = 0x1000;
constexpr std::uint64_t pointers = 0x2000;
constexpr std::uint64_t directory = 0x3000;
constexpr std::uint64_t descriptors = 0x4000;
constexpr std::uint64_t large_page = 0x20'0000;

/// Fails the test that calls it: what KVM refuses here, it grants to every 64-bit guest.
int must(int result, char const* what) {
  if (result < 0) throw std::runtime_error{std::string{what} + ": " + std::strerror(errno)};
  return result;
}

kvm_segment segment(std::uint16_t selector, std::uint8_t type) {
  bool const code = type == 0xb;
  return {.base = 0,
          .limit = 0xffff'ffff,
          .selector = selector,
          .type = type,
          .present = 1,
          .dpl = 0,
          .db = static_cast<std::uint8_t>(code ? 0 : 1),
          .s = 1,
          .l = static_cast<std::uint8_t>(code ? 1 : 0),
          .g = 1,
          .avl = 0,
          .unusable = 0,
          .padding = 0};
}

}  // namespace

std::unique_ptr<KvmVm> KvmVm::make(std::size_t ram_size, std::string& why) {
  std::unique_ptr<KvmVm> vm{new KvmVm};
  return vm->open(ram_size, why) ? std::move(vm) : nullptr;
}

bool KvmVm::open(std::size_t ram_size, std::string& why) {
  kvm_ = ::open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (kvm_ < 0) {
    why = std::string{"/dev/kvm: "} + std::strerror(errno);
    return false;
  }
  vm_ = ioctl(kvm_, KVM_CREATE_VM, 0);
  if (vm_ < 0) {
    why = std::string{"KVM_CREATE_VM: "} + std::strerror(errno);
    return false;
  }
  void* const memory = mmap(nullptr, ram_size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error{"no memory for a guest"};
  ram_ = {static_cast<std::uint8_t*>(memory), ram_size};
  kvm_userspace_memory_region region{};
  region.memory_size = ram_size;
  region.userspace_addr = reinterpret_cast<std::uintptr_t>(memory);
  must(ioctl(vm_, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
  vcpu_ = must(ioctl(vm_, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
  run_size_ =
      static_cast<std::size_t>(must(ioctl(kvm_, KVM_GET_VCPU_MMAP_SIZE, 0), "vCPU mmap size"));
  void* const shared = mmap(nullptr, run_size_, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu_, 0);
  if (shared == MAP_FAILED) throw std::runtime_error{"no shared page of the vCPU"};
  run_ = static_cast<kvm_run*>(shared);
  return true;
}

KvmVm::~KvmVm() {
  if (run_ != nullptr) munmap(run_, run_size_);
  for (int const file : {vcpu_, vm_, kvm_}) {
    if (file >= 0) close(file);
  }
  if (!ram_.empty()) munmap(ram_.data(), ram_.size());
}

void KvmVm::build_tables() const {
  auto const put = [&](std::uint64_t at, std::uint64_t entry) {
    std::memcpy(ram_.data() + at, &entry, sizeof entry);
  };
  put(page_map, pointers | 3U);
  put(pointers, directory | 3U);
  for (std::uint64_t page = 0; page * large_page < ram_.size(); ++page) {
    put(directory + 8 * page, page * large_page | 0x83U);
  }
  put(descriptors + 8, 0x00af'9b00'0000'ffff);
  put(descriptors + 16, 0x00cf'9300'0000'ffff);
}

void KvmVm::start(std::uint64_t rip, std::uint64_t rsi) {
  build_tables();
  kvm_sregs sregs{};
  must(ioctl(vcpu_, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
  sregs.cr0 = 0x8001'0033;  // PG, WP, NE, ET, MP, PE
  sregs.cr3 = page_map;
  sregs.cr4 = 0x20;    // PAE
  sregs.efer = 0x500;  // LMA, LME
  sregs.gdt.base = descriptors;
  sregs.gdt.limit = 23;
  sregs.cs = segment(8, 0xb);
  sregs.ss = segment(16, 3);
  sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss;
  must(ioctl(vcpu_, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
  kvm_regs regs{};
  regs.rip = rip;
  regs.rsi = rsi;
  regs.rflags = 2;
  must(ioctl(vcpu_, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

GuestStop KvmVm::run() {
  using Kind = GuestStop::Kind;
  for (;;) {
    run_->request_interrupt_window = 0;
    if (pending_ && run_->ready_for_interrupt_injection != 0 && run_->if_flag != 0) {
      kvm_interrupt interrupt{.irq = *pending_};
      must(ioctl(vcpu_, KVM_INTERRUPT, &interrupt), "KVM_INTERRUPT");
      pending_.reset();
    } else if (pending_) {
      run_->request_interrupt_window = 1;
    }
    if (ioctl(vcpu_, KVM_RUN, 0) < 0) {
      if (errno == EINTR) return {.kind = Kind::interrupted};
      throw std::runtime_error{std::string{"KVM_RUN: "} + std::strerror(errno)};
    }
    switch (run_->exit_reason) {
      case KVM_EXIT_IRQ_WINDOW_OPEN:
        continue;
      case KVM_EXIT_HLT:
        if (pending_ && run_->if_flag != 0) continue;
        return {.kind = run_->if_flag != 0 ? Kind::idle : Kind::halted};
      case KVM_EXIT_IO: {
        if (run_->io.direction != KVM_EXIT_IO_OUT || run_->io.size != 1 || run_->io.count != 1)
          break;
        auto const* data = reinterpret_cast<std::uint8_t const*>(run_) + run_->io.data_offset;
        return {.kind = Kind::out, .port = run_->io.port, .value = *data};
      }
      default:
        break;
    }
    return {.kind = Kind::other, .why = "KVM exit reason " + std::to_string(run_->exit_reason)};
  }
}

kvm_regs KvmVm::registers() const {
  kvm_regs regs{};
  must(ioctl(vcpu_, KVM_GET_REGS, &regs), "KVM_GET_REGS");
  return regs;
}

void KvmVm::set_rax(std::uint64_t value) {
  kvm_regs regs = registers();
  regs.rax = value;
  must(ioctl(vcpu_, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

}  // namespace acrn::tests
