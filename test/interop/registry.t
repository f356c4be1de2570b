#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Against the registry most are built on (distribution 2.8) and skopeo: what Oakum pushes, skopeo pulls with the same
# digests, and the reverse; open, with basic authentication, with TLS and a private authority.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

for program in docker-registry skopeo htpasswd; do
	command -v $program >/dev/null || skip_all "there is no $program"
done
cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P'
import json, random, subprocess, sys
sys.path.insert(0, sys.argv[1])
from oci import *
noise = random.Random(1).randbytes(2000000)
base = OS + file('var/lib/dpkg/status', stanza('bash')) + file('srv/data', noise) + END
top = file('srv/more', noise[:300000]) + END
zstd = subprocess.run(['zstd', '-q', '-c'], input=top, stdout=subprocess.PIPE, check=True).stdout
Layout('image').image(base, top)
o = Layout('several')
manifests = []
for arch in 'amd64', 'arm64':
    tar = file('srv/' + arch, arch.encode()) + END
    layers = [o.layer(base), o.layer(tar),
              o.layer(top, media='application/vnd.oci.image.layer.v1.tar+zstd', packed=zstd)]
    manifests.append(dict(o.manifest(layers), platform={'os': 'linux', 'architecture': arch}))
index = json.dumps({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json',
                    'manifests': manifests}).encode()
o.index([o.blob(index, 'application/vnd.oci.image.index.v1+json')])
P
image=$(jq -r '.manifests[0].digest' image/index.json) several=$(jq -r '.manifests[0].digest' several/index.json)
blobs() { ls "$1/blobs/sha256"; }
fetched() { "$OAKUM" "$@" --quiet; }

start() { # NAME YAML-OF-HTTP YAML-OF-AUTH: sets REGISTRY
	mkdir -p "store-$1"
	printf '%s\n' 'version: 0.1' 'log: {level: info}' "storage: {filesystem: {rootdirectory: $TMP/store-$1}}" \
		"http: {addr: \"127.0.0.1:0\"$2}" "$3" >"$1.yml"
	peer_start "$1"
}

audited() { "$OAKUM" audit --quiet --no-cache -f json "$1" | jq -c '[.packages, .size, .layers]'; }

both_ways() { # NAME SKOPEO'S-FLAG-FOR-TLS
	like "$1: it listens" "$REGISTRY" '^127.0.0.1:[0-9]+$'
	status "$1: oakum pushes" 0 fetched push oci:image "docker://$REGISTRY/ours/shop:1"
	is "$1: and says the digest" "$(cut -d ' ' -f 1 out)" "$image"
	status "$1: skopeo pulls it" 0 skopeo copy -q "--src-$2" "docker://$REGISTRY/ours/shop:1" "oci:$1-skopeo:1"
	is "$1: with the same digests" "$(blobs "$1-skopeo")" "$(blobs image)"
	status "$1: skopeo pushes" 0 skopeo copy -q "--dest-$2" oci:image "docker://$REGISTRY/theirs/shop:1"
	status "$1: oakum pulls it" 0 fetched pull "docker://$REGISTRY/theirs/shop:1" "oci:$1-oakum:1"
	is "$1: with the same digests" "$(blobs "$1-oakum")" "$(blobs image)"
	is "$1: an audit is that of the layout" \
		"$(audited "docker://$REGISTRY/theirs/shop:1")" "$(audited oci:image)"
	status "$1: from repository to repository" 0 fetched copy "docker://$REGISTRY/ours/shop:1" \
		"docker://$REGISTRY/a/b/c:2"
	is "$1: skopeo sees the same digest" \
		"$(skopeo inspect "--$2" -f '{{.Digest}}' "docker://$REGISTRY/a/b/c:2")" "$image"
}

