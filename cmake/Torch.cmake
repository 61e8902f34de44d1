# libtandem-torch.so: the torch backend and the trainer, opened at run time.
# libtorch is found by its files: its own CMake package asks for the development files of gflags,
# protobuf and CUDA, which nothing here needs, and brings flags along.
set(TANDEM_TORCH_ROOT "" CACHE PATH "A PyTorch 2 whose libtorch is used instead of the system's: \
what python3 -c 'import torch; print(torch.__path__[0])' prints")

set(Torch_FOUND FALSE)
if(NOT TANDEM_TORCH STREQUAL OFF)
  if(TANDEM_TORCH_ROOT)
    set(torch_include_from PATHS ${TANDEM_TORCH_ROOT}/include NO_DEFAULT_PATH)
    set(torch_from PATHS ${TANDEM_TORCH_ROOT}/lib NO_DEFAULT_PATH)
  endif()
  # Looked for anew each time, so that a changed root is not half believed.
  foreach(variable INCLUDE LIBRARY CPU_LIBRARY C10_LIBRARY CUDA_LIBRARY)
    unset(TANDEM_TORCH_${variable} CACHE)
  endforeach()
  find_path(TANDEM_TORCH_INCLUDE ATen/core/Tensor.h ${torch_include_from})
  find_library(TANDEM_TORCH_LIBRARY torch ${torch_from})
  find_library(TANDEM_TORCH_CPU_LIBRARY torch_cpu ${torch_from})
  find_library(TANDEM_TORCH_C10_LIBRARY c10 ${torch_from})
  find_library(TANDEM_TORCH_CUDA_LIBRARY torch_cuda ${torch_from})
  mark_as_advanced(TANDEM_TORCH_INCLUDE TANDEM_TORCH_LIBRARY TANDEM_TORCH_CPU_LIBRARY
    TANDEM_TORCH_C10_LIBRARY TANDEM_TORCH_CUDA_LIBRARY)
  if(TANDEM_TORCH_INCLUDE AND TANDEM_TORCH_LIBRARY AND TANDEM_TORCH_CPU_LIBRARY AND TANDEM_TORCH_C10_LIBRARY)
    set(Torch_FOUND TRUE)
  endif()
  set(torch_config ${TANDEM_TORCH_INCLUDE}/../share/cmake/Torch/TorchConfig.cmake)
  if(Torch_FOUND AND EXISTS ${torch_config})
    file(STRINGS ${torch_config} torch_old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
    if(torch_old_abi)
      message(FATAL_ERROR "${TANDEM_TORCH_LIBRARY} was built for the old C++ ABI; take a newer PyTorch, or set TANDEM_TORCH=OFF")
    endif()
  endif()
  if(NOT Torch_FOUND AND (TANDEM_TORCH STREQUAL ON OR TANDEM_TORCH_ROOT))
    message(FATAL_ERROR "libtorch was not found; install libtorch-dev, point TANDEM_TORCH_ROOT at a PyTorch, or set TANDEM_TORCH=OFF")
  endif()
endif()

if(NOT Torch_FOUND)
  # One from an earlier configuration would be opened, and crash on what has changed since.
  file(REMOVE ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libtandem-torch.so)
  return()
endif()

set(torch_api ${TANDEM_TORCH_INCLUDE}/torch/csrc/api/include)
message(STATUS "Found libtorch: ${TANDEM_TORCH_LIBRARY}")

add_library(tandem_libtorch INTERFACE)
# A PyTorch carries an {fmt} of its own among its headers; ours comes first, by a folder with it alone.
get_target_property(fmt_include fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
list(GET fmt_include 0 fmt_include)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include_first)
file(CREATE_LINK ${fmt_include}/fmt ${CMAKE_BINARY_DIR}/include_first/fmt SYMBOLIC)
target_include_directories(tandem_libtorch INTERFACE ${CMAKE_BINARY_DIR}/include_first)
target_include_directories(tandem_libtorch SYSTEM INTERFACE ${TANDEM_TORCH_INCLUDE} ${torch_api})
# Headers include the operations that they name, not all of them.
target_compile_definitions(tandem_libtorch INTERFACE AT_PER_OPERATOR_HEADERS)
# Nothing calls libtorch_cuda by name: it registers itself when it is loaded.
target_link_libraries(tandem_libtorch INTERFACE -Wl,--no-as-needed ${TANDEM_TORCH_LIBRARY}
  ${TANDEM_TORCH_CPU_LIBRARY} $<$<BOOL:${TANDEM_TORCH_CUDA_LIBRARY}>:${TANDEM_TORCH_CUDA_LIBRARY}>
  -Wl,--as-needed ${TANDEM_TORCH_C10_LIBRARY})

# Many processes: c10d over Gloo, whose headers c10d's include. Without them one process trains.
find_path(TANDEM_GLOO_INCLUDE gloo/context.h)
find_library(TANDEM_GLOO_LIBRARY gloo)
mark_as_advanced(TANDEM_GLOO_INCLUDE TANDEM_GLOO_LIBRARY)
if(TANDEM_GLOO_INCLUDE AND TANDEM_GLOO_LIBRARY)
  target_compile_definitions(tandem_libtorch INTERFACE USE_DISTRIBUTED USE_C10D_GLOO)
  target_include_directories(tandem_libtorch SYSTEM INTERFACE ${TANDEM_GLOO_INCLUDE})
  target_link_libraries(tandem_libtorch INTERFACE ${TANDEM_GLOO_LIBRARY})
endif()

file(GLOB torch_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/backend/torch/*.cpp
  ${CMAKE_SOURCE_DIR}/src/train/torch/*.cpp)
add_library(tandem-torch SHARED ${torch_sources})
target_include_directories(tandem-torch PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(tandem-torch PRIVATE tandem fmt::fmt nlohmann_json::nlohmann_json tandem_libtorch)
# libtorch's parallel_for is an OpenMP loop in a header: without the flag it is a plain loop.
find_package(OpenMP QUIET COMPONENTS CXX)
if(OpenMP_CXX_FOUND)
  target_link_libraries(tandem-torch PRIVATE OpenMP::OpenMP_CXX)
else()
  message(WARNING "No OpenMP: training on a CPU keeps to one core for a part of its work; install the compiler's OpenMP")
endif()
if(NOT TANDEM_SANITIZE)
  # What is missing is missing now, not when a user opens it.
  target_link_options(tandem-torch PRIVATE -Wl,-z,defs)
endif()
# A PyTorch's libraries stand outside the system's folders.
set_target_properties(tandem-torch PROPERTIES INSTALL_RPATH_USE_LINK_PATH TRUE)
