#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"

// From stored octets to text. For source_reader.cc only.
namespace haetae::list {

// The octets of a file or of memory, chunk by chunk, counted and digested as they pass.
class StoredOctets {
 public:
  // Error: one line that names the file.
  static std::expected<std::unique_ptr<StoredOctets>, std::string> open(
      const std::filesystem::path& path);
  static std::unique_ptr<StoredOctets> over(Bytes source);  // source outlives the object
  ~StoredOctets();

  // The next chunk, valid until the next call; empty at the end.
  std::expected<Bytes, std::string> next_chunk();

  std::uint64_t count() const noexcept;
  std::uint64_t digest() const noexcept;
  const std::string& label() const noexcept;  // what errors call the source

 private:
  struct Parts;
  explicit StoredOctets(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// Text out of stored octets: as they are, from gzip or from zstd.
class Unpacker {
 public:
  virtual ~Unpacker() = default;
  // Writes to out, which is not empty; returns how much, 0 at the end.
  virtual std::expected<std::size_t, std::string> read(std::span<char> out) = 0;
};

// Looks at the first octets and picks the unpacker. source outlives it.
std::expected<std::unique_ptr<Unpacker>, std::string> make_unpacker(StoredOctets& source);

}  // namespace haetae::list