all_platforms() { # SKOPEO'S-FLAG-FOR-TLS
	status 'an index with all it names' 0 fetched push --all oci:several "docker://$REGISTRY/ours/several:1"
	status 'skopeo copies it' 0 skopeo copy -q --all "--src-$1" "docker://$REGISTRY/ours/several:1" oci:skopeo-several:1
	is 'digest for digest' "$(blobs skopeo-several)" "$(blobs several)"
	status 'skopeo pushes it' 0 skopeo copy -q --all "--dest-$1" oci:several "docker://$REGISTRY/theirs/several:1"
	status 'oakum pulls it' 0 fetched pull --all "docker://$REGISTRY/theirs/several:1" oci:oakum-several:1
	is 'digest for digest again' "$(blobs oakum-several)" "$(blobs several)"
	is 'and names the index' "$(jq -r '.manifests[0].digest' oakum-several/index.json)" "$several"
	status 'one platform of it' 0 fetched pull --platform linux/arm64 "docker://$REGISTRY/theirs/several:1" oci:arm:1
	is 'is that platform' "$(jq -r '.manifests[0].digest' arm/index.json)" \
		"$(jq -r '.manifests[1].digest' "several/blobs/sha256/${several#*:}")"
}

start open '' ''
both_ways open tls-verify=false
all_platforms tls-verify=false
status 'skopeo writes docker schema 2' 0 skopeo copy -q --dest-tls-verify=false -f v2s2 oci:image \
	"docker://$REGISTRY/v2s2:1"
status 'oakum takes it as it is' 0 fetched pull "docker://$REGISTRY/v2s2:1" oci:v2s2:1
is 'digest included' "$(jq -r '.manifests[0].digest' v2s2/index.json)" \
	"$(skopeo inspect --tls-verify=false -f '{{.Digest}}' "docker://$REGISTRY/v2s2:1")"
status 'a tag that is not there' 3 fetched pull "docker://$REGISTRY/v2s2:2" oci:no:1
like 'is named' "$(cat err)" "$REGISTRY/v2s2.*'2'.*404 not found"
# It has no referrers API: what is attached stands in the index of the fallback tag.
PYTHONDONTWRITEBYTECODE=1 python3 "$FIXTURE/attached.py" .
tree() { "$OAKUM" tree --all-platforms "$1" | tail -n +2; }
status 'what is attached is copied' 0 fetched copy --all --referrers oci:fallback:1 "docker://$REGISTRY/attached:1"
is 'and found there' "$(tree "$REGISTRY/attached:1")" "$(tree oci:fallback)"
status 'and copied back' 0 fetched copy --all --referrers "docker://$REGISTRY/attached:1" oci:back:1
is 'the same' "$(tree oci:back:1 | sort)" "$(tree oci:fallback | sort)"
registry_stop

word=$(openssl rand -hex 12)
htpasswd -Bbn me "$word" >htpasswd
auth="auth: {htpasswd: {realm: test, path: $TMP/htpasswd}}"
start basic '' "$auth"
status 'basic: a stranger is refused' 3 fetched push oci:image "docker://$REGISTRY/x:1"
like 'basic: with what to do' "$(cat err)" "401.*oakum login $REGISTRY"
printf '%s' wrong >words
status 'basic: a wrong password' 3 "$OAKUM" login -u me --password-stdin "$REGISTRY" <words
printf '%s' "$word" >words
status 'basic: the right one' 0 "$OAKUM" login -u me --password-stdin "$REGISTRY" <words
export REGISTRY_AUTH_FILE="$HOME/.config/containers/auth.json" # one file for both
both_ways basic tls-verify=false
registry_stop

"$FIXTURE/authority.sh" ca
start tls ", tls: {certificate: $TMP/ca/good.pem, key: $TMP/ca/good.key}" "$auth"
status 'tls: an unknown authority is refused' 3 "$OAKUM" login -u me --password-stdin "$REGISTRY" <words
export SSL_CERT_FILE="$TMP/ca/ca.pem" # which both heed
status 'tls: a private one is taken' 0 "$OAKUM" login -u me --password-stdin "$REGISTRY" <words
both_ways tls tls-verify=true
# It speaks HTTP/2 to whoever offers it (ALPN); its access log names who asked and how.
like 'tls: oakum speaks HTTP/2' "$(grep -F '"oakum/' tls.log)" 'HTTP/2\.0'
unlike 'tls: and nothing else' "$(grep -F '"oakum/' tls.log)" 'HTTP/1\.'
registry_stop
done_testing
