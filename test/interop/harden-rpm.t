#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hardened images with rpm's database: packages made by rpmbuild, whose files are counted one by one. rpm lists what
# is left of them, and so does Oakum; the other forms of the database are read by rpm and Berkeley DB where these
# can, and all by Oakum.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/layout.sh
. "$FIXTURE/layout.sh"

LIST=$ROOT/test/interop/harden_list.py
export PYTHONDONTWRITEBYTECODE=1
cd "$TMP" || exit 1
for tool in rpm rpmbuild cc python3 jq; do
	command -v $tool >found || skip_all "$tool is missing"
done

# -- files and packages -----------------------------------------------------------------------------
compile() { # FILE FLAG...
	local out=files/$1

	shift
	mkdir -p "${out%/*}"
	echo 'int work(void) { return 0; } int main(void) { return work(); }' |
		cc -Os -nostdlib -Wl,--no-as-needed -o "$out" -xc - -xnone "$@"
}
library() { # FILE SONAME NEEDED...
	local file=$1 soname=$2

	shift 2
	compile "$file" -shared -fPIC "-Wl,-soname,$soname" "$@"
}
lib=usr/lib64
library $lib/ld-linux-x86-64.so.2 ld-linux-x86-64.so.2 || skip_all 'no library can be made'
library $lib/libc.so.6 libc.so.6
library $lib/libfoo.so.1.0 libfoo.so.1 files/$lib/libc.so.6
library $lib/librpm.so.9 librpm.so.9 files/$lib/libc.so.6
library $lib/libold.so.3 libold.so.3 files/$lib/libc.so.6
compile srv/shop/app -Wl,-e,main,--dynamic-linker=/lib64/ld-linux-x86-64.so.2 files/$lib/libfoo.so.1.0 \
	files/$lib/libc.so.6
for program in bash foo-config tool rpm rpmkeys microdnf tdnf; do
	compile usr/bin/$program -static -Wl,-e,main
done
(
	cd files || exit 1
	mkdir -p etc usr/lib usr/share/{foo,foo-data,doc/manual,licenses/{libfoo,bash}} var/lib/{dnf,rpm-state} \
		root/buildinfo/content_manifests
	echo '{"content_sets": []}' >root/buildinfo/content_manifests/sets.json
	ln -s usr/bin bin
	ln -s $lib lib64
	ln -s libfoo.so.1.0 $lib/libfoo.so.1
	printf '#!/usr/bin/python3\nimport dnf\n' >usr/bin/dnf-3
	chmod 755 usr/bin/dnf-3
	ln -s dnf-3 usr/bin/dnf
	ln -s dnf-3 usr/bin/yum
	printf 'ID=almalinux\nVERSION_ID="9.4"\n' >usr/lib/os-release
	ln -s ../usr/lib/os-release etc/os-release
	echo 'root:x:0:0:root:/root:/bin/bash' >etc/passwd
	echo 'root:x:0:' >etc/group
	for file in etc/foo.conf etc/tool.conf usr/share/foo/table usr/share/doc/manual/text var/lib/dnf/history.sqlite \
		usr/share/licenses/{libfoo,bash}/COPYING; do
		echo x >"$file"
	done
	for i in $(seq 300); do echo x >usr/share/foo-data/file-"$i"; done
)

