#include "content/self_labels.h"

#include <gtest/gtest.h>

namespace haetae::content {
namespace {

// In the order of the fields.
struct Told {
  bool rta = false, adult_rating = false, icra_sexual = false, icra_violence = false,
       icra_drugs = false, icra_gambling = false;
  int age = SelfLabels::kNoAge;
};

struct Case {
  const char* about;
  const char* name;
  const char* content;
  Told told;
};
constexpr Told kNothing = {};
constexpr Case kCases[] = {
    {"RTA", "RATING", "RTA-5042-1996-1400-1577-RTA", {.rta = true}},
    {"RTA in small letters among others",
     "rating",
     "mature, rta-5042-1996-1400-1577-rta",
     {.rta = true, .adult_rating = true}},
    {"a rating for adults", "rating", "Adult", {.adult_rating = true}},
    {"an age as a rating", "rating", "18+", {.adult_rating = true}},
    {"a rating for all", "rating", "General", kNothing},
    {"a rating for children", "rating", "safe for kids", kNothing},
    {"a word that only holds another", "rating", "premature", kNothing},
    {"another element", "description", "adult education", kNothing},
    {"age-de.xml", "age-de-meta-label", "age=18 hash: abc v=1.0 kind=sl protocol=all", {.age = 18}},
    {"age-de.xml for small children", "age-de-meta-label", "age=0", {.age = 0}},
    {"age.xml", "age-meta-label", "age: 16", {.age = 16}},
    {"no age", "age-de-meta-label", "age=", kNothing},
    {"an age that nobody has", "age-de-meta-label", "age=180", kNothing},
    {"a lie about ages", "age-de-meta-label", "page 18", kNothing},
    {"ICRA: sexual acts",
     "pics-label",
     "(pics-1.1 \"http://www.icra.org/ratingsv02.html\" l gen true for \"http://a.example\" "
     "r (nf 1 vz 1 lz 1 oz 1 cz 1))",
     {.icra_sexual = true}},
    {"ICRA: breasts alone", "pics-label",
     "(pics-1.1 \"http://www.icra.org/ratingsv02.html\" l r (nd 1 vz 1))", kNothing},
    {"ICRA: genitals in medicine", "pics-label",
     "(pics-1.1 \"http://www.icra.org/ratingsv02.html\" l r (nb 1 nc 1 nt 1))", kNothing},
    {"ICRA: what is not there", "pics-label",
     "(pics-1.1 \"http://www.icra.org/ratingsv02.html\" l r (nf 0 nz 1))", kNothing},
    {"ICRA: violence, drugs, gambling",
     "PICS-Label",
     "(PICS-1.1 \"http://www.icra.org/ratingsv02.html\" labels ratings (vb 1 oc 1 od 1))",
     {.icra_violence = true, .icra_drugs = true, .icra_gambling = true}},
    {"RSACi: levels",
     "pics-label",
     "(PICS-1.1 \"http://www.rsac.org/ratingsv01.html\" l r (n 4 s 3 v 0 l 2))",
     {.icra_sexual = true}},
    {"both services",
     "pics-label",
     "(pics-1.1 \"http://www.icra.org/ratingsv02.html\" l r (nz 1 vz 1) "
     "\"http://www.rsac.org/ratingsv01.html\" l r (n 0 s 0 v 4 l 0))",
     {.icra_violence = true}},
    {"another service", "pics-label", "(pics-1.1 \"http://x.example\" l r (nf 1))", kNothing},
    {"a label that is cut", "pics-label", "(pics-1.1 \"http://www.icra.org/ratingsv02.html",
     kNothing},
};

TEST(SelfLabels, SayWhatThePageSays) {
  for (const Case& row : kCases) {
    SelfLabels labels;
    read_self_label(row.name, row.content, labels);
    EXPECT_EQ(labels.rta, row.told.rta) << row.about;
    EXPECT_EQ(labels.adult_rating, row.told.adult_rating) << row.about;
    EXPECT_EQ(labels.icra_sexual, row.told.icra_sexual) << row.about;
    EXPECT_EQ(labels.icra_violence, row.told.icra_violence) << row.about;
    EXPECT_EQ(labels.icra_drugs, row.told.icra_drugs) << row.about;
    EXPECT_EQ(labels.icra_gambling, row.told.icra_gambling) << row.about;
    EXPECT_EQ(labels.age, row.told.age) << row.about;
  }
}

TEST(SelfLabels, OfSeveralAllCount) {
  SelfLabels labels;
  read_self_label("age-de-meta-label", "age=16", labels);
  read_self_label("age-meta-label", "age=6", labels);
  read_self_label("rating", "adult", labels);
  read_self_label("rating", "general", labels);
  EXPECT_EQ(labels.age, 16);
  EXPECT_TRUE(labels.adult_rating);
}

}  // namespace
}  // namespace haetae::content
