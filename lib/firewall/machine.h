#pragma once

#include <string>
#include <vector>

#include "firewall/plan.h"

namespace haetae::firewall {

// What a machine can do for the firewall, and how it stands there: gathered by daemon, judged here.
struct Machine {
  bool may_change = true;  // CAP_NET_ADMIN
  // What of the kernel is missing, by what it is for: "refusing (nft reject)".
  std::vector<std::string> missing;
  std::string trouble;  // what the kernel said to the rules; empty: it would take them
  bool has_own_queue = false;
  bool has_tproxy = false;            // nft's tproxy and socket
  bool has_queue_target = false;      // NFQUEUE of iptables
  bool has_mangle_programs = false;   // iptables-nft-restore and its like
  bool has_bpf_match = false;         // "bpf" of iptables
  bool has_log_target = false;        // NFLOG of iptables
  bool has_connection_count = false;  // nft_connlimit
  bool forwards_v4 = false;
  bool forwards_v6 = false;

  struct Inside {
    std::string name;
    bool is_there = true;
    // A bridge through which the way to the internet leads: what passes it is not routed.
    bool is_transparent_bridge = false;
    // A bridge whose packets come to the rules of IP before they are IP's (br_netfilter): a socket
    // that tproxy picks for them is lost on the way.
    bool is_shown_early = false;
    bool shows_v4 = true;  // a transparent bridge's packets come to the rules at all
    bool shows_v6 = true;
  };
  std::vector<Inside> inside;

  // What stands in the kernel now.
  enum class Stands : std::uint8_t { Nothing, AsPlanned, Otherwise };
  Stands stands = Stands::Nothing;
  std::string holder;  // "haetae (pid 812)": the filter that keeps it; empty: nobody
};

// Who can hand packets to the gate here.
QueueBy queue_by(const Machine& machine) noexcept;
// How web connections can be led to a transparent proxy here.
WebBy web_by(const Machine& machine) noexcept;
// Fills in what of the plan depends on the machine.
void fit(Plan& plan, const Machine& machine) noexcept;

// For a person: what is well, and what is not with what to do about it.
struct Remark {
  enum class Level : std::uint8_t { Good, Warning, Fault };
  Level level = Level::Good;
  std::string text;
  std::string advice;  // empty for Good
};
// Of what it can do for the plan.
std::vector<Remark> judge(const Machine& machine, const Plan& plan);
// Of what stands now.
Remark judge_standing(const Machine& machine);

}  // namespace haetae::firewall