cat >all.spec <<'END'
Name: filesystem
Version: 3.16
Release: 5
Summary: x
License: MIT
AutoReqProv: no
%description
x
%install
cp -a %{made_here}/. %{buildroot}
%files
%dir /usr
END
package() { # NAME VERSION-RELEASE ARCHITECTURE FIELD... -- FILE...
	local name=$1

	printf '%%package -n %s\nVersion: %s\nRelease: %s\nSummary: x\nAutoReqProv: no\n' "$1" "${2%-*}" "${2#*-}"
	[ "$3" != noarch ] || echo 'BuildArch: noarch'
	shift 3
	while [ "$1" != -- ]; do
		echo "$1"
		shift
	done
	shift
	printf '%%description -n %s\nx\n%%files -n %s\n' "$name" "$name"
	[ $# = 0 ] || printf '/%s\n' "$@"
} >>all.spec
x=x86_64
package setup 2.13-1 noarch -- etc/passwd etc/group
package release 9.4-1 noarch -- usr/lib/os-release etc/os-release
package glibc 2.34-100 $x -- $lib/ld-linux-x86-64.so.2 $lib/libc.so.6
package libfoo 1.0-2 $x 'Epoch: 3' 'Requires: foo-data' 'Provides: libfoo.so.1()(64bit)' -- $lib/libfoo.so.1.0 \
	$lib/libfoo.so.1 usr/share/foo/table usr/bin/foo-config usr/share/licenses/libfoo/COPYING
package foo-data 1.0-2 noarch 'Requires: glibc' -- usr/share/foo-data
package foo 1.0-2 $x 'Requires: libfoo' -- etc/foo.conf
package tool 7-1 $x -- usr/bin/tool etc/tool.conf
package libold 3-1 $x -- $lib/libold.so.3
package bash 5.1-9 $x -- usr/bin/bash
package manual 1-1 noarch -- usr/share/doc/manual/text
package rpm 4.16-30 $x -- usr/bin/rpm usr/bin/rpmkeys
package rpm-libs 4.16-30 $x -- $lib/librpm.so.9
package dnf 4.14-9 noarch 'Requires: rpm' -- usr/bin/dnf-3 usr/bin/dnf usr/bin/yum
package microdnf 3.9-3 $x -- usr/bin/microdnf
package tdnf 3.5-1 $x -- usr/bin/tdnf
for i in $(seq 20); do
	mkdir -p "files/usr/share/many$i"
	echo x >"files/usr/share/many$i/file"
	package "many$i" 1-1 noarch -- "usr/share/many$i/file"
done
rpmbuild --quiet -bb --define "made_here $TMP/files" --define '_unpackaged_files_terminate_build 0' \
	--define "_topdir $TMP/build" --define "_tmppath $TMP" \
	--define 'debug_package %{nil}' \
	--define '__os_install_post %{nil}' --define '_build_id_links none' --define '__brp_mangle_shebangs %{nil}' \
	--define '_build_name_fmt %%{NAME}.rpm' all.spec >log 2>&1 || tap_note "$(tail -n 5 log)"
db=$TMP/db
rpm --dbpath "$db" --root / --justdb --nodeps --noscripts --ignorearch -i build/RPMS/*.rpm >log 2>&1 ||
	tap_note "$(tail -n 5 log)"
is 'packages are made' "$(rpm --dbpath "$db" -qa 2>log | wc -l)" 36
[ -s "$db/rpmdb.sqlite" ] || done_testing

# -- images -----------------------------------------------------------------------------------------
home=usr/lib/sysimage/rpm
image() { # NAME: of files, with what is in the folder db-NAME as the database
	rm -rf "root-$1" "$1"
	cp -a files "root-$1"
	mkdir -p "root-$1/$home" "root-$1/var/lib"
	cp -a "db-$1/." "root-$1/$home"
	ln -s ../../$home "root-$1/var/lib/rpm"
	tar --sort=name --mtime=@1700000000 --owner=0 --group=0 -C "root-$1" -cf layer.tar .
	layout_begin "$1" 2026-11-01T00:00:00Z
	layout_layer layer.tar system
	# chmod(1) in a later layer: the file comes again, and is its package's all the same
	tar --mtime=@1700000000 --owner=0 --group=0 --mode=0555 -C "root-$1" -cf layer.tar $lib/libc.so.6
	layout_layer layer.tar chmod
	layout_finish '{"Entrypoint": ["/srv/shop/app"], "Env": ["PATH=/usr/bin", "TOOL=/etc/tool.conf"]}'
}
harden() { # NAME: to hard-NAME, unpacked in is-NAME, what it says in NAME.json
	rm -rf "hard-$1" "is-$1"
	status "$1: hardened" 0 "$OAKUM" harden -q -f json -o "oci:hard-$1" "oci:$1"
	mv out "$1.json"
	mkdir "is-$1"
	"$LIST" unpack "hard-$1" "is-$1"
}
ours() { # LAYOUT: Oakum's bill
	"$OAKUM" sbom -q -f spdx-json "oci:$1" | jq -r '.packages[] | select(any(.externalRefs[]?;
		.referenceLocator | startswith("pkg:rpm"))) | "\(.name) \(.versionInfo)"' | LC_ALL=C sort
}
theirs() { # FLAG...: rpm's
	rpm "$@" -qa --qf '%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\n' 2>rpm-log | LC_ALL=C sort
}
cat >want <<'END'
foo-data 1.0-2
glibc 2.34-100
libfoo 3:1.0-2
release 9.4-1
setup 2.13-1
tool 7-1
END

# -- SQLite -----------------------------------------------------------------------------------------
cp -a db db-sqlite
: >db-sqlite/rpmdb.sqlite-wal
image sqlite
harden sqlite
theirs --dbpath "$TMP/is-sqlite/$home" >have
ok 'rpm lists the packages that are there' diff want have
ours hard-sqlite >have
ok 'and so does the bill' diff want have
theirs --dbpath "$db" | while read -r name _; do
	rpm --dbpath "$db" -q --qf '[%{FILENAMES} %{FILEMODES:octal}\n]' "$name" 2>log | while read -r file mode; do
		case $mode$file in
		*/usr/share/doc/* | */usr/share/licenses/*) ;;
		100*) [ ! -f "is-sqlite$file" ] || echo "$name" ;;
		esac
	done
done | LC_ALL=C sort -u >have
ok 'these are the packages of which files are left' diff <(cut -d ' ' -f 1 want) have
ok 'what names the repositories of its packages is there' test -f \
	is-sqlite/root/buildinfo/content_manifests/sets.json
like 'the program is there' "$("$LIST" list hard-sqlite)" ' srv/shop/app$'
is 'beside the database nothing is left of it' "$(find is-sqlite/$home -type f)" "is-sqlite/$home/rpmdb.sqlite"
is 'nor of what installs packages' "$(find is-sqlite | grep -E 'bin/|lib/(dnf|yum|rpm-state)|librpm')" ''
is 'the licence of what stays is there, no other' "$(find is-sqlite/usr/share/licenses -type f)" \
	is-sqlite/usr/share/licenses/libfoo/COPYING
managers() { # LAYOUT: that the audit finds
	"$OAKUM" audit -q -f json "oci:$1" |
		jq -r '.tools[]? | select(.group == "package-manager").name' | sort | tr '\n' ' '
}
is 'the audit found managers' "$(managers sqlite)" 'dnf microdnf rpm tdnf yum '
is 'the audit finds none' "$(managers hard-sqlite)" ''
is 'none is counted' "$(jq -c '[.before.package_managers > 0, .after.package_managers, .after.packages]' sqlite.json)" \
	'[true,0,6]'
unlike 'nothing is left whole' "$(jq -r '.notes[]' sqlite.json)" 'rpm'
python3 - "$db/rpmdb.sqlite" "is-sqlite/$home/rpmdb.sqlite" >have <<'END'
import sqlite3, sys
old, new = (sqlite3.connect('file:%s?mode=ro' % f, uri=True) for f in sys.argv[1:])
print(*new.execute('PRAGMA integrity_check').fetchone())
print(new.execute('PRAGMA foreign_key_check').fetchall())
stay = {n for n, in new.execute('SELECT hnum FROM Packages')}
schema = """SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'
    ORDER BY name"""
squeeze = lambda rows: [(*r[:3], r[3] and r[3].replace('IF NOT EXISTS ', '')) for r in rows]
print(squeeze(old.execute(schema)) == squeeze(new.execute(schema)))
for name, in old.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
    at = 0 if name == 'Packages' else 1
    want, have = (sorted(db.execute('SELECT * FROM "%s"' % name)) for db in (old, new))
    if have != [row for row in want if row[at] in stay]:
        print('other rows in', name)
END
is 'SQLite finds it sound; every row of what stays, no other' "$(cat have)" "$(printf 'ok\n[]\nTrue')"
q() { rpm --dbpath "$TMP/is-sqlite/$home" -q "$@" 2>&1; }
is 'whose file is it: by the index' "$(q --qf '%{NAME}\n' -f /usr/lib64/libfoo.so.1.0)" libfoo
is 'who provides it: by the index' "$(q --qf '%{NAME}\n' --whatprovides 'libfoo.so.1()(64bit)')" libfoo
is 'by name: by the index' "$(q --qf '%{NAME}\n' foo-data)" foo-data
like 'who is gone is not installed' "$(q bash)" 'not installed'
is 'rpm can write to it' "$(rpm --dbpath "$TMP/is-sqlite/$home" -e --justdb --nodeps tool 2>log;
	theirs --dbpath "$TMP/is-sqlite/$home" | wc -l)" 5
mv hard-sqlite first
harden sqlite
ok 'twice the same octets' diff -r first hard-sqlite
mv first again
rm -rf hard-again
status 'hardened twice' 0 "$OAKUM" harden -q -o oci:hard-again oci:again
ours hard-again >have
ok 'it is the same' diff want have

# -- findings ---------------------------------------------------------------------------------------
advisory() { # ID PACKAGE
	printf '{"id": "ALSA-2026:%s", "modified": "2026-10-01T00:00:00Z", "related": ["CVE-2026-%s"], "affected":
		[{"package": {"ecosystem": "AlmaLinux:9", "name": "%s"}, "ranges": [{"type": "ECOSYSTEM", "events":
		[{"introduced": "0"}, {"fixed": "9:99-1"}]}]}]}\n' "$1" "$1" "$2" >"feed/$1.json"
}
mkdir feed
n=1000
for name in glibc libfoo libold bash rpm rpm-libs dnf; do
	advisory $((n = n + 1)) $name
done
status 'advisories' 0 "$OAKUM" db build -q -o rpm.db osv:feed
findings() { # LAYOUT
	"$OAKUM" scan -q --db rpm.db -f json "oci:$1" | jq -r '.Results[].Vulnerabilities[]?.PkgName' | sort | tr '\n' ' '
}
is 'before: findings of all' "$(findings sqlite)" 'bash dnf glibc libfoo libold rpm rpm-libs '
is 'after: of what is there' "$(findings hard-sqlite)" 'glibc libfoo '

# -- the other forms --------------------------------------------------------------------------------
# So many packages that their list needs several pages.
cp "$db/rpmdb.sqlite" many.sqlite
python3 - many.sqlite <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
glibc, = db.execute("SELECT hnum FROM Name WHERE key = 'glibc'").fetchone()
for _ in range(500):
    db.execute('INSERT INTO Packages (blob) SELECT blob FROM Packages WHERE hnum = ?', (glibc,))
db.commit()
END
for form in ndb bdb bdb-swapped; do
	mkdir db-$form
	file=Packages
	[ $form != ndb ] || file=Packages.db
	python3 "$ROOT/test/interop/rpm_write.py" $form many.sqlite db-$form/$file
	for index in Name Basenames __db.001 Index.db .rpm.lock; do
		echo x >db-$form/$index
	done
	image $form
	harden $form
	ours hard-$form >have
	ok "$form: the bill has the packages that are there" diff want have
	"$OAKUM" audit -q -f json oci:hard-$form >audit.json
	is "$form: no gap" "$(jq -r '.gaps[]?.text' audit.json | grep -i 'rpm\|database')" ''
	is "$form: no index of what is gone" "$(find is-$form/$home -type f)" "is-$form/$home/$file"
	if [ $form != ndb ]; then
		theirs --dbpath "$TMP/is-$form/$home" --define '_db_backend bdb_ro' >have
		if grep -q 'invalid %_db_backend' rpm-log; then
			skip "$form: rpm reads the same" 'this rpm does not read Berkeley DB'
		else
			ok "$form: rpm reads the same" diff want <(uniq have)
			is "$form: all of them" "$(wc -l <have)" 506
		fi
		if command -v db_verify >found; then
			status "$form: Berkeley DB finds it sound" 0 db_verify -q "is-$form/$home/$file"
			db_dump "is-$form/$home/$file" >dump 2>&1
			is "$form: it has the headers and the last number" "$(grep -c '^ ' dump)" 1014
		else
			skip "$form: Berkeley DB finds it sound" 'db_verify is missing'
		fi
	fi
done

# -- what nobody here can edit ----------------------------------------------------------------------
cp -a db-sqlite db-pending
echo 'a log' >db-pending/rpmdb.sqlite-wal
image pending
harden pending
ok 'with a log beside it the database is left alone' cmp db-pending/rpmdb.sqlite "is-pending/$home/rpmdb.sqlite"
ok 'and so is the log' cmp db-pending/rpmdb.sqlite-wal "is-pending/$home/rpmdb.sqlite-wal"
like 'and that is said' "$(jq -r '.notes[]' pending.json)" 'may name what is gone, .*rpmdb.sqlite: .* a log beside it'
mkdir db-list
image list
rm root-list/var/lib/rpm
mkdir -p root-list/var/lib/rpmmanifest
format='%{NAME}\t%{VERSION}-%{RELEASE}\t1\t1\tx\t%{EPOCH}\t1\t%{ARCH}\t%{EPOCHNUM}\t%{SOURCERPM}\n'
rpm --dbpath "$db" -qa --qf "$format" 2>log \
	>root-list/var/lib/rpmmanifest/container-manifest-2
tar --sort=name --mtime=@1700000000 --owner=0 --group=0 -C root-list -cf layer.tar .
rm -rf list
layout_begin list 2026-11-01T00:00:00Z
layout_layer layer.tar system
layout_finish '{"Entrypoint": ["/srv/shop/app"]}'
harden list
is 'of a list nobody knows whose files are whose: it stays' "$(ours hard-list | wc -l)" 36
like 'and that is said' "$(jq -r '.notes[]' list.json)" \
	'may name what is gone, .*container-manifest-2: it does not tell whose the files are'

# -- what cannot be read ----------------------------------------------------------------------------
cp -a db-sqlite db-broken
python3 - db-broken/rpmdb.sqlite <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE Packages SET blob = substr(blob, 1, 100) WHERE hnum = 7")
db.commit()
db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
db.close()
END
: >db-broken/rpmdb.sqlite-wal
image broken
status 'a header that is cut off' 3 "$OAKUM" harden -q -o oci:hard-broken oci:broken
like 'it says which' "$(cat err)" 'rpmdb.sqlite: package 7: the header is cut off'
ok 'nothing is written' test ! -e hard-broken
done_testing
