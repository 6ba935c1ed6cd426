#include "firewall/packet_programs.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <vector>

namespace haetae::firewall {
namespace {

// Instructions of classic BPF (linux/filter.h), by what they do.
enum Code : std::uint16_t {
  kLoadWord = 0x20,  // A = four octets at k
  kLoadHalf = 0x28,  // A = two octets at k
  kLoadHalfAfterX = 0x48,
  kLoadOctet = 0x30,
  kLoadOctetAfterX = 0x50,  // A = the octet at X + k
  kHeaderLength = 0xb1,     // X = four times the lower half of the octet at k
  kToX = 0x07,              // X = A
  kAddX = 0x0c,
  kSubtractX = 0x1c,
  kMultiply = 0x24,
  kAnd = 0x54,
  kShiftRight = 0x74,
  kModulo = 0x94,
  kXorX = 0xac,
  kIfEqual = 0x15,  // else the program says no
  kReturn = 0x06,
};

// A program is a row of steps; whoever fails a test in it is refused at its end.
class Program {
 public:
  Program& add(Code code, std::uint32_t k = 0) {
    steps_.push_back({code, k});
    return *this;
  }
  std::string text() const {
    std::string out = fmt::format("{}", steps_.size() + 2);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const std::size_t to_refusal = steps_[i].code == kIfEqual ? steps_.size() - i : 0;
      out += fmt::format(",{} 0 {} {}", static_cast<unsigned>(steps_[i].code), to_refusal,
                         steps_[i].k);
    }
    constexpr unsigned kMatches = 65535;
    return out + fmt::format(",{0} 0 0 {1},{0} 0 0 0", static_cast<unsigned>(kReturn), kMatches);
  }

 private:
  struct Step {
    Code code;
    std::uint32_t k;
  };
  std::vector<Step> steps_;
};

constexpr std::uint32_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kAck = 0x10;
constexpr std::uint32_t kTcp = 6;

// Of the segment's flags those of `looked_at` are `wanted`, and its headers are all there is of it.
void bare_segment(Program& out, bool is_v4, std::uint32_t looked_at, std::uint32_t wanted) {
  constexpr std::uint32_t kFlags = 13, kOffset = 12, kV6Header = 40;
  if (is_v4) {
    constexpr std::uint32_t kTotalLength = 2;
    out.add(kHeaderLength, 0);
    out.add(kLoadOctetAfterX, kFlags).add(kAnd, looked_at).add(kIfEqual, wanted);
    out.add(kLoadOctetAfterX, kOffset).add(kShiftRight, 2).add(kAnd, 0x3c);
    out.add(kAddX).add(kToX).add(kLoadHalf, kTotalLength);
  } else {
    constexpr std::uint32_t kNextHeader = 6, kPayloadLength = 4;
    out.add(kLoadOctet, kNextHeader).add(kIfEqual, kTcp);
    out.add(kLoadOctet, kV6Header + kFlags).add(kAnd, looked_at).add(kIfEqual, wanted);
    out.add(kLoadOctet, kV6Header + kOffset).add(kShiftRight, 2).add(kAnd, 0x3c);
    out.add(kToX).add(kLoadHalf, kPayloadLength);
  }
  out.add(kSubtractX).add(kIfEqual, 0);
}

void opening(Program& out, bool is_v4) {
  bare_segment(out, is_v4, kSyn | kFin | kRst, kSyn);
}

// The same for both directions: all words of the addresses are joined, whichever comes first.
void share(Program& out, bool is_v4, std::size_t number, std::size_t count) {
  const std::uint32_t first = is_v4 ? 12 : 8;
  const std::uint32_t end = is_v4 ? 20 : 40;
  out.add(kLoadWord, first);
  for (std::uint32_t at = first + 4; at < end; at += 4) {
    out.add(kToX).add(kLoadWord, at).add(kXorX);
  }
  constexpr std::uint32_t kSpread = 0x9e3779b1;  // neighbours' addresses differ in their last bits
  out.add(kMultiply, kSpread).add(kShiftRight, 16);
  out.add(kModulo, static_cast<std::uint32_t>(count));
  out.add(kIfEqual, static_cast<std::uint32_t>(number));
}

}  // namespace

std::string bare_ack_program(bool is_v4) {
  Program out;
  bare_segment(out, is_v4, kAck | kSyn | kFin | kRst, kAck);
  return out.text();
}

std::string opening_program(bool is_v4) {
  Program out;
  opening(out, is_v4);
  return out.text();
}

std::string share_program(bool is_v4, std::size_t number, std::size_t count) {
  Program out;
  share(out, is_v4, number, count);
  return out.text();
}

std::string opening_share_program(bool is_v4, std::size_t number, std::size_t count) {
  Program out;
  opening(out, is_v4);
  share(out, is_v4, number, count);
  return out.text();
}

}  // namespace haetae::firewall
