#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Images to and from a registry (test/fixture/registry.py), and what the registry sees of it.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P' >digest
import random, sys
sys.path.insert(0, sys.argv[1])
from oci import *
noise = random.Random(1).randbytes(3000000)
o = Layout('image')
m = o.manifest([o.layer(OS + file('var/lib/dpkg/status', stanza('bash')) + file('srv/data', noise) + END),
                o.layer(file('srv/more', noise[:300000]) + END)])
o.index([m])
print(m['digest'])
P
digest=$(cat digest)
# Blobs by digest: "a layout holds exactly those of the image".
blobs() { (cd "$1/blobs/sha256" && for f in *; do [ "$(sha256sum <"$f" | cut -c 1-64)" = "$f" ] && echo "$f"; done); }
oakum() { "$OAKUM" "$@" --quiet; }
counted() { requests ".method == \"$1\" and (.path | test(\"$2\"))" | sort | uniq -c | awk '{ print $1 }' | sort -u; }

# -- pull -------------------------------------------------------------------------------------------------------------
registry_start --seed image=shop:1 --auth token --user me --password p
export OAKUM_REGISTRY_USERNAME=me OAKUM_REGISTRY_PASSWORD=p
status 'pull by tag' 0 oakum pull "docker://$REGISTRY/shop:1" oci:tag:1
is 'says what it is and where it went' "$(cat out)" "$digest oci:tag:1"
is 'every blob, and no other' "$(blobs tag)" "$(blobs image)"
is 'each blob is fetched once' "$(counted GET /blobs/)" 1
is 'one token serves' "$(requests '.path | startswith("/token")' | wc -l)" 1
is 'the password goes to the token service alone' \
	"$(requests '.headers.authorization // "" | startswith("Basic")' | cut -d '?' -f 1 | sort -u)" 'registry GET /token'
: >"$LOG"
status 'again' 0 oakum pull "docker://$REGISTRY/shop:1" oci:tag:1
is 'no blob is fetched again' "$(counted GET /blobs/)" ''
status 'pull by digest' 0 oakum pull "docker://$REGISTRY/shop@$digest" oci:dig:1
is 'the same' "$(blobs dig)" "$(blobs image)"
status 'a tag that is not there' 3 oakum pull "docker://$REGISTRY/shop:2" oci:no:1
like 'is named' "$(cat err)" "$REGISTRY/shop.*'2'.*404 not found"
status 'a digest that is not there' 3 oakum pull "docker://$REGISTRY/shop@sha256:$(printf %064d 0)" oci:no:1
status 'a reference that is none' 2 oakum pull "docker://$REGISTRY/Shop" oci:no:1
is 'nothing is written for these' "$(find no -type f -path '*blobs*' 2>/dev/null)" ''

# -- audit: as the layout, each blob read once ------------------------------------------------------------------------
: >"$LOG"
audit() {
	oakum audit --no-cache --format json "$1" |
		jq 'del(.image["reference", "target", "kind", "source"], (.stages[] | select(.stage == "registry")))'
}
is 'the audit of a remote image is that of the layout' "$(audit "docker://$REGISTRY/shop:1")" "$(audit oci:image)"
is 'and reads each blob once' "$(counted GET /blobs/)" 1

# -- push -------------------------------------------------------------------------------------------------------------
: >"$LOG"
status 'push' 0 oakum push oci:image "docker://$REGISTRY/team/new:1"
is 'says the digest' "$(cut -d ' ' -f 1 out)" "$digest"
is 'each blob is sent once' "$(counted PUT /blobs/)" 1
status 'it can be pulled again' 0 oakum pull "docker://$REGISTRY/team/new:1" oci:back:1
is 'as it was' "$(blobs back)" "$(blobs image)"
: >"$LOG"
status 'push again under another tag' 0 oakum push oci:image "docker://$REGISTRY/team/new:2"
is 'no blob is sent again' "$(counted 'PUT|PATCH' /blobs/)$(counted PUT /blobs/)" ''
: >"$LOG"
status 'copy to another repository' 0 oakum copy "docker://$REGISTRY/shop:1" "docker://$REGISTRY/mounted:1"
is 'mounts the blobs' "$(counted PUT /blobs/)$(counted GET /blobs/)" ''
is 'with one request each' "$(requests '.path | contains("mount=")' | wc -l)" "$(($(blobs image | wc -l) - 1))"
is 'no request was a deletion' "$(requests '.method == "DELETE"')" ''
registry_stop
unset OAKUM_REGISTRY_USERNAME OAKUM_REGISTRY_PASSWORD

