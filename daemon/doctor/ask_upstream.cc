#include "daemon/doctor/ask_upstream.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "daemon/sockets.h"
#include "wire/dns_records.h"
#include "wire/writer.h"

namespace haetae::daemon {
namespace {

constexpr int kPatienceMs = 2000;
constexpr std::size_t kReplyBytesMax = 4096;

// The root's SOA, recursion desired, with an OPT that sets DO (RFC 3225).
std::size_t write_question(std::uint16_t id, MutableBytes out) {
  wire::WireWriter question(out);
  question.u16(id);
  question.u16(0x0100);
  for (const std::uint16_t count : std::array<std::uint16_t, 4>{1, 0, 0, 1}) question.u16(count);
  question.u8(0);  // the root
  question.u16(static_cast<std::uint16_t>(wire::RRType::Soa));
  question.u16(1);
  question.u8(0);
  question.u16(static_cast<std::uint16_t>(wire::RRType::Opt));
  question.u16(1232);
  question.u16(0);
  question.u16(0x8000);
  question.u16(0);
  return question.offset();
}

Time time_of(std::uint32_t seconds_since_1970) {
  return Time{seconds{seconds_since_1970}};
}

std::optional<admin::Evidence::SignedSpan> signature_in(Bytes message) {
  wire::RecordReader reader(message);
  for (wire::Record record; reader.next(record);) {
    if (record.section != wire::Section::Answer || record.type != wire::RRType::Rrsig) continue;
    wire::WireReader rdata(record.rdata);
    rdata.skip(2 + 1 + 1 + 4);  // type covered, algorithm, labels, original TTL
    const std::uint32_t until = rdata.u32();
    const std::uint32_t from = rdata.u32();
    if (rdata.ok()) return admin::Evidence::SignedSpan{time_of(from), time_of(until)};
  }
  return std::nullopt;
}

std::string reason(int error) {
  return std::error_code(error, std::generic_category()).message();
}

// Connected, so that only this server's answers come in, and its refusals as errors.
Descriptor connect_to(const config::UpstreamServer& server, int type, std::string& trouble) {
  const int family = server.address.is_v4() ? AF_INET : AF_INET6;
  Descriptor socket(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(server.address, server.port, address);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 &&
      errno != EINPROGRESS) {
    trouble = reason(errno);
  }
  return socket;
}

bool wait_for(int socket, short event) {
  pollfd waited{socket, event, 0};
  return poll(&waited, 1, kPatienceMs) > 0;
}

void try_tls(const config::UpstreamServer& server, UpstreamFound& found) {
  const Descriptor socket = connect_to(server, SOCK_STREAM, found.asked.trouble);
  if (!found.asked.trouble.empty()) return;
  int error = ETIMEDOUT;
  socklen_t size = sizeof error;
  if (wait_for(socket.get(), POLLOUT)) {
    (void)getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  }
  found.asked.answered = error == 0;
  if (error != 0) found.asked.trouble = "no connection: " + reason(error);
}

void try_udp(const config::UpstreamServer& server, UpstreamFound& found) {
  const Descriptor socket = connect_to(server, SOCK_DGRAM, found.asked.trouble);
  if (!found.asked.trouble.empty()) return;
  std::uint16_t id = 0;
  (void)getrandom(&id, sizeof id, 0);
  std::array<std::uint8_t, kReplyBytesMax> room;
  const std::size_t size = write_question(id, room);
  if (send(socket.get(), room.data(), size, 0) < 0) {
    found.asked.trouble = reason(errno);
    return;
  }
  if (!wait_for(socket.get(), POLLIN)) {
    found.asked.trouble = fmt::format("no answer within {} s", kPatienceMs / 1000);
    return;
  }
  const ssize_t received = recv(socket.get(), room.data(), room.size(), 0);
  if (received < 0) {
    found.asked.trouble = reason(errno);
    return;
  }
  const Bytes reply = Bytes(room).first(static_cast<std::size_t>(received));
  wire::WireReader head(reply);
  const bool is_ours = head.u16() == id;
  found.asked.answered = head.ok() && is_ours;
  if (!found.asked.answered) {
    found.asked.trouble = "what answers there is no DNS server";
    return;
  }
  found.signature = signature_in(reply);
}

}  // namespace

UpstreamFound ask_upstream(const config::UpstreamServer& server) {
  UpstreamFound found;
  found.asked.server = fmt::format("{} port {}", server.address.to_text(), server.port);
  server.over_tls ? try_tls(server, found) : try_udp(server, found);
  return found;
}

}  // namespace haetae::daemon
