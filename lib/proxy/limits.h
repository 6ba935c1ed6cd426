#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// Limits of the web proxy. Each is of one worker unless it says otherwise.
namespace haetae::limits {

// The head of a request or a response, and the room for what a client sends before it is passed
// on. Browsers' heads have some 1 to 4 KB, with many cookies 16. A longer one is refused (431, or
// 502 of a server). Costs that much while octets wait, nothing of a connection that is idle.
inline constexpr std::size_t kProxyHeadBytesMax = 31 * 1024;
inline constexpr std::size_t kProxyRoomBytes = 32 * 1024;
// The room for what a server sends. A page that is judged waits here until its start has told
// enough; a longer one passes from then on, and is cut off if it turns out to be blocked.
inline constexpr std::size_t kProxyServerRoomBytes = 96 * 1024;
// Rooms kept for the next connection rather than given back to the system, of each kind.
inline constexpr std::size_t kProxyRoomsKept = 64;

// Connections of clients: about 1 KB each, two sockets with what the kernel keeps for them, and a
// room while octets wait. More are closed at once.
inline constexpr std::size_t kProxyConnectionsMax = 20'000;
// Of one address: a browser has some 30, a busy house behind one some hundred.
inline constexpr std::size_t kProxyConnectionsOfPeerMax = 4'096;

// Connections to servers that wait for the next request of the same device to the same server.
inline constexpr std::size_t kProxyIdleServersMax = 512;
inline constexpr std::chrono::seconds kProxyIdleServer{20};

// Addresses of one host that are tried, one after the other.
inline constexpr std::size_t kProxyAddressesMax = 6;
inline constexpr std::chrono::seconds kProxyConnect{6};  // for each of them
inline constexpr std::chrono::seconds kProxyResolve{8};  // for their names
inline constexpr std::chrono::seconds kProxyHead{30};    // a request's head, from its first octet
// A client that was led here and says nothing for so long may wait for its server to speak first.
inline constexpr std::chrono::seconds kProxySilent{3};
inline constexpr std::chrono::seconds kProxyIdle{75};      // between two requests
inline constexpr std::chrono::seconds kProxyAnswer{300};   // a server's answer, from the request
inline constexpr std::chrono::seconds kProxyStalled{180};  // a body of which nothing moves
inline constexpr std::chrono::seconds kProxyTunnel{3600};  // a tunnel in which nothing moves
inline constexpr std::chrono::seconds kProxyLinger{2};     // for a client to read a last answer
// A connection that goes on for long is judged again this often: bedtime ends downloads, too.
inline constexpr std::chrono::seconds kProxyJudgedAgain{2};

// Bodies pass from socket to socket without being copied from so many octets on.
inline constexpr std::uint64_t kProxySpliceBytesMin = 64 * 1024;
// What one connection may move before the others have their turn.
inline constexpr std::size_t kProxyTurnBytes = 1024 * 1024;

// What is said behind the part of a page that was seen before the page told that it is blocked. So
// much of a page with a length is kept back until its end, so that there is room for it.
inline constexpr std::size_t kLateNoticeBytesMax = 1024;
// A page is held for its judge at most so long: who waits for more of it than that waits for
// nothing. From then on it passes as it comes, judged as far as it goes.
inline constexpr std::chrono::seconds kProxyHeld{3};

// Informational answers (1xx) in front of one response.
inline constexpr int kProxyInterimMax = 16;
// Names that Connection fields of one head say are for the next hop only.
inline constexpr std::size_t kProxyHopNamesMax = 16;

}  // namespace haetae::limits
