#!/usr/bin/env bash
# `cmake --install` works, and the installed program looks for its assets beside itself, wherever it is moved.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$(dirname "$GROUPY")" --prefix "$work/first" >/dev/null || { echo "FAILED: cmake --install"; exit 1; }
mv "$work/first" "$work/moved"
for file in bin/groupy share/groupy/fonts/OFL.txt share/groupy/icon.bmp share/groupy/scenarios/gms2-mid-broadcast.txt; do
  [ -f "$work/moved/$file" ] || { echo "FAILED: $file is not installed"; exit 1; }
done
unset GROUPY_ASSETS
found=$("$work/moved/bin/groupy" --assets)
[ "$(realpath "$found")" = "$(realpath "$work/moved/share/groupy")" ] || { echo "FAILED: the assets are looked for in $found"; exit 1; }
"$work/moved/bin/groupy" --version | grep -qE '^groupy [0-9]+\.[0-9]+' || { echo "FAILED: --version"; exit 1; }
echo "installed, moved, and it finds its assets"
