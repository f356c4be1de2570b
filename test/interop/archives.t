#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Archives that umoci, skopeo and tar write, read by src/oci: every file, every image, every layer
# is where libarchive and jq find it.
. "$ROOT/test/tap.sh"

for tool in umoci skopeo bsdtar jq; do
	command -v "$tool" >"$TMP/tool" || skip_all "$tool is not installed"
done
list=${OAKUM%/*}/test/interop/local_list
cd "$TMP" || exit 1

# Two layers and a config, of a few octets each.
make_layout() {
	umoci init --layout layout && umoci new --image layout:1 || return 1
	mkdir first second && echo one >first/one && echo two >second/two || return 1
	umoci insert --rootless --image layout:1 first /first || return 1
	umoci insert --rootless --image layout:1 second /second || return 1
	umoci config --image layout:1 --config.user 1654 --architecture arm64 --os linux
}

# The files that libarchive unpacks, links followed: name, size, digest.
files_of() { # ARCHIVE
	rm -rf unpacked && mkdir unpacked && bsdtar -xf "$1" -C unpacked || return 1
	(cd unpacked && find . ! -type d | LC_ALL=C sort | while read -r f; do
		echo "file ${f#./} $(stat -L -c %s "$f") $(sha256sum <"$f" | cut -d ' ' -f 1)"
	done)
}

config_of() { # FILE
	jq -r '"config " + .os + "/" + .architecture + " " + (.rootfs.diff_ids | join(" "))' "$1"
}

images_of() { # uses the unpacked files
	if [ -e unpacked/manifest.json ]; then
		jq -r '.[] | "docker " + .Config + " " + (.Layers | join(" "))' unpacked/manifest.json
		config_of "unpacked/$(jq -r '.[0].Config' unpacked/manifest.json)"
		return
	fi
	manifest=$(jq -r '.manifests[0].digest' unpacked/index.json)
	jq -r --arg m "$manifest" '"oci " + $m + " " + .config.digest + " " +
		([.layers[].digest] | join(" "))' "unpacked/blobs/sha256/${manifest#*:}"
	config=$(jq -r .config.digest "unpacked/blobs/sha256/${manifest#*:}")
	config_of "unpacked/blobs/sha256/${config#*:}"
}

same() { # NAME ARCHIVE LAYERS
	status "$1 is read" 0 "$list" "$2"
	is "$1: every file" "$(grep '^file ' out)" "$(files_of "$2")"
	is "$1: every image" "$(grep -v '^file ' out)" "$(images_of)"
	like "$1: layers" "$(cat out)" "^config linux/arm64( sha256:[0-9a-f]{64}){$3}\$"
}

ok 'umoci makes a layout' make_layout
ok 'skopeo makes an oci-archive' skopeo copy -q oci:layout:1 oci-archive:oci.tar:1
ok 'skopeo makes a docker-archive' skopeo copy -q oci:layout:1 docker-archive:docker.tar:shop:1
same 'oci-archive of skopeo' oci.tar 2
same 'docker-archive of skopeo' docker.tar 2
like 'its older names are links' "$(bsdtar -tvf docker.tar)" 'layer.tar -> \.\./'

# The layer a second time, as docker save before 25 wrote what two images share.
mkdir old && bsdtar -xf docker.tar -C old
(cd old && for f in */layer.tar; do ln "$(readlink -f "$f")" "${f%/*}/again.tar"; done)
for format in gnu pax ustar; do
	tar -C layout --format="$format" -cf "layout-$format.tar" .
	same "layout packed by tar --format=$format" "layout-$format.tar" 2
	tar -C old --format="$format" -cf "old-$format.tar" .
	same "docker's files packed by tar --format=$format" "old-$format.tar" 2
done

tar -C layout -rf layout-gnu.tar ./index.json
same 'an archive with a name twice' layout-gnu.tar 2

# Inside the first blob: the end of an archive in its padding would be no matter.
block=$(tar -Rtf oci.tar | sed -n 's|^block \([0-9]*\): .*blobs/sha256/..*|\1|p' | head -n 1)
head -c $(((block + 1) * 512 + 1)) oci.tar >cut.tar
status 'a cut archive is refused' 3 "$list" cut.tar
like 'and it is said' "$(cat err)" 'archive ends before|inside'
gzip -k oci.tar
status 'a compressed archive is refused' 3 "$list" oci.tar.gz
like 'and what to do is said' "$(cat err)" 'gzip -dk'
mkdir up && (cd up && tar -P -cf ../up.tar ../layout/index.json)
status 'a name with .. is refused' 3 "$list" up.tar
like 'and the name is said' "$(cat err)" "'\.\./layout/index.json'"
done_testing
