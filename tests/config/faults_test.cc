#include <fmt/format.h>
#include <gmock/gmock.h>

#include "config/checks.h"
#include "config/shipped_rules.h"

namespace haetae::config {
namespace {

using test::faults_of;
using test::warnings_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The smallest configuration that has no fault; cases are put below it, from line 3 on.
constexpr std::string_view kGood =
    "default_profile: kid\n"
    "profiles: {kid: {age: 7-9}}\n";

struct FaultCase {
  std::string_view why;
  std::string_view text;  // below kGood
  std::string_view line;  // the one line that a person reads
};

constexpr FaultCase kWordCases[] = {
    {"a misspelt section has its neighbour as hint", "sites: {name: x}",
     "home.yaml:3: sites: there is no such key; did you mean 'site'?"},
    {"a misspelt key too, with its whole path", "dns:\n  lisen: [127.0.0.1]",
     "home.yaml:4: dns.lisen: there is no such key; did you mean 'dns.listen'?"},
    {"a key in the wrong section is shown its right one", "allow_from: auto",
     "home.yaml:3: allow_from: there is no such key; did you mean 'dns.allow_from'?"},
    {"a key from nowhere is shown what there is", "log: {colour: red}",
     "home.yaml:3: log.colour: there is no such key; use events"},
    {"a duplicate key says where the first stands", "site: {kind: home}\nsite: {kind: school}",
     "home.yaml:4: 'site' is written twice in one section; the first stands in line 3; keep one"},
    {"a duplicate key below too", "dns:\n  public: true\n  dnssec: true\n  public: false",
     "home.yaml:6: 'public' is written twice in one section; the first stands in line 4; keep one"},
    {"a word that is not possible", "site: {kind: scool}",
     "home.yaml:3: site.kind: 'scool' is not possible here; did you mean 'school'?"},
    {"a word far from all", "site: {kind: castle}",
     "home.yaml:3: site.kind: 'castle' is not possible here; use one of home, school, isp"},
    {"a section where a word is wanted", "site: {kind: {a: b}}",
     "home.yaml:3: site.kind: a word is wanted here, not a section"},
    {"a word where a section is wanted", "site: home",
     "home.yaml:3: site: a section is wanted here; write `key: value` lines below it"},
    {"a time zone with a slip", "site: {timezone: Asia/Seol}",
     "home.yaml:3: site.timezone: there is no time zone 'Asia/Seol'; did you mean 'Asia/Seoul'?"},
    {"a time zone that is a path", "site: {timezone: ../../etc/passwd}",
     "home.yaml:3: site.timezone: there is no time zone '../../etc/passwd'; use a name such as "
     "Asia/Seoul or Europe/London"},
    {"a language", "site: {languages: [korean]}",
     "home.yaml:3: site.languages[0]: 'korean' is not a language code; write it as en or ko"},
    {"no worker", "workers: 0",
     "home.yaml:3: workers: '0' is not a number from 1 to 256; use 1 to 256"},
    {"a half worker", "workers: 1.5",
     "home.yaml:3: workers: '1.5' is not a number from 1 to 256; use 1 to 256"},
};

constexpr FaultCase kNetworkCases[] = {
    {"a port out of range", "dns: {listen: [\"127.0.0.1:70000\"]}",
     "home.yaml:3: dns.listen[0]: '127.0.0.1:70000' is not an address and port; write it as "
     "127.0.0.1:53, [::1]:53 or 192.0.2.1; ports are 1 to 65535"},
    {"a name where an address is wanted", "dns: {listen: [\"localhost:53\"]}",
     "home.yaml:3: dns.listen[0]: 'localhost:53' is not an address and port; write it as "
     "127.0.0.1:53, [::1]:53 or 192.0.2.1; ports are 1 to 65535"},
    {"nowhere to listen", "dns: {listen: []}",
     "home.yaml:3: dns.listen: no address to listen on; write [\"127.0.0.1:53\"]"},
    {"twice the same socket", "dns: {listen: [\"[::1]:53\", \"[0::1]:53\"]}",
     "home.yaml:3: dns.listen: '::1' port 53 stands here twice; remove one"},
    {"a prefix too long", "dns: {allow_from: [192.168.7.0/33]}",
     "home.yaml:3: dns.allow_from[0]: '192.168.7.0/33' is not a network; write it as "
     "192.168.7.0/24 (prefix 0 to 32) or 2001:db8::/64 (0 to 128)"},
    {"the whole internet", "dns: {allow_from: [0.0.0.0/0]}",
     "home.yaml:3: dns.allow_from: this lets the whole internet ask: the machine could be used to "
     "attack others; name your own networks, or add `public: true` to dns if you run a public "
     "resolver"},
    {"a trusted peer that is everybody",
     "dns:\n  trusted_peers:\n    - {cidr: 0.0.0.0/0, sends: mac}",
     "home.yaml:5: dns.trusted_peers[0].cidr: this believes the whole internet: anybody could pass "
     "for anybody; write the address of your own forwarder, as 192.168.7.2"},
    {"a trusted peer that is everybody over IPv6",
     "dns: {trusted_peers: [{cidr: \"::/0\", sends: proxy}]}",
     "home.yaml:3: dns.trusted_peers[0].cidr: this believes the whole internet: anybody could pass "
     "for anybody; write the address of your own forwarder, as 192.168.7.2"},
    {"trusted peers that are everybody together",
     "dns: {trusted_peers: [{cidr: 0.0.0.0/2, sends: mac}, {cidr: 64.0.0.0/2, sends: mac}]}",
     "home.yaml:3: dns.trusted_peers: together these believe the whole internet: anybody could "
     "pass for anybody; write the addresses of your own forwarders"},
    {"a trusted peer without address", "dns: {trusted_peers: [{sends: mac}]}",
     "home.yaml:3: dns.trusted_peers[0]: 'cidr' is missing; add `cidr:`. The forwarder's or load "
     "balancer's own address, as 192.168.7.2."},
    {"a trusted peer that is not an address",
     "dns: {trusted_peers: [{cidr: router.lan, sends: mac}]}",
     "home.yaml:3: dns.trusted_peers[0].cidr: 'router.lan' is not a network; write it as "
     "192.168.7.0/24 (prefix 0 to 32) or 2001:db8::/64 (0 to 128)"},
    {"a trusted peer that sends a slip",
     "dns: {trusted_peers: [{cidr: 192.168.7.2, sends: [prox]}]}",
     "home.yaml:3: dns.trusted_peers[0].sends[0]: 'prox' is not possible here; did you mean "
     "'proxy'?"},
    {"a trusted peer that sends nothing", "dns: {trusted_peers: [{cidr: 192.168.7.2, sends: []}]}",
     "home.yaml:3: dns.trusted_peers[0]: nothing that '192.168.7.2/32' sends is believed; write "
     "what it sends, as `sends: mac`, or remove it"},
    {"two trusted peers of one address, written differently",
     "dns:\n  trusted_peers:\n    - {cidr: 192.168.7.2, sends: mac}\n    - {cidr: "
     "192.168.7.2/32, sends: proxy}",
     "home.yaml:6: dns.trusted_peers[1].cidr: '192.168.7.2/32' stands here twice; the first is in "
     "line 5; give each its own"},
    {"a tap that enforces from nowhere", "tap: {interface: eth1, enforce: true}",
     "home.yaml:3: tap.enforce: resets need an interface that they leave from; add "
     "reset_interface: eth0 to tap, with the name of the interface that is in the network of the "
     "devices"},
    {"a tap that enforces and sees nothing", "tap: {enforce: true, reset_interface: eth0}",
     "home.yaml:3: tap.enforce: there is nothing to enforce: no interface is listened to; add "
     "interface: eth1 to tap, with the name of your mirror port's"},
    {"an interface that cannot be one", "tap: {interface: \"mirror port\"}",
     "home.yaml:3: tap.interface: 'mirror port' is not an interface's name; write it as br-kids; "
     "see `ip link`"},
    {"an upstream that is no address", "dns: {upstream: {servers: [dns.example]}}",
     "home.yaml:3: dns.upstream.servers[0]: 'dns.example' is not a server; write it as 192.0.2.1, "
     "192.0.2.1@53 or 2001:db8::1@53, over TLS as 192.0.2.1#dns.example; IPv6 without brackets"},
    {"a pin that is none", "dns: {upstream: {servers: [{address: 192.0.2.1, pins: [c2hvcnQ=]}]}}",
     "home.yaml:3: dns.upstream.servers[0].pins[0]: 'c2hvcnQ=' is not the pin of a key; write the "
     "44 characters of its SHA-256 in base64; docs/UPSTREAM.md says how to get it"},
    {"a stub zone over TLS",
     "dns: {stub_zones: [{zone: lan.example, server: \"192.0.2.1#dns.example\"}]}",
     "home.yaml:3: dns.stub_zones[0].server: this server can be asked in plain DNS only; write it "
     "without #name, with another port than 853"},
    {"a fall-back to nobody",
     "dns: {upstream: {servers: [\"192.0.2.1#dns.example\"], plain_fallback: true}}",
     "home.yaml:3: dns.upstream.plain_fallback: there is no plain server to fall back to; add one "
     "without #name to servers, as 192.0.2.1"},
    {"an upstream that is ourselves", "dns: {upstream: {servers: [127.0.0.1@5300]}}",
     "home.yaml:3: dns.upstream.servers: '127.0.0.1' port 5300 is our own address: questions would "
     "run in a circle; write the address of another resolver"},
    {"an upstream that is ourselves by a wildcard",
     "dns: {listen: [0.0.0.0], upstream: {servers: [127.0.0.1]}}",
     "home.yaml:3: dns.upstream.servers: '127.0.0.1' port 53 is our own address: questions would "
     "run in a circle; write the address of another resolver"},
    {"nobody to forward to", "dns: {upstream: {mode: forward, servers: []}}",
     "home.yaml:3: dns.upstream.servers: mode forward needs a server; add one, as 9.9.9.9, or use "
     "mode recurse"},
    {"a block page without address", "dns: {block_answer: {kind: address}}",
     "home.yaml:3: dns.block_answer: kind address needs an address; add v4: and v6: of the block "
     "page"},
    {"addresses in the wrong place", "dns: {block_answer: {kind: address, v4: \"::1\"}}",
     "home.yaml:3: dns.block_answer.v4: '::1' is not an IPv4 address; write it as 192.0.2.1"},
    {"a cache without unit", "dns: {cache: 32}",
     "home.yaml:3: dns.cache: '32' is not a size from 1 MB to 4096 MB; write it as 32 MB"},
    {"a MAC address", "devices: [{name: a, mac: 02-00, profile: kid}]",
     "home.yaml:3: devices[0].mac: '02-00' is not a MAC address; write it as 02:00:00:00:00:01"},
    {"an identifier that no forwarder can send",
     "devices: [{name: a, id: "
     "\"0123456789012345678901234567890123456789012345678901234567890123x\", "
     "profile: kid}]",
     "home.yaml:3: devices[0].id: "
     "'0123456789012345678901234567890123456789012345678901234567890123x' is not an identifier; "
     "use 1 to 64 characters, as cpe-17"},
    {"a device's address", "devices: [{name: a, address: 192.168.7.300, profile: kid}]",
     "home.yaml:3: devices[0].address: '192.168.7.300' is not an address; write it as 192.0.2.1 or "
     "2001:db8::1"},
    {"a device of nobody", "devices: [{name: a, address: 192.0.2.1, profile: kit}]",
     "home.yaml:3: devices[0].profile: there is no profile 'kit'; did you mean 'kid'?"},
    {"a device that cannot be known", "devices: [{name: a, profile: kid}]",
     "home.yaml:3: devices[0]: nothing here says how it is recognised; add address: 192.168.7.20"},
    {"a device without profile", "devices:\n  - {name: a, address: 192.0.2.1}",
     "home.yaml:4: devices[0]: 'profile' is missing; add `profile:`. Whose rules it follows."},
    {"two devices of one name",
     "devices:\n  - {name: a, address: 192.0.2.1, profile: kid}\n  - {name: a, address: 192.0.2.2, "
     "profile: kid}",
     "home.yaml:5: devices[1].name: 'a' stands here twice; the first is in line 4; give each its "
     "own"},
    {"two devices of one MAC, written differently",
     "devices:\n  - {name: a, mac: \"02:00:00:00:00:0a\", profile: kid}\n  - {name: b, mac: "
     "02-00-00-00-00-0A, profile: kid}",
     "home.yaml:5: devices[1].mac: '02-00-00-00-00-0A' stands here twice; the first is in line 4; "
     "give each its own"},
    {"two devices of one address, written differently",
     "devices:\n  - {name: a, address: \"2001:db8::1\", profile: kid}\n  - {name: b, address: "
     "\"2001:DB8:0::1\", profile: kid}",
     "home.yaml:5: devices[1].address: '2001:DB8:0::1' stands here twice; the first is in line 4; "
     "give each its own"},
    {"a network of nothing", "networks: [{profile: kid}]",
     "home.yaml:3: networks[0]: nothing here says how it is recognised; add cidr: "
     "192.168.7.0/24"},
};

constexpr FaultCase kListCases[] = {
    {"a missing file", "lists: [{name: a, path: /nonexistent/a.txt, category: adult}]",
     "home.yaml:3: lists[0].path: there is no file '/nonexistent/a.txt'; relative paths start at "
     "the folder of the configuration file"},
    {"a folder", "lists: [{name: a, path: /, category: adult}]",
     "home.yaml:3: lists[0].path: '/' is a folder; name the list file in it"},
    {"neither file nor address", "lists: [{name: a, category: adult}]",
     "home.yaml:3: lists[0]: the list has no file; add path: lists/adult.txt"},
    {"a category with a slip", "lists: [{name: a, path: /dev/null, category: gambing}]",
     "home.yaml:3: lists[0].category: there is no category 'gambing'; did you mean 'gambling'?"},
    {"a format with a slip", "lists: [{name: a, path: /dev/null, category: adult, format: host}]",
     "home.yaml:3: lists[0].format: 'host' is not possible here; did you mean 'hosts'?"},
    {"two lists of one name",
     "lists:\n  - {name: a, path: /dev/null, category: adult}\n  - {name: a, path: /dev/null, "
     "category: adult}",
     "home.yaml:5: lists[1].name: 'a' stands here twice; the first is in line 4; give each its "
     "own"},
    {"the name of a built-in list",
     "lists: [{name: start-adult, path: /dev/null, category: adult}]",
     "home.yaml:3: lists: 'start-adult' is a name of the built-in lists; choose another name"},
};

// A profile's mistakes: the text stands below `profiles:` as the section `kid`.
constexpr FaultCase kProfileCases[] = {
    {"a misspelt key", "safe_serch: strict",
     "home.yaml:3: profiles.kid.safe_serch: there is no such key; did you mean "
     "'profiles.kid.safe_search'?"},
    {"a time that no clock shows", "schedule: [{bedtime: [\"25:00-07:00\"]}]",
     "home.yaml:3: profiles.kid.schedule[0].bedtime[0]: '25:00' is not a time; use 00:00 to "
     "24:00, as 21:00-07:00"},
    {"a time without end", "schedule: [{bedtime: \"21:00\"}]",
     "home.yaml:3: profiles.kid.schedule[0].bedtime: '21:00' is not a window of time; write it as "
     "21:00-07:00"},
    {"a day", "schedule: [{days: [mon, tus], bedtime: \"21:00-07:00\"}]",
     "home.yaml:3: profiles.kid.schedule[0].days[1]: 'tus' is not a day; use mon tue wed thu fri "
     "sat sun, mon-fri, weekdays, weekends or all"},
    {"a date that no calendar has", "schedule: [{from: 2026-02-30, focus: \"09:00-10:00\"}]",
     "home.yaml:3: profiles.kid.schedule[0].from: '2026-02-30' is not a date; write it as "
     "2026-03-02"},
    {"a term that ends before it begins",
     "schedule: [{from: 2026-03-02, to: 2026-03-01, focus: \"09:00-10:00\"}]",
     "home.yaml:3: profiles.kid.schedule: an entry ends before it begins; 'from' is the first "
     "date, 'to' the last"},
    {"an age", "age: 7-8",
     "home.yaml:3: profiles.kid.age: there is no age band '7-8'; use one of under-7, 7-9, 10-12, "
     "13-15, 16-18, adult, guests, things, tv"},
    {"a service with a slip", "services: {block: [tiktokk]}",
     "home.yaml:3: profiles.kid.services.block[0]: there is no service 'tiktokk'; did you mean "
     "'tiktok'?"},
    {"a service on and off", "services: {block: [tiktok], allow: [tiktok]}",
     "home.yaml:3: profiles.kid.services: 'tiktok' stands in block and in allow; keep one"},
    {"a category with a slip", "block: [adlt]",
     "home.yaml:3: profiles.kid.block[0]: there is no category 'adlt'; did you mean 'adult'?"},
    {"the age's categories without an age", "block: [age]",
     "home.yaml:3: profiles.kid.block[0]: 'age' stands for what the age band blocks, and none is "
     "given; add `age: 7-9` to the profile"},
    {"a list that is not there", "lists: [mine]",
     "home.yaml:3: profiles.kid.lists[0]: there is no list 'mine'; check the name, or add such a "
     "list"},
    {"an address in the place of a name", "allow: [\"https://school.example/x\"]",
     "home.yaml:3: profiles.kid.allow[0]: 'https://school.example/x' is not a site's name (a host "
     "name has letters, digits and hyphens); write the name only, without path or https://"},
    {"a star", "deny: [\"*.school.example\"]",
     "home.yaml:3: profiles.kid.deny[0]: '*.school.example' is not a site's name (a host name has "
     "letters, digits and hyphens); write 'school.example': it covers everything below"},
    {"a threshold", "threshold: 0",
     "home.yaml:3: profiles.kid.threshold: '0' is not a number from 1 to 1000; use 1 to 1000"},
    {"minutes that no day has", "quotas: [{service: youtube, minutes_per_day: 1441}]",
     "home.yaml:3: profiles.kid.quotas[0].minutes_per_day: '1441' is not a number from 1 to 1440; "
     "use 1 to 1440"},
    {"a quota without minutes", "quotas: [{service: youtube}]",
     "home.yaml:3: profiles.kid.quotas: a quota names no time; add minutes_per_day or "
     "minutes_per_week"},
    {"recording everything without a reason", "log: all",
     "home.yaml:3: profiles.kid.log: recording everything needs a reason; add log_reason: to the "
     "profile; the child sees it"},
};

std::string below_good(std::string_view text) {
  return fmt::format("{}{}\n", kGood, text);
}

TEST(Faults, AreNoneInTheSmallestConfiguration) {
  EXPECT_THAT(faults_of(kGood), IsEmpty());
}

TEST(Faults, NameTheWrongWord) {
  for (const FaultCase& c : kWordCases) {
    EXPECT_THAT(faults_of(below_good(c.text)), ElementsAre(c.line)) << c.why;
  }
}

TEST(Faults, NameWhatIsWrongWithTheNetwork) {
  for (const FaultCase& c : kNetworkCases) {
    EXPECT_THAT(faults_of(below_good(c.text)), ElementsAre(c.line)) << c.why;
  }
}

TEST(Faults, NameWhatIsWrongWithALists) {
  for (const FaultCase& c : kListCases) {
    EXPECT_THAT(faults_of(below_good(c.text)), ElementsAre(c.line)) << c.why;
  }
}

TEST(Faults, NameWhatIsWrongWithAProfile) {
  for (const FaultCase& c : kProfileCases) {
    const std::string text =
        fmt::format("default_profile: kid\nprofiles:\n  kid: {{{}}}\n", c.text);
    EXPECT_THAT(faults_of(text), ElementsAre(c.line)) << c.why;
  }
}

TEST(Faults, AreToldAllAtOnceAndInOrder) {
  EXPECT_THAT(faults_of("default_profile: kit\n"
                        "dns:\n"
                        "  lisen: []\n"
                        "profiles:\n"
                        "  kid:\n"
                        "    threshold: many\n"
                        "    block: [adlt, gamling]\n"),
              ElementsAre(HasSubstr("home.yaml:1: default_profile: there is no profile 'kit'"),
                          HasSubstr("home.yaml:3: dns.lisen:"),
                          HasSubstr("home.yaml:6: profiles.kid.threshold:"),
                          HasSubstr("home.yaml:7: profiles.kid.block[0]:"),
                          HasSubstr("home.yaml:7: profiles.kid.block[1]:")));
}

TEST(Faults, OfAnEmptyFileSayWhatIsNeeded) {
  EXPECT_THAT(faults_of(""), ElementsAre(HasSubstr("'default_profile' is missing"),
                                         HasSubstr("profiles: there is no profile; add one")));
}

TEST(Faults, OfThousandsShowTheFirstOnesAndCountTheRest) {
  std::string text(kGood);
  for (int i = 0; i < 5000; ++i) text += fmt::format("key-{}: 1\n", i);
  const auto lines = faults_of(text);
  ASSERT_EQ(lines.size(), limits::kFaultsMax + 1);
  EXPECT_THAT(lines.back(), HasSubstr("more faults are not shown"));
}

TEST(Faults, OfAMissingFileSayWhy) {
  const auto loaded = load("/nonexistent/home.yaml", test::shipped_rules().folder);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(test::lines_of(loaded.error()),
              ElementsAre("/nonexistent/home.yaml: the file cannot be read (No such file or "
                          "directory); check the path and its permissions"));
}

TEST(Faults, OfAMissingRulesFolderSayWhatToName) {
  const haetae::test::TemporaryFolder folder;
  const auto file = folder.write("home.yaml", std::string(kGood) + "rules: {path: nowhere}\n");
  const auto loaded = load(file, test::shipped_rules().folder);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(test::lines_of(loaded.error()),
              ElementsAre((folder.path() / "nowhere").string() +
                          ": rules.path: there is no such folder; name the folder `rules` that "
                          "came with the program"));
}

constexpr FaultCase kWarningCases[] = {
    {"resets out of the mirror port",
     "tap: {interface: eth1, enforce: true, reset_interface: eth1}",
     "home.yaml:3: tap.reset_interface: most switches take nothing that is sent into a mirror "
     "port: "
     "resets from 'eth1' may all be lost; name the interface that is in the network of the "
     "devices"},
    {"an interface for resets that nobody sends", "tap: {interface: eth1, reset_interface: eth0}",
     "home.yaml:3: tap.reset_interface: no resets are sent: nothing is enforced; add enforce: "
     "true, "
     "or remove it"},
    {"numbers that everybody can read", "admin: {listen: \"192.168.7.1:8480\"}",
     "home.yaml:3: admin.listen: everybody who reaches this address can read the filter's numbers; "
     "write 127.0.0.1:8480, or keep it to a network of your own"},
    {"a list by address", "lists: [{name: a, url: \"https://lists.example/a\", category: adult}]",
     "home.yaml:3: lists[0].url: this version does not fetch lists; it reads the file at 'path'"},
    {"a plain server that is not asked",
     "dns: {upstream: {servers: [\"9.9.9.9#dns.quad9.net\", 192.0.2.1]}}",
     "home.yaml:3: dns.upstream.servers: '192.0.2.1' is not asked: it is plain DNS, and others are "
     "asked over TLS; write its name after #, or remove it; plain_fallback: true asks it when TLS "
     "fails"},
    {"plain DNS when TLS fails, which is to be loud",
     "dns: {upstream: {servers: [\"9.9.9.9#dns.quad9.net\", 192.0.2.1], plain_fallback: true}}",
     "home.yaml:3: dns.upstream.plain_fallback: while no server answers over TLS, every name is "
     "asked in plain DNS: others on the way can read and change that; leave plain_fallback out, "
     "and the internet is off for that while instead"},
    {"a fall-back from nothing", "dns: {upstream: {servers: [192.0.2.1], plain_fallback: true}}",
     "home.yaml:3: dns.upstream.plain_fallback: no server of the list is asked over TLS: all names "
     "are asked in plain DNS"},
    {"a trusted network of many devices",
     "dns: {trusted_peers: [{cidr: 192.168.7.0/24, sends: mac}]}",
     "home.yaml:3: dns.trusted_peers[0].cidr: every device in '192.168.7.0/24' is believed when it "
     "says who asks: a child's tablet there can pass for a parent's; write the forwarder's own "
     "address"},
    {"an identifier that nobody tells", "devices: [{name: a, id: cpe-17, profile: kid}]",
     "home.yaml:3: devices[0].id: nobody is trusted to tell this identifier: it does nothing; add "
     "the forwarder that sends it to dns.trusted_peers"},
    {"an identifier beside a forwarder that tells MACs only",
     "dns: {trusted_peers: [{cidr: 192.168.7.2, sends: mac}]}\n"
     "devices: [{name: a, id: cpe-17, profile: kid}]",
     "home.yaml:4: devices[0].id: nobody is trusted to tell this identifier: it does nothing; add "
     "the forwarder that sends it to dns.trusted_peers"},
    {"a device at a forwarder's address",
     "dns: {trusted_peers: [{cidr: 192.168.7.2, sends: cpe_id}]}\n"
     "devices:\n"
     "  - {name: a, id: cpe-17, profile: kid}\n"
     "  - {name: b, address: 192.168.7.2, profile: kid}",
     "home.yaml:6: devices[1].address: '192.168.7.2' is a trusted forwarder's: what comes from it "
     "is never taken for this device; give what it sends without a name a profile by `networks`"},
    {"servers that nobody asks", "dns: {upstream: {mode: recurse, servers: [9.9.9.9]}}",
     "home.yaml:3: dns.upstream.servers: servers are not asked in mode recurse"},
};

TEST(Warnings, NameWhatDoesNothingHere) {
  for (const FaultCase& c : kWarningCases) {
    EXPECT_THAT(warnings_of(below_good(c.text)), ElementsAre(c.line)) << c.why;
  }
}

TEST(Warnings, AreNoneForAFewTrustedMachines) {
  EXPECT_THAT(warnings_of(below_good("dns: {trusted_peers: [{cidr: 192.168.7.16/28, sends: mac}, "
                                     "{cidr: \"2001:db8::10/124\", sends: [proxy, mac_text]}]}")),
              IsEmpty());
}

TEST(Warnings, AreNoneForSwitchesThatAreOff) {
  EXPECT_THAT(warnings_of(below_good("gate: {mode: \"off\", inside: [br-lan]}\n"
                                     "tap: {interface: \"\", reset_interface: \"\"}\n"
                                     "proxy: {mode: off, listen: [\"127.0.0.1:8118\"]}\n")),
              IsEmpty());
}

TEST(Warnings, SpeakOfQuotasAndOfRecordingEverything) {
  EXPECT_THAT(warnings_of("default_profile: kid\n"
                          "profiles:\n"
                          "  kid:\n"
                          "    log: all\n"
                          "    log_reason: agreed after the summer\n"
                          "    quotas: [{minutes_per_day: 60}]\n"),
              ElementsAre("home.yaml:4: profiles.kid.log: everything that this profile asks for is "
                          "recorded",
                          "home.yaml:6: profiles.kid.quotas: this version does not count minutes; "
                          "quotas do nothing yet"));
}

struct CoverCase {
  std::string_view why;
  std::vector<std::string_view> networks;
  bool covers;
};

TEST(CoversInternet, SeesThroughPieces) {
  const CoverCase cases[] = {
      {"all of IPv4", {"0.0.0.0/0"}, true},
      {"all of IPv6, which holds mapped IPv4 too", {"::/0"}, true},
      {"all that is handed out of IPv6", {"2000::/3"}, true},
      {"two halves", {"0.0.0.0/1", "128.0.0.0/1"}, true},
      {"four quarters but one", {"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2"}, true},
      {"one quarter twice", {"64.0.0.0/2", "64.0.0.0/2"}, false},
      {"the private networks",
       {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"},
       false},
      {"a provider's", {"100.64.0.0/10", "2001:db8::/29"}, false},
      {"nobody", {}, false},
  };
  for (const CoverCase& c : cases) {
    std::vector<Cidr> networks;
    for (const std::string_view text : c.networks) networks.push_back(*Cidr::from_text(text));
    EXPECT_EQ(covers_internet(networks), c.covers) << c.why;
  }
}

TEST(CoversInternet, IsFineForAPublicResolver) {
  EXPECT_THAT(faults_of(below_good("dns: {public: true, allow_from: [0.0.0.0/0, \"::/0\"]}")),
              IsEmpty());
}

}  // namespace
}  // namespace haetae::config
