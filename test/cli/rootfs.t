#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A folder is read like a layer; what cannot be read is said.
. "$ROOT/test/tap.sh"

cd "$TMP" || exit 1
mkdir -p r/etc r/var/lib/dpkg r/srv r/bin
printf 'ID=debian\nVERSION_ID="12"\n' >r/etc/os-release
printf 'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\n\n' >r/var/lib/dpkg/status
printf '\177ELF' >r/bin/su
chmod 4755 r/bin/su
ln -s ../../../../../../etc/passwd r/srv/out
ln -s /nowhere r/srv/dangling
mkfifo r/srv/fifo
audit() { "$OAKUM" audit --quiet --no-cache --format json "$@"; }

status 'a folder is audited' 0 audit rootfs:r
is 'its package' "$(jq -r '[.packages[].name] | join(" ")' out)" bash
is 'its setuid file' "$(jq -r '[.setuid[].path] | join(" ")' out)" bin/su
is 'its files' "$(jq .coverage.total.files out)" 3
is 'nothing is missed' "$(jq -c '[.gaps[].text]' out)" '[]'

truncate -s 8G r/srv/holes
status 'a file of holes does not take its size in time' 0 \
	python3 "$FIXTURE/bounded.py" 10 0 -- "$OAKUM" audit --quiet --no-cache --format json rootfs:r
like 'and is a stated gap' "$(jq -r '.gaps[].text' out)" "srv/holes' is too large"
rm r/srv/holes

if [ "$(id -u)" = 0 ]; then
	skip 'a file that cannot be opened' 'root can open every file'
else
	chmod 0 r/bin/su
	status 'a file that cannot be opened' 0 audit rootfs:r
	like 'is a stated gap' "$(jq -r '.gaps[].text' out)" "bin/su' could not be opened"
	is 'and still counted' "$(jq .coverage.total.files out)" 3
	status 'which can be gated on' 6 audit --fail-on-gap rootfs:r
fi

status 'a folder that is not there' 3 audit rootfs:none
like 'is named' "$(cat err)" "'none'"
done_testing
