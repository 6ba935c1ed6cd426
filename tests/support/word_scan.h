#pragma once

#include <algorithm>
#include <limits>
#include <string>

#include "proxy/response_bodies.h"

namespace haetae::test {

// Looks for words in a body: for "harm" as it comes, for "evil" when it is asked or the body ends.
class WordScan final : public proxy::BodyScan {
 public:
  // read_max: a body with more octets is clean.
  explicit WordScan(std::size_t read_max = std::numeric_limits<std::size_t>::max())
      : read_max_(read_max) {
    verdict_.action = policy::Action::Block;
    verdict_.reason = policy::Reason::Pattern;
  }
  proxy::Scanned feed(Bytes octets) noexcept override {
    text_ += as_text(octets.first(std::min(octets.size(), read_max_)));
    if (text_.size() > read_max_) return proxy::Scanned::Clean;
    return text_.contains("harm") ? proxy::Scanned::Blocked : proxy::Scanned::Undecided;
  }
  proxy::Scanned judge_so_far() noexcept override {
    return text_.contains("evil") ? proxy::Scanned::Blocked : proxy::Scanned::Undecided;
  }
  proxy::Scanned finish() noexcept override {
    return text_.contains("evil") ? proxy::Scanned::Blocked : proxy::Scanned::Clean;
  }
  const policy::Verdict& verdict() const noexcept override { return verdict_; }

 private:
  std::size_t read_max_;
  std::string text_;
  policy::Verdict verdict_;
};

}  // namespace haetae::test
