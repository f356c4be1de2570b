#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What an enemy's registry may do (test/fixture/hostile_registry.py): each attack ends with status 3 within 10 s and
# with at most 32 MB more than the same command needs at an honest registry; the error names what was asked and
# why it failed; the secret goes to nobody else; nothing half-written counts as written.
#
# With arguments, `one COMMAND MODE MEGABYTES` runs one attack: they run side by side, since the slow ones wait.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

SECRET=s3cret-word seconds=${PATIENCE:-10}
[ "$VARIANT" = asan ] && seconds=30 # the sanitizers' time is not ours to bound
export OAKUM_REGISTRY_USERNAME=u OAKUM_REGISTRY_PASSWORD=$SECRET

command_line() { # COMMAND: what is run at $REGISTRY, as words of this shell
	case $1 in
	pull) echo "pull docker://$REGISTRY/shop:1 oci:dest:1" ;;
	digest) echo "pull docker://$REGISTRY/shop@$digest oci:dest:1" ;;
	referrers) echo "copy --referrers docker://$REGISTRY/shop:1 oci:dest:1" ;;
	push) echo "push oci:$images docker://$REGISTRY/new:1" ;;
	audit) echo "audit --no-cache docker://$REGISTRY/shop:1" ;;
	esac
}

one() { # COMMAND MODE MEGABYTES
	command=$1 mode=$2 megabytes=$3 images=$TMP/image digest=$(cat "$TMP/digest")
	mkdir -p "$TMP/a/$command-$mode/home"
	cd "$TMP/a/$command-$mode" || exit 1
	authority=$TMP/ca above=0
	TMP=$PWD HOME=$PWD/home
	[ "$command" = audit ] && above=1000
	set -- --seed "$images=shop:1" --auth token --user u --password "$SECRET" --hostile-above $above
	case $mode in
	honest) ;;
	tls_*) set -- "$@" --tls "$authority/${mode#tls_}.pem" "$authority/${mode#tls_}.key" ;;
	secure_*) set -- "$@" --tls "$authority/good.pem" "$authority/good.key" --hostile "${mode#secure_}" ;;
	*) set -- "$@" --hostile "$mode" ;;
	esac
	case $mode in tls_self | tls_name | tls_expired | secure_*) export SSL_CERT_FILE="$authority/ca.pem" ;; esac
	registry_start "$@"
	# shellcheck disable=SC2046
	python3 "$FIXTURE/bounded.py" $seconds "$megabytes" -- "$OAKUM" $(command_line "$command") >out 2>err
	echo $? >rc
	registry_stop
	# What is left must be what its name says, or aside.
	if [ -d dest/blobs/sha256 ]; then
		(cd dest/blobs/sha256 && for f in *; do
			[ ! -e "$f" ] || [ "$(sha256sum <"$f" | cut -c 1-64)" = "$f" ] || echo "$f"
		done)
	fi >half
	[ ! -e dest/index.json ] || jq -r '.manifests[].digest' dest/index.json >>half
	find dest -path dest/.oakum-partial -prune -o -type f -print 2>/dev/null |
		grep -Ev '^dest/(oci-layout|index.json|blobs/sha256/[0-9a-f]{64})$' >>half
	jq -r 'select(.origin == "other") | select(.headers.authorization or (tostring | contains("'$SECRET'"))) | .path' \
		"$LOG" >leaked
	grep -F "$SECRET" out err >>leaked
	exit 0
}

if [ "${1-}" = one ]; then
	shift
	one "$@"
fi

cd "$TMP" || exit 1
"$FIXTURE/authority.sh" "$TMP/ca"
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P' >digest
import random, sys
sys.path.insert(0, sys.argv[1])
from oci import *
noise = random.Random(1).randbytes(3000000)
o = Layout('image')
m = o.manifest([o.layer(OS + file('var/lib/dpkg/status', stanza('bash')) + file('srv/data', noise) + END)])
o.index([m])
print(m['digest'])
P

# -- the same commands at an honest registry: they work, and what memory they need -------------------------------
bound=0
for command in pull digest referrers push audit; do
	"$0" one $command honest 1000
	is "$command at an honest registry" "$(cat a/$command-honest/rc)" 0
	used=$(sed -n 's/^bounded: .* s, \([0-9]*\).*/\1/p' a/$command-honest/err)
	tap_note "$command: $used MB"
	[ "$used" -gt $bound ] && bound=$used
