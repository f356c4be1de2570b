#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum trust update`: Sigstore's own repository as it was served in August 2026, and one made here that goes back,
# expires, is cut or never ends; what is kept is what other commands use. `trust show`, `trust explain`.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/files.sh
. "$FIXTURE/files.sh"

export HOME="$TMP" XDG_DATA_HOME="$TMP/data" PYTHONDONTWRITEBYTECODE=1
kept=$XDG_DATA_HOME/oakum/trust
served=$TMP/served
shared=${OAKUM_SHARED:-$ROOT/../shared/data}/sigstore

mkdir -p "$served/real/targets" "$TMP/keys"
make() { # NAME=VALUE...
	python3 "$FIXTURE/tuf.py" "$served/own" "$TMP/keys" trusted_root="$ROOT/data/sigstore-root.json" "$@"
}
state() {
	(cd "$kept" && find . -type f ! -name '*.lock' -exec sha256sum {} + | sort)
}
stays() { # NAME STATUS PATTERN ARGS...: it fails, and what is kept is as it was
	state >"$TMP/before"
	name=$1 want=$2 pattern=$3
	shift 3
	status "$name" "$want" "$OAKUM" trust update "$@"
	like "$name: says why" "$(cat "$TMP/err")" "$pattern"
	is "$name: what was kept stays" "$(state)" "$(cat "$TMP/before")"
}
files_start "$served"

# -- one of our own
make
cp "$served/own/root.json" "$TMP/root.json"
update="--root $TMP/root.json --mirror http://$FILES/plain/own"
status 'no root is kept before the first update' 0 "$OAKUM" trust show
like 'the built-in one is used' "$(cat "$TMP/out")" '^trusted root: built in$'
# shellcheck disable=SC2086
status 'a walk' 0 "$OAKUM" trust update $update
like 'tells the versions' "$(cat "$TMP/out")" '^updated: root 1, timestamp 1, snapshot 1, targets 1$'
own=$kept/$(cat "$kept/current")
is 'keeps the target' "$(cat "$own/trusted_root.json")" "$(cat "$ROOT/data/sigstore-root.json")"
like 'and uses it' "$("$OAKUM" trust show)" "^trusted root: $own/trusted_root.json"
# shellcheck disable=SC2086
like 'a second one finds nothing newer' "$("$OAKUM" trust update $update)" '^nothing is newer'
if [ -r "$shared/generated/g-msg-rekor1/trusted_root.json" ]; then
	case=$shared/generated/g-msg-rekor1
	verify() {
		"$OAKUM" verify-blob "$case/artifact" --bundle "$case/bundle.sigstore.json" \
			--certificate-identity "$(cat "$case/identity")" --certificate-oidc-issuer "$(cat "$case/issuer")"
	}
	status 'what the public instance does not know' 4 verify
	make timestamp=2 snapshot=2 targets=2 trusted_root="$case/trusted_root.json"
	# shellcheck disable=SC2086
	status 'an update to another trusted root' 0 "$OAKUM" trust update $update
	status 'verifies by what was fetched' 0 verify
	status 'unless another one is named' 4 env OAKUM_TRUSTED_ROOT="$ROOT/data/sigstore-root.json" \
		"$OAKUM" verify-blob "$case/artifact" --bundle "$case/bundle.sigstore.json" \
		--certificate-identity "$(cat "$case/identity")" --certificate-oidc-issuer "$(cat "$case/issuer")"
else
	skip 'a bundle of a private instance' 'no shared data'
fi
status 'a server that says "denied" of what is not there' 0 "$OAKUM" trust update --root "$TMP/root.json" \
	--mirror "http://$FILES/denied/own"
