#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the store of unpacked layers keeps and what it refuses; what containers find in the layers of
# the demo images, against what GNU tar makes of their octets.
. "$ROOT/test/tap.sh"
. "$FIXTURE/layout.sh"

keep=$BUILD/test/interop/rootfs_keep
[ -x "$keep" ] || skip_all 'rootfs_keep was not built'
cd "$TMP" || exit 1
store=$TMP/store

layer() { # FILE.tar: of the folder `files`
	tar -C files --sort=name --mtime=@0 --owner=0 --group=0 -cf "$1" .
}

image() { # LAYOUT FILE.tar...
	local name=$1 part

	shift
	rm -rf "$name"
	layout_begin "$name" 2026-09-21T00:00:00Z
	for part; do
		cp "$part" part.tar
		layout_layer part.tar "$part"
	done
	layout_finish '{}'
}

drafts() { # how many are left of what failed, and of files without an end
	find "$1" -maxdepth 2 -name '.new-*' | wc -l
}

mkdir -p files/etc
echo 'app:x:7:8::/:' >files/etc/passwd
layer base.tar
echo more >files/etc/more
layer more.tar
rm files/etc/more
mkdir files/bin
echo tool >files/bin/tool
layer other.tar
image one base.tar more.tar
image two base.tar other.tar

# -- kept once --------------------------------------------------------------------------------------

status 'an image is prepared' 0 "$keep" "$store" oci:one
like 'it says where' "$(cat out)" "^layers $store/"
like 'and which layers, the topmost first' "$(cat out)" '^lower [0-9a-f]{32}:[0-9a-f]{32}$'
is 'and which image' "$(sed -n 's/^image //p' out)" "$(jq -r '.manifests[0].digest' one/index.json)"
folder=$(sed -n 's/^layers //p' out)
cp out first
is 'two layers are there' "$(find "$folder" -mindepth 1 -maxdepth 1 -type d | wc -l)" 2
top=$(sed -n 's/^lower \([^:]*\):.*/\1/p' out)
is 'with what stands in them' "$(cat "$folder/$top/etc/more")" more
mv one/blobs blobs
status 'again, without its blobs' 0 "$keep" "$store" oci:one
ok 'it says the same' cmp first out
status 'that is no matter of the layout alone' 1 "$keep" "$TMP/elsewhere" oci:one
mv blobs one/blobs
status 'another image upon the same base' 0 "$keep" "$store" oci:two
is 'shares it' "$(find "$folder" -mindepth 1 -maxdepth 1 -type d | wc -l)" 3
is 'the chain id names it, not the diff_id' "$(find "$folder" -maxdepth 1 \
	-name "$(sha256sum <other.tar | cut -c 1-32)" | wc -l)" 0
is 'of the lowest they are the same' "$(find "$folder" -maxdepth 1 \
	-name "$(sha256sum <base.tar | cut -c 1-32)" | wc -l)" 1

# -- what is refused leaves nothing -----------------------------------------------------------------

refuse() { # NAME KIND PATTERN LAYOUT
	local fresh=$TMP/fresh

	rm -rf "$fresh"
	status "$1" 1 "$keep" "$fresh" "oci:$4"
	like "$1: says so" "$(cat err)" "^$2 .*$3"
	is "$1: nothing is kept" "$(find "$fresh" -mindepth 2 ! -name '*.lock' 2>/dev/null | wc -l)" 0
}

image bad base.tar more.tar
blob=bad/blobs/sha256/$(jq -r '.layers[1].digest[7:]' \
	"bad/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' bad/index.json)")
printf x | dd of="$blob" bs=1 seek=30 conv=notrunc status=none
refuse 'a blob without its digest' format . bad
image bad base.tar more.tar
layout_diff_ids=$(jq -c '.[1] = .[0]' <<<"$layout_diff_ids") layout=bad
layout_finish '{}'
refuse 'a layer without its diff_id' format 'layer 2' bad
tar --transform='s|^.*|../.wh..|' --absolute-names -cf evil.tar -C files etc/passwd
image bad base.tar evil.tar
refuse 'a whiteout of the folder itself' format 'layer 2' bad
head -c 3000 /dev/zero >long
tar -c long | head -c 2000 >cut.tar
image bad cut.tar
refuse 'a tar that ends inside a file' format 'layer 1' bad

# -- other stores -----------------------------------------------------------------------------------

