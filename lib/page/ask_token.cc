#include "page/ask_token.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>

#include "base/assert.h"
#include "base/bytes.h"
#include "page/limits.h"

namespace haetae::page {
namespace {

constexpr std::size_t kSumBytes = 16;  // 128 bits of the HMAC are enough (RFC 2104, section 5)
constexpr char kSeparator = 'x';       // no hexadecimal digit

// Lengths stand in front, so that nobody moves a letter from one part to the next.
std::string sum_of(const AskKey& key, std::string_view asker, std::string_view subject,
                   std::int64_t until_s) {
  const std::string text = fmt::format("haetae ask 1:{}:{}:{}:{}:{}", until_s, asker.size(), asker,
                                       subject.size(), subject);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> sum{};
  unsigned int size = 0;
  const Bytes octets = as_bytes(text);
  HAETAE_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets.data(),
                     octets.size(), sum.data(), &size) != nullptr);
  std::string hex;
  for (const std::uint8_t octet : std::span(sum).first(kSumBytes)) {
    fmt::format_to(std::back_inserter(hex), "{:02x}", octet);
  }
  return hex;
}

}  // namespace

std::string asker_of(const policy::Policy& policy, const policy::Identity& who,
                     const IpAddress& address) {
  return who.device < policy.devices.size() ? "device " + policy.devices[who.device].name
                                            : "address " + address.to_text();
}

std::string ask_token(const AskKey& key, std::string_view asker, std::string_view subject,
                      Time now) {
  const auto until =
      std::chrono::floor<seconds>(now + limits::kAskTokenLife).time_since_epoch().count();
  return fmt::format("{:x}{}{}", until, kSeparator, sum_of(key, asker, subject, until));
}

TokenCheck check_token(const AskKey& key, std::string_view token, std::string_view asker,
                       std::string_view subject, Time now) {
  std::int64_t until_s = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), until_s, 16);
  const std::string_view rest(end, static_cast<std::size_t>(token.data() + token.size() - end));
  if (error != std::errc{} || until_s < 0 || !rest.starts_with(kSeparator)) {
    return TokenCheck::Wrong;
  }
  const std::string sum = sum_of(key, asker, subject, until_s);
  if (rest.size() != sum.size() + 1 ||
      CRYPTO_memcmp(rest.data() + 1, sum.data(), sum.size()) != 0) {
    return TokenCheck::Wrong;
  }
  const auto now_s = std::chrono::floor<seconds>(now).time_since_epoch().count();
  return now_s < until_s ? TokenCheck::Good : TokenCheck::Old;
}

}  // namespace haetae::page
