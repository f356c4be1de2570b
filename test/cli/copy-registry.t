#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum copy`, `pull`, `push` with a registry that knows referrers: what is asked of it, how often.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

export OAKUM_NO_PROGRESS=1 HOME="$TMP"
cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$FIXTURE python3 "$FIXTURE/moving.py" .

blobs() { # LAYOUT
	(cd "$1/blobs/sha256" && echo ./* | tr ' ' '\n' | sort)
}
count() { # FILTER: how many requests
	requests "$1" | wc -l
}

round_trip() { # NAME: there and back, with signatures
	status "$1: push" 0 "$OAKUM" push --all --referrers oci:multi:1 "$REGISTRY/shop:1"
	status "$1: pull" 0 "$OAKUM" pull --all --referrers "$REGISTRY/shop:1" "oci:$1:1"
	is "$1: everything came back" "$(blobs "$1")" "$(blobs multi)"
	is "$1: no blob was fetched twice" \
		"$(requests '.method == "GET" and (.path | test("/blobs/"))' | sort | uniq -d)" ''
}
registry_start
round_trip referrers-api
is 'a tag is written once' "$(count '.method == "PUT" and (.path | test("/manifests/1$"))')" 1
is 'and last' "$(requests '.method == "PUT" and (.path | test("/manifests/"))' | tail -n 1 |
	sed 's|.*/||')" 1
: >"$LOG"
status 'push again' 0 "$OAKUM" push --all oci:multi:1 "$REGISTRY/shop:1"
is 'no upload is begun' "$(count '.method == "POST"')" 0
: >"$LOG"
status 'pull again' 0 "$OAKUM" pull --all "$REGISTRY/shop:1" oci:referrers-api:1
is 'no blob is fetched' "$(count '.method == "GET" and (.path | test("/blobs/"))')" 0
: >"$LOG"
status 'into another repository' 0 "$OAKUM" copy --all "$REGISTRY/shop:1" "$REGISTRY/other:1"
is 'no blob is fetched' "$(count '.method == "GET" and (.path | test("/blobs/"))')" 0
is 'nor sent' "$(count '.method == "PUT" and (.path | test("/blobs/"))')" 0
is 'nothing is ever deleted' "$(count '.method == "DELETE"')" 0
registry_stop

registry_start --no-referrers
round_trip fallback-tag
registry_stop

status 'one platform' 0 "$OAKUM" copy --platform linux/amd64 oci:multi:1 oci:one:1
registry_start --drop-push 1
status 'an upload that breaks off' 0 "$OAKUM" push oci:multi:1 "$REGISTRY/shop:1"
registry_stop
registry_start --seed one=shop:1 --drop 2
status 'downloads that break off' 0 "$OAKUM" pull "$REGISTRY/shop:1" oci:dropped:1
ok 'go on where they stopped' test "$(count '.headers.range != null')" -gt 0
registry_stop

# What an interrupted run left is not fetched again.
registry_start --seed one=shop:1
status 'a pull' 0 "$OAKUM" pull "$REGISTRY/shop:1" oci:whole:1
name=$(find whole/blobs/sha256 -size +100k -printf '%f')
mkdir -p begun/.oakum-partial && cp whole/oci-layout begun/
head -c 100000 "whole/blobs/sha256/$name" >"begun/.oakum-partial/sha256-$name"
: >"$LOG"
status 'a pull that goes on' 0 "$OAKUM" pull "$REGISTRY/shop:1" oci:begun:1
is 'asks for the rest' "$(requests '.headers.range == "bytes=100000-"' | wc -l)" 1
is 'and has the same' "$(blobs begun)" "$(blobs whole)"
registry_stop
done_testing
