#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tags of a repository: over pages, from an honest registry and from hostile ones.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
Layout('image').image(OS + END)
P
registry_start --seed image=shop:1 --page 2
for tag in 2 3 4 5; do "$OAKUM" push --quiet oci:image "docker://$REGISTRY/shop:$tag" >push; done
status 'tags over several pages' 0 "$OAKUM" tags "$REGISTRY/shop"
is 'are all there' "$(tr '\n' ' ' <out)" '1 2 3 4 5 '
skopeo list-tags --tls-verify=false "docker://$REGISTRY/shop" | jq -r '.Tags[]' | sort >theirs
is 'skopeo lists the same' "$(tr '\n' ' ' <theirs)" \
	"$(sort out | tr '\n' ' ')"
status 'a repository that is not there' 3 "$OAKUM" tags "$REGISTRY/none"
like 'is said' "$(cat err)" 'none'
registry_stop

registry_start --seed image=shop:1 --hostile tags_loop
status 'pages without end' 3 timeout 60 "$OAKUM" tags "$REGISTRY/shop"
like 'are told after the first' "$(cat err)" 'the next page is the one just read'
is 'which alone is asked for' "$(requests '.path | contains("tags/list")' | wc -l)" 1
registry_stop
registry_start --seed image=shop:1 --hostile tags_elsewhere
status 'a next page of another repository' 3 "$OAKUM" tags "$REGISTRY/shop"
like 'is refused' "$(cat err)" "another list \('/v2/other/tags/list'\)"
registry_stop
registry_start --seed image=shop:1 --hostile tags_slow
status 'slow pages without end' 3 timeout 60 "$OAKUM" tags --timeout 1s "$REGISTRY/shop"
like 'end with the time' "$(cat err)" 'not done within 1\.000 s \(--timeout\)'
registry_stop
registry_start --seed image=shop:1 --hostile tags_escapes
"$OAKUM" tags "$REGISTRY/shop" >out 2>err
is 'no control character reaches the terminal' "$(cat out err | tr -d '[:print:]\n' | wc -c)" 0
registry_stop
done_testing
