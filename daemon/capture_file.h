#pragma once

#include <cstdint>
#include <cstdio>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

namespace haetae::daemon {

// A capture file, or standard input, as a stream that libpcap can read: unpacked on the way, and,
// if it is pcapng, with each packet's link before it (see pcapng_links.h).
class CaptureFile {
 public:
  // path: a file or a pipe; "-" is standard input. unpacked_bytes_max: what a packed one may unpack
  // to. Error: one line that names the file.
  static std::expected<std::unique_ptr<CaptureFile>, std::string> open(
      const std::filesystem::path& path, std::uint64_t unpacked_bytes_max);
  ~CaptureFile();
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;

  // The stream, for one thread, to be closed before this object goes. Called once; null if there is
  // no memory.
  std::FILE* stream();

  // Whether packets have their link before them. Known once the stream was read from.
  bool is_pcapng() const noexcept;
  const std::string& label() const noexcept;    // what errors call the file
  const std::string& error() const noexcept;    // why the stream failed; empty if it did not
  std::uint64_t stored_bytes() const noexcept;  // read so far
  std::uint64_t file_bytes() const noexcept;    // 0: not known, a pipe

 private:
  struct Parts;
  explicit CaptureFile(std::unique_ptr<Parts> parts);
  static ssize_t read_stream(void* parts, char* out, std::size_t size) noexcept;

  std::unique_ptr<Parts> parts_;
};

}  // namespace haetae::daemon
