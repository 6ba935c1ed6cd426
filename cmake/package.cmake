# `cmake --install build/release --prefix P` and, by CPack, a Debian package: cpack --config
# build/release/CPackConfig.cmake (scripts/package.sh). What of the configuration differs between the
# source tree and an installed machine is replaced here, so that there is one sample to keep.
include(GNUInstallDirs)

function(haetae_install)
  if(NOT TARGET haetae)
    return()
  endif()
  file(READ ${PROJECT_SOURCE_DIR}/config/haetae.yaml sample)
  string(REGEX REPLACE "\n  path: ../build/run[^\n]*\n" "\n  path: /var/lib/haetae       # what the filter keeps on disk\n"
         sample "${sample}")
  file(WRITE ${CMAKE_BINARY_DIR}/package/haetae.yaml "${sample}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/config/haetae.yaml)

  install(TARGETS haetae RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/rules DESTINATION ${CMAKE_INSTALL_DATADIR}/haetae)
  # Beside /usr stands /etc; below any other prefix it is etc/. The prefix is known when installing only.
  install(CODE "
    string(REGEX REPLACE \"/usr$\" \"\" root \"\${CMAKE_INSTALL_PREFIX}\")
    file(INSTALL \"${CMAKE_BINARY_DIR}/package/haetae.yaml\" DESTINATION \"\${root}/etc/haetae\")")
  install(FILES ${PROJECT_SOURCE_DIR}/systemd/haetae.service DESTINATION lib/systemd/system)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/packaging/debian/copyright
          DESTINATION ${CMAKE_INSTALL_DOCDIR})
endfunction()

# Last of all: including CPack reads what is set here.
macro(haetae_package)
  set(CPACK_GENERATOR DEB)
  set(CPACK_PACKAGE_NAME haetae)
  set(CPACK_PACKAGE_CONTACT "Haetae <haetae@haetae.internal>")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
  set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/package)
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SECTION net)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS "dns-root-data, tzdata, ca-certificates, init-system-helpers")
  # Where the kernel's nft cannot queue, the gate's rules are put up by its programs.
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "iptables")
  set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
  foreach(file conffiles postinst prerm postrm)
    list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/debian/${file})
  endforeach()
  include(CPack)
endmacro()
