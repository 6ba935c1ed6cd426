#include "list/image_writer.h"

#include <xxhash.h>

#include <algorithm>

namespace haetae::list {

void MemoryOutput::append(Bytes bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void MemoryOutput::overwrite(std::uint64_t offset, Bytes bytes) {
  std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
}

void ImageWriter::FreeState::operator()(XXH3_state_s* state) const {
  XXH3_freeState(state);
}

ImageWriter::ImageWriter(ImageOutput& output) : output_(output), state_(XXH3_createState()) {
  append_zeros(format::kHeaderBytes);
  XXH3_64bits_reset(state_.get());
}

void ImageWriter::append_zeros(std::size_t count) {
  const std::vector<std::uint8_t> zeros(count);
  output_.append(zeros);
  offset_ += count;
}

void ImageWriter::append(Bytes bytes) {
  output_.append(bytes);
  XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
  size_ += bytes.size();
}

void ImageWriter::end(format::Section which) {
  places_[static_cast<std::size_t>(which)] = {
      .offset = offset_, .size = size_, .checksum = XXH3_64bits_digest(state_.get())};
  offset_ += size_;
  size_ = 0;
  append_zeros((format::kAlignment - offset_ % format::kAlignment) % format::kAlignment);
  XXH3_64bits_reset(state_.get());
}

void ImageWriter::end_file(format::Header& header) {
  header.sections = places_;
  header.file_size = offset_;
  header.checksum = format::checksum_of(header);
  output_.overwrite(0, {reinterpret_cast<const std::uint8_t*>(&header), sizeof header});
}

}  // namespace haetae::list
