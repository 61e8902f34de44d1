# Finds what Tandem stands on (Debian 12's packages; DESIGN says why each).
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(TANDEM_IMAGE REQUIRED IMPORTED_TARGET libjpeg libwebp libwebpdemux libtiff-4 libheif libavif libexif)
pkg_check_modules(TANDEM_TEXT REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(TANDEM_TOML REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(TANDEM_JOBS REQUIRED IMPORTED_TARGET sqlite3 exempi-2.0 libcmark gumbo)
find_library(FAISS_LIBRARY faiss REQUIRED)
find_path(FAISS_INCLUDE_DIR faiss/Index.h REQUIRED)
add_library(faiss::faiss UNKNOWN IMPORTED)
set_target_properties(faiss::faiss PROPERTIES IMPORTED_LOCATION ${FAISS_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${FAISS_INCLUDE_DIR})
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)

if(TANDEM_BENCH)
  # The rival of our products. Debian's dnnl-config.cmake asks for OpenCL's development files, which
  # CPU code does not need.
  find_library(DNNL_LIBRARY dnnl REQUIRED)
  find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.h REQUIRED)
  add_library(DNNL::dnnl UNKNOWN IMPORTED)
  set_target_properties(DNNL::dnnl PROPERTIES IMPORTED_LOCATION ${DNNL_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})
endif()
