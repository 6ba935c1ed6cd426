#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "wire/http_head.h"

namespace haetae::wire {

// Gathers what a head says about its body (RFC 9112, section 6).
class HttpFramingReader {
 public:
  // The values of fields of these names, in the order they came.
  void content_length(std::string_view value) noexcept;
  void transfer_encoding(std::string_view value) noexcept;
  // Something that servers do not agree on stands in the head.
  void doubt() noexcept { is_doubtful_ = true; }

  // Sets framing and body_bytes of a head that is whole.
  void finish(HttpRequestHead& head) const noexcept;

 private:
  std::optional<std::uint64_t> length_;
  bool has_encoding_ = false;
  bool is_chunked_ = false;
  bool is_doubtful_ = false;
};

}  // namespace haetae::wire