mv "$served/own/timestamp.json" "$TMP"
stays 'unless it has to be there' 3 'denied' --root "$TMP/root.json" --mirror "http://$FILES/denied/own"
make root=2 timestamp=3 snapshot=3 targets=3
# shellcheck disable=SC2086
like 'a later one is taken' "$("$OAKUM" trust update $update)" 'root 2, timestamp 3, snapshot 3, targets 3$'
make root=2 timestamp=2 snapshot=3 targets=3
# shellcheck disable=SC2086
stays 'a timestamp that goes back' 4 'timestamp 2 came, 3 was here' $update
make root=2 timestamp=4 snapshot=2 targets=3
# shellcheck disable=SC2086
stays 'a snapshot that goes back' 4 "'snapshot.json' was of version 3 and is of 2" $update
make root=2 timestamp=4 snapshot=4 targets=2
# shellcheck disable=SC2086
stays 'targets that go back' 4 "'targets.json' was of version 3 and is of 2" $update
make root=2 timestamp=5 snapshot=5 targets=5 expires=2026-01-01T00:00:00Z
# shellcheck disable=SC2086
stays 'one that has expired' 4 'timestamp 5 has expired on 2026-01-01' $update
make root=2 timestamp=5 snapshot=5 targets=5
cp "$ROOT/data/sigstore-tuf-root.json" "$served/own/targets/$(sha256sum <"$ROOT/data/sigstore-root.json" |
	cut -d' ' -f1).trusted_root.json"
rm "$own/trusted_root.json"
# shellcheck disable=SC2086
stays 'a target of another digest' 4 'digest or its length|more than|at most' $update
status 'a kept root that is gone is no built-in one' 3 "$OAKUM" trust show
make root=2 timestamp=5 snapshot=5 targets=5
mv "$TMP/keys/root.pem" "$TMP/keys/old.pem"
make root=3 timestamp=6 snapshot=6 targets=6
# shellcheck disable=SC2086
stays 'a root by new keys alone' 4 'root 3: signed by 0 of the keys that root 2 names' $update
rm "$served/own/3.root.json"
stays 'a server that never ends' 3 'more than|at most' --root "$TMP/root.json" --mirror "http://$FILES/endless/own"
stays 'a server that cuts' 3 'timestamp|root' --root "$TMP/root.json" --mirror "http://$FILES/short/own"
stays 'a server that sends a page' 3 'root metadata|page' --root "$TMP/root.json" --mirror "http://$FILES/page/own"
stays 'a redirect into a private network' 3 'own/3.root.json' --root "$TMP/root.json" \
	--mirror "http://$FILES/inside/own"
printf 'hello' >"$TMP/none.json"
stays 'no root' 3 'the root to begin with' --root "$TMP/none.json" --mirror "http://$FILES/plain/own"
stays 'a folder that is not there' 3 'timestamp.json' --root "$TMP/root.json" --mirror "file://$TMP/nowhere"
stays 'half a path' 2 'a whole path' --root "$TMP/root.json" --mirror file://served/own
stays 'a root without its repository' 2 'say where with --mirror' --root "$TMP/root.json"
stays 'no time' 2 'clock' --clock tomorrow
printf '../../etc\n' >"$kept/current"
status 'a folder elsewhere is not looked at' 3 "$OAKUM" trust show
like 'and why' "$(cat "$TMP/err")" 'names no repository'
rm -r "$XDG_DATA_HOME"

