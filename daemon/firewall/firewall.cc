#include "daemon/firewall/firewall.h"

#include <fmt/format.h>

#include "daemon/firewall/local_routes.h"
#include "daemon/firewall/mangle.h"
#include "firewall/ruleset.h"

namespace haetae::daemon {
namespace {

constexpr std::string_view kSleeping = "haetae_compared";

std::string own_table() {
  return fmt::format("inet {}", firewall::kTable);
}

// iptables makes the mangle table with its first rule and leaves it behind: where nothing else is
// in it, it goes, too.
void remove_empty_mangle(Nft& nft, std::string_view family) {
  const std::string table = fmt::format("{} mangle", family);
  const std::string listed = nft.list_table(table);
  const std::string empty = fmt::format(
      "table {} {{\n\tchain FORWARD {{\n\t\ttype filter hook forward priority mangle; policy "
      "accept;\n\t}}\n}}\n",
      table);
  if (listed != empty) return;
  // Filled by somebody meanwhile, it stays.
  if (const auto gone = nft.run(fmt::format("delete table {}\n", table)); !gone) return;
}

}  // namespace

std::expected<Firewall, std::string> Firewall::open() {
  auto nft = Nft::open();
  if (!nft) return std::unexpected(nft.error());
  return Firewall(std::move(*nft));
}

std::expected<void, std::string> Firewall::apply(const firewall::Plan& plan,
                                                 const firewall::Sets& sets, bool is_alive) {
  // The table first: what the chain hands out is saved by it.
  if (auto done = update(firewall::table_text(plan, sets, is_alive)); !done) return done;
  if (auto routed = apply_local_routes(plan); !routed) return routed;
  if (plan.queue_by == firewall::QueueBy::MangleChain) return apply_mangle(plan);
  return remove_mangle();
}

std::expected<void, std::string> Firewall::remove() {
  auto chain = remove_mangle();
  if (chain) {
    for (const std::string_view family : {"ip", "ip6"}) remove_empty_mangle(nft_, family);
  }
  auto table = update(firewall::removal_text());
  if (!table) return table;
  if (auto routes = remove_local_routes(); !routes) return routes;
  return chain;
}

std::expected<void, std::string> Firewall::update(const std::string& commands) {
  const auto ran = nft_.run(commands);
  if (!ran) return std::unexpected(ran.error());
  return {};
}

std::string Firewall::listing() {
  return firewall::in_order(nft_.list_table(own_table())) + list_mangle() + list_local_routes();
}

std::expected<std::string, std::string> Firewall::listing_of(const firewall::Plan& plan) {
  if (auto loaded = update(firewall::sleeping_table_text(plan, kSleeping)); !loaded) {
    return std::unexpected(loaded.error());
  }
  std::string listed = nft_.list_table(fmt::format("inet {}", kSleeping));
  if (auto gone = update(fmt::format("delete table inet {}\n", kSleeping)); !gone) {
    return std::unexpected(gone.error());
  }
  const auto replace = [&listed](std::string_view what, std::string_view with) {
    if (const std::size_t at = listed.find(what); at != std::string::npos) {
      listed.replace(at, what.size(), with);
    }
  };
  replace(kSleeping, firewall::kTable);
  replace("\tflags dormant\n", "");
  listed = firewall::in_order(listed);
  if (plan.queue_by == firewall::QueueBy::MangleChain) {
    for (const bool is_v4 : {true, false}) {
      listed += firewall::own_mangle_lines(firewall::saved_mangle_text(plan, is_v4));
    }
  }
  return listed + local_routes_of(plan);
}

}  // namespace haetae::daemon
