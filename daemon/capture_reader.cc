#include "daemon/capture_reader.h"

#include <fmt/format.h>

#include <array>

#include "daemon/capture_file.h"
#include "daemon/pcap_handle.h"
#include "daemon/pcapng_links.h"
#include "wire/reader.h"

namespace haetae::daemon {

struct CaptureReader::Parts {
  std::unique_ptr<CaptureFile> file;
  PcapHandle capture;     // closes the file's stream: goes first
  wire::LinkType link{};  // of all packets, unless each has its own before it
  bool has_links = false;
  std::uint32_t foreign_link = 0;  // of a packet that was left out
  Counters counters;
  bool ended = false;
  std::string error;

  std::uint64_t read_count() const { return counters.packets + counters.foreign_packets; }
  bool take_link(CapturedPacket& packet);
  void end(int status);
};

// Takes the link from before the packet. False if it is one that is not read.
bool CaptureReader::Parts::take_link(CapturedPacket& packet) {
  wire::WireReader in(packet.octets);
  const std::uint32_t number = in.u32();
  const auto its_link = in.ok() ? link_of_number(number) : std::nullopt;
  if (!its_link) {
    foreign_link = number;
    ++counters.foreign_packets;
    return false;
  }
  packet.link = *its_link;
  packet.octets = in.rest();
  packet.original_bytes -= PcapngLinks::kLinkBytes;
  return true;
}

// status: what pcap_next_ex gave instead of a packet.
void CaptureReader::Parts::end(int status) {
  ended = true;
  if (status == PCAP_ERROR_BREAK) {
    if (counters.foreign_packets == 0) return;
    error = fmt::format("{}: {} packets were left out: {}", file->label(), counters.foreign_packets,
                        unknown_link_text(foreign_link));
  } else if (!file->error().empty()) {
    error = fmt::format("{} (at packet {})", file->error(), read_count() + 1);
  } else {
    error = fmt::format("{}: packet {} cannot be read: {}", file->label(), read_count() + 1,
                        pcap_geterr(capture.get()));
  }
}

CaptureReader::CaptureReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
CaptureReader::~CaptureReader() = default;
CaptureReader::CaptureReader(CaptureReader&& other) noexcept = default;
CaptureReader& CaptureReader::operator=(CaptureReader&& other) noexcept = default;

std::expected<CaptureReader, std::string> CaptureReader::open(const std::filesystem::path& path,
                                                              std::uint64_t unpacked_bytes_max) {
  auto file = CaptureFile::open(path, unpacked_bytes_max);
  if (!file) return std::unexpected(file.error());
  auto parts = std::make_unique<Parts>();
  parts->file = *std::move(file);
  const std::string& label = parts->file->label();
  std::FILE* const stream = parts->file->stream();
  if (stream == nullptr) return std::unexpected(fmt::format("{}: out of memory", label));
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  parts->capture.reset(
      pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, why.data()));
  if (parts->capture == nullptr) {
    std::fclose(stream);
    if (!parts->file->error().empty()) return std::unexpected(parts->file->error());
    return std::unexpected(
        fmt::format("{}: not a capture that can be read (pcap or pcapng, plain, gzip or zstd): {}",
                    label, why.data()));
  }
  parts->has_links = parts->file->is_pcapng();
  if (parts->has_links) return CaptureReader(std::move(parts));
  const auto number = static_cast<std::uint32_t>(pcap_datalink(parts->capture.get()));
  const auto link = link_of_number(number);
  if (!link) return std::unexpected(fmt::format("{}: {}", label, unknown_link_text(number)));
  parts->link = *link;
  return CaptureReader(std::move(parts));
}

bool CaptureReader::next(CapturedPacket& packet) noexcept {
  Parts& parts = *parts_;
  while (!parts.ended) {
    pcap_pkthdr* header = nullptr;
    const u_char* octets = nullptr;
    const int status = pcap_next_ex(parts.capture.get(), &header, &octets);
    if (status != 1) {
      parts.end(status);
      return false;
    }
    packet = packet_of(*header, octets, parts.link);
    if (parts.has_links && !parts.take_link(packet)) continue;
    count_packet(packet, parts.counters);
    return true;
  }
  return false;
}

const std::string& CaptureReader::error() const noexcept {
  return parts_->error;
}

const CaptureReader::Counters& CaptureReader::counters() const noexcept {
  return parts_->counters;
}

std::uint64_t CaptureReader::number() const noexcept {
  return parts_->read_count();
}

std::uint64_t CaptureReader::stored_bytes() const noexcept {
  return parts_->file->stored_bytes();
}

std::uint64_t CaptureReader::file_bytes() const noexcept {
  return parts_->file->file_bytes();
}

}  // namespace haetae::daemon
