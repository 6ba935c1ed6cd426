#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "inspect/seen.h"
#include "policy/verdict.h"

namespace haetae::proxy {

// What says whether a body is looked at: the request as it was judged, and the response's head.
struct ResponseFacts {
  const inspect::Seen& seen;
  std::uint16_t status = 0;
  std::string_view content_type;      // as sent; empty: none
  std::string_view content_encoding;  // likewise
  std::optional<std::uint64_t> content_length;
};

// What is known of a body so far.
enum class Scanned : std::uint8_t { Undecided, Clean, Blocked };

// One body that is looked at while it passes.
class BodyScan {
 public:
  virtual ~BodyScan() = default;
  // The next octets of the body: chunks are undone, codings of the content are not. With Clean or
  // Blocked nothing more need be shown.
  virtual Scanned feed(Bytes octets) noexcept = 0;
  // What was read of it is about to be seen, since it comes slowly: judge it as it stands. Never
  // Clean.
  virtual Scanned judge_so_far() noexcept = 0;
  // The body ended. Undecided counts as Clean.
  virtual Scanned finish() noexcept = 0;
  // After Blocked: why. The event has been written, or need not be.
  virtual const policy::Verdict& verdict() const noexcept = 0;
};

// Decides for each response whether its body is looked at. One worker's.
class ResponseBodies {
 public:
  virtual ~ResponseBodies() = default;
  // Null: it passes unread.
  virtual std::unique_ptr<BodyScan> begin(const ResponseFacts& facts) noexcept = 0;
};

}  // namespace haetae::proxy
