#include "daemon/seen_keeper.h"

#include <fmt/core.h>

#include <fstream>
#include <iterator>
#include <optional>

#include "base/limits.h"
#include "daemon/replace_file.h"
#include "lan/leases.h"
#include "lan/seen.h"

namespace haetae::daemon {

namespace fs = std::filesystem;

namespace {

// A pair that is new is on the disk within a minute; that somebody is still here, within a day's
// half hours.
constexpr seconds kSaveNewsEvery{60};
constexpr seconds kSaveAnywayEvery{1800};

constexpr mode_t kMode = 0640;

// The file's end, of at most bytes_max octets, from the start of a line.
std::optional<std::string> read_end(const fs::path& file, std::size_t bytes_max) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return std::nullopt;
  const auto size = static_cast<std::size_t>(std::max<std::streamoff>(in.tellg(), 0));
  const std::size_t skipped = size > bytes_max ? size - bytes_max : 0;
  in.seekg(static_cast<std::streamoff>(skipped));
  std::string text(size - skipped, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (skipped > 0) text.erase(0, text.find('\n') + 1);
  return text;
}

}  // namespace

fs::path seen_file(const fs::path& state) {
  return state / "devices";
}

std::vector<fs::path> usual_leases_files() {
  return {"/var/lib/misc/dnsmasq.leases",     // Debian
          "/var/lib/dnsmasq/dnsmasq.leases",  // Fedora
          "/tmp/dhcp.leases",                 // OpenWrt
          "/etc/pihole/dhcp.leases",          // Pi-hole
          "/var/lib/dhcp/dhcpd.leases",       // ISC dhcpd
          "/var/lib/kea/kea-leases4.csv",     // Kea
          "/var/lib/kea/kea-leases6.csv"};
}

SeenKeeper::SeenKeeper(const fs::path& state) : file_(seen_file(state)) {}
SeenKeeper::~SeenKeeper() = default;

void SeenKeeper::load(lan::LinkBook& links, lan::Neighbours& neighbours) const {
  const auto text = read_end(file_, limits::kSeenBytesMax);
  if (!text) return;  // the first start
  const lan::SeenRead read = lan::read_seen(*text);
  if (!read.is_whole || read.bad_lines > 0) {
    fmt::print(
        stderr,
        "haetae: {}: {} lines are broken; the {} devices that could be read are remembered\n",
        file_.string(), read.bad_lines + (read.is_whole ? 0 : 1), read.devices.size());
  }
  neighbours.restore(read.devices, [&links](std::string_view name) { return links.id_of(name); });
}

void SeenKeeper::save_if_due(const lan::LinkBook& links, const lan::Neighbours& neighbours,
                             const Now& now) {
  const bool has_news = neighbours.changes() != saved_changes_;
  const auto waited = now.monotonic - saved_at_;
  if (waited < (has_news ? kSaveNewsEvery : kSaveAnywayEvery)) return;
  saved_at_ = now.monotonic;
  saved_changes_ = neighbours.changes();
  write(lan::to_text(neighbours.seen([&links](lan::LinkId id) { return links.name_of(id); })));
}

void SeenKeeper::save_now(const lan::LinkBook& links, const lan::Neighbours& neighbours) {
  write(lan::to_text(neighbours.seen([&links](lan::LinkId id) { return links.name_of(id); })));
  writer_.join();
}

void SeenKeeper::write(std::string text) {
  if (writer_.joinable()) writer_.join();
  counters_.saves.add();
  writer_ = std::jthread([this, text = std::move(text)] {
    if (!replace_file(file_, as_bytes(text), kMode)) counters_.save_failures.add();
  });
}

void SeenKeeper::read_leases(const std::vector<fs::path>& files, lan::Neighbours& neighbours) {
  // A device that was seen only now may stand in a file that did not change.
  const bool has_new_devices =
      std::exchange(named_changes_, neighbours.changes()) != neighbours.changes();
  for (const fs::path& file : files) {
    std::error_code error;
    FileState state{fs::last_write_time(file, error), 0};
    if (!error) state.size = fs::file_size(file, error);
    if (error) continue;  // not this server, or not now
    FileState& known = leases_[file];
    if (known == state && !has_new_devices) continue;
    const auto text = read_end(file, limits::kLeasesBytesMax);
    if (!text) continue;
    known = state;
    const lan::LeasesRead read = lan::read_leases(*text);
    counters_.leases_read.add();
    counters_.leases_bad_lines.add(read.bad_lines);
    for (const lan::Lease& lease : read.leases) neighbours.set_name(lease.mac, lease.host_name);
  }
  named_changes_ = neighbours.changes();
}

}  // namespace haetae::daemon