# -- tokens -----------------------------------------------------------------------------------------------------------
for kind in '--token-uses 8' '--expires 1' '--no-oauth --anonymous-pull'; do
	# shellcheck disable=SC2086
	registry_start --seed image=shop:1 --auth token --user me --password p $kind
	as_me="--registry-username me --registry-password p"
	# shellcheck disable=SC2086
	status "pull with $kind" 0 oakum pull $as_me "docker://$REGISTRY/shop:1" oci:t:1
	# shellcheck disable=SC2086
	status "push with $kind" 0 oakum push $as_me oci:image "docker://$REGISTRY/n:1"
	is "the blobs of $kind" "$(blobs t)" "$(blobs image)"
	case $kind in *anonymous*)
		status 'everybody may pull' 0 oakum pull "docker://$REGISTRY/shop:1" oci:anon:1
		status 'but not push' 3 oakum push oci:image "docker://$REGISTRY/m:1" ;;
	esac
	registry_stop
	rm -rf t
done

# -- what breaks and what waits ---------------------------------------------------------------------------------------
registry_start --seed image=shop:1 --drop 3
status 'downloads that break off' 0 oakum pull "docker://$REGISTRY/shop:1" oci:dropped:1
is 'end well' "$(blobs dropped)" "$(blobs image)"
is 'and go on where they stopped' "$(requests '.headers.range' | wc -l)" 3
registry_stop
registry_start --drop-push 2
status 'uploads that break off' 0 oakum push oci:image "docker://$REGISTRY/new:1"
is 'are begun once for each blob' "$(requests '.method == "POST"' | wc -l)" "$(($(blobs image | wc -l) - 1))"
like 'and go on in chunks behind what arrived' "$(jq -r 'select(.method == "PATCH").headers["content-range"]' "$LOG")" \
	'^[1-9][0-9]*-[0-9]+'
status 'end well' 0 oakum pull "docker://$REGISTRY/new:1" oci:pushed:1
is 'with every blob' "$(blobs pushed)" "$(blobs image)"
registry_stop
registry_start --seed image=shop:1 --throttle 2 --retry-after 1
status 'a busy registry' 0 "$OAKUM" pull "docker://$REGISTRY/shop:1" oci:busy:1
like 'is waited for, which is said' "$(cat err)" 'tried again'
registry_stop
# Blobs in pieces: as many PATCHes as their sizes ask for; the registry's least length counts.
pieces() { # SIZE: how many the image's blobs make
	find image/blobs -type f ! -name "${digest#sha256:}" -printf '%s\n' |
		awk -v n="$1" '{ all += int(($1 + n - 1) / n) } END { print all }'
}
registry_start
status 'an upload in chunks' 0 oakum push --chunk-size 1000000 oci:image "docker://$REGISTRY/new:1"
is 'is that many PATCHes' "$(requests '.method == "PATCH"' | wc -l)" "$(pieces 1000000)"
like 'more than blobs' "$(pieces 1000000)" "^[6-9]$"
status 'it is whole' 0 oakum pull "docker://$REGISTRY/new:1" oci:chunked:1
is 'with every blob' "$(blobs chunked)" "$(blobs image)"
registry_stop
registry_start --min-chunk 2000000
status 'a registry that wants longer chunks' 0 oakum push --chunk-size 1000000 oci:image "docker://$REGISTRY/new:1"
is 'gets them' "$(requests '.method == "PATCH"' | wc -l)" "$(pieces 2000000)"
registry_stop
registry_start --drop-push 2
status 'chunks that break off' 0 oakum push --chunk-size 1000000 oci:image "docker://$REGISTRY/new:1"
# Whether the broken request counts in the log depends on how far it came.
ok 'are no more PATCHes than pieces and breaks' \
	test "$(requests '.method == "PATCH"' | wc -l)" -le "$(($(pieces 1000000) + 3))"
