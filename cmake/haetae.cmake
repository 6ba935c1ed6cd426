# The house rules of the build: C++23, warnings are errors, one static library per folder of lib/,
# one test program per folder of tests/, one fuzzer per file of tests/fuzz/.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# With -Og beside (preset asan) tests take a third of the time of -O0, for a tenth more to compile.
set(HAETAE_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")
option(HAETAE_FUZZ "build the libFuzzer targets (clang only)" OFF)

# Paths below the project are hashed as relative ones: a second clone finds what the first compiled.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

add_library(haetae_flags INTERFACE)
target_compile_options(haetae_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
                       -Wnon-virtual-dtor -Werror -fno-omit-frame-pointer
                       # A struct's defaults are its own business: naming a few fields is enough.
                       -Wno-missing-field-initializers)
target_include_directories(haetae_flags INTERFACE ${PROJECT_SOURCE_DIR}/lib)
target_compile_definitions(haetae_flags INTERFACE HAETAE_VERSION="${PROJECT_VERSION}")
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 is wrong here: about Asio's own headers (the first two), and about adding strings
  # (GCC bug 105651).
  target_compile_options(haetae_flags INTERFACE -Wno-mismatched-new-delete -Wno-tsan -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  # libstdc++ 12's own stable_sort uses what C++17 deprecated; clang tells whoever calls it.
  target_compile_options(haetae_flags INTERFACE -Wno-deprecated-declarations)
endif()
if(HAETAE_SANITIZE)
  target_compile_options(haetae_flags INTERFACE -fsanitize=${HAETAE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(haetae_flags INTERFACE -fsanitize=${HAETAE_SANITIZE})
endif()
if(HAETAE_FUZZ)
  target_compile_options(haetae_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(absl REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
foreach(module icu-uc icu-i18n libhs re2 libpsl libpcap libzstd libbrotlidec zlib libxxhash libsystemd openssl
        libnftables libmnl libnetfilter_conntrack libnetfilter_queue)
  pkg_check_modules(${module} REQUIRED IMPORTED_TARGET ${module})
  add_library(haetae_ext_${module} INTERFACE)
  target_link_libraries(haetae_ext_${module} INTERFACE PkgConfig::${module})
endforeach()
# libunbound's own .pc asks for libevent's, which we do not use: linked by name.
find_library(UNBOUND_LIBRARY unbound REQUIRED)
add_library(haetae_ext_libunbound INTERFACE)
target_link_libraries(haetae_ext_libunbound INTERFACE ${UNBOUND_LIBRARY})
add_library(haetae_ext_boost INTERFACE)
target_include_directories(haetae_ext_boost SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(haetae_ext_boost INTERFACE BOOST_ASIO_NO_DEPRECATED)
add_library(haetae_ext_boost_json INTERFACE)
target_link_libraries(haetae_ext_boost_json INTERFACE Boost::json)
add_library(haetae_ext_absl_time INTERFACE)
target_link_libraries(haetae_ext_absl_time INTERFACE absl::time)
add_library(haetae_ext_absl_map INTERFACE)
target_link_libraries(haetae_ext_absl_map INTERFACE absl::flat_hash_map)
add_library(haetae_ext_absl_strings INTERFACE)
target_link_libraries(haetae_ext_absl_strings INTERFACE absl::strings)

# Turns the words of a haetae_* call into link arguments: our folders and the externals above by
# their short names, anything else as it stands.
function(haetae_link target scope)
  foreach(word ${ARGN})
    if(TARGET haetae_ext_${word})
      target_link_libraries(${target} ${scope} haetae_ext_${word})
    elseif(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/lib/${word})
      target_link_libraries(${target} ${scope} haetae_${word})
    else()
      target_link_libraries(${target} ${scope} ${word})
    endif()
  endforeach()
endfunction()

function(haetae_library name)
  cmake_parse_arguments(arg "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/${name}/*.cc)
  if(sources)
    add_library(haetae_${name} STATIC ${sources})
    target_link_libraries(haetae_${name} PUBLIC haetae_flags)
    haetae_link(haetae_${name} PUBLIC ${arg_PUBLIC})
    haetae_link(haetae_${name} PRIVATE ${arg_PRIVATE})
  else()
    add_library(haetae_${name} INTERFACE)
    target_link_libraries(haetae_${name} INTERFACE haetae_flags)
    haetae_link(haetae_${name} INTERFACE ${arg_PUBLIC} ${arg_PRIVATE})
  endif()
endfunction()

# The program is a thin main over a library of its folder, so that tests can link what it is made of.
function(haetae_program name)
  cmake_parse_arguments(arg "" "FOLDER" "PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/*.cc)
  list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/main.cc)
  if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/main.cc)
    return()
  endif()
  add_library(haetae_${arg_FOLDER} STATIC ${sources})
  target_include_directories(haetae_${arg_FOLDER} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(haetae_${arg_FOLDER} PUBLIC haetae_flags Threads::Threads)
  # One file is told, so that all others are compiled alike wherever the project stands.
  set_source_files_properties(${PROJECT_SOURCE_DIR}/daemon/commands/common.cc PROPERTIES
                              COMPILE_DEFINITIONS HAETAE_RULES_FOLDER="${PROJECT_SOURCE_DIR}/rules")
  haetae_link(haetae_${arg_FOLDER} PUBLIC ${arg_PRIVATE})
  add_executable(${name} ${PROJECT_SOURCE_DIR}/${arg_FOLDER}/main.cc)
  target_link_libraries(${name} PRIVATE haetae_${arg_FOLDER})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()

function(haetae_tests)
  if(HAETAE_FUZZ)
    return()
  endif()
  find_package(GTest REQUIRED)
  include(GoogleTest)
  file(GLOB_RECURSE support CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.cc)
  add_library(haetae_test_support STATIC ${support})
  target_include_directories(haetae_test_support PUBLIC ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(haetae_test_support PUBLIC haetae_policy haetae_content GTest::gmock)
  haetae_link(haetae_test_support PRIVATE libzstd zlib)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/tests/support/test_data.cc PROPERTIES
                              COMPILE_DEFINITIONS HAETAE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  foreach(folder ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*_test.cc)
    if(sources AND TARGET haetae_${folder})
      add_executable(${folder}_test ${sources})
      target_link_libraries(${folder}_test PRIVATE haetae_${folder} haetae_test_support
                            GTest::gmock_main Threads::Threads)
      # A test's own code runs once: what is tested is optimised, the test is not.
      target_compile_options(${folder}_test PRIVATE $<$<CONFIG:Release>:-O1>)
      haetae_discover_tests(${folder})
    endif()
  endforeach()
endfunction()

# Tells ctest of the cases of tests/FOLDER. Each is a process of its own, so that none can lean on
# another. With sanitizers each suite is: there the rules and lists that a process reads for its
# first case cost more than all cases do, and what one case leaves behind the next one meets.
function(haetae_discover_tests folder)
  if(NOT HAETAE_SANITIZE)
    gtest_discover_tests(${folder}_test DISCOVERY_TIMEOUT 60 DISCOVERY_MODE PRE_TEST
                         PROPERTIES TIMEOUT 300 LABELS unit)
    return()
  endif()
  set(script ${CMAKE_BINARY_DIR}/${folder}_suites.cmake)
  file(WRITE ${script} "set(folder ${folder})\nset(program ${CMAKE_BINARY_DIR}/${folder}_test)\n"
                       "include(${PROJECT_SOURCE_DIR}/cmake/suites.cmake)\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()

# Links a program of one file with the daemon and all that it needs, if the file tries code of it.
function(haetae_link_daemon target file)
  file(STRINGS ${file} of_daemon REGEX "#include \"daemon/")
  if(of_daemon)
    target_link_libraries(${target} PRIVATE haetae_daemon)
  endif()
endfunction()

# tests/fuzz/x_fuzz.cc is built by the fuzz preset against libFuzzer; every other preset builds it
# with tests/fuzz/replay_main.cc, which runs its seeds (tests/fuzz/seeds/x/) once as a plain test.
function(haetae_fuzzers)
  file(GLOB fuzzers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/fuzz/*_fuzz.cc)
  foreach(file ${fuzzers})
    get_filename_component(target ${file} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" subject ${target})
    if(HAETAE_FUZZ)
      add_executable(${target} ${file})
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
      add_executable(${target} ${file} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
      add_test(NAME fuzz_seeds.${subject}
               COMMAND ${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/seeds/${subject})
    endif()
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_link_libraries(${target} PRIVATE haetae_dns haetae_inspect haetae_proxy haetae_build
                          haetae_standing haetae_content haetae_page)
    haetae_link_daemon(${target} ${file})
  endforeach()
endfunction()

# bench/FOLDER/x_bench.cc -> program FOLDER_x_bench, with Google Benchmark.
function(haetae_benchmarks)
  if(HAETAE_FUZZ OR HAETAE_SANITIZE)
    return()
  endif()
  find_package(benchmark REQUIRED)
  file(GLOB_RECURSE benches CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/*_bench.cc)
  foreach(file ${benches})
    get_filename_component(stem ${file} NAME_WE)
    get_filename_component(folder ${file} DIRECTORY)
    get_filename_component(folder ${folder} NAME)
    add_executable(${folder}_${stem} EXCLUDE_FROM_ALL ${file})
    target_link_libraries(${folder}_${stem} PRIVATE haetae_dns haetae_inspect haetae_build haetae_content haetae_proxy
                          haetae_test_support
                          benchmark::benchmark Threads::Threads)
    haetae_link_daemon(${folder}_${stem} ${file})
    list(APPEND all_benches ${folder}_${stem})
  endforeach()
  add_custom_target(bench DEPENDS ${all_benches})
endfunction()

# `ninja format-check`, `ninja tidy` (every file) and scripts/tidy_changed.sh (changed files).
function(haetae_lint)
  file(GLOB_RECURSE all CONFIGURE_DEPENDS
       ${PROJECT_SOURCE_DIR}/lib/*.cc ${PROJECT_SOURCE_DIR}/lib/*.h ${PROJECT_SOURCE_DIR}/daemon/*.cc
       ${PROJECT_SOURCE_DIR}/daemon/*.h ${PROJECT_SOURCE_DIR}/tests/*.cc
       ${PROJECT_SOURCE_DIR}/tests/*.h ${PROJECT_SOURCE_DIR}/bench/*.cc)
  add_custom_target(format COMMAND clang-format-19 -i ${all})
  add_custom_target(format-check COMMAND clang-format-19 --dry-run -Werror ${all})
  add_custom_target(tidy COMMAND run-clang-tidy-19 -quiet -p ${CMAKE_BINARY_DIR}
                    "${PROJECT_SOURCE_DIR}/(lib|daemon)/.*\\.cc$")
endfunction()

# tests/lab/x_test.py: the built program against real servers and clients.
function(haetae_lab_tests)
  if(HAETAE_FUZZ OR NOT TARGET haetae)
    return()
  endif()
  # Found beside the program by tests that set its clock.
  add_library(haetae_set_clock MODULE ${PROJECT_SOURCE_DIR}/tests/lab/set_clock.cc)
  file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/lab/*_test.py)
  # With sanitizers each start of the program takes seconds: there, those that bring octets of
  # strangers to it. The others try time, places and commands with the same code.
  if(HAETAE_SANITIZE)
    list(FILTER scripts INCLUDE REGEX
         "/(answers|dot|envelope|gate(_hostile)?|identity|proxy_(content|hostile)|serve|tap|upstream)_test.py$")
    set(gate_test_parts Web Pieces)
    set(gate_hostile_test_parts Fragments)
    set(proxy_content_test_parts Nginx)
    set(proxy_hostile_test_parts Shapes Neighbours Messages)
    set(tap_test_parts Watching.test_names_in_flight_become_events_and_nothing_is_harmed
        Watching.test_dns_that_passes_by_is_an_event_and_goes_on
        Enforcing.test_a_blocked_tls_connection_is_reset_and_an_allowed_one_is_not)
  endif()
  foreach(script ${scripts})
    get_filename_component(stem ${script} NAME_WE)
    add_test(NAME lab.${stem} COMMAND /usr/bin/python3 ${script} ${${stem}_parts})
    # Long ones, which mostly wait, start first and run beside each other. 77 means "did not run": the
    # network lab needs root, and ctest names what was skipped.
    set_tests_properties(lab.${stem} PROPERTIES TIMEOUT 900 LABELS lab COST 100
                         SKIP_RETURN_CODE 77 ENVIRONMENT "HAETAE=$<TARGET_FILE:haetae>")
  endforeach()
  # "No answer is lost under load", and "each has its share", are about that load alone.
  foreach(alone network_load_test proxy_load_test)
    if(TEST lab.${alone})
      set_tests_properties(lab.${alone} PROPERTIES RUN_SERIAL ON)
    endif()
  endforeach()
endfunction()
