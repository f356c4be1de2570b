#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The RPM packages of a root file system are those that rpm lists from the same database, in each form
# that such a database has had.
. "$ROOT/test/tap.sh"

for tool in rpm rpmbuild jq python3; do
	command -v "$tool" >"$TMP/tool" || skip_all "$tool is not installed"
done
cd "$TMP" || exit 1

# Some packages, one with an epoch, one of another name than its source, one with many files so that
# its header is longer than a page of any database.
cat >sample.spec <<'EOF'
Name: sample
Version: 1.2~rc3
Release: 4.el9
Summary: A package
License: MIT AND (BSD-3-Clause OR GPL-2.0-or-later)
BuildArch: noarch
Requires: libsample.so.1 >= 9
Requires: (sample-empty or nothing)
Requires: (many3 if nothing)
%description
A package.
%package libs
Summary: Its libraries
Epoch: 7
Version: 9^git1
License: Apache-2.0
Provides: libsample.so.1 = 9
Requires: /usr/bin/sample
%description libs
Libraries.
%package empty
Summary: Nothing
Requires: sample = 1.2~rc3-4.el9
Requires(pre): many2
Recommends: many3
%description empty
Nothing.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/sample/deep %{buildroot}/usr/lib
echo x >%{buildroot}/usr/bin/sample
ln -s sample %{buildroot}/usr/bin/link
echo x >%{buildroot}/usr/lib/libsample.so.1
for i in $(seq 1500); do echo x >%{buildroot}/usr/share/sample/deep/file-$i; done
%files
/usr/bin/*
/usr/share/sample
%files libs
/usr/lib/libsample.so.1
%files empty
EOF
status 'packages are built' 0 rpmbuild --quiet -bb --define "_topdir $TMP/build" \
	--define "_tmppath $TMP" --define '_build_name_fmt %%{NAME}.rpm' sample.spec
for i in $(seq 60); do
	printf 'Name: many%d\nVersion: %d\nRelease: 1\nSummary: x\nLicense: MIT\n' "$i" "$i"
	printf 'BuildArch: noarch\n%%description\nx\n%%files\n'
done | awk -v RS='Name: ' 'NR > 1 { printf "Name: %s", $0 >("many" NR ".spec") }'
rpmbuild --quiet -bb --define "_topdir $TMP/build" --define "_tmppath $TMP" \
	--define '_build_name_fmt %%{NAME}.rpm' many*.spec >log 2>&1 || tap_note "$(cat log)"

theirs() { # DATABASE...: name, epoch:version-release, architecture, licence, source and its version
	format='%{NAME}\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\t%{ARCH}\t%{LICENSE}\t%{SOURCERPM}\n'
	rpm "$@" -qa --qf "$format" 2>rpm-log |
		sed -E 's/\t([^\t]+)-([^-\t]+-[^-\t]+)\.src\.rpm$/\t\1\t\2/' | sort
}

ours() { # ROOT
	"$OAKUM" audit --format json --quiet "rootfs:$1" >audit.json || return 1
	jq -r '.packages[] | select(.ecosystem == "rpm" and (.hidden // false | not)) |
		[.name, .version, .architecture, .licence, .source.name, .source.version] | @tsv' \
		audit.json | sort
}

gaps() {
	jq -r '.gaps[]?.text' audit.json | grep -i 'rpm\|database'
}

# same NAME ROOT: the packages in ROOT are those of the file `want`, and nothing is in the way.
same() {
	ours "$2" >have || tap_note 'oakum audit failed'
	ok "$1: $(wc -l <want) packages" diff want have
	[ -s want ] || tap_say 'not ok' "$1: rpm lists none"
	is "$1: no gap" "$(gaps)" ''
}

# cut_off NAME ROOT FILE: half a database is no clean image.
cut_off() {
	truncate -s $(($(stat -c %s "$2/$3") / 2)) "$2/$3"
	ours "$2" >have || tap_note 'oakum audit failed'
	like "$1: a database that is cut off is a gap" "$(gaps)" 'rpm database cannot be read whole'
}

make_root() { # NAME FOLDER
	mkdir -p "$1/$2" "$1/etc"
	printf 'ID=rhel\nVERSION_ID="9.4"\n' >"$1/etc/os-release"
}

make_root sqlite usr/lib/sysimage/rpm
db=$TMP/sqlite/usr/lib/sysimage/rpm
rpm --dbpath "$db" --root / --justdb --nodeps --noscripts -i build/RPMS/*.rpm >log 2>&1 ||
	tap_note "$(cat log)"
theirs --dbpath "$db" >want
is 'sqlite: all that were built' "$(wc -l <want)" 63
same sqlite sqlite

# Who needs whom: for each capability that rpm says a package needs, the package that rpm says provides
# it; of the rich ones "or" is understood.
for package in $(rpm --dbpath "$db" -qa --qf '%{NAME}\n' 2>rpm-log); do
	rpm --dbpath "$db" -q --requires "$package" 2>rpm-log | grep -v '^(' | while read -r need rest; do
		rpm --dbpath "$db" -q --whatprovides "$need" --qf "$package\\t%{NAME}\\n" 2>rpm-log |
			grep -v '^no package'
	done
done >needs
printf 'sample\tsample-empty\n' >>needs
mkdir -p sqlite/usr/bin && echo x >sqlite/usr/bin/sample # a path is met by the file's owner
awk -F '\t' '$1 != $2' needs | sort -u >want-needs
"$OAKUM" sbom --format cyclonedx-json --quiet rootfs:sqlite >bill.json
jq -r '(.components | map({ key: .["bom-ref"], value: .name }) | from_entries) as $name |
	.dependencies[] | $name[.ref] as $from | select($from) | .dependsOn[]? |
	select($name[.]) | [$from, $name[.]] | @tsv' bill.json | sort -u >have-needs
ok 'who needs whom' diff want-needs have-needs
is 'who needs whom: all that were written' "$(wc -l <want-needs)" 5
rpm --dbpath "$db" -e --justdb --nodeps sample-empty many7 many20 many33 >log 2>&1
theirs --dbpath "$db" >want
is 'sqlite: those that are left' "$(wc -l <want)" 59
same 'sqlite, some removed' sqlite
cp want left

# The forms that rpm reads no more, or not here: as its source describes them.
for form in ndb bdb bdb-swapped large; do
	case $form in
	ndb) file=Packages.db ;;
	bdb*) file=Packages ;;
	large) file=rpmdb.sqlite ;;
	esac
	make_root $form var/lib/rpm
	python3 "$ROOT/test/interop/rpm_write.py" $form "$db/rpmdb.sqlite" "$form/var/lib/rpm/$file"
	cp left want
	same $form $form
done
theirs --dbpath "$TMP/bdb/var/lib/rpm" --define '_db_backend bdb_ro' >want
if grep -q 'invalid %_db_backend' rpm-log; then
	skip 'bdb: rpm reads the same' 'this rpm does not read Berkeley DB'
else
	ok 'bdb: rpm reads the same' diff left want
fi

# What rpm --query prints is the manifest of images without a database.
make_root manifest var/lib/rpmmanifest
format='%{NAME}\t%{VERSION}-%{RELEASE}\t%{INSTALLTIME}\t%{BUILDTIME}\t%{VENDOR}\t%{EPOCH}\t%{SIZE}'
rpm --dbpath "$db" -qa --qf "$format\t%{ARCH}\t%{EPOCHNUM}\t%{SOURCERPM}\n" \
	>manifest/var/lib/rpmmanifest/container-manifest-2
rpm --dbpath "$db" -qa >manifest/var/lib/rpmmanifest/container-manifest-1
awk -F '\t' -v OFS='\t' '{ $4 = ""; print }' left >want
same manifest manifest
rm manifest/var/lib/rpmmanifest/container-manifest-2
awk -F '\t' -v OFS='\t' '{ sub(/^[0-9]+:/, "", $2); print $1, $2, $3, "", $1, $2 }' left | sort >want
same 'manifest of names' manifest

cut_off sqlite sqlite usr/lib/sysimage/rpm/rpmdb.sqlite
cut_off ndb ndb var/lib/rpm/Packages.db
cut_off bdb bdb var/lib/rpm/Packages
done_testing
