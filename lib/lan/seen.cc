#include "lan/seen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

#include "base/limits.h"

namespace haetae::lan {
namespace {

// device MAC FIRST LAST LINK [NAME]
// address ADDRESS FIRST LAST LINK [OWNER OWNER_LAST]
// end DEVICES
// Times are seconds since 1970, UTC.
constexpr std::string_view kTitle = "haetae devices 1";
constexpr std::size_t kWordsMax = 7;

std::int64_t number_of(SeenAt at) {
  return at.time_since_epoch().count();
}

// The words of a line, one space between; no more than kWordsMax.
class Words {
 public:
  explicit Words(std::string_view line) {
    while (!line.empty() && count_ < kWordsMax) {
      const std::size_t end = std::min(line.find(' '), line.size());
      words_[count_++] = line.substr(0, end);
      line.remove_prefix(std::min(end + 1, line.size()));
    }
  }
  std::size_t count() const { return count_; }
  std::string_view at(std::size_t place) const { return words_[place]; }
  std::optional<SeenAt> time_at(std::size_t place) const {
    std::uint32_t number = 0;  // until the year 2106
    const std::string_view word = words_[place];
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return SeenAt(seconds(number));
  }

 private:
  std::array<std::string_view, kWordsMax> words_{};
  std::size_t count_ = 0;
};

bool is_link_name(std::string_view name) {
  constexpr std::size_t kBytesMax = 15;  // IFNAMSIZ without its end
  return !name.empty() && name.size() <= kBytesMax &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c != 0x7f && c != '/'; });
}

std::optional<SeenDevice> read_device(const Words& words) {
  if (words.count() < 5) return std::nullopt;
  const auto mac = MacAddress::from_text(words.at(1));
  const auto first = words.time_at(2);
  const auto last = words.time_at(3);
  if (!mac || !first || !last || !is_link_name(words.at(4))) return std::nullopt;
  SeenDevice device{.mac = *mac, .link = std::string(words.at(4)), .first = *first, .last = *last};
  if (words.count() > 5) device.name = plain_host_name(words.at(5));
  return device;
}

std::optional<SeenAddress> read_address(const Words& words, const MacAddress& holder) {
  if (words.count() != 5 && words.count() != 7) return std::nullopt;
  const auto address = IpAddress::from_text(words.at(1));
  const auto first = words.time_at(2);
  const auto last = words.time_at(3);
  if (!address || !first || !last || !is_link_name(words.at(4))) return std::nullopt;
  SeenAddress seen{.address = *address,
                   .link = std::string(words.at(4)),
                   .first = *first,
                   .last = *last,
                   .owner = holder,
                   .owner_last = *last};
  if (words.count() == 5) return seen;
  const auto owner = MacAddress::from_text(words.at(5));
  const auto owner_last = words.time_at(6);
  if (!owner || !owner_last) return std::nullopt;
  seen.owner = *owner;
  seen.owner_last = *owner_last;
  return seen;
}

}  // namespace

std::string to_text(const SeenDevices& devices) {
  std::string text = fmt::format("{}\n", kTitle);
  const auto out = std::back_inserter(text);
  for (const SeenDevice& device : devices) {
    fmt::format_to(out, "device {} {} {} {}{}{}\n", device.mac.to_text(), number_of(device.first),
                   number_of(device.last), device.link, device.name.empty() ? "" : " ",
                   device.name);
    for (const SeenAddress& seen : device.addresses) {
      fmt::format_to(out, "address {} {} {} {}", seen.address.to_text(), number_of(seen.first),
                     number_of(seen.last), seen.link);
      if (seen.owner != device.mac) {
        fmt::format_to(out, " {} {}", seen.owner.to_text(), number_of(seen.owner_last));
      }
      text += '\n';
    }
  }
  fmt::format_to(out, "end {}\n", devices.size());
  return text;
}

SeenRead read_seen(std::string_view text) {
  SeenRead read;
  text = text.substr(0, limits::kSeenBytesMax);
  bool is_first = true;
  bool has_device = false;  // the lines above belong to one that could be read
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      ++read.bad_lines;  // cut off: half a number is a number, too
      break;
    }
    const Words words(text.substr(0, end));
    const bool is_title = std::exchange(is_first, false) && text.substr(0, end) == kTitle;
    text.remove_prefix(end + 1);
    if (is_title) continue;
    if (words.count() == 2 && words.at(0) == "end") {
      read.is_whole = words.at(1) == fmt::format("{}", read.devices.size());
      break;
    }
    bool is_good = false;
    if (words.count() > 0 && words.at(0) == "device") {
      auto device = read_device(words);
      is_good = has_device = device && read.devices.size() < limits::kMacsMax;
      if (is_good) read.devices.push_back(std::move(*device));
    } else if (words.count() > 0 && words.at(0) == "address" && has_device) {
      SeenDevice& device = read.devices.back();
      auto address = read_address(words, device.mac);
      is_good = address && device.addresses.size() < limits::kNeighboursOfMacMax;
      if (is_good) device.addresses.push_back(std::move(*address));
    }
    if (!is_good) ++read.bad_lines;
  }
  return read;
}

std::string plain_host_name(std::string_view name) {
  constexpr std::size_t kBytesMax = 63;
  std::string plain;
  for (const char c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (is_plain) plain += c;
    if (plain.size() == kBytesMax) break;
  }
  const bool has_letter =
      std::ranges::any_of(plain, [](char c) { return c != '-' && c != '.' && c != '_'; });
  return has_letter ? plain : "";
}

}  // namespace haetae::lan
