#pragma once

#include <array>
#include <memory>

#include "inspect/inspector.h"
#include "inspect/judge.h"
#include "inspect/works.h"
#include "wire/http_head.h"
#include "wire/quic_opener.h"
#include "wire/tls_hello.h"

namespace haetae::inspect {

// The way of a packet: inspector.cc finds its flow, inspector_tcp.cc puts a client's octets in
// order, inspector_receipt.cc keeps them until its server has them, inspector_read.cc reads TLS and
// DNS of them and inspector_http.cc HTTP, inspector_udp.cc reads datagrams and inspector_quic.cc
// those of QUIC. All of them tell what they read to the Judge, and settle the flow.
struct Inspector::Impl : FlowTable::Leaving {
  Impl(const Parts& parts, const Settings& settings);

  // How far the Inspector is with a flow. Those from Accepted on are settled.
  enum class Stage : std::uint8_t {
    New,           // nothing was said yet; memo: payloads of a server whose client was not heard
    Opened,        // TCP: memo is the sequence number of the client's first octet
    Working,       // memo is the place of its Work
    GivenUp,       // its Work went to another flow
    Dns,           // datagrams, each read by itself; memo: of which ids questions were seen
    Accepted,      // memo: TCP: as in Opened, 0 if not known
    AcceptedQuic,  // memo: a hash of the connection id that it began with
    Blocked,       // memo: as in Accepted
  };

  // One packet on its way.
  struct Arrival {
    const wire::Packet& packet;
    const Now& now;
    Flow& flow;
    bool source_is_low;

    bool from_client() const noexcept { return flow.client_is_low == source_is_low; }
  };

  // What became of some octets of a client.
  struct Read {
    std::size_t bytes = 0;     // so many need not be read again
    bool is_settled = false;   // the flow was: nothing else is to be done
    bool is_not_this = false;  // they are of another protocol
  };

  // ---- inspector.cc
  Observation on_packet(const wire::Packet& packet, const Now& now) noexcept;
  Effect on_fragment(const wire::Packet& packet, const Now& now) noexcept;
  Effect on_whole(const wire::Packet& packet, const Now& now) noexcept;
  Effect on_other(const Arrival& at) noexcept;
  void hear(const Arrival& at) noexcept;
  // True: the flow goes where no DNS answer led, and is blocked.
  bool refuse_unresolved(const Arrival& at) noexcept;
  void on_leaving(Flow& flow) noexcept override;

  static Stage stage_of(const Flow& flow) noexcept { return static_cast<Stage>(flow.stage); }
  static void set_stage(Flow& flow, Stage stage, std::uint32_t memo) noexcept {
    flow.stage = static_cast<std::uint8_t>(stage);
    flow.memo = memo;
  }
  static bool is_settled(const Flow& flow) noexcept { return stage_of(flow) >= Stage::Accepted; }
  static Effect effect_of(const Flow& flow) noexcept;
  bool is_half_said(const Arrival& at) noexcept;
  static constexpr Effect block_of(std::uint8_t protocol) noexcept {
    const bool is_tcp = protocol == wire::ip_protocol::kTcp;
    return {Effect::Kind::Block, is_tcp ? Effect::End::Reset : Effect::End::Drop};
  }
  static constexpr Effect wait() noexcept { return {Effect::Kind::Wait, Effect::End::None}; }
  static constexpr Effect hold() noexcept { return {Effect::Kind::Hold, Effect::End::None}; }

  Work& work_of(const Flow& flow) noexcept { return works_[flow.memo]; }
  // Keeps the work of a flow that has none in the pool yet; the oldest may have to go.
  Work& keep(const Arrival& at, Work& work) noexcept;
  // False: no room can be had.
  bool give_room(Work& work, Works::WhichRoom which = &Work::room) noexcept;
  void give_up(std::uint32_t work) noexcept;

  // A request begins; there is one left. Its readings are considered by judge_, then commit() or
  // drop it.
  Seen& begin(const Arrival& at, Protocol protocol, policy::Kind kind) noexcept;
  void commit() noexcept;
  bool is_full() const noexcept { return seen_count_ + 1 == seen_.size(); }
  bool is_over_full() const noexcept { return seen_count_ == seen_.size(); }
  bool blocks(const Seen& seen) const noexcept {
    return seen.verdict.action == policy::Action::Block;
  }
  // The request's verdict is the flow's.
  void settle(const Arrival& at, const Seen& seen) noexcept;
  void settle_as(const Arrival& at, Stage stage) noexcept;
  // A request of its own that says no more than why it was not read.
  void settle_unread(const Arrival& at, Protocol protocol, Unread why) noexcept;
  // A flow that hides its name, or has none.
  struct Hidden {
    Protocol protocol;
    bool wants_name = false;  // its protocol is one that names its host
    policy::Technique technique = policy::Technique::None;
  };
  void settle_hidden(const Arrival& at, const Hidden& hidden) noexcept;
  Bytes keep_target(Bytes target) noexcept;

