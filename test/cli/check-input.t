#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum check --fix=input`: digests that a registry is asked for, and that nothing else asks.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
Layout('image').image(OS + END)
P
registry_start --seed image=shop:1 --seed image=shop:latest --seed image=base:2
want=$(jq -r '.manifests[0].digest' image/index.json)
mkdir app
cat >app/Dockerfile <<EOF
# the shop
ARG VERSION=2
FROM $REGISTRY/base:2 AS build
FROM $REGISTRY/shop
FROM $REGISTRY/base:\$VERSION
FROM build
EOF
cat >app/shop.yaml <<EOF
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  hostPID: true
  containers:
    - name: shop
      image: "$REGISTRY/shop:1" # the front
    - name: pinned
      image: $REGISTRY/shop:1@$want
EOF
cp -r app before
"$OAKUM" check app >/dev/null 2>&1
"$OAKUM" check --fix=review app >/dev/null 2>&1
is "without it nobody is asked" "$(requests true | wc -l)" 0
rm -r app && cp -r before app
"$OAKUM" check --fix=input --diff app >patch 2>err
ok "--diff changes nothing" diff -r before app
: >"$LOG"
status "a tag is pinned" 1 "$OAKUM" check --fix=input --severity low app
sed "s,base:2 AS,base:2@$want AS,; s,/shop\$,/shop:latest@$want," before/Dockerfile >want.txt
is "in FROM: the tag stays, and nothing else changes" "$(cat app/Dockerfile)" "$(cat want.txt)"
sed "s,shop:1\" #,shop:1@$want\" #," before/shop.yaml >want.txt
is "in a manifest, within its quotes" "$(cat app/shop.yaml)" "$(cat want.txt)"
is "each image is asked for once" "$(requests '.method == "HEAD"' | grep -c manifests/)" \
	"$(requests '.method == "HEAD"' | grep manifests/ | sort -u | wc -l)"
cp -r app once
"$OAKUM" check --fix=input app >/dev/null 2>&1
ok "once is enough" diff -r once app
mkdir gone
printf 'FROM %s/none:1\nFROM %s/base:2\n' "$REGISTRY" "$REGISTRY" >gone/Dockerfile
status "an image that is not there" 3 "$OAKUM" check --fix=input gone/Dockerfile
like "is named" "$(cat err)" "^oakum: $REGISTRY/none:1: "
like "and the others are pinned" "$(cat gone/Dockerfile)" "base:2@$want"
registry_stop

# -- a registry that lets nobody in ------------------------------------------------------------------
registry_start --seed image=shop:1 --auth basic
printf 'FROM %s/shop:1\n' "$REGISTRY" >Dockerfile
status "a registry that asks who is there" 3 "$OAKUM" check --fix=input Dockerfile
like "is told so" "$(cat err)" '401|credential'
registry_stop

done_testing
