#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a program can load is what the loader itself says (ld.so --list, which is ldd): in programs
# made here and in the demo images. Each image is unpacked and entered with chroot.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/layout.sh
. "$ROOT/test/fixture/layout.sh"

list=${OAKUM%/*}/test/interop/closure_list
[ -x "$list" ] || skip_all 'closure_list is not built'
for tool in cc jq chroot ldd; do
	command -v $tool >"$TMP/tool" || skip_all "$tool is not installed"
done
if [ "$(id -u)" = 0 ]; then
	enter() { chroot "$@"; }
elif unshare -r true 2>"$TMP/tool"; then
	enter() { unshare -r chroot "$@"; }
else
	skip_all 'no way to enter another root'
fi

# theirs ROOT PROGRAM...: the files that ld.so maps for each, links followed, without a slash
theirs() {
	local root=$1 file

	shift
	for file; do
		echo "/$file"
		enter "$root" "$loader" --list "/$file" 2>"$TMP/ld.err" |
			sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p'
		echo "$loader"
	done | sort -u | while read -r file; do
		printf '%s\n' "$(realpath -m --relative-to="$root" "$root$(in_root "$root" "$file")")"
	done | sort -u
}

# in_root ROOT PATH: links of the image lead to places in it
in_root() {
	local path=$2 to

	for _ in 1 2 3 4 5; do
		to=$(enter_link "$1" "$path") || break
		path=$to
	done
	echo "$path"
}

enter_link() {
	local dir base

	dir=$(cd "$1/${2%/*}" 2>"$TMP/cd.err" && pwd -P) && dir=/${dir#"$1"} base=${2##*/}
	dir=${dir//\/\//\/}
	if [ -L "$1$dir/$base" ]; then
		local to

		to=$(readlink "$1$dir/$base")
		case $to in /*) echo "$to" ;; *) echo "$dir/$to" ;; esac
	elif [ "$dir/$base" != "$2" ]; then
		echo "$dir/$base"
	else
		return 1
	fi
}

ours() { # LAYOUT: what can be loaded, but names that libraries are known to make up
	"$list" "oci:$1" | sed -n 's/^yes\t//p' |
		grep -Ev '/gconv/|libnss_|libgcc_s|libidn2|libunistring|/engines-3/|/ossl-modules/' | sort -u
}

# -- programs made here ----------------------------------------------------------------------------
root=$TMP/root
loader=$(ldd "$(command -v ls)" | sed -n 's/^[[:space:]]*\(\/[^ ]*ld-[^ ]*\) (.*/\1/p')
[ -n "$loader" ] || skip_all 'the loader has no name here'
mkdir -p "$root/app/bin" "$root/app/lib" "$root/opt/more" "$root/etc/ld.so.conf.d" "$root$(dirname "$loader")"
cp -L "$loader" "$root$loader"
libc=$(ldd "$(command -v ls)" | sed -n 's/.*libc\.so\.6 => \(\/[^ ]*\) .*/\1/p')
mkdir -p "$root$(dirname "$libc")"
cp -L "$libc" "$root$libc"

library() { # FILE SONAME-OR-'' FLAGS...
	local file=$1

	shift
	echo 'int f(void) { return 1; }' | cc -shared -fPIC -x c - -x none -o "$file" "$@" || exit 1
}

program() { # FILE FLAGS...
	local file=$1

	shift
	echo 'int main(void) { return 0; }' |
		cc -x c - -x none -o "$file" -Wl,--no-as-needed "$@" || exit 1
}

library "$root/app/lib/libb.so"
library "$root/opt/more/libb.so"
library "$root/opt/more/libconf.so" -Wl,-soname,libconf.so
library "$root/app/lib/liba.so" -Wl,--no-as-needed -L"$root/app/lib" -lb
program "$root/app/bin/rpath" -L"$root/app/lib" -la -Wl,--disable-new-dtags \
	-Wl,-rpath,'$ORIGIN/../lib' -Wl,-rpath-link,"$root/app/lib"
program "$root/app/bin/runpath" -L"$root/app/lib" -la -Wl,--enable-new-dtags \
	-Wl,-rpath,'$ORIGIN/../lib' -Wl,-rpath-link,"$root/app/lib"
program "$root/app/bin/conf" -L"$root/opt/more" -lconf
program "$root/app/bin/plain"
echo /opt/more >"$root/etc/ld.so.conf.d/more.conf"
echo 'include /etc/ld.so.conf.d/*.conf' >"$root/etc/ld.so.conf"
/sbin/ldconfig -r "$root" 2>"$TMP/ldconfig.err" || skip_all 'ldconfig does not run'

image() { # NAME CONFIG
	tar -C "$root" -cf "$TMP/layer.tar" .
	layout_begin "$TMP/$1" 2026-01-01T00:00:00Z
	layout_layer "$TMP/layer.tar" test
	layout_finish "$2"
}

for name in plain rpath runpath conf; do
	image "$name" "{\"Entrypoint\": [\"/app/bin/$name\"]}"
	theirs "$root" "app/bin/$name" >"$TMP/theirs"
	ours "$TMP/$name" >"$TMP/ours"
	ok "$name: what the loader maps ($(wc -l <"$TMP/theirs") files)" diff "$TMP/theirs" "$TMP/ours"
done

# One that calls dlopen is not told to load nothing else.
echo '#include <dlfcn.h>
int main(int n, char **v) { return n > 1 && dlopen(v[1], RTLD_NOW); }' |
	cc -x c - -o "$root/app/bin/opens" -ldl
image opens '{"Entrypoint": ["/app/bin/opens"]}'
like 'dlopen: other libraries are unclear' "$("$list" "oci:$TMP/opens")" '^unclear	app/lib/liba.so$'
unlike 'dlopen: but no programs' "$("$list" "oci:$TMP/opens")" '	app/bin/plain$'

# -- the demo images -------------------------------------------------------------------------------
demo=${OAKUM_DEMO:-${OAKUM%/*}/demo}
for name in distroless slim fat; do
	if ! [ -e "$demo/$name/index.json" ]; then
		skip "$name: what the loader maps" 'no demo image'
		continue
	fi
	root=$TMP/unpacked-$name
	mkdir "$root"
	manifest=$(jq -r '.manifests[0].digest' "$demo/$name/index.json")
	for layer in $(jq -r '.layers[].digest' "$demo/$name/blobs/${manifest/://}"); do
		tar -C "$root" --exclude './dev/*' --exclude 'dev/*' --keep-directory-symlink \
			-xzf "$demo/$name/blobs/${layer/://}" 2>"$TMP/tar.err"
	done
	"$list" "oci:$demo/$name" | sed -n 's/^yes\t//p' | sort -u >"$TMP/ours"
	# Whatever each of these files maps is in the list, too: nothing is left out on the way.
	mapfile -t files < <(grep -E '\.so|^app/azmcp$|dash$' "$TMP/ours" | grep -v gconv/)
	theirs "$root" "${files[@]}" >"$TMP/theirs"
	comm -23 "$TMP/theirs" "$TMP/ours" >"$TMP/missing"
	ok "$name: all that ${#files[@]} files map is told ($(wc -l <"$TMP/theirs"))" \
		diff /dev/null "$TMP/missing"
	theirs "$root" app/azmcp >"$TMP/theirs"
	comm -23 "$TMP/theirs" "$TMP/ours" >"$TMP/missing"
	ok "$name: the program's own $(wc -l <"$TMP/theirs")" diff /dev/null "$TMP/missing"
	rm -rf "$root"
done
done_testing
