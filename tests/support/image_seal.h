#pragma once

#include <cstring>
#include <vector>

#include "list/image_format.h"

namespace haetae::test {

// Makes the checksums of a damaged image right again, as one who wants to do harm would.
inline void seal_image(std::vector<std::uint8_t>& image) {
  using namespace list::format;
  Header header;
  if (image.size() < kHeaderBytes) return;
  std::memcpy(&header, image.data(), sizeof header);
  header.file_size = image.size();
  for (SectionPlace& place : header.sections) {
    if (place.offset > image.size() || place.size > image.size() - place.offset) continue;
    place.checksum = checksum_of(Bytes(image).subspan(place.offset, place.size));
  }
  header.checksum = checksum_of(header);
  std::memcpy(image.data(), &header, sizeof header);
}

}  // namespace haetae::test
