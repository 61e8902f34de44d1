# libtandem-faiss.so: the graph for approximate search, opened at run time. Debian's faiss is a
# static library; what is taken of it stays inside this one.
find_library(TANDEM_LAPACK_LIBRARY lapack)
find_library(TANDEM_BLAS_LIBRARY NAMES blas openblas)
mark_as_advanced(TANDEM_LAPACK_LIBRARY TANDEM_BLAS_LIBRARY)
find_package(OpenMP QUIET COMPONENTS CXX)
set(why_not)
if(NOT TANDEM_LAPACK_LIBRARY OR NOT TANDEM_BLAS_LIBRARY OR NOT OpenMP_CXX_FOUND)
  set(why_not "No BLAS, LAPACK or OpenMP")
elseif(TANDEM_SANITIZE MATCHES thread)
  # libgomp's waits and faiss's own code are not instrumented: what is ordered is taken for races.
  set(why_not "ThreadSanitizer does not see OpenMP")
endif()
if(why_not)
  message(WARNING "${why_not}: approximate search is not built; libraries are scanned exactly")
  # One from an earlier configuration would be opened, and crash on what has changed since.
  file(REMOVE ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libtandem-faiss.so)
  return()
endif()

file(GLOB faiss_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/search/faiss/*.cpp)
add_library(tandem-faiss SHARED ${faiss_sources})
target_include_directories(tandem-faiss PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_include_directories(tandem-faiss SYSTEM PRIVATE ${FAISS_INCLUDE_DIR})
target_link_libraries(tandem-faiss PRIVATE tandem fmt::fmt faiss::faiss
  ${TANDEM_LAPACK_LIBRARY} ${TANDEM_BLAS_LIBRARY} OpenMP::OpenMP_CXX)
target_link_options(tandem-faiss PRIVATE -Wl,--exclude-libs,libfaiss.a -Wl,--gc-sections)
if(NOT TANDEM_SANITIZE)
  # What is missing is missing now, not when a user opens it.
  target_link_options(tandem-faiss PRIVATE -Wl,-z,defs)
endif()
