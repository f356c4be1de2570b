#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `oakum trust update` beside tuf-js, the client that npm brings along: one repository after the other, each with what
# was kept of those before; both take it, or both refuse it.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/files.sh
. "$FIXTURE/files.sh"

modules=$(npm root -g 2>/dev/null)/npm/node_modules
[ -r "$modules/tuf-js/package.json" ] || skip_all 'npm is not here, and with it tuf-js'
export HOME="$TMP" XDG_DATA_HOME="$TMP/data" PYTHONDONTWRITEBYTECODE=1
mkdir -p "$TMP/keys" "$TMP/js/metadata" "$TMP/js/targets" "$TMP/served"
cat >"$TMP/js/walk.js" <<'JS'
const { Updater } = require(process.argv[2] + '/tuf-js');
const base = process.argv[3], dir = process.argv[4];
const u = new Updater({ metadataDir: dir + '/metadata', metadataBaseUrl: base, targetDir: dir + '/targets',
  targetBaseUrl: base + '/targets', config: { fetchRetries: 0, fetchRetry: 0 } });
(async () => {
  await u.refresh();
  const info = await u.getTargetInfo('trusted_root.json');
  if (!info) throw new Error('no target');
  await u.downloadTarget(info);
})().catch((e) => { console.error(e.message); process.exit(4); });
JS
make() { # NAME=VALUE...
	python3 "$FIXTURE/tuf.py" "$TMP/served/own" "$TMP/keys" trusted_root="$ROOT/data/sigstore-root.json" "$@"
}
files_start "$TMP/served"
base=http://$FILES/plain/own
both() { # NAME WANT: 0 both take it, 1 both refuse it
	tuf_js=0 ours=0
	node "$TMP/js/walk.js" "$modules" "$base" "$TMP/js" >"$TMP/js.said" 2>&1 || tuf_js=1
	"$OAKUM" trust update --root "$TMP/root.json" --mirror "$base" >"$TMP/said" 2>&1 || ours=1
	is "$1: tuf-js" "$tuf_js" "$2"
	[ "$tuf_js" = "$2" ] || tap_note "$(cat "$TMP/js.said")"
	is "$1: oakum" "$ours" "$2"
	[ "$ours" = "$2" ] || tap_note "$(cat "$TMP/said")"
}
make
cp "$TMP/served/own/root.json" "$TMP/root.json"
cp "$TMP/root.json" "$TMP/js/metadata/root.json"
both 'the first one' 0
both 'the same again' 0
make root=2 timestamp=3 snapshot=3 targets=3
both 'a later one, by a later root' 0
make root=2 timestamp=2 snapshot=3 targets=3
both 'a timestamp that goes back' 1
make root=2 timestamp=4 snapshot=2 targets=3
both 'a snapshot that goes back' 1
make root=2 timestamp=4 snapshot=4 targets=2
both 'targets that go back' 1
make root=2 timestamp=5 snapshot=5 targets=5 expires=2026-01-01T00:00:00Z
both 'one that has expired' 1
make root=2 timestamp=6 snapshot=6 targets=6
rm "$TMP/served/own/6.targets.json"
both 'one without its targets' 1
make root=2 timestamp=7 snapshot=7 targets=7
mv "$TMP/keys/online.pem" "$TMP/keys/online.old"
python3 - "$TMP/served/own/timestamp.json" <<'EOF2'
import sys
with open(sys.argv[1], 'r+') as f:
    text = f.read().replace('"version": 7', '"version": 8')
    f.seek(0)
    f.write(text)
EOF2
both 'a timestamp that was changed' 1
mv "$TMP/keys/root.pem" "$TMP/keys/root.old"
make root=3 timestamp=9 snapshot=9 targets=9
both 'a root by new keys alone' 1
mv "$TMP/keys/root.old" "$TMP/keys/root.pem"
make root=3 timestamp=9 snapshot=9 targets=9
both 'a root that brings new keys for the rest' 0
make root=4 timestamp=10 snapshot=10 targets=10 rsa=online,targets padding=pkcs1
both 'keys of RSA that sign as nobody asked' 1
make root=4 timestamp=11 snapshot=11 targets=11 rsa=online,targets
both 'keys of RSA, by PSS' 0
make root=5 timestamp=12 snapshot=12 targets=12 rsa=root,online,targets
both 'a root by a key of RSA that nobody knew' 1
files_stop
done_testing
