// SPDX-License-Identifier: BSD-3-Clause
// Register offsets and bits of the 16550A, for the sources of its emulation.
#pragma once

#include <cstdint>

namespace acrn::core::uart {

// Register offsets, PC16550D table II.
inline constexpr std::uint8_t offset_data = 0;  // RBR, THR; divisor low with LCR.DLAB
inline constexpr std::uint8_t offset_ier = 1;   // divisor high with LCR.DLAB
inline constexpr std::uint8_t offset_iir = 2;   // FCR when written
inline constexpr std::uint8_t offset_lcr = 3;
inline constexpr std::uint8_t offset_mcr = 4;
inline constexpr std::uint8_t offset_lsr = 5;
inline constexpr std::uint8_t offset_msr = 6;
inline constexpr std::uint8_t offset_scratch = 7;
inline constexpr std::uint8_t register_count = 8;

inline constexpr std::uint8_t ier_data = 1;
inline constexpr std::uint8_t ier_transmitter = 2;
inline constexpr std::uint8_t ier_line = 4;
inline constexpr std::uint8_t ier_modem = 8;

// IIR bits 3:0 by falling priority, PC16550D table IV.
inline constexpr std::uint8_t iir_line = 6;
inline constexpr std::uint8_t iir_data = 4;
inline constexpr std::uint8_t iir_time_out = 0xc;
inline constexpr std::uint8_t iir_transmitter = 2;
inline constexpr std::uint8_t iir_modem = 0;
inline constexpr std::uint8_t iir_none = 1;
inline constexpr std::uint8_t iir_fifos_on = 0xc0;

inline constexpr std::uint8_t lsr_data_ready = 1;
inline constexpr std::uint8_t lsr_overrun = 2;
inline constexpr std::uint8_t lsr_byte_errors = 0x1c;
inline constexpr std::uint8_t lsr_transmitter_empty = 0x60;  // THRE and TEMT
inline constexpr std::uint8_t lsr_error_in_fifo = 0x80;

inline constexpr std::uint8_t mcr_out2 = 8;
inline constexpr std::uint8_t mcr_loop = 0x10;
inline constexpr std::uint8_t msr_ring = 0x40;

}  // namespace acrn::core::uart
