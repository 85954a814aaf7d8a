#!/usr/bin/env bash
# Runs the matrix board with several networks at once, which is what keeps a GPU busy, then prints its table.
#   Benchmarks/matrix.sh bundle/mish Recipes/matrix-board.yaml 8 --set device=cuda
# What is complete is not run again. Further options are those of mish board.
set -euo pipefail
readonly mish=$1 board=$2 jobs=$3
shift 3
# The board ends with the largest networks; they come first here, so that none is left over at the end.
networks=$(sed -n '/^  model.name:/,/\]/p' "$board" | grep -oE '[a-z_0-9]*[0-9][a-z_0-9]*' | tac)
# What failed is in the table.
for network in $networks; do printf -- "--cell model.name=$network --cell precision=%s\n" fp32 bf16 fp16; done |
    xargs -P "$jobs" -L 1 "$mish" board "$board" --keep-going "$@" >/dev/null || true
exec "$mish" board "$board" --dry-run "$@"