status 'end well, too' 0 oakum pull "docker://$REGISTRY/new:1" oci:broken:1
is 'with every blob again' "$(blobs broken)" "$(blobs image)"
registry_stop
registry_start --no-mount
status 'a registry that declines mounts' 0 oakum push oci:image "docker://$REGISTRY/new:1"
status 'is sent the blobs' 0 oakum copy "docker://$REGISTRY/new:1" "docker://$REGISTRY/other:1"
is 'in the sessions that it opened instead' "$(($(blobs image | wc -l) - 1))" \
	"$(requests '.method == "POST" and (.path | contains("/other/"))' | wc -l)"
registry_stop

# -- blobs that lie elsewhere --------------------------------------------------------------------------------
for kind in port host; do
	registry_start --seed image=shop:1 --auth basic --user me --password p --redirect $kind
	status "blobs at another $kind" 0 oakum pull --registry-username me --registry-password p \
		"docker://$REGISTRY/shop:1" oci:redirected-$kind:1
	is "are those of the image ($kind)" "$(blobs redirected-$kind)" "$(blobs image)"
	is "who serves them sees no credentials ($kind)" "$(requests '.origin == "other" and .headers.authorization')" ''
	is "but was asked ($kind)" "$(requests '.origin == "other"' | wc -l)" "$(($(blobs image | wc -l) - 1))"
	registry_stop
done

# -- referrers ----------------------------------------------------------------------------------------------
attach() { # TYPE [ANNOTATIONS]: an empty artifact that refers to the image, put there by curl
	printf '{}' >empty
	e=sha256:$(sha256sum <empty | cut -c 1-64)
	place=$(curl -s -X POST -D - -o /dev/null "http://$REGISTRY/v2/shop/blobs/uploads/" |
		sed -n 's/^Location: \(.*\)\r$/\1/p')
	curl -s -X PUT --data-binary @empty -H 'Content-Type: application/octet-stream' "http://$REGISTRY$place&digest=$e"
	jq -cn --arg t "$1" --argjson notes "${2-null}" --arg d "$digest" --arg e "$e" \
		--argjson n "$(stat -c %s "image/blobs/sha256/${digest#*:}")" '{
		schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", artifactType: $t,
		config: {mediaType: "application/vnd.oci.empty.v1+json", digest: $e, size: 2},
		layers: [{mediaType: "application/vnd.oci.empty.v1+json", digest: $e, size: 2}],
		subject: {mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $d, size: $n}} +
		if $notes then {annotations: $notes} else {} end' |
		tr -d '\n' >artifact
	curl -s -o /dev/null -X PUT --data-binary @artifact -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' \
		"http://$REGISTRY/v2/shop/manifests/sha256:$(sha256sum <artifact | cut -c 1-64)"
	sha256sum <artifact | cut -c 1-64
}
registry_start --seed image=shop:1 --page 1
one=$(attach application/x.one '{"org.example.kind":"sig","a\"b":"c","x":1}') two=$(attach application/x.two)
status 'an image with what is attached' 0 oakum copy --referrers "docker://$REGISTRY/shop:1" oci:attached:1
ok 'the first' test -e "attached/blobs/sha256/$one"
ok 'and the one of the second page' test -e "attached/blobs/sha256/$two"
status 'to another repository' 0 oakum copy --referrers "docker://$REGISTRY/shop:1" "docker://$REGISTRY/signed:1"
is 'the API names both' "$(curl -s "http://$REGISTRY/v2/signed/referrers/$digest?n=9" | jq '.manifests | length')" 1
registry_stop
registry_start --no-referrers
status 'to a registry without the API' 0 oakum copy --referrers oci:attached:1 "docker://$REGISTRY/signed:1"
is 'the fallback tag names both' "$(curl -s "http://$REGISTRY/v2/signed/manifests/sha256-${digest#*:}" |
	jq -r '.manifests[].digest' | sort)" "$(printf 'sha256:%s\n' "$one" "$two" | sort)"
