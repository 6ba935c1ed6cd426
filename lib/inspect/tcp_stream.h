#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "inspect/byte_window.h"

namespace haetae::inspect {

// What one side of a TCP connection said, from a certain octet on (RFC 9293, section 3.4): segments
// in any order, sent again, over one another and around the end of the sequence numbers.
class TcpStream {
 public:
  enum class Added : std::uint8_t {
    Stored,
    Old,       // all of it stands before the window: it was read already
    Conflict,  // it says something else than what was said before
    TooFar,    // it reaches so far ahead that the rest of it is not kept
  };

  // Starts anew. sequence: of the first octet that is wanted. is_certain: nothing was said before
  // it, since the connection's start was seen; otherwise an earlier segment may still come, as long
  // as nothing was consumed.
  void start(std::uint32_t sequence, bool is_certain) noexcept {
    window_.clear();
    next_ = sequence;
    is_certain_ = is_certain;
  }

  Added add(std::uint32_t sequence, Bytes segment) noexcept;
  // From the first octet that is wanted on, without gaps. Valid until the next change.
  Bytes prefix() const noexcept { return window_.prefix(); }
  // As many as fit are there: there will not be more.
  bool is_full() const noexcept { return window_.is_full(); }
  bool has_gap() const noexcept { return window_.has_gap(); }
  bool is_empty() const noexcept { return window_.reach() == 0; }
  std::size_t reach() const noexcept { return window_.reach(); }
  std::uint32_t next_sequence() const noexcept { return next_; }

  // Octets that are not wanted any more, whether they came or not.
  void consume(std::size_t count) noexcept {
    if (count == 0) return;
    window_.consume(count);
    next_ += static_cast<std::uint32_t>(count);
    is_certain_ = true;
  }

 private:
  ByteWindow window_;
  std::uint32_t next_ = 0;
  bool is_certain_ = false;
};

}  // namespace haetae::inspect
