#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The table of `oakum diff`: each number before and after, counted by hand in test/fixture/tiny.sh or
# made here; absent where nobody asked, or nobody can know. (Packages and settings: sbom-check.t.)
. "$ROOT/test/tap.sh"
. "$FIXTURE/layout.sh"

export SOURCE_DATE_EPOCH=1795305600 OAKUM_QUIET=1 OAKUM_NO_CACHE=1 XDG_CACHE_HOME="$TMP/cache"
cd "$TMP" || exit 1
"$FIXTURE/tiny.sh" .

measure() { # NAME: before and after
	jq -c --arg n "$1" '.measures[$n] | [.before, .after]' out
}

status 'two images' 0 "$OAKUM" diff -f json oci:careless oci:careful
is 'files' "$(measure files)" '[15,4]'
is 'packages, the distribution with them' "$(measure packages)" '[3,2]'
is 'a setuid file, a setgid one, one with capabilities' "$(measure setuid)" '[3,0]'
is 'shells' "$(measure shells)" '[2,0]'
is 'users' "$(measure user)" '["root","1654"]'
is 'settings that hold' "$(measure hardened)" '[1,6]'
is 'what is stored of each' "$(measure compressed)" "[$(for i in careless careful; do
	jq '[.layers[].size] | add' $i/blobs/sha256/"$(jq -r '.manifests[0].digest[7:]' $i/index.json)"
done | paste -sd,)]"
is 'no database: nothing of vulnerabilities' "$(measure vulnerabilities)" '[null,null]'
is 'nothing was started' "$(measure 'attacks held')" '[null,null]'
status 'for people' 0 "$OAKUM" diff oci:careless oci:careful
like 'sizes with their change' "$(cat out)" '^  compressed +2.0 MB +5.1 kB +-100 %$'
like 'no percentage of a few' "$(cat out)" '^  setuid +3 +0$'
like 'a word' "$(cat out)" '^  user +root +1654$'

# A token and two known vulnerabilities, of which one is mended.
mkdir -p before/etc before/var/lib/dpkg before/app
printf 'ID=debian\nVERSION_ID=12\n' >before/etc/os-release
cp -r before after
installed() { # FOLDER VERSION
	printf 'Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n\n' \
		"$2" >"$1/var/lib/dpkg/status"
}
installed before 3.0.9-1
installed after 3.0.15-1
printf 'token = "ghp_%s"\n' "$(tr -dc 'A-Za-z0-9' </dev/urandom | head -c 36)" >before/app/settings
cat >distro.yaml <<'END'
- bucket: debian 12
  pairs:
    - bucket: openssl
      pairs:
        - key: CVE-2026-0001
          value: {FixedVersion: 3.0.15-1}
        - key: CVE-2026-0002
          value: {FixedVersion: 3.0.16-1}
END
cat >more.yaml <<'END'
- bucket: vulnerability
  pairs:
    - key: CVE-2026-0001
      value: {VendorSeverity: {nvd: 4}}
    - key: CVE-2026-0002
      value: {VendorSeverity: {nvd: 3}}
END
status 'a database' 0 "$OAKUM" db build -o our.db trivy-yaml:distro.yaml trivy-yaml:more.yaml
status 'two root file systems' 0 "$OAKUM" diff -f json --db our.db rootfs:before rootfs:after
is 'secrets' "$(measure secrets)" '[1,0]'
is 'vulnerabilities' "$(measure vulnerabilities)" '[2,1]'
is 'critical ones' "$(measure critical)" '[1,0]'
is 'high ones' "$(measure high)" '[1,1]'
is 'nobody knows its user' "$(measure user)" '[null,null]'
status 'nobody looks for secrets' 0 "$OAKUM" diff -f json --skip-secrets rootfs:before rootfs:after
is 'and nothing is said of them' "$(measure secrets)" '[null,null]'
status 'a database that is not there' 3 "$OAKUM" diff --db none.db rootfs:before rootfs:after
status 'a bill and an image' 0 "$OAKUM" sbom -f spdx-json -o bill.json rootfs:before
status 'have no table' 0 "$OAKUM" diff -f json sbom:bill.json rootfs:after
is 'none' "$(jq .measures out)" null

# Attacked: a shell that is there is found.
image() { # NAME FILE...
	local name=$1

	shift
	mkdir -p "$name.root/bin"
	cp "$BUILD/test/interop/health_program" "$name.root/program"
	for file; do cp "$BUILD/test/interop/health_program" "$name.root/$file"; done
	tar --numeric-owner --owner=0 --group=0 -C "$name.root" -cf layer.tar .
	layout_begin "$name" 2026-11-01T00:00:00Z
	layout_layer layer.tar 'COPY . /'
	layout_finish '{"User": "1654", "Entrypoint": ["/program"]}'
}
image open bin/sh
image closed
if "$OAKUM" run oci:closed -- exit >have 2>&1; then
	status 'two that are attacked' 0 "$OAKUM" diff -f json --prove oci:open oci:closed
	is 'one more attack is held' \
		"$(jq '.measures["attacks held"] | .after - .before' out)" 1
else
	skip 'attacks' "no container can be started here: $(head -c 100 have)"
fi
done_testing
