# One function per kind of target, so that a module's CMakeLists.txt is a list of files and uses.

# Compiler options of every Erbium target. Floating-point contraction is off: results must not
# depend on whether the compiler found a fused multiply-add.
# Designated initialisers may leave fields to their defaults.
add_library(erbium_options INTERFACE)
target_compile_features(erbium_options INTERFACE cxx_std_20)
target_include_directories(erbium_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(erbium_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
    -Wold-style-cast -Wimplicit-fallthrough -Wno-missing-field-initializers -ffp-contract=off
    $<$<BOOL:${ERBIUM_WERROR}>:-Werror>
    # g++ 12 sees overlapping copies in its own std::string at -O3 (its bug 105651).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

# erbium_module(NAME net SOURCES a.cpp ... USES model base [LINKS fmt::fmt ...])
# makes the static library erbium_net (alias Erbium::net).
# USES must agree with tools/layers.txt (checked by tools/check_layers).
function(erbium_module)
    cmake_parse_arguments(ARG "" "NAME" "SOURCES;USES;LINKS" ${ARGN})
    add_library(erbium_${ARG_NAME} STATIC ${ARG_SOURCES})
    add_library(Erbium::${ARG_NAME} ALIAS erbium_${ARG_NAME})
    list(TRANSFORM ARG_USES PREPEND Erbium::)
    target_link_libraries(erbium_${ARG_NAME} PUBLIC erbium_options ${ARG_USES} PRIVATE ${ARG_LINKS})
endfunction()

# Sets `result` to whether a source file, or a header beside it or in tests/support that it includes,
# says ERBIUM_SOURCE_DIR or ERBIUM_BINARY_DIR. Only such files are compiled with the folders' names, so
# that a compiler cache serves all others to every checkout.
function(erbium_names_folders source result)
    file(READ ${source} text)
    string(REGEX MATCHALL "#include \"[a-z0-9_/]+\\.hpp\"" includes "${text}")
    foreach(include ${includes})
        string(REGEX REPLACE "#include \"(.*)\"" "\\1" header "${include}")
        foreach(folder ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests/support)
            if(EXISTS ${folder}/${header})
                file(READ ${folder}/${header} more)
                string(APPEND text "${more}")
            endif()
        endforeach()
    endforeach()
    string(REGEX MATCH "ERBIUM_(SOURCE|BINARY)_DIR" found "${text}")
    set(${result} "${found}" PARENT_SCOPE)
endfunction()

# erbium_test(NAME net_generator LABEL unit SOURCES a_test.cpp ... USES net)
# makes one GoogleTest executable and registers it as one ctest test with that label.
function(erbium_test)
    cmake_parse_arguments(ARG "" "NAME;LABEL" "SOURCES;USES;LINKS" ${ARGN})
    add_executable(test_${ARG_NAME} ${ARG_SOURCES})
    list(TRANSFORM ARG_USES PREPEND Erbium::)
    target_link_libraries(test_${ARG_NAME} PRIVATE ${ARG_USES} ${ARG_LINKS} erbium_options GTest::gtest_main)
    target_include_directories(test_${ARG_NAME} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support)
    foreach(source ${ARG_SOURCES})
        erbium_names_folders(${source} names_folders)
        if(names_folders)
            set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS
                "ERBIUM_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\";ERBIUM_BINARY_DIR=\"${CMAKE_BINARY_DIR}\"")
        endif()
    endforeach()
    add_test(NAME ${ARG_NAME} COMMAND test_${ARG_NAME} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${ARG_NAME} PROPERTIES LABELS ${ARG_LABEL})
endfunction()