mkdir -p open && chmod 777 open
status 'a store that all can write to' 1 "$keep" "$TMP/open" oci:one
like 'is named' "$(cat err)" "^io $TMP/open: others can write"
ln -s "$store" link
status 'a store that is a link' 1 "$keep" "$TMP/link" oci:one
if [ "$(id -u)" = 0 ]; then
	mkdir -p theirs && chown 1001 theirs
	status 'a store of somebody else' 1 "$keep" "$TMP/theirs" oci:one
else
	skip 'a store of somebody else' 'is made by root'
fi

# -- interrupted, crowded, full ---------------------------------------------------------------------

rm -rf again
mkdir -p again && chmod 700 again
"$keep" "$TMP/again" oci:one >/dev/null
form=$(basename "$(echo again/root* again/user* | tr ' ' '\n' | grep -v '[*]\|lock' | head -n 1)")
mkdir -p "again/$form/.new-1234/a/b" && chmod 0 "again/$form/.new-1234/a"
status 'after one that was interrupted' 0 "$keep" "$TMP/again" oci:two
is 'nothing of it is left' "$(drafts again)" 0

seq 4000 | sed 's/^/files\/f/' | xargs touch
layer large.tar
image large base.tar large.tar
rm -rf again
"$keep" "$TMP/again" oci:large >/dev/null 2>&1 &
sleep 0.1
kill -9 $! 2>/dev/null
wait $! 2>/dev/null
status 'after one that was killed' 0 "$keep" "$TMP/again" oci:large
is 'it is whole' "$(find again/*/ -name 'f*' -type f | wc -l)" 4000
is 'and alone' "$(drafts again)" 0
rm -rf again
pids=
for i in 1 2 3 4; do
	"$keep" "$TMP/again" oci:large >"crowd$i" 2>&1 &
	pids="$pids $!"
done
crowd=0
for pid in $pids; do wait "$pid" || crowd=1; done
is 'four at once' "$crowd" 0
is 'say the same' "$(cat crowd? | sort -u | wc -l)" 3

full() { # a disk of 1 MB: prints status, message and what is left
	mount -t tmpfs -o size=1m,mode=0755 none full || return
	"$keep" "$TMP/full/store" oci:big
	echo "status $?"
	find full/store -mindepth 2 ! -name '*.lock' | wc -l
}
mkdir -p full
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	head -c 3000000 /dev/urandom >files/random
	layer big.tar
	image big base.tar big.tar
	said=$(export -f full; export keep TMP; unshare -m bash -c full 2>&1)
	like 'a full disk: the store is named' "$said" "^(io|limit) .*$TMP/full/store/root.*(No space|are free)"
	like 'a full disk: it fails' "$said" '^status 1$'
	is 'a full disk: nothing is left' "$(tail -n 1 <<<"$said")" 0
else
	skip 'a full disk' 'needs root to make one'
fi

# -- an ordinary user -------------------------------------------------------------------------------

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	mkdir -p users && chown 1001:1001 users
	chmod 755 "$TMP"
	ok 'an ordinary user keeps his own' setpriv --reuid=1001 --regid=1001 --clear-groups \
		"$keep" "$TMP/users/store" oci:one
	is 'all of it is his' "$(find users/store ! -user 1001 | wc -l)" 0
else
	skip 'an ordinary user' 'needs root to become one'
fi

# -- as GNU tar unpacks them ------------------------------------------------------------------------

show() { # FOLDER: its entries, without sockets, devices and the links of files
	(cd "$1" && find . -mindepth 1 ! -type c ! -type b -printf '%P %y %m %U %G %l ' \
		\( -type f -printf '%s %T@\n' -o -printf '\n' \) | sort)
}

demo=${DEMO:-$ROOT/build/demo}
if [ "$(id -u)" = 0 ] && [ -e "$demo/distroless/index.json" ]; then
	"$keep" "$store" "oci:$demo/distroless" >out
	folder=$(sed -n 's/^layers //p' out)
	base=$(sed -n 's/^lower .*:\([^:]*\)$/\1/p' out)
	manifest=$demo/distroless/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' \
		"$demo/distroless/index.json")
	blob=$demo/distroless/blobs/sha256/$(jq -r '.layers[0].digest[7:]' "$manifest")
	mkdir -p peer
	tar -C peer --numeric-owner -xpzf "$blob"
	show peer >want
	show "$folder/$base" >have
	ok 'the base of distroless is as GNU tar unpacks it' cmp want have
	ok 'octet for octet' diff -r --no-dereference peer "$folder/$base"
	ok 'that is something' test "$(wc -l <want)" -gt 500
else
	skip 'the demo images' 'they are not there, or this is not root'
fi

done_testing
