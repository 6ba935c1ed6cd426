#pragma once

#include <cstdint>
#include <limits>

#include "proxy/response.h"
#include "wire/http_chunks.h"

namespace haetae::proxy {

// Follows one body of a request or a response to its end.
class Body {
 public:
  void begin(Framing framing, std::uint64_t length) noexcept {
    framing_ = framing;
    left_ = length;
    is_done_ = framing == Framing::None;
    if (framing == Framing::Chunked) chunks_ = {};
  }

  // The next octets: how many of them were read, and those of them that are the body itself. Until
  // all are read, Done or Malformed, call it again.
  wire::HttpChunkReader::Step feed(Bytes more) noexcept;

  Framing framing() const noexcept { return framing_; }
  bool is_done() const noexcept { return is_done_; }
  // Octets that need not be looked at; skip() says that so many passed.
  std::uint64_t unread() const noexcept;
  void skip(std::uint64_t bytes) noexcept;
  // The stream ended. False: in the middle of the body.
  bool end() noexcept;

 private:
  Framing framing_ = Framing::None;
  bool is_done_ = true;
  std::uint64_t left_ = 0;
  wire::HttpChunkReader chunks_;
};

}  // namespace haetae::proxy
