#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demo images, real ones: the audit lists what tarfile, dpkg-query and the service's own deps.json
# list. Every package of the service is there, and no project of its source.
. "$ROOT/test/tap.sh"

demo=$ROOT/build/demo
cd "$TMP" || exit 1

audited() { # JSON: the same lines as demo_facts.py
	jq -r '(.packages[] | select(.hidden | not) |
			if .ecosystem == "deb" then "deb \(.name) \(.version)"
			elif .path != "app/azmcp" then empty
			elif .assetless then "assetless \(.name) \(.version)"
			else "nuget \(.name) \(.version)" end),
		(.setuid[] | "setuid \(.path)"), (.setgid[] | "setgid \(.path)"),
		(.dotnet.runtimes[] | select(.carried) | "runtime \(.name) \(.version)")' "$1" |
		LC_ALL=C sort
}

count() { # KIND NUMBER
	is "$image: $2 $1" "$(audited "$image.json" | grep -c "^$1 ")" "$2"
}

for image in slim distroless fat; do
	if [ ! -e "$demo/$image/index.json" ]; then
		skip "the demo image $image" 'it could not be made here (test/fixture/make-demo.sh)'
		continue
	fi
	status "$image is audited" 0 "$OAKUM" audit --quiet --format json "oci:$demo/$image"
	mv out "$image.json"
	audited "$image.json" >have
	facts=$demo/$image.facts # they take long to find and change with the image and their finder only
	if [ -z "$(find "$facts" -newer "$demo/$image/index.json" \
		-newer "$FIXTURE/demo_facts.py" 2>/dev/null)" ]; then
		python3 "$FIXTURE/demo_facts.py" "$demo/$image" >want && mv want "$facts"
	fi
	ok "$image: packages, setuid and setgid files, runtimes as its tools list them" \
		diff "$facts" have
	is "$image: nothing was missed" "$(jq -c .gaps "$image.json")" '[]'
	is "$image: no program and no archive is unknown" \
		"$(jq '[.coverage.unknown_kinds | .elf, .pe, .archive | .files] | add' "$image.json")" 0
	count nuget 112 # 110 packages with a file for the runtime, and the two runtimes
	count assetless 1
	count runtime 2
done

# What is unknown is truly unknown: a setting of mmdebstrap; a script that base-files marks as
# configuration, so that no checksum names it; data of applications.
unknown() { # JSON
	jq -r '[.coverage.unknown_folders[] | "\(.path) \(.files)"] | join(", ")' "$1"
}
[ ! -e slim.json ] || is 'slim: what is unknown' "$(unknown slim.json)" 'etc/dpkg 1'
[ ! -e distroless.json ] || is 'distroless: what is unknown' "$(unknown distroless.json)" 'etc/update-motd.d 1'
[ ! -e fat.json ] || is 'fat: what is unknown' "$(unknown fat.json)" 'opt/autorest 75, app 1'

image=fat
if [ -e "$image.json" ]; then
	count deb 222
	count setuid 10
	count setgid 5
	is 'fat: five layers' "$(jq '.layers | length' fat.json)" 5
	like 'fat: what a later layer deleted is still there' \
		"$(jq -r '.hidden.notable[].path' fat.json)" '^root/.aws/credentials$'
fi
done_testing