# -- Sigstore's
if [ -r "$shared/public-good/tuf.tar.zst" ]; then
	zstd -dc "$shared/public-good/tuf.tar.zst" | tar -C "$TMP" -xf -
	cp "$TMP"/tuf/root_history/*.root.json "$TMP/tuf/timestamp.json" "$served/real"
	cp "$TMP/tuf/snapshot.json" "$served/real/165.snapshot.json"
	cp "$TMP/tuf/targets.json" "$served/real/14.targets.json"
	for f in trusted_root.json signing_config.v0.2.json; do
		cp "$shared/public-good/targets/$f" \
			"$served/real/targets/$(sha256sum <"$shared/public-good/targets/$f" | cut -d' ' -f1).$f"
	done
	chmod -R u+w "$served/real"
	real=http://$FILES/plain/real
	status 'August is over' 4 "$OAKUM" trust update --mirror "$real" --clock 2026-08-29T00:00:00Z
	like 'its timestamp has expired' "$(cat "$TMP/err")" 'timestamp 762 has expired on 2026-08-28'
	ok 'nothing is kept of it' test ! -e "$kept/current"
	status 'in August it holds' 0 "$OAKUM" trust update --mirror "$real" --clock 2026-08-26T00:00:00Z
	is 'it is the public instance' "$(cat "$kept/current")" public-good
	is 'the root is kept' "$(cat "$kept/public-good/root.json")" "$(cat "$TMP/tuf/root.json")"
	is 'and the signing configuration' "$(cat "$kept/public-good/signing_config.v0.2.json")" \
		"$(cat "$shared/public-good/targets/signing_config.v0.2.json")"
	status 'from a folder, without a server' 0 "$OAKUM" trust update --mirror "file://$served/real/" \
		--clock 2026-08-26T00:00:00Z
	like 'it is the same' "$(cat "$TMP/out")" '^nothing is newer: root 15, timestamp 762'
	status 'from the first root of 2021, fifteen of them' 0 "$OAKUM" trust update --mirror "$real" \
		--root "$TMP/tuf/root_history/1.root.json" --clock 2026-08-26T00:00:00Z
	like 'to the last one' "$(cat "$TMP/out")" 'root 15, timestamp 762, snapshot 165, targets 14$'
	case=$shared/conformance/happy-path-intoto-in-dsse-v3
	status 'a bundle is explained' 0 "$OAKUM" trust explain "$case/bundle.sigstore.json"
	like 'who' "$(cat "$TMP/out")" '^  run +https://github.com/sigstore-conformance/.*/actions/runs/12359147651'
	like 'what' "$(cat "$TMP/out")" '^  predicate +https://slsa.dev/provenance/v1$'
	like 'it holds' "$(cat "$TMP/out")" '^  yes  certificate log$'
	like 'nobody is asked for' "$(cat "$TMP/out")" '^  \?    identity: nobody is asked for$'
	status 'one that does not hold' 0 "$OAKUM" trust explain --format json \
		"$shared/conformance/signature-mismatch_fail/bundle.sigstore.json" "$shared/conformance/a.txt"
	is 'which check' "$(python3 -c 'import json, sys
print(*[c["check"] for c in json.load(sys.stdin)["checks"] if c["holds"] == "no"], sep=", ")' <"$TMP/out")" \
		'log entries, certificate chain, signature'
	status 'another identity' 0 "$OAKUM" trust explain "$case/bundle.sigstore.json" \
		--certificate-identity a@example.com --certificate-oidc-issuer https://accounts.google.com
	like 'is not who is asked for' "$(cat "$TMP/out")" '^  no   identity: not who is asked for: '
	status 'another root' 0 "$OAKUM" trust explain "$case/bundle.sigstore.json" \
		--trusted-root "$shared/generated/g-msg-rekor1/trusted_root.json"
	like 'knows nothing of its log' "$(cat "$TMP/out")" '^  no   log entries: no entry of a log that is trusted$'
	for f in "$shared"/slsa/*/*/*.intoto.jsonl "$shared"/slsa/*/*.intoto.jsonl; do
		[ ! -r "$f" ] || break
	done
	if [ -r "$f" ]; then
		status 'an envelope alone' 0 "$OAKUM" trust explain "$f"
		like 'is called so' "$(cat "$TMP/out")" 'DSSE envelope$|Sigstore bundle'
	fi
else
	skip "Sigstore's repository" 'no shared data'
fi
status 'what is no bundle' 3 "$OAKUM" trust explain "$ROOT/data/sigstore-root.json"
files_stop
done_testing
