#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/time.h"
#include "proxy/answers.h"
#include "proxy/body.h"
#include "proxy/counters.h"
#include "proxy/pac.h"
#include "proxy/request.h"
#include "proxy/request_judge.h"
#include "proxy/response_bodies.h"
#include "proxy/room.h"

namespace haetae::proxy {

// How clients come: knowing that there is a proxy, or led here on their way to a server.
enum class Entry : std::uint8_t { Explicit, Transparent };

// Where a request goes. A connection to a server is used for no other.
struct Origin {
  std::string host;  // as the client wrote it, to be looked up; transparent: for the key alone
  std::uint16_t port = 0;  // transparent: of the address
  friend bool operator==(const Origin&, const Origin&) = default;
};

// One client's connection and the server's that belongs to it: octets in, octets and wishes out.
// Reads each request, judges it, passes it on, and passes on what comes back. Opens no socket: its
// front moves the octets and carries out what is wished, in turns:
//   step() until it wishes Nothing;
//   what to_server() and to_client() give is written, where the sockets take it;
//   client_space() and server_space() are filled, where there is any.
// Where unread_for_client() or unread_for_server() is not 0, so many octets may go from one socket
// to the other as they are.
class Connection {
 public:
  struct Parts {
    RequestJudge& judge;
    Rooms& client_rooms;  // of limits::kProxyRoomBytes
    Rooms& server_rooms;  // of limits::kProxyServerRoomBytes
    Counters& counters;
    const Pac& pac;          // what /proxy.pac is answered with
    ResponseBodies* bodies;  // null: no body is looked at
    BlockPages* pages;       // null: blocked requests are answered in a few words
  };
  Connection(const Parts& parts, Entry entry, const Ends& ends, const Now& now);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  enum class Wish : std::uint8_t {
    Nothing,
    Connect,  // open a connection to origin() and say connected() or unreachable()
    Close,    // everything has ended
  };
  Wish step(const Now& now);
  // At least every second. Close: too long nothing moved, or what goes on is blocked by now.
  Wish tick(const Now& now);
  // No further requests: it ends with the answer that is on its way.
  void drain() noexcept { is_draining_ = true; }

  // ---- The server's connection.
  const Origin& origin() const noexcept { return origin_; }
  void connected(bool is_reused, const Now& now);
  void unreachable(NoAnswer why, const Now& now);
  // False while there is a server's socket: it is of no use here any more. server_is_clean(): it
  // can wait for another request to server_origin().
  bool holds_server() const noexcept { return holds_server_; }
  bool server_is_clean() const noexcept { return server_is_clean_; }
  // Nothing is asked of it now; and: it may wait for others of the same device.
  bool server_is_idle() const noexcept { return holds_server_ && phase_ == Phase::Head; }
  bool may_lend_server() const noexcept {
    return holds_server_ && (phase_ == Phase::Head || has_ended_idle_) && !is_bound_ &&
           !server_saw_credentials_;
  }
  const Origin& server_origin() const noexcept { return server_origin_; }
  // Nobody asked, and it said something or closed.
  void server_spoke_unasked() noexcept;

  // ---- Octets.
  MutableBytes client_space();
  void client_read(std::size_t bytes) noexcept;
  void client_ended() noexcept { client_has_ended_ = true; }
  MutableBytes server_space();
  void server_read(std::size_t bytes) noexcept;
  void server_ended() noexcept { server_has_ended_ = true; }
  // A socket that was asked had nothing.
  void nothing_came();

  std::array<Bytes, 2> to_client() const noexcept;
  void client_wrote(std::size_t bytes);
  std::array<Bytes, 2> to_server() const noexcept;
  void server_wrote(std::size_t bytes);
  // The server takes nothing more; what it says is still read.
  void server_refuses() noexcept { server_refuses_ = true; }

  std::uint64_t unread_for_client() const noexcept;
  std::uint64_t unread_for_server() const noexcept;
  // So many left the one socket, and: reached the other one.
  void took_unread_for_client(std::uint64_t bytes) noexcept;
  void gave_unread_to_client(std::uint64_t bytes) noexcept;
  void took_unread_for_server(std::uint64_t bytes) noexcept;
  void gave_unread_to_server(std::uint64_t bytes) noexcept;

  // Nothing more will be sent that way, and all that was is written: shut that half of the socket.
  bool client_is_told_all() const noexcept;
  bool server_is_told_all() const noexcept;

  const Ends& ends() const noexcept { return ends_; }

