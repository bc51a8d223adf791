#!/bin/sh
# `npx tapecast …` in a clone, with nothing installed before: builds what is missing, then becomes the command line. It
# stays in the folder where it was called, so that files are named from there.
set -eu
root=$(dirname "$(dirname "$(readlink -f "$0")")")
node "$root/scripts/prepare.mjs"
PATH="$root/.tools/node_modules/.bin:$root/node_modules/.bin:$root/node_modules/node/bin:$PATH"
export PATH
exec "$root/node_modules/node/bin/node" --enable-source-maps "$root/packages/cli/dist/main.js" "$@"
