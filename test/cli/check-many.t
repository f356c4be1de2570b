#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum check` with as many files as it judges together (LIMIT_CHECK_FILES in src/base/limits.h), and with more.
. "$ROOT/test/tap.sh"

cd "$TMP" || exit 1
mkdir -p all/chart/templates all/empty
printf 'apiVersion: v2\nname: shop\nversion: 1.0.0\n' >all/chart/Chart.yaml
printf 'name: shop\n' >all/chart/values.yaml
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\n' >all/chart/templates/map.yaml
most=$(sed -n 's/^#define LIMIT_CHECK_FILES \([0-9]*\)$/\1/p' "$ROOT/src/base/limits.h")
# With the chart's three: the most but one, so that what the chart makes is still among them.
(cd all/empty && seq -f '%.0f.yaml' $((most - 4)) | xargs touch)
status 'all but one' 0 timeout 60 "$OAKUM" check --severity info --rule HK006 all
touch all/empty/one.yaml
status 'with one more' 3 timeout 60 "$OAKUM" check --severity info --rule HK006 all
like 'what a chart makes is not judged, and that is told' "$(cat "$TMP/out")" 'HK006'
like 'with the reason' "$(cat "$TMP/out")" 'more files and objects than are judged together'
touch all/empty/two.yaml
status 'too many' 3 timeout 60 "$OAKUM" check all
like 'is an error that says so' "$(cat "$TMP/err")" "more than $most files"
done_testing
