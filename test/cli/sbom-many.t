#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A bill of 300,000 components is read and written, from and to every format, within 64 MB (all
# processes together). A time belongs to no test: bench/run sbom measures it.
. "$ROOT/test/tap.sh"

[ "$VARIANT" = release ] || skip_all 'memory says nothing under AddressSanitizer'
export SOURCE_DATE_EPOCH=1795305600 OAKUM_QUIET=1
cd "$TMP" || exit 1
MANY=300000

python3 "$FIXTURE/bill_of_many.py" "$MANY" >many.json
convert() { # FROM FORMAT TO
	python3 "$FIXTURE/bounded.py" 300 64 -- "$OAKUM" sbom -f "$2" -o "$3" "sbom:$1"
}
status 'CycloneDX to SPDX' 0 convert many.json spdx-json a.spdx.json
tap_note "$(tail -n 1 err)"
status 'SPDX to tag-value' 0 convert a.spdx.json spdx-tag b.spdx
tap_note "$(tail -n 1 err)"
rm many.json
status 'tag-value to CycloneDX 1.7' 0 convert b.spdx cyclonedx-json@1.7 c.json
tap_note "$(tail -n 1 err)"
rm b.spdx
status 'CycloneDX 1.7 to SPDX' 0 convert c.json spdx-json d.spdx.json
tap_note "$(tail -n 1 err)"
is 'with all components' "$(grep -c '"referenceType": "purl"' d.spdx.json)" "$MANY"
ok 'and nothing is lost on the way' cmp a.spdx.json d.spdx.json

status 'the limit can be missed' 125 python3 "$FIXTURE/bounded.py" 300 8 -- \
	"$OAKUM" sbom -f spdx-tag -o e.spdx sbom:d.spdx.json
head -c 1000000 d.spdx.json >cut.json
echo before >kept
status 'half a bill' 3 "$OAKUM" sbom -o kept sbom:cut.json
like 'is said with its place' "$(cat err)" 'sbom:cut.json: line [0-9]+, column [0-9]+: '
is 'and what was there stays' "$(cat kept)" before
is 'nothing is left beside it' "$(find . -name '.oakum-*')" ''
done_testing
