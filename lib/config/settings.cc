#include "config/settings.h"

#include <algorithm>

#include "base/idn.h"
#include "base/limits.h"
#include "config/types.h"
#include "config/zone_hint.h"

namespace haetae::config {
namespace {

constexpr std::size_t kAddressesMax = 4096;  // networks of allow_from, listening addresses, servers
constexpr int kWorkersMax = 256;

const Table<Site>& site_table() {
  static const Table<Site> table{{
      row("name", &Site::name, text(), "home", "What you call this place; block pages show it."),
      row("kind", &Site::kind,
          choice<SiteKind>(
              {{"home", SiteKind::Home}, {"school", SiteKind::School}, {"isp", SiteKind::Isp}}),
          "home", "Who runs the filter; decides how a block is named in the answer."),
      row("timezone", &Site::timezone, time_zone(), "UTC",
          "The zone in which bedtimes and school hours are written."),
      row("languages", &Site::languages, list_of(language(), 16), "[en]",
          "Languages of texts for people, the first one first."),
      row("country", &Site::country, country(), "",
          "Whose help lines block pages show, as KR; left out: the country of the time zone."),
  }};
  return table;
}

Type<Site> site_section() {
  Type<Site> type = section(site_table());
  type.read = [read = type.read](const Value& value, Site& site) {
    read(value, site);
    if (site.country.empty()) site.country = country_of_zone(site.timezone);
  };
  return type;
}

const Table<Config>& state_table() {
  static const Table<Config> table{{
      row("path", &Config::state_path, folder_path(), "/var/lib/haetae",
          "Folder for compiled lists and caches; made if it is missing."),
  }};
  return table;
}

const Table<Control>& control_table() {
  static const Table<Control> table{{
      row("path", &Control::path, file_path(), "",
          "The socket of `haetae pause` and its like; by default control.sock in the state "
          "folder."),
      row("group", &Control::group, text(), "",
          "A group of this machine whose members may give these commands too, beside root."),
  }};
  return table;
}

const Table<Config>& rules_table() {
  static const Table<Config> table{{
      row("path", &Config::rules_path, folder_path(), "",
          "Folder of categories, services and help lines; by default the one that came with the "
          "program."),
      row("start_lists", &Config::start_lists, yes_no(), "true",
          "The small built-in lists of well-known sites count too."),
      row("patterns", &Config::patterns, yes_no(), "true",
          "Judge names, pages and searches by the words in them."),
  }};
  return table;
}

const Table<Dns>& upstream_table() {
  static const Table<Dns> table{{
      row("mode", &Dns::upstream_mode,
          choice<UpstreamMode>(
              {{"forward", UpstreamMode::Forward}, {"recurse", UpstreamMode::Recurse}}),
          "forward",
          "forward: ask the servers below. recurse: resolve from the root servers ourselves."),
      row("servers", &Dns::upstream_servers,
          list_of(upstream_server(), limits::kUpstreamServersMax), "[9.9.9.9, 149.112.112.112]",
          "Servers to ask in mode forward; IPv6 without brackets. With a name after # the server "
          "is asked over TLS, and its certificate must hold that name; with port 853 alone it must "
          "hold the address. `pins` are the base64 SHA-256 of public keys, of which the server's "
          "must be one; with pins and no name nothing else counts, not even dates."),
      row("plain_fallback", &Dns::plain_fallback, yes_no(), "false",
          "true: while no server answers over TLS, ask the plain ones of the list, which others "
          "on the way can read and change."),
      row("ca_file", &Dns::upstream_ca_file, file_path(), "",
          "Certificates (PEM) of those who may vouch for servers over TLS, in place of the "
          "authorities that this system trusts: for a house that has its own."),
  }};
  return table;
}

const Table<BlockAnswer>& block_answer_table() {
  static const Table<BlockAnswer> table{{
      row("kind", &BlockAnswer::kind,
          choice<BlockAnswerKind>({{"nxdomain", BlockAnswerKind::NxDomain},
                                   {"null_address", BlockAnswerKind::NullAddress},
                                   {"address", BlockAnswerKind::Address},
                                   {"refused", BlockAnswerKind::Refused}}),
          "nxdomain", "What is answered for a blocked name."),
      row("v4", &BlockAnswer::v4, maybe(v4_address()), "", "Kind address: the IPv4 address given."),
      row("v6", &BlockAnswer::v6, maybe(v6_address()), "", "Kind address: the IPv6 address given."),
  }};
  return table;
}

// As the kernel takes them: at most 15 octets, without spaces and slashes.
Type<std::string> interface_name() {
  return parsed<std::string>(
      "interface", "an interface's name", "write it as br-kids; see `ip link`",
      [](std::string_view text) -> std::optional<std::string> {
        constexpr std::size_t kBytesMax = 15;
        const bool is_plain = std::ranges::all_of(
            text, [](char c) { return c > ' ' && c <= '~' && c != '/' && c != ':'; });
        if (text.empty() || text.size() > kBytesMax || !is_plain) {
          return std::nullopt;
        }
        return std::string(text);
      });
}

// Not a site's name: zones may be the root, or start with an underscore.
Type<std::string> zone_name() {
  return parsed<std::string>("zone", "a zone", "write it as lan.example, or . for all names",
                             [](std::string_view text) -> std::optional<std::string> {
                               const auto name = name_from_user_text(text);
                               if (!name && text != ".") return std::nullopt;
                               return name ? name->to_text() : std::string(text);
                             });
}

const Table<StubZone>& stub_zone_table() {
  static const Table<StubZone> table{{
      row("zone", &StubZone::zone, zone_name(), kRequired, "The zone, with all names below it."),
      row("server", &StubZone::server, plain_server(), kRequired, "The server that holds it."),
  }};
  return table;
}

const Table<Rebinding>& rebinding_table() {
  static const Table<Rebinding> table{{
      row("protect", &Rebinding::protect, yes_no(), "true",
          "Block answers by which a site of the internet would open devices of your own network."),
      row("allow", &Rebinding::allow, list_of(host_name(), kAddressesMax), "[]",
          "Names that may lead to your own network, with all below them."),
  }};
  return table;
}

// `auto`, or networks.
Type<Dns> allow_from() {
  const Type<std::vector<Cidr>> networks = list_of(cidr(), kAddressesMax);
  return {"auto | " + networks.words, [read = networks.read](const Value& value, Dns& dns) {
            dns.allow_from.clear();
            dns.allow_from_auto = value.node.text == "auto";
            if (!dns.allow_from_auto) read(value, dns.allow_from);
          }};
}

const Table<Dns>& dns_table() {
  constexpr std::uint64_t kMegabyte = 1 << 20;
  static const Table<Dns> table{{
      row("listen", &Dns::listen, list_of(endpoint(), kAddressesMax),
          R"(["127.0.0.1:5300", "[::1]:5300"])", "Addresses and ports that answer DNS."),
      whole_row("allow_from", allow_from(), "auto",
                "Who may ask. auto: this machine and the private networks around it."),
      row("public", &Dns::is_public, yes_no(), "false",
          "true: allow_from may hold the whole internet. Only for who runs a public resolver."),
      row("trusted_peers", &Dns::trusted_peers, list_of(trusted_peer(), kAddressesMax), "[]",
          "Forwarders and load balancers that are believed when they say who asks; see "
          "IDENTITY.md."),
      whole_row("upstream", section(upstream_table()), "{}", "Where answers come from."),
      row("dnssec", &Dns::dnssec, yes_no(), "true", "Check signatures in mode recurse."),
      row("trust_anchor", &Dns::trust_anchor, file_path(), "/usr/share/dns/root.key",
          "The DS or DNSKEY records that checking signatures starts from."),
      row("stub_zones", &Dns::stub_zones, list_of(section(stub_zone_table()), kAddressesMax), "[]",
          "Zones that are asked at a server of their own."),
      row("block_answer", &Dns::block_answer, section(block_answer_table()), "{}",
          "What a blocked device sees."),
      row("rebinding", &Dns::rebinding, section(rebinding_table()), "{}",
          "Sites that lead into your own network."),
      row("cache", &Dns::cache_bytes, size_bytes(kMegabyte, 4096 * kMegabyte), "32 MB",
          "Memory for remembered answers, for each worker."),
  }};
  return table;
}

// The last good source of each list is kept in a file of that name, and must stay in its folder.
Type<std::string> list_title() {
  return parsed<std::string>(
      "name", "a list's name", "use a short word without / that starts with no dot, as adult-one",
      [](std::string_view text) -> std::optional<std::string> {
        constexpr std::size_t kBytesMax = 100;
        const bool is_plain = std::ranges::all_of(
            text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '/'; });
        if (text.empty() || text.size() > kBytesMax || text.front() == '.' || !is_plain) {
          return std::nullopt;
        }
        return std::string(text);
      });
}

const Table<ListSource>& list_table() {
  static const Table<ListSource> table{{
      row("name", &ListSource::name, list_title(), kRequired,
          "What you call the list; each its own."),
      row("path", &ListSource::path, list_path(), "", "The file; may be packed as .gz or .zst."),
      row("url", &ListSource::url, text(), "", "Where the list is fetched from.",
          "this version does not fetch lists; it reads the file at 'path'"),
      row("every", &ListSource::every, hours(), "24h", "How often a fetched list is renewed."),
      row("format", &ListSource::format,
          choice<std::string>({{"auto", "auto"},
                               {"hosts", "hosts"},
                               {"domains", "domains"},
                               {"wildcard", "wildcard"},
                               {"adblock", "adblock"},
                               {"dnsmasq", "dnsmasq"},
                               {"pihole-regex", "pihole-regex"},
                               {"rpz", "rpz"},
                               {"urls", "urls"},
                               {"regex", "regex"},
                               {"addresses", "addresses"}}),
          "auto", "How its lines are written; auto looks at them."),
      row("category", &ListSource::category, category_id(), kRequired,
          "The category of everything in it, as adult or gambling."),
      row("match", &ListSource::match,
          choice<std::string>({{"exact", "exact"}, {"subtree", "subtree"}}), "",
          "exact: the names alone; subtree: and all below them. By default as the format has it."),
      row("mode", &ListSource::mode,
          choice<policy::Mode>(
              {{"enforce", policy::Mode::Enforce}, {"watch", policy::Mode::Watch}}),
          "enforce", "watch: say what it would block, block nothing."),
      row("exceptions", &ListSource::exceptions_site,
          choice<bool>({{"list", false}, {"site", true}}), "list",
          "site: the list's exceptions lift blocks of other lists too."),
  }};
  return table;
}

Type<ListSource> list_entry() {
  Type<ListSource> type = section(list_table());
  type.read = [read = type.read](const Value& value, ListSource& list) {
    read(value, list);
    list.line = value.node.line;
  };
  return type;
}

// As forwarders send it; what they cannot send would never be seen.
Type<std::string> client_id() {
  return parsed<std::string>(
      "identifier", "an identifier",
      fmt::format("use 1 to {} characters, as cpe-17", limits::kClientIdBytesMax),
      [](std::string_view text) -> std::optional<std::string> {
        const bool is_plain = std::ranges::all_of(
            text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
        if (text.empty() || text.size() > limits::kClientIdBytesMax || !is_plain) {
          return std::nullopt;
        }
        return std::string(text);
      });
}

const Table<Device>& device_table() {
  static const Table<Device> table{{
      row("name", &Device::name, text(), kRequired, "What you call the device; each its own."),
      row("mac", &Device::mac, maybe(mac_address()), "",
          "Its hardware address; the surest way to know a device on your own network."),
      row("address", &Device::address, maybe(address()), "",
          "Its fixed address; counts for the first device that is seen with it."),
      row("cidr", &Device::cidr, maybe(cidr()), "",
          "All addresses that it may have; counts like address."),
      row("id", &Device::id, client_id(), "",
          "What a trusted forwarder calls it, as cpe-17; Umbrella's device ids in lower case."),
      row("profile", &Device::profile, profile_name(), kRequired, "Whose rules it follows."),
  }};
  return table;
}

const Table<Network>& network_table() {
  static const Table<Network> table{{
      row("cidr", &Network::cidr, maybe(cidr()), "", "The network, as 192.168.7.0/24."),
      row("interface", &Network::interface, interface_name(), "",
          "The network's interface, as br-kids or eth0.20."),
      row("profile", &Network::profile, profile_name(), kRequired,
          "The profile of its devices that have none of their own."),
  }};
  return table;
}

// `auto`, or files.
Type<DevicesSeen> leases_files() {
  constexpr std::size_t kFilesMax = 16;
  const Type<std::vector<std::filesystem::path>> files = list_of(file_path(), kFilesMax);
  return {"auto | " + files.words, [read = files.read](const Value& value, DevicesSeen& seen) {
            seen.leases.clear();
            seen.leases_auto = value.node.text == "auto";
            if (!seen.leases_auto) read(value, seen.leases);
          }};
}

const Table<DevicesSeen>& devices_seen_table() {
  static const Table<DevicesSeen> table{{
      whole_row("leases", leases_files(), "auto",
                "Leases files of dnsmasq, ISC dhcpd or Kea, for the names that devices gave "
                "themselves; auto: at their usual places."),
      row("forget_after", &DevicesSeen::forget_after, hours(), "30d",
          "A device that nobody saw for so long is forgotten."),
  }};
  return table;
}

// Empty: none, as if it were left out.
Type<std::string> interface_or_none() {
  Type<std::string> type = interface_name();
  type.read = [read = type.read](const Value& value, std::string& name) {
    const bool is_none = value.node.kind == Node::Kind::Scalar && value.node.text.empty();
    if (!is_none) read(value, name);
  };
  return type;
}

// Whether it is a filter can only be said with libpcap, which the daemon has.
Type<Tap> packet_filter() {
  const Type<std::string> words = text();
  return {words.words, [read = words.read](const Value& value, Tap& tap) {
            read(value, tap.filter);
            tap.filter_line = value.node.line;
          }};
}

const Table<Tap>& tap_table() {
  static const Table<Tap> table{{
      row("interface", &Tap::interface, interface_or_none(), R"("")",
          "The interface that a mirror port sends its copies to, as eth1; left out: none is "
          "listened to."),
      whole_row("filter", packet_filter(), "",
                "Which packets are looked at, in the language of pcap-filter(7), as `not host "
                "10.20.0.9`; left out: all."),
      row("behind_router", &Tap::behind_router, yes_no(), "false",
          "true: the mirror port stands behind a router, and frames have its MAC address in place "
          "of the devices'."),
      row("workers", &Tap::workers, number_or_auto(kWorkersMax), "auto",
          "Threads that share the packets, each with 64 MB of the kernel's memory; auto: as many "
          "as answer DNS."),
      row("enforce", &Tap::enforce, yes_no(), "false",
          "true: TCP connections that are blocked are ended by resets, as far as those come in "
          "time: docs/TAP.md. false: only events are written."),
      row("reset_interface", &Tap::reset_interface, interface_or_none(), R"("")",
          "The interface that resets leave from, in the network that is watched; needed with "
          "enforce."),
      row("reset_tagged", &Tap::reset_tagged, yes_no(), "false",
          "true: resets carry the VLAN tags of the frames that they answer, since "
          "reset_interface is a port of all those VLANs (a trunk)."),
  }};
  return table;
}

const Table<Proxy>& proxy_table() {
  static const Table<Proxy> table{{
      row("mode", &Proxy::mode,
          choice<ProxyMode>({{"off", ProxyMode::Off},
                             {"transparent", ProxyMode::Transparent},
                             {"explicit", ProxyMode::Explicit}}),
          "off",
          "The web proxy (docs/PROXY.md). explicit: devices are told of it, by hand or by "
          "http://ADDRESS:PORT/proxy.pac. transparent: the firewall leads web traffic of "
          "gate.inside that is not encrypted to it."),
      row("listen", &Proxy::listen, list_of(endpoint(), kAddressesMax), R"(["127.0.0.1:8118"])",
          "Where the proxy answers."),
      row("ports", &Proxy::ports, list_of(number(1, 65535), kAddressesMax), "[80]",
          "transparent: the TCP ports whose connections it looks at."),
      row("direct", &Proxy::direct, list_of(host_name(), kAddressesMax), "[]",
          "explicit: sites that browsers reach without it, with all below them: those of your own "
          "house. Goes into proxy.pac."),
  }};
  return table;
}

const Table<Config>& admin_table() {
  static const Table<Config> table{{
      row("listen", &Config::admin_listen, maybe(endpoint()), "",
          "Where /metrics (Prometheus) and /healthz answer; left out: nowhere."),
  }};
  return table;
}

// "stdout", or a file made absolute.
Type<Config> event_log() {
  return {"stdout | path of a file", [](const Value& value, Config& config) {
            if (value.node.text == "stdout") {
              config.log_events = "stdout";
              return;
            }
            std::filesystem::path path;
            file_path().read(value, path);
            std::error_code error;
            if (std::filesystem::is_directory(path, error)) {
              return value.fault("this is a folder", "name a file in it, as events.jsonl");
            }
            config.log_events = path.string();
          }};
}

const Table<Config>& log_table() {
  static const Table<Config> table{{
      whole_row("events", event_log(), "stdout", "Where events go, a line of JSON each."),
  }};
  return table;
}

// `profiles:` is a Map whose keys are the profiles' names.
Type<std::vector<Profile>> named_profiles() {
  return {"section a profile",
          [](const Value& value, std::vector<Profile>& out) {
            if (value.node.kind != Node::Kind::Map) {
              return value.fault("a section is wanted here", "write `little: {age: 7-9}` below it");
            }
            if (value.node.entries.size() > limits::kProfilesMax) {
              return value.fault(fmt::format("more than {} profiles", limits::kProfilesMax));
            }
            for (const Node::Entry& entry : value.node.entries) {
              Profile profile{.name = entry.key};
              read_section(profile_table(), value.at(entry), profile);
              out.push_back(std::move(profile));
            }
          },
          ".NAME", profile_table().infos()};
}

Table<Config> make_config_table() {
  return {{
      row("site", &Config::site, site_section(), "{}", "The place."),
      row("workers", &Config::workers, number_or_auto(kWorkersMax), "auto",
          "Threads that answer; auto: one for each processor."),
      whole_row("state", section(state_table()), "{}", "What the filter keeps on disk."),
      row("control", &Config::control, section(control_table()), "{}",
          "Commands to the running filter: docs/COMMANDS.md."),
      whole_row("rules", section(rules_table()), "{}", "The data that comes with the program."),
      row("dns", &Config::dns, section(dns_table()), "{}", "Answering DNS."),
      row("lists", &Config::lists, list_of(list_entry(), limits::kListsMax), "[]",
          "Your own lists of sites."),
      row("profiles", &Config::profiles, named_profiles(), "",
          "A child's or group's rules, by a name that you choose."),
      row("devices", &Config::devices, list_of(section(device_table()), limits::kDevicesMax), "[]",
          "Whose device is which."),
      row("networks", &Config::networks, list_of(section(network_table()), limits::kDevicesMax),
          "[]", "Profiles of whole networks."),
      row("default_profile", &Config::default_profile, profile_name(), kRequired,
          "The profile of every device that is not named: best the strictest."),
      row("devices_seen", &Config::devices_seen, section(devices_seen_table()), "{}",
          "The list of devices on your network, named above or not: `haetae devices` shows it."),
      row("gate", &Config::gate, section(gate_table()), "{}", "Judging packets."),
      row("tap", &Config::tap, section(tap_table()), "{}", "Listening to a mirror port."),
      row("proxy", &Config::proxy, section(proxy_table()), "{}", "Judging web pages."),
      row("page", &Config::page, page_section(), "{}",
          "Pages that tell children why: docs/PAGE.md."),
      whole_row("admin", section(admin_table()), "{}", "Looking at the filter from outside."),
      whole_row("log", section(log_table()), "{}", "The event log."),
  }};
}

}  // namespace

const Table<Config>& config_table() {
  static const Table<Config> table = make_config_table();
  return table;
}

}  // namespace haetae::config
