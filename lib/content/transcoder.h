#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "content/charset.h"

namespace haetae::content {

// Brings one encoding other than UTF-8 to UTF-8, streaming. The seam to ICU.
class Transcoder {
 public:
  explicit Transcoder(Charset charset);
  ~Transcoder();
  Transcoder(const Transcoder&) = delete;
  Transcoder& operator=(const Transcoder&) = delete;

  Charset charset() const noexcept { return charset_; }
  // Forgets all of the last body.
  void start() noexcept;
  // Takes octets off raw's start and writes their text into room, of 16 octets or more; to be
  // called until raw is empty and so is the text.
  // is_end: nothing follows; to be called until the text is empty.
  std::string_view convert(Bytes& raw, std::span<char> room, bool is_end) noexcept;

 private:
  struct State;
  Charset charset_;
  std::unique_ptr<State> state_;
};

// The encoding other than Unicode's that ICU's detector takes the octets for; no value if it finds
// none of ours.
std::optional<Charset> detect_charset(Bytes octets) noexcept;

}  // namespace haetae::content
