#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signed vulnerability databases: made by `oakum db build` and `db push`, demanded by `db verify` and `db update`.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/files.sh
. "$FIXTURE/files.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

export XDG_CACHE_HOME="$TMP/cache" HOME="$TMP" OAKUM_NO_PROGRESS=1
cd "$TMP" || exit 1
served=$TMP/served
mkdir "$served" feed
advisory() { # DATE
	printf '{"id": "GHSA-aaaa-bbbb-cccc", "modified": "%sT00:00:00Z", "affected": [{"package": {"ecosystem":' "$1"
	printf ' "NuGet", "name": "A"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}\n'
}
build() { # NAME DATE ARGS...
	advisory "$2" >feed/a.json
	name=$1
	shift 2
	"$OAKUM" db build -q -o "$served/$name" "$@" feed
	(cd "$served" && sha256sum "$name" >"$name.sha256")
}
update() { # ARGS...
	"$OAKUM" db update --db "$TMP/db" --from "$@"
}
kept() { # NAME STATUS PATTERN ARGS...: refused, and the database is as it was
	cp db before
	name=$1 meant=$2 pattern=$3
	shift 3
	status "$name" "$meant" update "$@"
	like "$name: says why" "$(cat "$TMP/err")" "$pattern"
	ok "$name: the database stays" cmp db before
}
export OAKUM_PASSWORD=words
"$OAKUM" keygen -q -o ours >keys
"$OAKUM" keygen -q -o other >>keys

# -- a file
build first.db 2026-10-01 --key ours.key
ok 'a bundle lies beside it' test -s "$served/first.db.sigstore.json"
status 'it holds' 0 "$OAKUM" db verify "$served/first.db" --key ours.pub
like 'and says so' "$(cat "$TMP/out")" "^verified $served/first.db\$"
ok 'for verify-blob, too' "$OAKUM" verify-blob "$served/first.db" --bundle "$served/first.db.sigstore.json" \
	--key ours.pub
status 'another key' 4 "$OAKUM" db verify "$served/first.db" --key other.pub
status 'a certificate' 4 "$OAKUM" db verify "$served/first.db" --certificate-identity a@example.com \
	--certificate-oidc-issuer https://accounts.google.com
status 'nobody is asked for' 2 "$OAKUM" db verify "$served/first.db"
build plain.db 2026-10-01
status 'not signed' 5 "$OAKUM" db verify "$served/plain.db" --key ours.pub
status 'no such file' 3 "$OAKUM" db verify "$served/none.db" --key ours.pub
like 'where one comes from is said' "$(cat err)" "'oakum db update' fetches one"
cp "$served/first.db" changed.db
printf 'x' >>changed.db
status 'a changed file' 4 "$OAKUM" db verify changed.db --bundle "$served/first.db.sigstore.json" --key ours.pub
status 'the wrong password' 3 env OAKUM_PASSWORD=no "$OAKUM" db build -o again.db --key ours.key feed
ok 'makes no bundle' test ! -e again.db.sigstore.json

# -- over https
files_start "$served"
base=http://$FILES/plain
status 'what is signed is fetched' 0 update "$base/first.db" --key ours.pub
like 'and told' "$(cat "$TMP/err")" 'signed by the key'
ok 'whole' cmp db "$served/first.db"
build second.db 2026-10-02 --key other.key
kept 'signed by another' 4 'its signature does not hold' "$base/second.db" --key ours.pub
build third.db 2026-10-03
kept 'not signed at all' 5 'signature' "$base/third.db" --key ours.pub
cp "$served/first.db.sigstore.json" "$served/third.db.sigstore.json"
kept 'with the signature of an older one' 4 'its signature does not hold' "$base/third.db" --key ours.pub
cp "$served/first.db.sha256" "$served/third.db.sha256"
kept 'and with its digest' 3 'has the digest' "$base/third.db" --key ours.pub
printf '{}' >"$served/third.db.sigstore.json"
kept 'what is no bundle' 4 'its signature does not hold' "$base/third.db" --key ours.pub
status 'a key without a place' 2 "$OAKUM" db update --db "$TMP/db" --key ours.pub
# The same database, and a digest that is of another one.
cp "$served/second.db.sha256" "$served/first.db.sha256"
kept 'another digest beside the same database' 3 'has the digest' "$base/first.db"
files_stop

# -- in a registry, with and without referrers
for options in '' --no-referrers; do
	# shellcheck disable=SC2086
	registry_start $options
	place=$REGISTRY/team/vulnerabilities:1 how=${options:-with referrers}
	status "$how: pushed" 0 "$OAKUM" db push "$served/second.db" "$place" --key ours.key
	status "$how: verified" 0 "$OAKUM" db verify "docker://$place" --key ours.pub
	like "$how: and says so" "$(cat "$TMP/out")" '^verified docker://'
	status "$how: verify says the same" 0 "$OAKUM" verify "docker://$place" --key ours.pub
	status "$how: another key" 4 "$OAKUM" db verify "docker://$place" --key other.pub
	rm -f db
	status "$how: fetched" 0 update "docker://$place" --key ours.pub
	ok "$how: whole" cmp db "$served/second.db"
	status "$how: a later one, not signed" 0 "$OAKUM" db push "$served/third.db" "$place"
	kept "$how: is refused" 5 'not signed' "docker://$place" --key ours.pub
	status "$how: a later one, signed by another" 0 "$OAKUM" db push "$served/third.db" "$place" --key other.key
	kept "$how: too" 4 'its signature does not hold' "docker://$place" --key ours.pub
	registry_stop
done
done_testing