done
megabytes=$((bound + 33))
[ "$VARIANT" = asan ] && megabytes=0 # the sanitizers' shadow memory is not ours to bound

# command mode what-it-says; the slow ones first, so that they wait side by side.
cat >table <<'T'
pull slow_headers nothing for|timed out
pull slow_manifest too few
pull drip_manifest bytes of an answer within .* too few
pull slow_blob too few
pull silence nothing for|timed out
audit slow_blob too few
pull truncated_blob broke the connection
pull truncated_chunk broke the connection
pull poisoned_half broke the connection
audit truncated_blob broke the connection
pull storm_429 429 too many requests
pull storm_503 503 service unavailable
pull retry_overflow 503 service unavailable
push storm_429 429 too many requests
referrers referrers_broken referrers: 500
pull retry_tomorrow come back in 99999 s
pull endless_manifest manifest .*longer than 4194304 bytes
pull endless_chunks manifest .*longer than 4194304 bytes
pull endless_blob blob sha256:.* longer than
pull endless_blob_unframed blob sha256:.* longer than
audit endless_blob blob sha256:.* longer than
audit endless_blob_unframed blob sha256:.* longer than
pull endless_token token service: .*longer than 65536 bytes
pull endless_error 403 denied
pull endless_headers headers .*long
pull one_huge_header headers .*long
pull endless_early_hints headers .*long
push endless_headers headers .*long
pull truncated_manifest broke the connection
referrers referrers_loop more than 16 pages
referrers referrers_huge referrers: .*longer than
referrers referrers_endless referrers: .*longer than
referrers referrers_elsewhere next page .*another host
pull redirect_loop more than 5 redirects
pull redirect_chain more than 5 redirects
pull redirect_file only http:// and https://
pull redirect_metadata 169.254.169.254.*refused
audit redirect_metadata 169.254.169.254.*refused
pull redirect_newline X-Evil: 1' is no header
pull secure_redirect_plain without TLS, which is refused
pull secure_redirect_manifest without TLS, which is refused
push upload_elsewhere upload of blob sha256:.* 404 not found
push upload_to_file only http:// and https://
push upload_nowhere names no place for uploads
push secure_upload_elsewhere place for uploads: it leads to .* without TLS, which is refused
pull realm_elsewhere another site; they are kept back
pull realm_plain another site; they are kept back
pull realm_metadata token service: .*refused
pull realm_private another site; they are kept back
pull realm_file only http:// and https://
pull realm_with_user user name or password in a URL
pull secure_realm_plain token service: .*without TLS
pull realm_monster URL
push realm_elsewhere another site; they are kept back
pull challenge_monster without saying how to log in
pull challenge_open_quote without saying how to log in
pull challenge_commas without saying how to log in
pull challenge_empty without saying how to log in
pull token_huge 401 unauthorized|token
pull token_nested token service: .*nested too deeply
pull token_newline no token in the answer
pull token_none no token in the answer
pull token_number no token in the answer
pull token_twice two members of one name
pull long_length has 3[0-9]* bytes and should have 3|[0-9]+ bytes and should have
pull huge_length no length
pull negative_length Content-Length
pull two_lengths length of the answer is said 2 times
digest wrong_manifest digest is sha256:.* should be
pull wrong_manifest Docker-Content-Digest: .*should be
pull wrong_header Docker-Content-Digest: .*should be
pull climbing_header no sha256 or sha512 digest
pull wrong_blob blob sha256:.*what came has the digest sha256:
audit wrong_blob layer 1
pull wrong_end blob sha256:.*what came has the digest sha256:
audit wrong_end blob sha256:.*what came has the digest sha256:
pull other_type no image index
pull docker_type calls itself '.*oci.image.manifest.*', but came as '.*docker
audit docker_type calls itself '.*oci.image.manifest.*', but came as '.*docker
pull gzip_manifest digest
digest gzip_manifest digest is sha256:.* should be
pull gzip_blob bytes and should have
pull rubbish HTTP/0.9|no HTTP
push rubbish HTTP/0.9|no HTTP
pull web_page Content-Type 'text/html'
pull size_small 300[0-9]+ bytes and should have 10
audit size_small 300[0-9]+ bytes and should have 10
pull size_large 300[0-9]+ bytes and should have 1073741824
audit size_large bytes and should have 1073741824
pull size_huge 'size' is 9223372036854775808
pull size_negative 'size' is no count
pull size_enormous 'size' is no count
pull climbing_layer 'sha256:../../../../tmp/x' is no
audit climbing_layer 'sha256:../../../../tmp/x' is no
pull slash_layer '../../../../etc/passwd' is no
pull short_layer 'sha256:abcd' is no
pull foreign_layer foreign layer
audit foreign_layer 404 not found
pull manifest_and_index could be read as an index too
audit manifest_and_index could be read as an index too
pull deep_index nested deeper than
audit deep_index nested deeper than
audit bomb_layer expand to more than 400 times
pull tls_good certificate|issuer
pull tls_self certificate|self
pull tls_name certificate|name
pull tls_expired certificate.*expired|expired
T
cut -d ' ' -f 1,2 table | sed "s/\$/ $megabytes/" | xargs -n 3 -P 4 "$0" one
# The bounds are those of an attack, not of what else runs here: who missed them has another try, alone.
while read -r command mode _; do
	case $(cat "a/$command-$mode/rc") in 124 | 125)
		tap_note "$command $mode once more: $(tail -n 1 "a/$command-$mode/err")"
		rm -r "a/$command-$mode"
		"$0" one "$command" "$mode" $megabytes
		;;
	esac
