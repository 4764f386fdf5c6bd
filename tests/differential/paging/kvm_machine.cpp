// SPDX-License-Identifier: BSD-3-Clause
#include "tests/differential/paging/kvm_machine.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

extern "C" {
extern std::uint8_t const guest_code_64[], guest_code_64_end[], guest_code_32[],
    guest_code_32_end[];
extern std::uint8_t const guest_64_read[], guest_64_write[], guest_64_fetch[], guest_64_load[];
extern std::uint8_t const guest_64_page_fault[], guest_64_exception[];
extern std::uint8_t const guest_32_read[], guest_32_write[], guest_32_fetch[], guest_32_load[];
extern std::uint8_t const guest_32_page_fault[], guest_32_exception[];
}

namespace acrn::tests::paging {
namespace {

constexpr std::uint16_t kernel_code = 0x08, kernel_data = 0x10, user_code = 0x1b, user_data = 0x23;
constexpr std::uint16_t task_state = 0x28;
constexpr std::uint64_t task_at = tables_page + 0x400, vectors_at = tables_page + 0x800;
constexpr std::uint64_t stack_top = stack_page + 0xe00, frame_at = stack_page + 0xf00;
constexpr std::uint32_t port_done = 0x10, port_page_fault = 0x14, port_exception = 0x1f;

/// kvm_cpuid2 with its entries. In C++ the header's flexible array has a size, so that neither its
/// offset nor the numbers of the calls are those of C.
struct CpuidTable {
  std::uint32_t count{};
  std::uint32_t padding{};
  std::array<kvm_cpuid_entry2, 128> entries{};
};
constexpr unsigned long get_supported_cpuid = _IOC(_IOC_READ | _IOC_WRITE, KVMIO, 0x05, 8);
constexpr unsigned long set_cpuid2 = _IOC(_IOC_WRITE, KVMIO, 0x90, 8);

/// Where the blobs' labels are in the guest.
struct Labels {
  std::uint64_t read, write, fetch, load, page_fault, exception;
};

std::uint64_t in_guest(std::uint8_t const* label, std::uint8_t const* blob) {
  return code_page + static_cast<std::uint64_t>(label - blob);
}

Labels labels(bool long_mode) {
  auto at = [&](std::uint8_t const* wide, std::uint8_t const* narrow) {
    return long_mode ? in_guest(wide, guest_code_64) : in_guest(narrow, guest_code_32);
  };
  return {at(guest_64_read, guest_32_read),
          at(guest_64_write, guest_32_write),
          at(guest_64_fetch, guest_32_fetch),
          at(guest_64_load, guest_32_load),
          at(guest_64_page_fault, guest_32_page_fault),
          at(guest_64_exception, guest_32_exception)};
}

void must(int result, char const* what) {
  if (result < 0) throw std::runtime_error(std::string{what} + ": " + std::strerror(errno));
}

kvm_segment segment(std::uint16_t selector, std::uint8_t type, bool long_mode) {
  bool const code = type >= 8;
  kvm_segment value{};
  value.limit = 0xffff'ffff;
  value.selector = selector;
  value.type = type;
  value.present = 1;
  value.dpl = selector & 3;
  value.db = !(code && long_mode);
  value.l = code && long_mode;
  value.s = 1;
  value.g = 1;
  return value;
}

kvm_segment system_segment(std::uint64_t base, std::uint32_t limit, std::uint8_t type) {
  kvm_segment value{};
  value.base = base;
  value.limit = limit;
  value.selector = type == 2 ? 0x38 : task_state;
  value.type = type;
  value.present = 1;
  return value;
}

}  // namespace

std::unique_ptr<KvmMachine> KvmMachine::make(std::string& why_not) {
  std::unique_ptr<KvmMachine> machine{new KvmMachine};
  if (!machine->open(why_not)) return nullptr;
  return machine;
}

bool KvmMachine::open(std::string& why_not) {
  auto refuse = [&](char const* what) {
    why_not = std::string{what} + ": " + std::strerror(errno);
    return false;
  };
  kvm_ = ::open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (kvm_ < 0) return refuse("/dev/kvm");
  vm_ = ioctl(kvm_, KVM_CREATE_VM, 0);
  if (vm_ < 0) return refuse("KVM_CREATE_VM");
  must(ioctl(vm_, KVM_SET_TSS_ADDR, 0xfffb'd000), "KVM_SET_TSS_ADDR");
  void* const ram =
      mmap(nullptr, ram_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (ram == MAP_FAILED) return refuse("mmap");
  ram_ = static_cast<std::uint8_t*>(ram);
  kvm_userspace_memory_region region{};
  region.memory_size = ram_size;
  region.userspace_addr = reinterpret_cast<std::uintptr_t>(ram_);
  must(ioctl(vm_, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
  vcpu_ = ioctl(vm_, KVM_CREATE_VCPU, 0);
  if (vcpu_ < 0) return refuse("KVM_CREATE_VCPU");
  int const run_size = ioctl(kvm_, KVM_GET_VCPU_MMAP_SIZE, 0);
  must(run_size, "KVM_GET_VCPU_MMAP_SIZE");
  run_size_ = static_cast<std::size_t>(run_size);
  void* const run = mmap(nullptr, run_size_, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu_, 0);
  if (run == MAP_FAILED) return refuse("mmap of the vCPU");
  run_ = static_cast<kvm_run*>(run);
  read_cpuid();
  return true;
}

KvmMachine::~KvmMachine() {
  if (run_ != nullptr) munmap(run_, run_size_);
  for (int const fd : {vcpu_, vm_, kvm_}) {
    if (fd >= 0) close(fd);
  }
  if (ram_ != nullptr) munmap(ram_, ram_size);
}

void KvmMachine::read_cpuid() {
  CpuidTable cpuid{};
  cpuid.count = static_cast<std::uint32_t>(cpuid.entries.size());
  must(ioctl(kvm_, get_supported_cpuid, &cpuid), "KVM_GET_SUPPORTED_CPUID");
  must(ioctl(vcpu_, set_cpuid2, &cpuid), "KVM_SET_CPUID2");
  offered_ = {.cr4 = 0x30, .physical_bits = 36, .has_1gib_pages = false};
  for (kvm_cpuid_entry2 const& leaf : std::span{cpuid.entries}.first(cpuid.count)) {
    if (leaf.function == 7 && leaf.index == 0) {
      if ((leaf.ebx & 1U << 7) != 0) offered_.cr4 |= 1U << 20;
      if ((leaf.ebx & 1U << 20) != 0) offered_.cr4 |= 1U << 21;
      if ((leaf.ecx & 1U << 16) != 0) offered_.cr4 |= 1U << 12;
    }
    if (leaf.function == 0x8000'0001) {
      if ((leaf.edx & 1U << 20) != 0) offered_.efer |= 1U << 11;
      offered_.has_1gib_pages = (leaf.edx & 1U << 26) != 0;
    }
    if (leaf.function == 0x8000'0008) {
      offered_.physical_bits = static_cast<std::uint8_t>(leaf.eax & 0xff);
    }
  }
}

void KvmMachine::store(std::uint64_t gpa, std::uint64_t value, std::size_t size) {
  std::memcpy(ram_ + gpa, &value, size);
}

void KvmMachine::prepare(bool long_mode) {
  long_mode_ = long_mode;
  std::memset(ram_, 0, ram_size);
  std::uint8_t const* const blob = long_mode ? guest_code_64 : guest_code_32;
  std::uint8_t const* const end = long_mode ? guest_code_64_end : guest_code_32_end;
  std::memcpy(ram_ + code_page, blob, static_cast<std::size_t>(end - blob));
  std::uint64_t const code = long_mode ? 0x00af'9b00'0000'ffff : 0x00cf'9b00'0000'ffff;
  store(tables_page + kernel_code, code, 8);
  store(tables_page + kernel_data, 0x00cf'9300'0000'ffff, 8);
  store(tables_page + 0x18, code | std::uint64_t{0x60} << 40, 8);
  store(tables_page + 0x20, 0x00cf'f300'0000'ffff, 8);
  store(task_at + 4, stack_top, long_mode ? 8 : 4);
  if (!long_mode) store(task_at + 8, kernel_data, 2);
  Labels const at = labels(long_mode);
  for (std::uint64_t vector = 0; vector < 32; ++vector) {
    std::uint64_t const to = vector == 14 ? at.page_fault : at.exception;
    std::uint64_t const gate = (to & 0xffff) | std::uint64_t{kernel_code} << 16 |
                               std::uint64_t{0x8e00} << 32 | (to >> 16) << 48;
    store(vectors_at + vector * (long_mode ? 16 : 8), gate, 8);
  }
  store(target_page, 0x10e6, 2);                         // out %al, $0x10
  store(target_page + 0x800, 0x00cf'f300'0000'ffff, 8);  // data for any level
}

void KvmMachine::set_special_registers(Trial const& trial) {
  kvm_sregs sregs{};
  must(ioctl(vcpu_, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
  sregs.cr0 = trial.control.cr0 | 0x30;  // NE, ET
  sregs.cr2 = 0xdead'0000;
  sregs.cr3 = trial.control.cr3;
  sregs.cr4 = trial.control.cr4;
  sregs.efer = trial.control.efer;
  sregs.cs = segment(kernel_code, 11, long_mode_);
  sregs.ss = segment(kernel_data, 3, long_mode_);
  for (kvm_segment* data : {&sregs.ds, &sregs.es, &sregs.fs, &sregs.gs}) {
    *data = segment(user_data, 3, long_mode_);
  }
  sregs.tr = system_segment(task_at, 0x67, 11);
  sregs.ldt = system_segment(trial.linear, 7, 2);
  sregs.gdt.base = tables_page;
  sregs.gdt.limit = 0x27;
  sregs.idt.base = vectors_at;
  sregs.idt.limit = static_cast<std::uint16_t>(32 * (long_mode_ ? 16 : 8) - 1);
  must(ioctl(vcpu_, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
}

void KvmMachine::set_registers(Trial const& trial, std::size_t updates) {
  Labels const at = labels(long_mode_);
  std::uint64_t target = at.read;
  if (trial.kind == core::AccessKind::write) target = at.write;
  if (trial.kind == core::AccessKind::fetch) target = at.fetch;
  if (trial.descriptor_load) target = at.load;
  bool const user = trial.at_user_level;
  if (user) target += user_code_page - code_page;
  std::uint64_t const flags = 0x3002 | (trial.alignment_check ? 0x40000U : 0U);  // IOPL 3
  std::array<std::uint64_t, 5> const frame{target, user ? user_code : kernel_code, flags,
                                           user ? user_stack_page + 0x800 : stack_top,
                                           user ? user_data : kernel_data};
  std::size_t const width = long_mode_ ? 8 : 4;
  for (std::size_t i = 0; i < frame.size(); ++i) store(frame_at + i * width, frame[i], width);
  kvm_regs regs{};
  regs.rax = 7;  // the first descriptor of the LDT, for any level
  regs.rbx = trial.linear;
  regs.rcx = updates;
  regs.rdx = frame_at;
  regs.rsi = updates_page;
  regs.rsp = stack_top;
  regs.rip = code_page;
  regs.rflags = 2;
  must(ioctl(vcpu_, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

Outcome KvmMachine::run(Trial const& trial, std::span<Update const> updates) {
  for (std::size_t i = 0; i < updates.size(); ++i) {
    store(updates_page + 8 * i, updates[i].address, 4);
    store(updates_page + 8 * i + 4, updates[i].value, 4);
  }
  set_special_registers(trial);
  set_registers(trial, updates.size());
  while (ioctl(vcpu_, KVM_RUN, 0) < 0) {
    if (errno != EINTR && errno != EAGAIN) must(-1, "KVM_RUN");
  }
  Outcome const result = outcome();
  finish_exit();
  return result;
}

std::optional<std::uint64_t> KvmMachine::translate(Trial const& trial,
                                                   std::span<Update const> updates) {
  for (Update const& update : updates) store(update.address, update.value, 4);
  set_special_registers(trial);
  set_registers(trial, 0);
  kvm_translation translation{};
  translation.linear_address = trial.linear;
  must(ioctl(vcpu_, KVM_TRANSLATE, &translation), "KVM_TRANSLATE");
  if (translation.valid == 0) return std::nullopt;
  return translation.physical_address;
}

Outcome KvmMachine::outcome() {
  Outcome result{.ending = Ending::other, .exit_reason = run_->exit_reason};
  if (run_->exit_reason == KVM_EXIT_MMIO) {
    result.ending = Ending::mmio;
    result.address = run_->mmio.phys_addr;
    return result;
  }
  if (run_->exit_reason != KVM_EXIT_IO) return result;
  if (run_->io.port == port_done) result.ending = Ending::done;
  if (run_->io.port == port_exception) result.ending = Ending::exception;
  if (run_->io.port != port_page_fault) return result;
  result.ending = Ending::page_fault;
  kvm_regs regs{};
  kvm_sregs sregs{};
  must(ioctl(vcpu_, KVM_GET_REGS, &regs), "KVM_GET_REGS");
  must(ioctl(vcpu_, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
  std::memcpy(&result.error_code, ram_ + (regs.rsp % ram_size), 4);
  result.address = sregs.cr2;
  return result;
}

/// KVM completes an I/O exit on the next run; here without running the guest on.
void KvmMachine::finish_exit() {
  run_->immediate_exit = 1;
  (void)ioctl(vcpu_, KVM_RUN, 0);
  run_->immediate_exit = 0;
}

}  // namespace acrn::tests::paging
