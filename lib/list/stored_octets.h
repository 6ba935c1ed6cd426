#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "base/unpack.h"

// For source_reader.cc only.
namespace haetae::list {

// The octets of a list's file or of memory as they are stored, counted and digested as they pass.
class StoredOctets : public OctetSource {
 public:
  // Error: one line that names the file.
  static std::expected<std::unique_ptr<StoredOctets>, std::string> open(
      const std::filesystem::path& path);
  static std::unique_ptr<StoredOctets> over(Bytes source);  // source outlives the object
  ~StoredOctets() override;

  std::expected<std::size_t, std::string> read(MutableBytes out) override;
  const std::string& label() const noexcept override;

  std::uint64_t count() const noexcept;
  std::uint64_t digest() const noexcept;

 private:
  struct Parts;
  explicit StoredOctets(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace haetae::list