done <table

while read -r command mode pattern; do
	cd "$TMP/a/$command-$mode" || exit 1
	is "$command $mode: ends with 3, in bounds" "$(cat rc)" 3
	like "$command $mode: is said" "$(grep -v '^bounded' err | tail -n 1)" "127.0.0.1:[0-9]+.*($pattern)"
	is "$command $mode: the secret stays with the registry" "$(cat leaked)" ''
	is "$command $mode: nothing half-written, no result" "$(cat half out)" ''
	[ "$(cat rc)" = 3 ] || tap_note "$(tail -n 3 err)"
done <"$TMP/table"
cd "$TMP" || exit 1
is 'a foreign layer is not asked for at its URL' \
	"$(cat a/*-foreign_layer/registry-*.log | jq -r 'select(.origin == "other") | .path')" ''
# distribution-spec 1.1: a place for uploads may be at another host; it gets the octets, and no secret.
is 'what is sent elsewhere bears no secret' "$(jq -r 'select(.origin == "other") |
	.method + " " + (.headers.authorization // "none")' a/push-upload_elsewhere/registry-*.log | sort -u)" 'PUT none'
is 'nothing is sent from TLS to a place without' \
	"$(jq -r 'select(.origin == "other") | .path' a/push-secure_upload_elsewhere/registry-*.log)" ''
is 'no attack reaches a file outside' "$(find . -path '*/tmp/x')" ''

# -- what is no attack: manifests and blobs that lie elsewhere ---------------------------------------------------------
for mode in redirect_manifest redirect_plain; do
	PATIENCE=60 "$0" one pull $mode $megabytes # a disk that is busy elsewhere is no attack
	is "pull $mode: works" "$(cat a/pull-$mode/rc)" 0
	[ "$(cat a/pull-$mode/rc)" = 0 ] || tap_note "$(tail -n 3 a/pull-$mode/err)"
	like "pull $mode: asks elsewhere" "$(jq -r .origin a/pull-$mode/registry-*.log)" other
	is "pull $mode: without the secret" "$(cat a/pull-$mode/leaked)" ''
done

# -- what an attack left behind does not stand in the way ------------------------------------------------------------
for mode in poisoned_half wrong_end truncated_blob; do
	registry_start --seed image=shop:1
	status "after $mode an honest registry serves the same place" 0 \
		"$OAKUM" pull "docker://$REGISTRY/shop:1" "oci:a/pull-$mode/dest:1"
	registry_stop
	ok "after $mode: every blob is what its name says" sh -c '
		cd "$1" && for f in *; do [ "$(sha256sum <"$f" | cut -c 1-64)" = "$f" ] || exit 1; done' \
		- "a/pull-$mode/dest/blobs/sha256"
	is "after $mode: nothing is left aside" "$(find "a/pull-$mode/dest/.oakum-partial" -type f 2>/dev/null)" ''
done
done_testing
