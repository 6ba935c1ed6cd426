#include "list/punycode.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/limits.h"
#include "base/utf8.h"

namespace haetae::list {
namespace {

// RFC 3492, section 5.
constexpr std::uint32_t kBase = 36;
constexpr std::uint32_t kTMin = 1;
constexpr std::uint32_t kTMax = 26;
constexpr std::uint32_t kSkew = 38;
constexpr std::uint32_t kDamp = 700;
constexpr std::uint32_t kInitialBias = 72;
constexpr std::uint32_t kInitialN = 128;

constexpr std::uint32_t kCodePointMax = 0x10ffff;

constexpr std::uint32_t digit_of(char c) noexcept {
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a');
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0') + 26;
  return kBase;
}

constexpr std::uint32_t adapt(std::uint32_t delta, std::uint32_t points, bool first) noexcept {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / points;
  std::uint32_t k = 0;
  for (; delta > (kBase - kTMin) * kTMax / 2; k += kBase) delta /= kBase - kTMin;
  return k + (kBase - kTMin + 1) * delta / (delta + kSkew);
}

struct CodePoints {
  std::array<std::uint32_t, limits::kLabelBytesMax> at;
  std::size_t count = 0;
};

// Reads one variable-length integer and takes it off the input; false if it is cut, holds no digit
// or is larger than any label needs.
bool take_delta(std::string_view& in, std::uint32_t bias, std::uint32_t& delta) noexcept {
  // 63 insertions among 0x110000 code points stay far below this; so does any sum of two.
  constexpr std::uint64_t kDeltaMax = 0x0800'0000;
  std::uint64_t weight = 1;
  std::uint64_t value = 0;
  for (std::uint32_t k = kBase;; k += kBase) {
    if (in.empty()) return false;
    const std::uint32_t digit = digit_of(in.front());
    in.remove_prefix(1);
    if (digit == kBase) return false;
    value += digit * weight;
    if (value > kDeltaMax) return false;
    const std::uint32_t t = k <= bias ? kTMin : std::min(k - bias, kTMax);
    if (digit < t) break;
    weight *= kBase - t;
    if (weight > kDeltaMax) return false;
  }
  delta = static_cast<std::uint32_t>(value);
  return true;
}

bool decode(std::string_view in, CodePoints& points) noexcept {
  const std::size_t hyphen = in.rfind('-');
  if (hyphen != in.npos) {
    for (const char c : in.substr(0, hyphen)) {
      points.at[points.count++] = static_cast<unsigned char>(c);
    }
    in.remove_prefix(hyphen + 1);
  }
  std::uint32_t n = kInitialN;
  std::uint32_t i = 0;
  std::uint32_t bias = kInitialBias;
  for (bool first = true; !in.empty(); first = false) {
    std::uint32_t delta = 0;
    if (points.count == points.at.size() || !take_delta(in, bias, delta)) return false;
    const auto room = static_cast<std::uint32_t>(points.count + 1);
    bias = adapt(delta, room, first);
    i += delta;
    n += i / room;
    i %= room;
    if (n > kCodePointMax || (n >= 0xd800 && n <= 0xdfff)) return false;
    std::copy_backward(points.at.begin() + i, points.at.begin() + points.count,
                       points.at.begin() + points.count + 1);
    points.at[i++] = n;
    ++points.count;
  }
  return true;
}

}  // namespace

std::size_t decode_punycode(std::string_view label, std::span<char> out) noexcept {
  CodePoints points;
  if (label.empty() || label.size() > limits::kLabelBytesMax || !decode(label, points)) return 0;
  std::size_t written = 0;
  for (std::size_t i = 0; i < points.count; ++i) {
    std::array<char, 4> octets;
    const std::size_t size = put_utf8(points.at[i], octets);
    if (size > out.size() - written) return 0;
    std::copy_n(octets.begin(), size, out.begin() + static_cast<std::ptrdiff_t>(written));
    written += size;
  }
  return written;
}

}  // namespace haetae::list
