#pragma once

#include <cstddef>
#include <string>

namespace haetae::firewall {

// Programs of the kernel's packet filter (BPF) as iptables' match "bpf" takes them, asked from the
// IP header on. They say what no match of its own says.

// A TCP segment with ACK, without SYN, FIN and RST (RFC 9293, section 3.1), whose headers are all
// there is of it. No length alone says so: headers have options, and a segment may carry one octet.
std::string bare_ack_program(bool is_v4);

// A TCP segment with SYN, without FIN and RST, that carries nothing: it opens a connection.
std::string opening_program(bool is_v4);

// A packet between two addresses that are the business of worker `number` of `count`: all packets
// of a connection are of the same one, in both directions.
std::string share_program(bool is_v4, std::size_t number, std::size_t count);

// The same, of packets that open a connection.
std::string opening_share_program(bool is_v4, std::size_t number, std::size_t count);

}  // namespace haetae::firewall
