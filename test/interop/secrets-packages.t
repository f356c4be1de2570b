#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secrets in packages that dpkg-deb, rpmbuild and bsdtar made: in their files, and in the scripts that
# they run. All secrets are made here.
. "$ROOT/test/tap.sh"

for tool in jq dpkg-deb rpmbuild bsdtar; do
	command -v "$tool" >"$TMP/tool" || skip_all "$tool is not installed"
done
cd "$TMP" || exit 1
token=ghp_$(head -c 65536 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9' | head -c 36)
members() { # FILE
	"$OAKUM" secrets --name "$1" -f json - <"$1" >page.json 2>page.err
	jq -r '"\(.gaps)", (.findings[] | "\(.member) \(.line)")' page.json
}

mkdir -p root/etc root/DEBIAN
printf 'name: x\ntoken: %s\n' "$token" >root/etc/file
printf 'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@y>\nDescription: x\n' >root/DEBIAN/control
printf '#!/bin/sh\necho %s\n' "$token" >root/DEBIAN/postinst
chmod 755 root/DEBIAN/postinst
for packer in gzip:.gz xz:.xz zstd:.zst none:; do
	dpkg-deb -Z"${packer%:*}" -b root x.deb >made 2>&1
	is "dpkg-deb, ${packer%:*}" "$(members x.deb)" \
"0
control.tar${packer#*:}!postinst 2
data.tar${packer#*:}!etc/file 2"
done

cat >x.spec <<END
Name: x
Version: 1
Release: 1
Summary: x
License: x
BuildArch: noarch
%description
x
%install
mkdir -p %{buildroot}/etc
cp $TMP/root/etc/file %{buildroot}/etc
%post
echo $token
%files
/etc/file
END
for packer in w9.gzdio w9.bzdio w6.xzdio w3.zstdio; do
	rpmbuild -bb --define "_topdir $TMP/rpm" --define "_binary_payload $packer" x.spec >made 2>&1
	is "rpmbuild, $packer" "$(members rpm/RPMS/noarch/x-1-1.noarch.rpm | sed '/^header /s/ .*//')" \
		$'0\nheader\npayload!etc/file 2'
done

for form in newc odc; do
	bsdtar -C root -cf x.cpio --format "$form" etc
	is "bsdtar, $form" "$(members x.cpio)" $'0\netc/file 2'
done
head -c 190 x.cpio >cut.cpio
is 'cut off: a gap' "$(members cut.cpio | head -1)" 1
done_testing
