#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What slsa-verifier decides of its own table of cases, and of other files that were kept with it.
. "$ROOT/test/tap.sh"

SHARED=${OAKUM_SHARED:-$ROOT/../shared/data}
[ -f "$SHARED/sigstore/slsa/cases.tsv" ] || skip_all "no data: $SHARED/sigstore/slsa"
every=1
[ "$VARIANT" = release ] || every=7
exec python3 "$ROOT/test/interop/provenance.py" "$OAKUM" "$SHARED/sigstore/slsa" $every
