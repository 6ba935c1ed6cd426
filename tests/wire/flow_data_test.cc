// The readers of TLS, QUIC and HTTP on real payloads and on odd real traffic.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "support/conversations.h"
#include "support/guarded_bytes.h"
#include "support/hello_maker.h"
#include "support/test_data.h"
#include "wire/host.h"
#include "wire/http_head.h"
#include "wire/quic_frames.h"
#include "wire/quic_opener.h"
#include "wire/quic_packet.h"
#include "wire/tls_hello.h"

namespace haetae::wire {
namespace {

using namespace haetae::test;

struct Payload {
  std::string file;
  std::string protocol;
  std::string host;  // "-": none
  std::string octets;
};

std::vector<Payload> payloads() {
  const auto folder = *data_folder() / "payloads";
  std::istringstream rows(read_file(folder / "expectations.tsv"));
  std::vector<Payload> all;
  std::string row;
  std::getline(rows, row);
  while (std::getline(rows, row)) {
    Payload payload;
    std::istringstream fields(row);
    std::getline(fields, payload.file, '\t');
    std::getline(fields, payload.protocol, '\t');
    std::getline(fields, payload.host, '\t');
    payload.octets = read_file(folder / payload.file);
    all.push_back(payload);
  }
  return all;
}

std::string host_text(const Host& host) {
  return host.kind == HostKind::Name ? host.name.to_text() : "-";
}

std::string tls_host(Bytes stream) {
  TlsHello hello;
  return read_tls_hello(stream, hello) == Progress::Done ? host_text(hello.server_name) : "-";
}

std::string http_host(Bytes stream) {
  HttpRequestHead head;
  if (read_http_head(stream, head) != Progress::Done || head.hosts().size() != 1) return "-";
  return host_text(read_host(head.hosts()[0].text));
}

// Adds the CRYPTO octets of a datagram's Initial to a handshake stream.
void add_crypto(Bytes datagram, std::string& stream) {
  QuicOpener opener;
  QuicPacketReader packets(datagram);
  QuicPacket packet;
  Octets room(datagram.size());
  while (packets.next(packet) == Progress::Done) {
    const auto plaintext = opener.open(packet, room);
    if (!plaintext) continue;
    QuicCryptoReader frames(*plaintext);
    QuicCryptoFrame frame;
    while (frames.next(frame) == Progress::Done) {
      const std::size_t end = frame.offset + frame.octets.size();
      if (stream.size() < end) stream.resize(end);
      stream.replace(frame.offset, frame.octets.size(), as_text(frame.octets));
    }
  }
}

std::string quic_host(const std::string& stream) {
  TlsHello hello;
  const Progress progress = read_client_hello(as_bytes(stream), hello);
  return progress == Progress::Done ? host_text(hello.server_name) : "-";
}

TEST(FlowData, FindsTheNameInEveryPayloadAndNoneInOthers) {
  HAETAE_NEEDS_DATA();
  std::map<std::string, std::string> streams;  // of QUIC, by what the datagrams are called
  std::map<std::string, std::string> expected;
  for (const Payload& payload : payloads()) {
    const GuardedBytes octets(as_bytes(payload.octets));
    const bool is_quic = payload.protocol == "quic";
    EXPECT_EQ(tls_host(octets), payload.protocol == "tls" ? payload.host : "-") << payload.file;
    EXPECT_EQ(http_host(octets), payload.protocol == "http" ? payload.host : "-") << payload.file;
    if (!is_quic) {
      std::string nothing;
      add_crypto(octets, nothing);
      EXPECT_EQ(nothing, "") << payload.file;
      continue;
    }
    // The two datagrams of one hello are told apart by a number at the end.
    std::string flow = payload.file.substr(0, payload.file.find(".bin"));
    if (flow.ends_with("_1") || flow.ends_with("_2")) flow.resize(flow.size() - 2);
    add_crypto(octets, streams[flow]);
    expected[flow] = payload.host;
  }
  EXPECT_EQ(streams.size(), 4U);
  for (const auto& [flow, host] : expected) EXPECT_EQ(quic_host(streams[flow]), host) << flow;
}

TEST(FlowData, NeedsBothDatagramsOfALongHello) {
  HAETAE_NEEDS_DATA();
  const auto folder = *data_folder() / "payloads";
  std::string stream;
  add_crypto(as_bytes(read_file(folder / "quic_initial_rutracker_org_kyber_1.bin")), stream);
  EXPECT_EQ(quic_host(stream), "-");
  EXPECT_FALSE(stream.empty());
}

std::string client_octets(const std::string& conversation) {
  std::string client;
  for (const haetae::test::Part& part : haetae::test::parts_of(conversation)) {
    if (part.is_client) client += part.octets;
  }
  return client;
}

std::map<std::string, std::string> http_streams() {
  const auto archive = *data_folder() / "http" / "http-messages.tar.zst";
  std::map<std::string, std::string> streams;
  for (const auto& [path, content] : haetae::test::files_of_tar(read_file(archive))) {
    const std::string name = path.substr(path.rfind('/') + 1);
    streams[name] = name.ends_with(".t") ? client_octets(content) : content;
  }
  return streams;
}

// Reads request after request as far as they can be told.
std::vector<std::vector<std::string>> hosts_of_requests(Bytes stream) {
  std::vector<std::vector<std::string>> requests;
  HttpRequestHead head;
  while (read_http_head(stream, head) == Progress::Done) {
    std::vector<std::string> hosts;
    for (const HttpHost& host : head.hosts()) hosts.emplace_back(as_text(host.text));
    requests.push_back(hosts);
    stream = stream.subspan(head.size_bytes);
    if (head.framing == HttpFraming::Ambiguous || head.is_connect) break;
    HttpBodyReader body(head);
    const auto step = body.feed(stream);
    if (step.progress != Progress::Done) break;
    stream = stream.subspan(step.bytes);
  }
  return requests;
}

TEST(FlowData, FindsTheHostsOfOddHttp) {
  HAETAE_NEEDS_DATA();
  const auto streams = http_streams();
  EXPECT_EQ(streams.size(), 57U);
  using Hosts = std::vector<std::vector<std::string>>;
  const std::string example = "www.example.com";
  const std::map<std::string, Hosts> expected = {
      {"01-get.t", {{}}},
      {"02-header-test-apache2.t", {{}}},
      {"08-not-pipelined-connection.t", {{}, {}}},
      {"09-multi-packet-request-head.t", {{example}}},
      {"15-connect-complete.t", {{"www.feistyduck.com"}}},
      {"20-ambiguous-host.t",
       {{"example.com"}, {"example.com", "foo.com"}, {example}, {example}, {example}}},
      {"21-http09.t", {}},  // no empty line: fields might still follow
      {"26-request-headers-raw.t", {{example}}},
      {"30-get-ipv6.t", {{"[::1]"}}},
      {"33-invalid-hostname.t", {{example}}},
      {"34-invalid-hostname.t", {{example}}},
      {"36-invalid-request-1-invalid-c-l.t", {{example}}},
      {"37-invalid-request-2-t-e-and-c-l.t", {{example}}},
      {"38-invalid-request-3-invalid-t-e.t", {{example}}},
      {"51-get-ipv6-invalid.t", {{"[::1:8080", "[::1]"}}},
      {"87-issue-55-incorrect-host-ambiguous-warning.t", {{example}}},
      {"97-requests-cut.t", {{}, {}}},
      {"http11_get.raw", {{"127.0.0.1"}}},
      {"http11_put.raw", {{"127.0.0.1"}}},
  };
  for (const auto& [name, hosts] : expected) {
    ASSERT_TRUE(streams.contains(name)) << name;
    const GuardedBytes octets(as_bytes(streams.at(name)));
    EXPECT_EQ(hosts_of_requests(octets), hosts) << name;
  }
}

// On all of them, and on packed files that are no HTTP: every cut gives what the whole gives, or
// asks for more.
TEST(FlowData, SaysOfAPrefixOfHttpNothingThatTheWholeDoesNotSay) {
  HAETAE_NEEDS_DATA();
  for (const auto& [name, octets] : http_streams()) {
    const Bytes whole = as_bytes(octets);
    HttpRequestHead all;
    const Progress progress = read_http_head(whole, all);
    const std::size_t end =
        progress == Progress::Done ? all.size_bytes : std::min<std::size_t>(whole.size(), 3000);
    for (std::size_t size = 0; size < end; ++size) {
      const GuardedBytes prefix(whole.first(size));
      HttpRequestHead head;
      const Progress early = read_http_head(prefix, head);
      ASSERT_TRUE(early == Progress::NeedMore || early == progress) << name << " " << size;
      ASSERT_NE(early, Progress::Done) << name << " " << size;
      ASSERT_LE(head.hosts().size(), all.hosts().size()) << name << " " << size;
      for (std::size_t i = 0; i < head.hosts().size(); ++i) {
        ASSERT_EQ(as_text(head.hosts()[i].text), as_text(all.hosts()[i].text)) << name;
      }
    }
  }
}

}  // namespace
}  // namespace haetae::wire