entry=$(curl -s "http://$REGISTRY/v2/signed/manifests/sha256-${digest#*:}" | jq -c --arg d "sha256:$one" \
	'.manifests[] | select(.digest == $d) | [.artifactType, .annotations, has("platform")]')
is 'with type and annotations' "$entry" '["application/x.one",{"org.example.kind":"sig","a\"b":"c"},false]'
status 'and from there' 0 oakum copy --referrers "docker://$REGISTRY/signed:1" oci:fallback:1
ok 'the first comes back' test -e "fallback/blobs/sha256/$one"
ok 'the second, too' test -e "fallback/blobs/sha256/$two"
registry_stop
# A media type has 127 + 1 + 127 octets at most; a longer one is refused before anything is written.
registry_start --seed image=shop:1 --no-filter
attach "$(printf 'a%.0s' $(seq 300))" >/dev/null
status 'a type that is too long' 3 oakum copy --referrers "docker://$REGISTRY/shop:1" oci-archive:long.tar:1
like 'is said' "$(cat err)" "'artifactType' has 300 bytes; a media type has at most 255"
is 'and nothing is written' "$(find . -name 'long.tar*')" ''
registry_stop

# -- TLS and proxies ----------------------------------------------------------------------------------------
"$FIXTURE/authority.sh" ca
registry_start --seed image=shop:1 --tls ca/good.pem ca/good.key
status 'a private authority' 0 oakum pull --cacert ca/ca.pem "docker://$REGISTRY/shop:1" oci:tls:1
is 'serves the image' "$(blobs tls)" "$(blobs image)"
status 'named by SSL_CERT_FILE' 0 env SSL_CERT_FILE="$TMP/ca/ca.pem" \
	"$OAKUM" pull --quiet "docker://$REGISTRY/shop:1" oci:tls2:1
status 'an unknown authority is refused' 3 oakum pull "docker://$REGISTRY/shop:1" oci:tls3:1
like 'with what to do' "$(cat err)" 'cacert'
status 'an authority file that is none' 3 oakum pull --cacert digest "docker://$REGISTRY/shop:1" oci:tls3:1
registry_stop
registry_start --seed image=shop:1
status 'plain HTTP beyond this machine is refused' 3 env HTTP_PROXY="http://$REGISTRY" HTTPS_PROXY="http://$REGISTRY" \
	"$OAKUM" pull --quiet docker://registry.example/shop:1 oci:proxied:1
status 'unless it is asked for' 0 env http_proxy="http://$REGISTRY" https_proxy=http://127.0.0.1:1 \
	"$OAKUM" pull --quiet --plain-http docker://registry.example/shop:1 oci:proxied:1
is 'through the proxy' "$(jq -r .host "$LOG" | sort -u)" registry.example
status 'NO_PROXY names who is asked directly' 0 env http_proxy=http://127.0.0.1:1 NO_PROXY=127.0.0.1 \
	"$OAKUM" pull --quiet "docker://$REGISTRY/shop:1" oci:direct:1
# Reading hundreds of authorities takes longer than all the rest: not where nobody speaks TLS.
status 'authorities are not read without TLS' 0 env SSL_CERT_FILE="$TMP/none" \
	"$OAKUM" pull --quiet "docker://$REGISTRY/shop:1" oci:unread:1
: >"$LOG"
status 'a mirror' 0 oakum pull --mirror "registry.example=$REGISTRY" \
	"docker://registry.example/shop@$digest" oci:mirrored:1
