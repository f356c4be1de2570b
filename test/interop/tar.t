#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tar reader says of an archive what libarchive, GNU tar and Python say, whoever wrote it.
. "$ROOT/test/tap.sh"

tools=$(dirname "$OAKUM")/test/interop
peers=$ROOT/test/interop/tar_peers.py
[ -x "$tools/tar_list" ] || skip_all 'tar_list is not built'
cd "$TMP" || exit 1

# A tree with all that a tar archive can hold.
long=$(printf '%080d' 7)
mkdir -p tree/empty "tree/$long/$long/$long" tree/dir/sub
echo hello >tree/hello
: >tree/dir/none
head -c 70000 /dev/zero | tr '\0' 'z' >tree/dir/sub/large
echo deep >"tree/$long/$long/$long/file"
ln tree/hello tree/hard
ln "tree/$long/$long/$long/file" tree/hard-to-long
ln -s hello tree/soft
ln -s "$long/$long/$long/file" tree/soft-to-long
echo odd >"tree/sp ace
and\\line"
echo utf >'tree/größe'
printf 'x' >"$(printf 'tree/bytes-\377\376')"
mkfifo tree/fifo
truncate -s 1M tree/holes
printf data | dd of=tree/holes bs=1 seek=300000 conv=notrunc 2>/dev/null
truncate -s 9G tree/huge
chmod 4755 tree/hello
chmod 2711 tree/dir
chmod 1777 tree/empty
touch -d '1960-01-02 03:04:05 UTC' tree/dir/none
touch -d '2300-01-01 00:00:00.75 UTC' tree/dir/sub/large
if [ "$(id -u)" = 0 ]; then
	chown 3000000:3000001 tree/dir/sub/large
	mknod tree/null c 1 3 2>/dev/null
	mknod tree/disk b 8 17 2>/dev/null
	setcap cap_net_bind_service+ep tree/dir/sub/large 2>/dev/null
fi

# Both sides without the slash behind a folder's name, which some readers drop.
plain() {
	awk -F '\t' -v OFS='\t' '{ sub("/$", "", $8); print }'
}

# A row has 11 columns; Python tells no capability, GNU tar neither that nor a sum.
agree() { # NAME ARCHIVE PEERS
	"$tools/tar_list" "$2" 2>said | plain >ours
	is "$1: is read" "$(cat said)" ''
	for peer in $3; do
		case $peer in
		libarchive) "$tools/archive_list" "$2" 2>&1 | plain >theirs && cp ours mine ;;
		python) python3 "$peers" python "$2" 2>&1 | plain >theirs && cut -f 1-9,11 ours >mine ;;
		gnu) python3 "$peers" gnu "$2" 2>&1 | plain >theirs && cut -f 1-9 ours >mine ;;
		esac
		status "$1: as $peer says ($(wc -l <mine) entries)" 0 diff mine theirs
		head -n 12 out | sed 's/^/# /'
	done
	[ -s ours ] || tap_say 'not ok' "$1: has entries"
}

small='--exclude=huge'
for format in v7 oldgnu gnu ustar posix; do
	tar -C tree --format=$format $small -cf $format.tar . 2>/dev/null
	agree "GNU tar $format" $format.tar 'libarchive gnu python'
done
for format in oldgnu gnu posix; do
	tar -C tree --format=$format --sparse -cf sparse.tar . 2>/dev/null
	agree "GNU tar $format sparse" sparse.tar 'libarchive gnu python'
done
for version in 0.0 0.1 1.0; do
	tar -C tree --format=posix --sparse --sparse-version=$version -cf sparse.tar . 2>/dev/null
	agree "GNU tar sparse $version" sparse.tar 'libarchive gnu python'
done
tar -C tree --format=posix --xattrs --xattrs-include='*' $small -cf xattrs.tar . 2>/dev/null
agree 'GNU tar xattrs' xattrs.tar 'libarchive gnu python'
if grep -aq SCHILY.xattr.security.capability xattrs.tar; then
	# cap_net_bind_service+ep: VFS_CAP_REVISION_2 and the effective flag, bit 10 permitted.
	is 'the capability is read' "$("$tools/tar_list" xattrs.tar | cut -f 10 | grep .)" \
		0100000200040000000000000000000000000000
else
	skip 'the capability is read' 'this file system keeps none'
fi
tar -C tree --format=gnu --incremental $small -cf incremental.tar . 2>/dev/null
agree 'GNU tar incremental' incremental.tar 'libarchive gnu'
tar -C tree --format=gnu -V label $small -cf label.tar . 2>/dev/null
agree 'GNU tar with a label' label.tar libarchive
tar -C tree --format=posix --pax-option=globexthdr.name=g,mtime=5,uid=9 $small \
	-cf global.tar . 2>/dev/null
agree 'GNU tar with a global header' global.tar 'gnu python'

for format in pax ustar gnutar v7; do
	bsdtar -C tree --format=$format --exclude=huge -cf $format.tar . 2>/dev/null
	agree "bsdtar $format" $format.tar 'libarchive gnu python'
done
for format in ustar gnu pax; do
	python3 "$peers" make $format tree python.tar
	agree "python $format" python.tar 'libarchive gnu python'
done

# However the stream is cut, the same is read; and the comparison can fail.
"$tools/tar_list" posix.tar >whole
for chunk in 1 511 513 4096; do
	"$tools/tar_list" posix.tar $chunk >pieces
	status "in pieces of $chunk" 0 cmp whole pieces
done
sed 's/hello/hallo/' posix.tar >other.tar
status 'a changed archive is refused' 3 "$tools/tar_list" other.tar
head -c 70000 posix.tar >cut.tar
status 'a cut archive is refused' 3 "$tools/tar_list" cut.tar
done_testing
