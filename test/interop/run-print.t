#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `oakum run --print` with peers: runc and crun start the bundle, podman the line for docker, and the
# program finds itself in the same place as under `oakum run`.
. "$ROOT/test/tap.sh"
. "$FIXTURE/layout.sh"

[ "$(id -u)" = 0 ] || skip_all 'starts containers as root'
cd "$TMP" || exit 1
mkdir -p root/etc root/data root/tmp root/run
chmod 1777 root/tmp
printf 'root:x:0:0::/:\nshop:x:14711:14712::/:\n' >root/etc/passwd
ok 'a static program' "${CC:-cc}" -D_GNU_SOURCE -static -O1 -o root/say "$FIXTURE/say.c"
tar -C root --sort=name --owner=0 --group=0 --mtime=@0 -cf layer.tar .
layout_begin image 2026-01-01T00:00:00Z
layout_layer layer.tar 'COPY . .'
layout_finish '{"Entrypoint": ["/say"], "Cmd": ["serve"], "WorkingDir": "/data", "User": "shop",
	"Env": ["PATH=/bin", "HOME=/", "A=1"], "Volumes": {"/data": {}}}'
words=('a b' '$x' "it's" $'two\nlines' '{{x}}' $'\e[0m')

status 'oakum run' 0 timeout 60 "$OAKUM" run oci:image -- "${words[@]}"
mv out own
like 'no capability' "$(cat own)" '^CapEff:.*	0000000000000000$'
like 'the last word' "$(cat own)" "^word $(printf '\033')\[0m$"

# -- the bundle --------------------------------------------------------------------------------------
mkdir bundle
cp -a root bundle/rootfs
"$OAKUM" run --print bundle oci:image -- "${words[@]}" >bundle/config.json
start() { # RUNTIME: in a mount namespace, as crun refuses hybrid control groups
	(cd bundle && timeout 60 unshare -m sh -c \
		'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"' sh "$1" run "print-$$-$1")
}
for runtime in runc crun; do
	if ! command -v "$runtime" >/dev/null; then
		skip "$runtime takes the bundle" "no $runtime"
		continue
	fi
	is "$runtime takes the bundle" "$(start "$runtime" 2>&1)" "$(cat own)"
done

# -- docker's line, by podman ------------------------------------------------------------------------
# What podman adds to the environment for itself is left out, and its /dev/shm is a little smaller
# than 64 MiB. --ulimit: without CAP_SYS_RESOURCE its
# own limits are refused.
mkdir bin
cat >bin/docker <<EOT
#!/bin/sh
shift
exec podman --root "$TMP/pods" --runroot "$TMP/pods.run" --storage-driver vfs \\
	--cgroup-manager cgroupfs --runtime runc run --ulimit nofile=4096:4096 --ulimit nproc=1024:1024 "\$@"
EOT
chmod +x bin/docker
by_podman() { # FLAGS...: the same line
	"$OAKUM" run --print docker "$@" oci:image -- "${words[@]}" |
		sed "s|'image@sha256:[0-9a-f]*'|docker.io/library/image:1|" >line
	PATH="$TMP/bin:$PATH" timeout 60 sh ./line </dev/null 2>err |
		grep -Ev '^variable (HOSTNAME|TERM|container)=' | sed 's|65536000|67108864|' || cat err
}
if command -v podman >/dev/null && command -v runc >/dev/null &&
	skopeo copy -q oci:image \
		"containers-storage:[vfs@$TMP/pods+$TMP/pods.run]docker.io/library/image:1" 2>err; then
	is 'podman takes the line' "$(by_podman)" "$(cat own)"
	# Only root could see what is masked. Podman's usual capabilities are not Docker's.
	for layers in read-only no-new-privileges seccomp noexec user 'user masks'; do
		without=()
		for layer in $layers; do without+=(--without "$layer"); done
		"$OAKUM" run "${without[@]}" oci:image -- "${words[@]}" >open
		is "without $layers" "$(by_podman "${without[@]}")" "$(cat open)"
		ok "without $layers it is another place" test "$(cat open)" != "$(cat own)"
		cp open own
	done
else
	skip 'podman takes the line' "no podman here: $(head -n 1 err)"
fi
done_testing