is 'serves by digest' "$(blobs mirrored)" "$(blobs image)"
# What a tag means only the registry says; the octets come from the mirror (localhost:PORT is another host's name).
: >"$LOG"
oakum copy oci:image "docker://$REGISTRY/cache/shop:other" >out
: >"$LOG"
status 'a mirror and a tag' 0 oakum pull --mirror "$REGISTRY=localhost:${REGISTRY#*:}/cache" \
	"docker://$REGISTRY/shop:1" oci:mirrored2:1
is 'the registry says what the tag means' 'HEAD /v2/shop/manifests/1' \
	"$(jq -r 'select(.host | startswith("127")) | .method + " " + .path' "$LOG")"
is 'and the mirror serves every octet' "$(blobs image | wc -l)" \
	"$(jq -r 'select(.host | startswith("localhost")) | .path' "$LOG" | sort -u | wc -l)"
is 'of the image' "$(blobs mirrored2)" "$(blobs image)"
: >"$LOG"
status 'a mirror that does not hold it' 0 oakum pull --mirror "$REGISTRY=localhost:${REGISTRY#*:}/none" \
	"docker://$REGISTRY/shop:1" oci:mirrored3:1
is 'is passed over' "$(blobs mirrored3)" "$(blobs image)"
status 'a tag where only the mirror answers' 3 oakum pull --retry-time 0s --mirror "127.0.0.1:1=$REGISTRY" \
	docker://127.0.0.1:1/shop:1 oci:mirrored4:1
like 'and what to do' "$(cat "$TMP/err")" "tag '1' .*mirror.*name the digest, or the image at the mirror"
registry_stop

# With TLS a proxy carries octets it cannot read (CONNECT); the name need not resolve here.
registry_start --seed image=shop:1 --tls ca/name.pem ca/name.key
: >proxy.log
python3 "$FIXTURE/proxy.py" proxy.log >proxy.port &
proxy_pid=$!
await answered proxy.port "$proxy_pid"
proxy=http://127.0.0.1:$(cat proxy.port) far=registry.example:${REGISTRY#*:}
status 'through a proxy with TLS' 0 env HTTPS_PROXY="$proxy" \
	"$OAKUM" pull --quiet --cacert ca/ca.pem "docker://$far/shop:1" oci:tunnel:1
is 'the image comes' "$(blobs tunnel)" "$(blobs image)"
is 'the proxy sees the host alone' "$(sort -u proxy.log)" "CONNECT $far"
ok 'connections are used again' test "$(wc -l <proxy.log)" -le 4
: >proxy.log
status 'NO_PROXY keeps it from the proxy' 3 env HTTPS_PROXY="$proxy" NO_PROXY=.example \
	"$OAKUM" pull --quiet --cacert ca/ca.pem "docker://$far/shop:1" oci:tunnel2:1
like 'which finds nobody of that name' "$(cat err)" 'resolve'
status 'for that port alone' 3 env HTTPS_PROXY="$proxy" NO_PROXY="$far" \
	"$OAKUM" pull --quiet --cacert ca/ca.pem "docker://$far/shop:1" oci:tunnel2:1
is 'no proxy hears of it' "$(cat proxy.log)" ''
status 'for another port' 0 env HTTPS_PROXY="$proxy" NO_PROXY=registry.example:1 \
	"$OAKUM" pull --quiet --cacert ca/ca.pem "docker://$far/shop:1" oci:tunnel4:1
: >proxy.log
registry_stop
registry_start --seed image=shop:1 --tls ca/good.pem ca/good.key
status 'loopback is asked directly' 0 env HTTPS_PROXY="$proxy" \
	"$OAKUM" pull --quiet --cacert ca/ca.pem "docker://$REGISTRY/shop:1" oci:tunnel3:1
is 'no proxy hears of either' "$(cat proxy.log)" ''
registry_stop
kill $proxy_pid
done_testing
