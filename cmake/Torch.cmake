# libtandem-torch.so: the torch backend and the trainer, opened at run time.
# libtorch is Debian's libtorch-dev (1.13), or the one inside a PyTorch 2:
#   cmake -DCMAKE_PREFIX_PATH="$(python3 -c 'import torch; print(torch.__path__[0])')" ...
# It is found by its files: its own CMake package asks for the development files
# of gflags, protobuf and CUDA, which Tandem does not need, and brings flags along.
set(Torch_FOUND FALSE)
if(NOT TANDEM_TORCH STREQUAL OFF)
  find_path(TANDEM_TORCH_INCLUDE ATen/core/Tensor.h)
  find_library(TANDEM_TORCH_LIBRARY torch HINTS ${TANDEM_TORCH_INCLUDE}/../lib)
  get_filename_component(torch_folder "${TANDEM_TORCH_LIBRARY}" DIRECTORY)
  find_library(TANDEM_TORCH_CPU_LIBRARY torch_cpu PATHS ${torch_folder} NO_DEFAULT_PATH)
  find_library(TANDEM_TORCH_C10_LIBRARY c10 PATHS ${torch_folder} NO_DEFAULT_PATH)
  find_library(TANDEM_TORCH_CUDA_LIBRARY torch_cuda PATHS ${torch_folder} NO_DEFAULT_PATH)
  mark_as_advanced(TANDEM_TORCH_INCLUDE TANDEM_TORCH_LIBRARY TANDEM_TORCH_CPU_LIBRARY
    TANDEM_TORCH_C10_LIBRARY TANDEM_TORCH_CUDA_LIBRARY)
  set(torch_config ${TANDEM_TORCH_INCLUDE}/../share/cmake/Torch/TorchConfig.cmake)
  if(EXISTS ${torch_config})
    file(STRINGS ${torch_config} torch_old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
  endif()
  if(TANDEM_TORCH_INCLUDE AND TANDEM_TORCH_CPU_LIBRARY AND TANDEM_TORCH_C10_LIBRARY AND NOT torch_old_abi)
    set(Torch_FOUND TRUE)
  elseif(torch_old_abi)
    message(WARNING "the libtorch in ${torch_folder} was built for the old C++ ABI and cannot be used; take a PyTorch of 2.7 or newer")
  endif()
  if(TANDEM_TORCH STREQUAL ON AND NOT Torch_FOUND)
    message(FATAL_ERROR "TANDEM_TORCH is ON and libtorch was not found; install libtorch-dev or set TANDEM_TORCH=OFF")
  endif()
endif()

if(NOT Torch_FOUND)
  # One from an earlier configuration would be opened, and crash on what has changed since.
  file(REMOVE ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libtandem-torch.so)
  return()
endif()

set(torch_api ${TANDEM_TORCH_INCLUDE}/torch/csrc/api/include)
file(STRINGS ${torch_api}/torch/version.h torch_version REGEX "^#define TORCH_VERSION_(MAJOR|MINOR)")
string(REGEX REPLACE "[^0-9;]" "" torch_version "${torch_version}")
string(REPLACE ";" "." torch_version "${torch_version}")
message(STATUS "Found libtorch ${torch_version}: ${TANDEM_TORCH_LIBRARY}")

add_library(tandem_libtorch INTERFACE)
target_include_directories(tandem_libtorch SYSTEM INTERFACE ${TANDEM_TORCH_INCLUDE} ${torch_api})
# Headers include the operations that they name, not all of them.
target_compile_definitions(tandem_libtorch INTERFACE AT_PER_OPERATOR_HEADERS)
# Nothing calls libtorch_cuda by name: it registers itself when it is loaded.
target_link_libraries(tandem_libtorch INTERFACE -Wl,--no-as-needed ${TANDEM_TORCH_LIBRARY}
  ${TANDEM_TORCH_CPU_LIBRARY} $<$<BOOL:${TANDEM_TORCH_CUDA_LIBRARY}>:${TANDEM_TORCH_CUDA_LIBRARY}>
  -Wl,--as-needed ${TANDEM_TORCH_C10_LIBRARY})

file(GLOB torch_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/backend/torch/*.cpp
  ${CMAKE_SOURCE_DIR}/src/train/*.cpp)
add_library(tandem-torch SHARED ${torch_sources})
target_include_directories(tandem-torch PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(tandem-torch PRIVATE tandem fmt::fmt tandem_libtorch)
if(NOT TANDEM_SANITIZE)
  # What is missing is missing now, not when a user opens it.
  target_link_options(tandem-torch PRIVATE -Wl,-z,defs)
endif()
# A PyTorch's libraries stand outside the system's folders.
set_target_properties(tandem-torch PROPERTIES INSTALL_RPATH_USE_LINK_PATH TRUE)
