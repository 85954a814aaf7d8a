#!/bin/sh
# Builds libMishOps.so for torch.ops.load_library:  build_operators.sh FOLDER
# LIBTORCH names the `torch` package folder; CXX a Clang 19 or later (Swift's own by default).
set -eu
folder=${1:?usage: build_operators.sh FOLDER}
libtorch=${LIBTORCH:-${XDG_CACHE_HOME:-$HOME/.cache}/swift-mish/libtorch-2.11.0/torch}
cxx=${CXX:-$(dirname "$(readlink -f "$(command -v swift)")")/clang++}
sources=$(dirname "$0")/../Sources/MishOps
mkdir -p "$folder"
for source in "$sources"/*.cpp; do
    "$cxx" -std=c++20 -O3 -fPIC -I"$sources/include" -isystem "$libtorch/include" \
        -c "$source" -o "$folder/$(basename "$source" .cpp).o"
done
"$cxx" -shared -o "$folder/libMishOps.so" "$folder"/*.o -L"$libtorch/lib" -lc10 -ltorch_cpu -ldl
