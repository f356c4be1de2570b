#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `oakum learn`: what a program whose needs are known (test/fixture/busy.c) is seen to need, and that
# crun and runc hold it to that.
. "$ROOT/test/tap.sh"
. "$FIXTURE/layout.sh"

command -v crun >/dev/null || command -v runc >/dev/null || skip_all 'no OCI runtime'
cd "$TMP" || exit 1
mkdir -p root/etc root/data root/app root/tmp
chmod 1777 root/tmp
chmod 777 root/data root/app
echo x >root/app/file
ln -s /data root/link
ok 'a static program' "${CC:-cc}" -D_GNU_SOURCE -static -O1 -pthread -o "root/busy-$$" "$FIXTURE/busy.c"
tar -C root --sort=name --owner=0 --group=0 --mtime=@0 -cf layer.tar .
image() { # NAME WORDS...
	local name=$1

	shift
	layout_begin "$name" 2026-01-01T00:00:00Z
	cp layer.tar "$name.tar"
	layout_layer "$name.tar" 'COPY . .'
	layout_finish "$(jq -cn --args --arg program "/busy-$$" \
		'{Entrypoint: [$program], Cmd: $ARGS.positional, User: "14711"}' -- "$@")"
}
calls() { jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$1" | sort -u; }

# -- what it needs -----------------------------------------------------------------------------------
image busy put=/data/out touch=/link/more mkdir=/app/new touch=/app/new/x chdir=/data touch=rel \
	mkdir=/app touch=/app/log name=/tmp/s mount=/data touch=/nowhere/x touch=/dev/null \
	touch=/dev/shm/x listen=9000 wait
status 'learn' 0 timeout 20 "$OAKUM" learn --for 1s oci:busy
like 'the folder that it writes to, four times what it wrote' "$(cat out)" '^/data: a tmpfs of 16 MiB$'
like 'a folder that it makes' "$(cat out)" '^/app/new: a tmpfs of 1 MiB$'
like 'what holds files of the image' "$(cat out)" '^/app: stays read-only, '
like '/tmp was hardly used' "$(cat out)" '^/tmp: a tmpfs of 1 MiB$'
unlike 'nothing else' "$(cat out)" 'link|nowhere|dev|rel'
like 'a port, opened by a thread' "$(cat out)" '^listens on port 9000$'
is 'the files' "$(cd learned && echo *)" 'compose.yaml docker.sh kubernetes.yaml seccomp.json'
for call in listen bind socket write mkdir clone pwrite64 sysinfo mount ptrace; do
	calls learned/seccomp.json | grep -qx "$call" && said+=" $call"
done
is 'calls that were made, and none that were not' "$said" ' listen bind socket write mkdir clone'
"$OAKUM" run --print bundle oci:busy | jq '.linux.seccomp' >default.json
is 'nothing that the default refuses' "$(comm -23 <(calls learned/seccomp.json) <(calls default.json))" ''
like 'nor without its conditions' "$(jq -c '.syscalls[] | select(.names == ["clone"])' learned/seccomp.json)" \
	'SCMP_CMP_MASKED_EQ'
ok 'much less than the default' test "$(calls learned/seccomp.json | wc -l)" -lt 80
status 'the manifest: Pod Security Standards' 0 "$OAKUM" check --pss restricted learned/kubernetes.yaml
like 'the manifest names the profile' "$(cat learned/kubernetes.yaml)" '^ *localhostProfile: "seccomp.json"$'
like 'docker, too' "$(cat learned/docker.sh)" "^  --security-opt 'seccomp=seccomp.json' "
like 'Compose, too' "$(cat learned/compose.yaml)" '^      - "seccomp:seccomp.json"$'

# -- peers hold it to the profile --------------------------------------------------------------------
held() { # RUNTIME PROFILE WORDS...: what it says under this profile
	local runtime=$1 profile=$2

	shift 2
	"$OAKUM" run --print bundle --tmpfs /app/new --tmpfs /data oci:busy -- "$@" |
		jq --slurpfile p "$profile" '.linux.seccomp = $p[0]' >bundle/config.json
	(cd bundle && timeout 20 unshare -m sh -c \
		'umount /sys/fs/cgroup/unified 2>/dev/null; "$@" 2>&1; echo "$?"' sh "$runtime" run "l$$$runtime")
}
if [ "$(id -u)" = 0 ]; then
	mkdir bundle
	cp -a root bundle/rootfs
	mkdir -m 1777 bundle/rootfs/app/new # runc keeps the mode of what it mounts on
	for runtime in crun runc; do
		command -v "$runtime" >/dev/null || continue
		is "$runtime: what was learned" \
			"$(held "$runtime" learned/seccomp.json put=/data/out touch=/app/new/x name=/tmp/s listen=9000)" 0
		is "$runtime: nothing else" "$(held "$runtime" learned/seccomp.json sysinfo put=/data/out)" \
			"$(printf 'sysinfo: Operation not permitted\n1')"
		is "$runtime: which the default allows" "$(held "$runtime" default.json sysinfo put=/data/out)" 0
	done
else
	skip 'held to the profile' 'not root'
fi

# -- and so does oakum run ---------------------------------------------------------------------------
status 'oakum run: what was learned' 0 timeout 20 "$OAKUM" run --seccomp learned/seccomp.json --tmpfs /data \
	oci:busy -- put=/data/out name=/tmp/s listen=9000
status 'oakum run: nothing else' 1 timeout 20 "$OAKUM" run --seccomp learned/seccomp.json oci:busy -- sysinfo
like 'oakum run: refused' "$(cat err)" '^sysinfo: Operation not permitted$'
status 'oakum run: which the default allows' 0 timeout 20 "$OAKUM" run oci:busy -- sysinfo
is 'the bundle holds it' "$("$OAKUM" run --print bundle --seccomp learned/seccomp.json oci:busy |
	jq '.linux.seccomp' >printed.json; calls printed.json)" "$(calls learned/seccomp.json)"
