#!/bin/sh
# Installs and builds what is missing, then becomes Node 22 running the given file. `exec` all the way, so that the
# signals a terminal or npm sends reach the program itself and no shell is left behind.
set -eu
cd "$(dirname "$0")/.."
node scripts/prepare.mjs
[ $# -gt 0 ] || exit 0
PATH="$PWD/.tools/node_modules/.bin:$PWD/node_modules/.bin:$PWD/node_modules/node/bin:$PATH"
export PATH
exec node_modules/node/bin/node --enable-source-maps "$@"
