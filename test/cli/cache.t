#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is kept between runs may save time, never change a result.
. "$ROOT/test/tap.sh"

cd "$TMP" || exit 1
python3 - "$FIXTURE" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
Layout('image').image(OS + file('var/lib/dpkg/status', stanza('bash')) + file('bin/sh', b'\x7fELF', 0o4755) + END,
                      file('srv/data', b'x' * 5000) + END, User='1000')
P
# A blob changed a moment ago is hashed again for two seconds: its times may not tell the next change.
find image -type f -exec touch -d '2026-01-01' {} +
audit() { "$OAKUM" audit --cache-dir "$TMP/cache" --format json "$@" oci:image; }
evidence() { # SQL: what it gives, or changes, in the kept evidence
	python3 -c 'import sqlite3, sys
db = sqlite3.connect("cache/evidence.db")
for row in db.execute(sys.argv[1]): print(*row)
db.commit()' "$1"
}

"$OAKUM" audit --no-cache --format json oci:image >plain
status 'a first run fills the cache' 0 audit
is 'with the result it has without' "$(cat out)" "$(cat plain)"
is 'and keeps evidence of both layers' "$(evidence 'SELECT count(*) FROM layer')" 2
status 'a second run' 0 audit --verbose
is 'has the same result' "$(cat out)" "$(cat plain)"
like 'from the cache' "$(cat err)" '2 of 2 layers from the cache'

for damage in 'UPDATE piece SET data = zeroblob(length(data))' 'DELETE FROM piece' \
	'UPDATE piece SET octets = 1000000000' 'UPDATE layer SET pieces = pieces + 1'; do
	evidence "$damage"
	status "kept evidence after $damage" 0 audit
	is 'does not change the result' "$(cat out)" "$(cat plain)"
	like 'is mentioned' "$(cat err)" 'evidence cache kept cannot be used'
	status 'and the next run' 0 audit --verbose
	is 'has the result' "$(cat out)" "$(cat plain)"
	like 'from a new cache' "$(cat err)" '2 of 2 layers from the cache'
	unlike 'without a word about the old one' "$(cat err)" 'cannot be used'
done

rm -rf cache
for i in 1 2 3 4 5 6 7 8; do audit >"out.$i" 2>"err.$i" & done
wait
for i in 1 2 3 4 5 6 7 8; do
	is "run $i of eight at once" "$(cat "out.$i" "err.$i")" "$(cat plain)"
done

for what in 'not a database' ''; do
	printf '%s' "$what" >cache/evidence.db
	rm -f cache/evidence.db-*
	status "a cache file of ${#what} octets" 0 audit
	is "does not change the result (${#what})" "$(cat out)" "$(cat plain)"
done

# A layout is believed unchanged by its file's times; --verify reads it again.
status 'the cache is warm' 0 audit
for blob in image/blobs/sha256/*; do
	case $(head -c 2 "$blob" | od -An -tx1) in *'1f 8b'*) layer=$blob ;; esac
done
printf 'X' | dd of="$layer" bs=1 seek=4 conv=notrunc 2>dd.err
status 'a changed blob is refused' 3 audit
like 'by its digest' "$(cat err)" 'but the content is sha256:'
done_testing
