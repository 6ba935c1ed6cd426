#pragma once

#include <expected>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace haetae {

// Octets that come one run after the other: those of a file, or what is unpacked from it.
class OctetSource {
 public:
  virtual ~OctetSource() = default;
  // Writes to the start of out, which is not empty; returns how many octets, 0 at the end only.
  // Error: one line that names the source; nothing may be read after it.
  virtual std::expected<std::size_t, std::string> read(MutableBytes out) = 0;
  // What errors call the source: a file's path.
  virtual const std::string& label() const noexcept = 0;
};

struct UnpackLimits {
  std::size_t chunk_bytes;   // packed octets read at a time, and held
  int zstd_window_bits_max;  // log2 of the most memory that zstd may ask for
};

// Looks at the source's first octets and unpacks it from gzip (RFC 1952, several members too) or
// zstd (RFC 8878), or hands it on as it is. Memory is bounded whatever the source holds; how much
// comes out is not: the caller counts. source outlives the unpacker. Error: the source cannot be
// read.
std::expected<std::unique_ptr<OctetSource>, std::string> make_unpacker(OctetSource& source,
                                                                       UnpackLimits limits);

}  // namespace haetae
