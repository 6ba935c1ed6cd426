#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct nft_ctx;

namespace haetae::daemon {

// The kernel's packet filter, by the library behind nft(8). For one thread at a time.
class Nft {
 public:
  // Error: why the kernel cannot be talked to.
  static std::expected<Nft, std::string> open();

  // Carries out commands as one transaction, all or nothing. Returns what they print; error: the
  // first thing that nft says is wrong.
  std::expected<std::string, std::string> run(const std::string& commands);
  // Whether the kernel would carry them out; changes nothing.
  std::expected<void, std::string> try_out(const std::string& commands);
  // A table ("inet haetae") without counters and without the elements of its sets; empty: there is
  // none.
  std::string list_table(std::string_view family_and_name);

 private:
  struct Free {
    void operator()(nft_ctx* context) const noexcept;
  };
  explicit Nft(nft_ctx* context) : context_(context) {}
  std::unique_ptr<nft_ctx, Free> context_;
};

// Grows with every transaction of anybody; nothing: the kernel does not say.
std::optional<std::uint32_t> ruleset_generation();

// Whether the kernel has a target of iptables' for families IPv4 and IPv6.
bool has_iptables_target(const char* name, std::uint32_t revision);
bool has_iptables_match(const char* name, std::uint32_t revision);

}  // namespace haetae::daemon
