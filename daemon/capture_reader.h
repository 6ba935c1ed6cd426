#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "daemon/capture_limits.h"
#include "daemon/captured_packet.h"

namespace haetae::daemon {

// Reads a capture file packet by packet through libpcap: pcap and pcapng, also packed by gzip or
// zstd, told apart by their first octets. Memory is bounded whatever the file holds: see
// capture_limits.h. One thread at a time; any number of readers beside each other.
class CaptureReader {
 public:
  struct Counters {
    std::uint64_t packets = 0;      // given by next()
    std::uint64_t octets = 0;       // that were captured
    std::uint64_t cut_packets = 0;  // of which the capture kept the start only
    // Of a pcapng file: from an interface whose link layer we do not read.
    std::uint64_t foreign_packets = 0;
  };

  // path: a file or a pipe; "-" is standard input. Error: one line that names the file and says
  // what is wrong: it cannot be read, it is no capture, its link layer is not one that we read (of
  // pcapng, see error()).
  static std::expected<CaptureReader, std::string> open(
      const std::filesystem::path& path,
      std::uint64_t unpacked_bytes_max = limits::kCaptureUnpackedBytesMax);

  ~CaptureReader();
  CaptureReader(CaptureReader&& other) noexcept;
  CaptureReader& operator=(CaptureReader&& other) noexcept;

  // False at the capture's end, and where it cannot be read further: see error(). Everything before
  // that was read and counts. Allocates nothing.
  bool next(CapturedPacket& packet) noexcept;

  // After the end: which packet could not be read, and why; or how many were left out, and why.
  // Empty if nothing was lost.
  const std::string& error() const noexcept;
  const Counters& counters() const noexcept;
  // The packet that next() gave last, as every program counts them: from 1, those left out too.
  std::uint64_t number() const noexcept;

  // For a progress bar: octets of the file read so far, as stored; and of all of it, 0 for a pipe.
  std::uint64_t stored_bytes() const noexcept;
  std::uint64_t file_bytes() const noexcept;

 private:
  struct Parts;
  explicit CaptureReader(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace haetae::daemon
