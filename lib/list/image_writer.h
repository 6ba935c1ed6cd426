#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "list/image_file.h"
#include "list/image_format.h"

struct XXH3_state_s;

namespace haetae::list {

// Where an image is written to.
class ImageOutput {
 public:
  virtual ~ImageOutput() = default;
  virtual void append(Bytes bytes) = 0;
  virtual void overwrite(std::uint64_t offset, Bytes bytes) = 0;
};

class FileOutput : public ImageOutput {
 public:
  explicit FileOutput(const std::filesystem::path& path) : file_(path) {}
  void append(Bytes bytes) override { file_.append(bytes); }
  void overwrite(std::uint64_t offset, Bytes bytes) override { file_.overwrite(offset, bytes); }
  std::expected<void, std::string> commit() { return file_.commit(); }

 private:
  ReplacingFile file_;
};

class MemoryOutput : public ImageOutput {
 public:
  void append(Bytes bytes) override;
  void overwrite(std::uint64_t offset, Bytes bytes) override;
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

// Writes an image's sections in order and keeps account of where they stand and of their checksums.
class ImageWriter {
 public:
  explicit ImageWriter(ImageOutput& output);

  void append(Bytes bytes);
  template <typename Number>
  void append_all(const std::vector<Number>& numbers) {
    append(
        {reinterpret_cast<const std::uint8_t*>(numbers.data()), numbers.size() * sizeof(Number)});
  }
  void end(format::Section which);  // what was appended since the last end() is this section
  // Completes the header with the places and checksums, and writes it: from here on it is an image.
  void end_file(format::Header& header);

 private:
  struct FreeState {
    void operator()(XXH3_state_s* state) const;
  };
  void append_zeros(std::size_t count);

  ImageOutput& output_;
  std::unique_ptr<XXH3_state_s, FreeState> state_;
  std::array<format::SectionPlace, format::kSectionCount> places_ = {};
  std::uint64_t offset_ = 0;
  std::uint64_t size_ = 0;  // of the section that is being written
};

}  // namespace haetae::list