 private:
  enum class Phase : std::uint8_t {
    First,       // what do they speak?
    Head,        // a request's head is read; or none has come yet
    Connecting,  // to the server
    Exchange,    // the request goes there, the answer comes back
    Hello,       // of a tunnel, what the client says first; its server is heard already
    Tunnel,      // octets pass both ways
    Answering,   // we say something ourselves, and end
    Lingering,   // the client is to read that before its connection ends
    Ended,
  };

  // Each does what the octets there allow. True: the phase changed, look again.
  bool read_first(const Now& now);
  bool read_head(const Now& now);
  bool exchange(const Now& now);
  bool tunnel();
  bool answering(const Now& now);

  bool is_http_start() const;
  bool read_tls_first(wire::Progress progress, const wire::TlsHello& hello, const Now& now);
  bool begin_tunnel(const inspect::Seen& seen, const Now& now);
  void hear_server(const Now& now);
  bool on_request(const Request& request, const Now& now);
  bool answer_ourselves(const Request& request, const Now& now);
  bool open_tunnel(const Request& request, const Now& now);
  bool send_on(const Request& request, const Now& now);
  bool wish_for_server(const Now& now);
  void pass_request_body(const Now& now);
  bool read_response_heads(const Now& now);
  bool on_response(const Response& response, const Now& now);
  bool is_blocked_by_label(const Response& response);
  void begin_scan(const Response& response);
  bool pass_response_body(const Now& now);
  void release_held() noexcept;
  bool settle_scan(Scanned scanned, const Now& now);
  bool cut(const Now& now);
  bool end_exchange(const Now& now);
  bool server_failed(NoAnswer why, const Now& now);
  bool answer(std::string text, const Now& now);
  bool end() noexcept;
  void enter(Phase phase, const Now& now) noexcept;
  void let_server_go(bool is_clean) noexcept;
  bool client_has_all() const noexcept;
  bool is_passing() const noexcept { return phase_ == Phase::Exchange || phase_ == Phase::Tunnel; }
  seconds patience() const noexcept;

  Parts parts_;
  Entry entry_;
  Phase phase_;
  Ends ends_;

  Window from_client_;
  Window from_server_;
  Window request_head_;   // as it goes to the server; kept until an answer comes
  Window response_head_;  // as it goes to the client
  std::uint32_t request_head_sent_ = 0;
  // Unread octets of the server that were looked at and wait for a verdict; and those of them up to
  // the last one of the body.
  std::uint32_t held_ = 0;
  std::uint32_t held_data_ = 0;
  std::string answer_;  // our own
  std::size_t answer_sent_ = 0;

  Origin origin_;
  Origin server_origin_;
  std::string through_;  // the host that a tunnel leads to
  std::string language_;
  std::string path_;
  Body request_body_;
  Body response_body_;
  std::unique_ptr<BodyScan> scan_;
  std::unique_ptr<inspect::Seen> judged_;  // the request, for who looks at its body

  std::uint64_t in_flight_to_client_ = 0;  // taken from the one socket, and not in the other yet
  std::uint64_t in_flight_to_server_ = 0;
  Monotonic deadline_;
  Monotonic judge_again_at_;
  Monotonic held_until_;
  std::uint64_t seen_left_ = 0;  // of the chunk, or body, behind what the client was given

  bool wishes_connect_ = false;
  bool is_bound_ = false;  // to the server that it has: a tunnel in which HTTP is spoken
  bool is_draining_ = false;
  bool has_moved_ = false;
  bool client_has_ended_ = false;
  bool server_has_ended_ = false;
  bool server_refuses_ = false;
  bool holds_server_ = false;
  bool server_is_clean_ = false;
  bool server_was_reused_ = false;
  bool server_has_answered_ = false;  // something of an answer came
  bool has_response_ = false;         // its head was read
  bool response_is_closing_ = false;
  bool server_keeps_alive_ = false;
  bool tunnels_ = false;       // the request is a CONNECT
  bool hears_server_ = false;  // the client said nothing so far
  bool keeps_alive_ = false;   // what the request says …
  bool is_old_ = false;
  bool is_head_ = false;
  bool may_be_repeated_ = false;
  bool asks_upgrade_ = false;
  bool has_credentials_ = false;
  bool server_saw_credentials_ = false;  // some tie them to the connection
  bool client_got_some_ = false;         // of the answer
  bool has_ended_idle_ = false;          // between two requests
  bool waits_for_head_ = false;          // some of it came
  bool has_passed_held_ = false;
  bool takes_notice_ = false;  // the body
  std::uint8_t interims_ = 0;
};

}  // namespace haetae::proxy