ok 'the manifest names it' sh -c \
	'"$OAKUM" run --print kubernetes --seccomp learned/seccomp.json oci:busy | grep -q "learned/seccomp.json"'
refused() { # NAME JQ WHY: a profile that is not taken
	jq "$2" learned/seccomp.json >bad.json
	status "$1" 125 timeout 20 "$OAKUM" run --seccomp bad.json oci:busy -- sysinfo
	like "$1: says why" "$(cat err)" "--seccomp bad.json: $3"
}
refused 'it never loosens' '.syscalls[0].names += ["mount"]' "it allows 'mount', which the default profile refuses"
refused 'nothing is refused' '.defaultAction = "SCMP_ACT_ALLOW"' "its defaultAction is 'SCMP_ACT_ALLOW'"
refused 'a case' '.syscalls[0].includes = {caps: ["CAP_SYS_ADMIN"]}' 'it holds cases'
refused 'a condition of its own' '.syscalls[0].args = [{index: 0, value: 1, op: "SCMP_CMP_EQ"}]' \
	'it has conditions of its own'
refused 'another action' '.syscalls[0].action = "SCMP_ACT_NOTIFY"' "it has an action 'SCMP_ACT_NOTIFY'"
refused 'nothing in it' '.syscalls = []' 'it allows nothing'

# -- a workload --------------------------------------------------------------------------------------
image serves listen=8080 wait
status 'a workload' 0 timeout 20 "$OAKUM" learn -o served -p 18477:8080 oci:serves -- \
	"$BASH" -c 'exec 3<>/dev/tcp/127.0.0.1/18477'
ok 'the port is published in what is written' grep -q 'publish 127.0.0.1:18477:8080' served/docker.sh
status 'a workload that fails' 3 timeout 20 "$OAKUM" learn -o failed oci:serves -- sh -c 'echo no >&2; exit 7'
like 'says so' "$(cat err)" 'sh ended with status 7: no'
ok 'writes nothing' test ! -e failed
status 'no such workload' 3 timeout 20 "$OAKUM" learn -o failed oci:serves -- ./nothing
image ends sysinfo
status 'it ends before anybody can use it' 3 timeout 20 "$OAKUM" learn -o failed -p 18478:8080 oci:ends -- true
like 'says that, too' "$(cat err)" 'the program ended with status 0 before it answered'
status 'it ends by itself' 0 timeout 20 "$OAKUM" learn -o ended oci:ends
ok 'what it called' test "$(calls ended/seccomp.json | grep -cx sysinfo)" = 1

# -- an enemy ----------------------------------------------------------------------------------------
image hostile many touch=/data/$'new\nline' "touch=/data/$(printf 'long%.0s' {1..2000})" touch=/link/../../../x
status 'too many folders' 0 timeout 20 "$OAKUM" learn -o hostile-learned oci:hostile
like 'are told' "$(cat out)" '^there was more: '
image worse mkdir=/data/$'a:b\nc' mkdir=/data/$'\e[2J'
status 'names that no form can be told' 0 timeout 20 "$OAKUM" learn -o worse-learned oci:worse
unlike 'do not reach the terminal' "$(cat out)" "$(printf '\033')"

# -- an ordinary user --------------------------------------------------------------------------------
if [ "$(id -u)" = 0 ]; then
	mkdir user && chown 1001 user && chmod 711 "$TMP"
	status 'an ordinary user' 0 timeout 30 setpriv --reuid=1001 --regid=1001 --clear-groups \
		env HOME="$TMP/user" TMPDIR="$TMP/user" "$OAKUM" learn --for 1s -o "$TMP/user/learned" oci:busy
	is 'sees the same calls' "$(calls user/learned/seccomp.json)" "$(calls learned/seccomp.json)"
	like 'and folders' "$(cat out)" '^/data: a tmpfs of 16 MiB$'
	like 'and ports' "$(cat out)" '^listens on port 9000$'
fi
is 'nothing is left' "$(pgrep -fc "^/busy-$$ ")" 0
done_testing
