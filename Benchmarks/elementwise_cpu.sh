#!/bin/sh
# Builds the operators and elementwise_cpu.cpp, and runs it:  elementwise_cpu.sh [THREADS] [ELEMENTS ...]
# LIBTORCH and CXX as for build_operators.sh.
set -eu
here=$(dirname "$0")
libtorch=${LIBTORCH:-${XDG_CACHE_HOME:-$HOME/.cache}/swift-mish/libtorch-2.11.0/torch}
cxx=${CXX:-$(dirname "$(readlink -f "$(command -v swift)")")/clang++}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
LIBTORCH=$libtorch CXX=$cxx "$here/build_operators.sh" "$folder"
"$cxx" -std=c++20 -O2 -isystem "$libtorch/include" "$here/elementwise_cpu.cpp" -o "$folder/elementwise_cpu" \
    -L"$libtorch/lib" -Wl,-rpath,"$libtorch/lib" -lc10 -ltorch_cpu -ldl
"$folder/elementwise_cpu" "$folder/libMishOps.so" "$@"