  // ---- inspector_tcp.cc
  Effect on_tcp(const Arrival& at) noexcept;
  void on_syn(const Arrival& at) noexcept;
  void open_anew(const Arrival& at, bool source_is_client, std::uint32_t first) noexcept;
  void on_fin(const Arrival& at) noexcept;
  void on_client_octets(const Arrival& at) noexcept;
  void take_octets(const Arrival& at, Work& work, Bytes octets, std::uint32_t sequence) noexcept;
  void store_octets(const Arrival& at, Work& work, Bytes octets, std::uint32_t sequence,
                    bool was_read) noexcept;
  void read_room(const Arrival& at, Work& work) noexcept;
  static void skip_body(Work& work) noexcept;
  void after_cut(const Arrival& at, Work& work, bool has_rest) noexcept;
  void count_unread(const Arrival& at, Work& work) noexcept;
  void on_server_octets(const Arrival& at) noexcept;
  bool has_said_nothing(const Arrival& at) noexcept;
  void count_server_alone(const Arrival& at) noexcept;
  bool is_client_speaking(Bytes octets) noexcept;

  // ---- inspector_receipt.cc
  bool wants_receipt(const Arrival& at, const Work& work) const noexcept;
  // Keeps what the client says now. False: it said something else there before, and is blocked.
  bool keep_unreceived(const Arrival& at, Work& work, std::uint32_t sequence) noexcept;
  // The flow may pass, but not before its server acknowledged what it was judged by.
  bool awaits_receipt(const Arrival& at) noexcept;
  void on_receipt(const Arrival& at) noexcept;

  // ---- inspector_read.cc
  Read read(const Arrival& at, Work& work, Bytes octets) noexcept;
  Read read_start(const Arrival& at, Work& work, Bytes octets) noexcept;
  // hello_ is the hello, as far as it was read.
  Read read_tls(const Arrival& at, Work& work, wire::Progress progress) noexcept;
  void judge_hello(const Arrival& at, Protocol protocol, bool is_malformed) noexcept;
  // Of an unfinished hello: a name that is blocked anyway need not wait for the rest.
  bool blocks_already(const Arrival& at, Work& work, Protocol protocol) noexcept;
  Read read_dns(const Arrival& at, Work& work, Bytes octets) noexcept;

  // ---- inspector_http.cc
  Read read_http(const Arrival& at, Work& work, Bytes octets) noexcept;
  bool on_no_head(const Arrival& at, Work& work) noexcept;
  Read read_head(const Arrival& at, Work& work, Bytes octets) noexcept;
  Read on_head(const Arrival& at, Work& work) noexcept;
  void judge_head(const Arrival& at, Unread unread) noexcept;
  bool head_blocks_already(const Arrival& at, Work& work) noexcept;
  void tell_target(Seen& seen) noexcept;
  void consider_head(const Arrival& at, Seen& seen) noexcept;

  // ---- inspector_udp.cc
  Effect on_udp(const Arrival& at) noexcept;
  Effect on_dns_datagram(const Arrival& at) noexcept;
  bool on_dns_message(const Arrival& at, Bytes message, std::uint32_t& asked) noexcept;
  // The questions of a message, each a request; false: a blocked one is among them.
  bool on_questions(const Arrival& at, Bytes message) noexcept;
  void learn(const Arrival& at, Bytes message) noexcept;

  // ---- inspector_quic.cc
  Effect on_quic(const Arrival& at) noexcept;
  // Reads a datagram's packets. False: none of them was opened.
  bool read_quic(const Arrival& at, Work& work) noexcept;
  std::optional<Bytes> open(Work& work, const wire::QuicPacket& packet) noexcept;
  void take_crypto(const Arrival& at, Work& work, Bytes plaintext) noexcept;
  Read read_quic_hello(const Arrival& at, Work& work, Bytes handshake) noexcept;
  // Google's QUIC before TLS: message is what its client says, as far as it is there.
  Effect on_old_quic(const Arrival& at, Bytes message) noexcept;
  wire::Progress read_handshake(wire::QuicEra era, Bytes handshake) noexcept;
  Effect on_later_quic(const Arrival& at) noexcept;

  Settings settings_;
  Counters& counters_;
  policy::Resolved& resolved_;
  HashKey key_;
  FlowTable flows_;
  Works works_;
  Fragments fragments_;
  Judge judge_;
  wire::QuicOpener opener_;

  // Room for what is read, reused for each packet.
  wire::TlsHello hello_;
  wire::HttpRequestHead head_;
  std::size_t seen_count_ = 0;
  std::array<Seen, limits::kRequestsOfPacketMax> seen_;
  std::size_t target_bytes_ = 0;
  std::array<std::uint8_t, limits::kTargetTextBytesMax> targets_;
  std::array<std::uint8_t, limits::kQuicPlaintextBytesMax> plaintext_;
};

// Whether a datagram, or a message of a stream, is DNS, whatever its port: a header that makes
// sense, and a question behind it. Multicast DNS and its like, whose ports are well known, are not.
bool is_dns(const wire::Packet& packet, Bytes message) noexcept;
bool is_dns_response(Bytes message) noexcept;

// Addresses behind which no site of the internet stands.
bool is_siteless(const IpAddress& address) noexcept;

}  // namespace haetae::inspect
