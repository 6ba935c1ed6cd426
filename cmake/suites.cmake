# Read by ctest, not by the build: makes a test of each suite of a program, all its cases in one
# process. Before it is included, `folder` names the program's tests and `program` is the program.
if(NOT EXISTS ${program})
  add_test("${folder}_test.NOT_BUILT" ${program})
  return()
endif()
execute_process(COMMAND ${program} --gtest_list_tests OUTPUT_VARIABLE listed RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${program} does not tell its tests (${result})")
endif()
string(REGEX MATCHALL "(^|\n)[A-Za-z][^ \n]*\\." suites "${listed}")
foreach(suite ${suites})
  string(REGEX REPLACE "^\n|\\.$" "" suite "${suite}")
  add_test("${folder}.${suite}" ${program} "--gtest_filter=${suite}.*")
  # Skipped is a suite that only has cases that skipped; one that failed beside them is a failure.
  set_tests_properties("${folder}.${suite}" PROPERTIES TIMEOUT 600 LABELS unit
                       SKIP_REGULAR_EXPRESSION
                       "PASSED  \\] 0 tests\\.\n(\\[  SKIPPED \\][^\n]*\n)+$")
endforeach()
