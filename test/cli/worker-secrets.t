#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No worker ever holds a password: not from a file, not from the command line, not when an image is read
# after another one has been fetched. The name of the image, which they all have in their arguments,
# shows that the search finds what is there.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

# AddressSanitizer keeps what was freed, and stacks of functions that have returned.
[ "$VARIANT" != asan ] || skip_all 'the sanitizer keeps freed memory'
cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
Layout('image').image(OS + file('var/large', bytes(range(256)) * (96 << 12)) + END)
P
registry_start --seed image=control-name:1 --auth basic --user me --password 'fake-word-1654'
a=docker://$REGISTRY/control-name:1
look() {
	PYTHONDONTWRITEBYTECODE=1 python3 "$FIXTURE/worker_memory.py" control-name fake-word-1654 me:fake-word-1654 -- "$@"
}

printf '{"auths":{"%s":{"auth":"%s"}}}' "$REGISTRY" "$(printf 'me:fake-word-1654' | base64)" >auth.json
status 'two images, credentials in a file' 0 look "$OAKUM" audit --no-cache --authfile auth.json "$a" "$a"
like 'workers were there' "$(cat out)" '^looked [2-9]'
is 'they saw the name and no secret' "$(grep found out)" 'found control-name'
status 'two images, credentials in flags' 0 look "$OAKUM" audit --no-cache --registry-username me \
	--registry-password fake-word-1654 "$a" "$a"
is 'they saw the name and no secret' "$(grep found out)" 'found control-name'
OAKUM_REGISTRY_USERNAME=me OAKUM_REGISTRY_PASSWORD=fake-word-1654
export OAKUM_REGISTRY_USERNAME OAKUM_REGISTRY_PASSWORD
status 'two images, credentials in the environment' 0 look "$OAKUM" audit --no-cache "$a" "$a"
is 'they saw the name and no secret' "$(grep found out)" 'found control-name'
unset OAKUM_REGISTRY_USERNAME OAKUM_REGISTRY_PASSWORD
ln -s "$OAKUM" trivy
TRIVY_USERNAME=me TRIVY_PASSWORD=fake-word-1654
export TRIVY_USERNAME TRIVY_PASSWORD OAKUM_NO_CACHE=1 OAKUM_PLAIN_HTTP=1
status 'as trivy, credentials in the environment' 0 look ./trivy image "$a"
is 'they saw the name and no secret' "$(grep found out)" 'found control-name'
unset TRIVY_USERNAME TRIVY_PASSWORD
status 'as trivy, credentials in flags' 0 look ./trivy image --username me --password fake-word-1654 "$a"
is 'they saw the name and no secret' "$(grep found out)" 'found control-name'
# Sealing forks workers for each step, before and after the registry was asked and the key was read.
OAKUM_PASSWORD=fake-word-2718 "$OAKUM" keygen -q -o shut >tool.log
echo '- {bucket: debian 12, pairs: []}' >none.yaml
"$OAKUM" db build -q -o v.db trivy-yaml:none.yaml >tool.log
seal() {
	OAKUM_PASSWORD=fake-word-2718 look fake-word-2718 -- "$OAKUM" seal --db v.db --key shut.key --vulnerabilities none \
		--settings none --authfile auth.json --no-cache oci:image "docker://$REGISTRY/control-name:2"
}
look() {
	PYTHONDONTWRITEBYTECODE=1 python3 "$FIXTURE/worker_memory.py" control-name fake-word-1654 me:fake-word-1654 "$@"
}
status 'an image is sealed, the key under a password' 0 seal
like 'workers were there' "$(cat out)" '^looked [2-9]'
is 'they saw the name and no secret' "$(grep found out)" 'found control-name'
openssl ecparam -name prime256v1 -genkey -noout -out open.key 2>tool.log
word=$(sed -n 2p open.key)
status 'the key is open' 0 look "$word" -- "$OAKUM" seal --db v.db --key open.key --vulnerabilities none \
	--settings none --authfile auth.json --no-cache oci:image "docker://$REGISTRY/control-name:3"
like 'workers were there' "$(cat out)" '^looked [2-9]'
is 'they saw the name and nothing of the key' "$(grep found out)" 'found control-name'
registry_stop
done_testing
