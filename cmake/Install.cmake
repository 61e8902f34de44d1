# What `make build` makes and `make install` copies: the program, the libraries,
# the public headers, the CMake package tandem::tandem and the manual page.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(products tandem)
foreach(optional tandem-cli tandem-torch tandem-faiss)
  if(TARGET ${optional})
    list(APPEND products ${optional})
  endif()
endforeach()
add_custom_target(product)
add_dependencies(product ${products})

# Where the program and the libraries that are opened at run time find libtandem.so, wherever the whole is put.
set_target_properties(tandem PROPERTIES INSTALL_RPATH "\$ORIGIN")
foreach(opened tandem-torch tandem-faiss)
  if(TARGET ${opened})
    set_target_properties(${opened} PROPERTIES INSTALL_RPATH "\$ORIGIN")
    install(TARGETS ${opened} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  endif()
endforeach()
if(TARGET tandem-cli)
  file(RELATIVE_PATH bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(tandem-cli PROPERTIES INSTALL_RPATH "\$ORIGIN/${bin_to_lib}")
  install(TARGETS tandem-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES ${CMAKE_SOURCE_DIR}/docs/tandem.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)
endif()
install(TARGETS tandem EXPORT tandem-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/tandem DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
# Architectures by name, found from the library's own place wherever the whole is put.
file(RELATIVE_PATH lib_to_share ${CMAKE_INSTALL_FULL_LIBDIR} ${CMAKE_INSTALL_FULL_DATADIR}/tandem)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/checkpoint/model_places.cpp TARGET_DIRECTORY tandem
  PROPERTIES COMPILE_DEFINITIONS TANDEM_SHARE_FROM_LIBRARY="${lib_to_share}")
install(DIRECTORY ${CMAKE_SOURCE_DIR}/models/configs ${CMAKE_SOURCE_DIR}/models/tandem-small
  DESTINATION ${CMAKE_INSTALL_DATADIR}/tandem OPTIONAL)
# A build folder has the sources' models there (model_places.cpp looks at ../share, too).
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share)
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/models ${CMAKE_BINARY_DIR}/share/tandem SYMBOLIC)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tandem)
install(EXPORT tandem-targets NAMESPACE tandem:: FILE tandem-targets.cmake DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tandem-config.cmake.in
  ${CMAKE_BINARY_DIR}/tandem-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/tandem-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/tandem-config.cmake ${CMAKE_BINARY_DIR}/tandem-config-version.cmake
  DESTINATION ${package_dir})
