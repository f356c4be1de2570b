#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The floors hold, and tools/check-layers sees when they do not.
. "$ROOT/test/tap.sh"

check=$ROOT/tools/check-layers
ok 'the house stands' "$check" "$ROOT"

# A house of two rooms on one floor, one below and one above them.
fresh() {
	rm -rf "$TMP/house"
	mkdir -p "$TMP/house/src"
	cd "$TMP/house/src" || exit 1
	mkdir base fmt codec image
	touch base/buf.h fmt/tar.h codec/codec.h image/image.h
	echo '#include "base/buf.h"' >fmt/tar.c
	echo '#include "fmt/tar.h"' >image/image.c
}

planted() { # NAME FILE LINE PATTERN
	printf '%s\n' "$3" >>"$TMP/house/src/$2"
	status "$1 is refused" 1 "$check" "$TMP/house"
	like "$1 is named" "$(cat "$TMP/out")" "$4"
	fresh
}

fresh
status 'lower floors and the own room may be included' 0 "$check" "$TMP/house"
is 'and nothing is said' "$(cat "$TMP/out")" ''
planted 'an upward include' fmt/tar.c '#include "image/image.h"' '^src/fmt/tar.c:2: .*upward'
planted 'a sideways include' codec/codec.h '  #  include "fmt/tar.h"' \
	'^src/codec/codec.h:1: .*sideways'
planted 'an include from base' base/buf.h '#include "fmt/tar.h"' 'floor 0, fmt on floor 1'
planted 'our header as a library' fmt/tar.c '#include <image/image.h>' '^src/fmt/tar.c:2: '
planted 'a path out of the room' fmt/tar.c '#include "../image/image.h"' '^src/fmt/tar.c:2: '
planted 'a header without its room' fmt/tar.c '#include "buf.h"' '^src/fmt/tar.c:2: '
planted 'an absent header' fmt/tar.c '#include "base/none.h"' '^src/fmt/tar.c:2: .*no such'
mkdir "$TMP/house/src/helpers"
planted 'a folder that is no room' helpers/helper.c '' '^src/helpers/helper.c: '
planted 'a file outside the rooms' main.c '' '^src/main.c: '
done_testing
