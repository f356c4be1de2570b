#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copies through Debian's docker-registry and a real Podman: what Oakum writes skopeo reads with the
# same digests, and the reverse.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

command -v skopeo >/dev/null || skip_all 'skopeo is not installed'
command -v docker-registry >/dev/null || skip_all 'docker-registry is not installed'
export OAKUM_NO_PROGRESS=1
unset DOCKER_HOST CONTAINER_HOST DOCKER_CONTEXT
export XDG_RUNTIME_DIR="$TMP/run" HOME="$TMP"
mkdir -p "$TMP/run"
cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$FIXTURE python3 "$FIXTURE/moving.py" .

digest_of() { # LAYOUT TAG: what index.json says
	jq -r --arg t "$2" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $t)
		.digest' "$1/index.json"
}
blobs() { # LAYOUT
	(cd "$1/blobs/sha256" && echo ./* | tr ' ' '\n' | sort)
}
remote() { # NAME: the digest of what the registry has
	skopeo inspect --tls-verify=false --raw "docker://$R/$1" | sha256sum | cut -d ' ' -f 1
}

# -- a registry ---------------------------------------------------------------------------------------

cat >registry.yml <<EOF
version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $TMP/registry}}
http: {addr: 127.0.0.1:0}
EOF
podman=
trap 'kill $registry_pid $podman 2>/dev/null' EXIT
peer_start registry
R=localhost:${REGISTRY#*:}

status 'push an index' 0 "$OAKUM" push --all --referrers oci:multi:1 "$R/team/shop:1"
is 'it is the same' "sha256:$(remote team/shop:1)" "$(digest_of multi 1)"
status 'push it again' 0 "$OAKUM" push --verbose --all oci:multi:1 "$R/team/shop:1"
like 'sends nothing' "$(cat err)" ': 0 B copied'
status 'skopeo takes it out' 0 skopeo copy --all --src-tls-verify=false "docker://$R/team/shop:1" \
	oci:theirs:1
is 'with the same digest' "$(digest_of theirs 1)" "$(digest_of multi 1)"
status 'pull it' 0 "$OAKUM" pull --all "$R/team/shop:1"
is 'into a layout of its name' "$(cat out)" "$(digest_of multi 1) oci:shop:1"
is 'the same blobs as skopeo' "$(blobs shop)" "$(blobs theirs)"
status 'pull it with its signatures' 0 "$OAKUM" pull --all --referrers "$R/team/shop:1" oci:signed:1
is 'all blobs are there' "$(blobs signed)" "$(blobs multi)"
status 'to another repository' 0 "$OAKUM" copy --verbose --all "$R/team/shop:1" "$R/other/shop:2"
like 'blobs are mounted, not sent' "$(cat err)" ': 0 B copied'
is 'it is the same there' "$(remote other/shop:2)" "$(remote team/shop:1)"
status 'one platform by digest' 0 "$OAKUM" pull --platform linux/arm64 \
	"$R/team/shop@$(digest_of multi 1)" oci:arm
status 'a tag that is not there' 3 "$OAKUM" pull "$R/team/shop:nix" oci:nix
like 'is told' "$(cat err)" 'not found'
ok 'and leaves no trace' test ! -e nix

status 'skopeo puts an image in, in Docker form' 0 skopeo copy --format v2s2 --dest-tls-verify=false \
	docker-archive:docker.tar:shop:1 "docker://$R/v2s2:1"
status 'pull it' 0 "$OAKUM" pull "$R/v2s2:1" oci:v2s2:1
is 'manifest and digest stay' "$(digest_of v2s2 1)" "sha256:$(remote v2s2:1)"
is 'its form, too' "$(jq -r .mediaType "v2s2/blobs/$(digest_of v2s2 1 | tr : /)")" \
	application/vnd.docker.distribution.manifest.v2+json
status 'and back' 0 "$OAKUM" push oci:v2s2:1 "$R/back:1"
is 'the same' "$(remote back:1)" "$(remote v2s2:1)"
for compress in gzip zstd; do
	status "a docker archive into the registry, $compress" 0 "$OAKUM" copy --compress $compress \
		docker-archive:docker.tar:web:1 "$R/web:$compress"
	status 'skopeo takes it' 0 skopeo copy --src-tls-verify=false "docker://$R/web:$compress" \
		"oci:web-$compress:1"
	is 'the same' "$(digest_of "web-$compress" 1)" "sha256:$(remote "web:$compress")"
done
status 'umoci unpacks our gzip' 0 umoci unpack --rootless --image web-gzip:1 bundle
is 'into the files' "$(cat bundle/rootfs/srv/web)" web
status 'out of the registry into a docker archive' 0 "$OAKUM" copy "$R/web:gzip" \
	docker-archive:web.tar:web:1
status 'which skopeo reads' 0 skopeo copy docker-archive:web.tar:web:1 oci:web:1
status 'an oci-archive' 0 "$OAKUM" copy --all "$R/team/shop:1" oci-archive:shop.tar:1
is 'which skopeo reads' "sha256:$(skopeo inspect --raw oci-archive:shop.tar:1 | sha256sum |
	cut -d ' ' -f 1)" "$(digest_of multi 1)"

# A blob in the registry is changed: nothing of it comes to rest.
blob=$(jq -r '.layers[0].digest' "v2s2/blobs/$(digest_of v2s2 1 | tr : /)")
hex=${blob#sha256:}
stored=registry/docker/registry/v2/blobs/sha256/$(printf '%.2s' "$hex")/$hex/data
printf X | dd of="$stored" bs=1 seek=1000 conv=notrunc 2>/dev/null
status 'a blob that was changed in the registry' 3 "$OAKUM" pull "$R/v2s2:1" oci:changed:1
like 'is told' "$(cat err)" "$blob"
ok 'it is not in place' test ! -e "changed/blobs/sha256/$hex"
ok 'nor is the index' test ! -e changed/index.json

# Killed while it pulls: whole blobs only, and the next run ends it.
PYTHONPATH=$FIXTURE python3 - <<'EOF'
from moving import image, noise
from oci import END, Layout, file
out = Layout('big')
out.index([image(out, 'amd64', *[file('f', noise(3000000, n)) + END for n in range(4)])])
EOF
status 'a larger image' 0 "$OAKUM" push oci:big "$R/big:1"
bad=0
for n in 0 1 2 3 4 5 6 7 8 9; do
	rm -rf kill
	"$OAKUM" pull "$R/big:1" oci:kill:1 >/dev/null 2>&1 &
	pid=$!
	sleep "0.$(printf '%02d' $((n * 2 + 2)))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	for blob in kill/blobs/sha256/*; do
		[ ! -e "$blob" ] || [ "$(sha256sum <"$blob" | cut -d ' ' -f 1)" = "${blob##*/}" ] ||
			bad=$((bad + 1))
	done
	"$OAKUM" pull "$R/big:1" oci:kill:1 >/dev/null 2>&1 || bad=$((bad + 1))
	[ "$(blobs kill)" = "$(blobs big)" ] || bad=$((bad + 1))
done
is 'killed ten times while it pulls: whole blobs, and the next run ends it' "$bad" 0
for n in 0 1 2 3 4; do
	"$OAKUM" push oci:big "$R/push$n:1" >/dev/null 2>&1 &
	pid=$!
	sleep "0.$(printf '%02d' $((n * 4 + 2)))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	"$OAKUM" push oci:big "$R/push$n:1" >/dev/null 2>&1 || bad=$((bad + 1))
	[ "$(remote "push$n:1")" = "$(remote big:1)" ] || bad=$((bad + 1))
done
is 'killed five times while it pushes: the next run ends it' "$bad" 0

# -- an engine ----------------------------------------------------------------------------------------

status 'no engine' 3 "$OAKUM" copy docker-daemon:shop:1 oci:none:1
like 'is told' "$(cat err)" 'no Docker or Podman is running here'
status 'an engine elsewhere' 2 env DOCKER_HOST=tcp://192.0.2.1:2375 "$OAKUM" copy docker-daemon:a oci:n:1
like 'is not asked' "$(cat err)" 'only sockets of this machine'

engine_tests() {
	export CONTAINER_HOST="unix://$TMP/podman.sock"
	status 'into Podman' 0 "$OAKUM" copy docker-archive:docker.tar:shop:1 docker-daemon:shop:1
	status 'out of it' 0 "$OAKUM" copy docker-daemon:shop:1 oci:podman:1
	is 'the same layers' "$(jq -c .rootfs.diff_ids "podman/blobs/$(jq -r .config.digest \
		"podman/blobs/$(digest_of podman 1 | tr : /)" | tr : /)")" \
		"$(tar -xOf docker.tar shop.json | jq -c .rootfs.diff_ids)"
	status 'out of it into a docker archive' 0 "$OAKUM" copy docker-daemon:shop:1 docker-archive:p.tar:p
	status 'an image that it does not hold' 3 "$OAKUM" copy docker-daemon:nix oci:none:1
	like 'is told' "$(cat err)" "no image 'nix' in podman"
	# Whoever only reads asks the engines first, and says who answered.
	status 'audit, of an engine' 0 "$OAKUM" audit --no-cache -f json docker-daemon:shop:1
	like 'says who answered' "$(jq -r .image.source out)" '^podman \(unix:.*podman.sock'
	cp out engine.json
	status 'audit, of the same in its archive' 0 \
		"$OAKUM" audit --no-cache -f json docker-archive:docker.tar:shop:1
	for f in out engine.json; do jq -cS '[.packages, .totals, .layers[].diff_id]' $f >$f.facts; done
	ok 'finds the same' cmp out.facts engine.json.facts
	status 'a bare name is asked for at the engines first' 0 "$OAKUM" audit --no-cache -f json docker.io/library/shop:1
	like 'and found there' "$(jq -r .image.source out)" '^podman'
	status 'unless only registries are to be asked' 3 \
		"$OAKUM" audit --no-cache --image-src remote "${R#docker://}/shop:9"
	unlike 'then no engine answers' "$(cat err)" 'podman'
	status 'out of the registry into Podman' 0 "$OAKUM" pull "$R/web:gzip" docker-daemon:web:9
	like 'podman lists it' "$(podman --remote --url "unix://$TMP/podman.sock" images 2>&1)" \
		'docker.io/library/web +9'
	printf 'no archive' >junk
	status 'what is no image' 3 "$OAKUM" copy docker-archive:junk docker-daemon:junk:1
}
if ! command -v podman >/dev/null; then
	skip 'a real engine' 'podman is not installed'
else
	podman --root "$TMP/engine" --runroot "$TMP/engine-run" --storage-driver vfs system service \
		--time=0 "unix://$TMP/podman.sock" >podman.log 2>&1 &
	podman=$!
	podman_answers() {
		[ -S podman.sock ] || ! kill -0 "$podman"
	}
	await podman_answers
	if [ -S podman.sock ]; then
		engine_tests
	else
		skip 'a real engine' "podman does not run here: $(tail -n 1 podman.log)"
	fi
fi
kill $registry_pid $podman 2>/dev/null
wait
trap - EXIT
done_testing
