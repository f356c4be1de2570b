#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Containers that are attacked from within: the distroless demo image holds, the fat one without
# hardening does not, and each layer that is left out shows the one that the table names next. The
# kernel is the judge: what falls without a layer was held by it.
. "$ROOT/test/tap.sh"

demo=$ROOT/build/demo
if [ ! -e "$demo/distroless/index.json" ] || [ ! -e "$demo/fat/index.json" ]; then
	skip_all 'the demo images could not be made here (test/fixture/make-demo.sh)'
fi
command -v crun >/dev/null || command -v runc >/dev/null || skip_all 'neither crun nor runc is here'
cd "$TMP" || exit 1
distroless=oci:$demo/distroless fat=oci:$demo/fat

prove() { # STATUS NAME ARGUMENT...: the JSON goes to NAME.json
	prove_name=$2 prove_status=$1
	shift 2
	status "$prove_name" "$prove_status" "$OAKUM" prove --quiet --format json "$@"
	mv out "$prove_name.json"
}

fell() { # FILE
	[ -s "$1" ] || echo 'no report'
	jq -r '[.probes[] | select(.held | not) | .probe] | sort | join(" ")' "$1"
}

skipped() { # FILE
	jq -r '[.skipped[].probe] | sort | join(" ")' "$1"
}

by() { # FILE PROBE
	jq -r --arg p "$2" '.probes[] | select(.probe == $p) | "\(.held) \(.by) \(.next | join(","))"' "$1"
}

# -- an ordinary user -----------------------------------------------------------------------------

become=
mkdir user && cp -r "$demo/distroless" user/ && cp "$OAKUM" user/oakum && chmod 755 "$TMP"
if [ "$(id -u)" = 0 ]; then
	become='setpriv --reuid=1001 --regid=1001 --clear-groups'
	chown -R 1001:1001 user
fi
if command -v crun >/dev/null; then # runc asks for more than one id
	# shellcheck disable=SC2086
	status 'an ordinary user' 0 $become env HOME="$TMP/user" TMPDIR="$TMP/user" user/oakum prove \
		--quiet --format json oci:user/distroless
	mv out user.json
	is 'an ordinary user: every probe held' "$(fell user.json)" ''
	like '... limits aside' "$(skipped user.json)" '^fork-bomb memory-bomb( secret-of-others)?$'
	like '... and why is said' "$(jq -r '.skipped[].reason' user.json)" 'no limits can be set'
else
	skip 'an ordinary user' 'crun is not installed'
fi
if [ "$(id -u)" != 0 ]; then
	skip 'root starts it, each layer left out, manifests' 'needs root'
	done_testing
fi

# -- everything in place --------------------------------------------------------------------------

prove 0 distroless "$distroless"
is 'every probe held' "$(fell distroless.json)" ''
is 'at least 25 of them' "$(jq '.probes | length >= 25' distroless.json)" true
is 'each once, with its name, held and by' \
	"$(jq '([.probes[].probe] | length == (unique | length)) and
		all(.probes[]; (.held | type) == "boolean" and (.by | type) == "string")' distroless.json)" true
is 'mount: the filter, behind it capabilities and the user' \
	"$(by distroless.json mount)" 'true seccomp capabilities,user'
is 'the root: read-only, behind it the user' "$(by distroless.json write-root)" 'true read-only user'
is 'the loopback of the host' "$(by distroless.json host-loopback)" 'true network '
limits=$(skipped distroless.json)
if [ -z "$limits" ]; then
	is 'bombs' "$(by distroless.json fork-bomb) $(by distroless.json memory-bomb)" 'true limits  true limits '
else
	is 'nothing but the bombs was not tried' "$limits" 'fork-bomb memory-bomb'
	skip 'bombs' 'no limits can be set on this machine'
fi
for runtime in crun runc; do
	if command -v "$runtime" >/dev/null; then
		prove 0 "$runtime" --runtime "$runtime" "$distroless"
		is "$runtime: every probe held, as with the other" "$(jq -c '[.held, .fallen]' "$runtime.json")" \
			"$(jq -c '[.held, .fallen]' distroless.json)"
	else
		skip "with $runtime" 'it is not installed'
	fi
done

# -- each layer left out: what it held falls, or is held by the next ------------------------------

# What a kernel does not have at all cannot fall; without capabilities the filter lets pass what they
# are for, so more than the layer's own may change; what lies behind root's own folders nobody sees.
free= # to everybody, on this machine
[ "$(cat /proc/sys/kernel/dmesg_restrict)" = 1 ] || free="$free kernel-log"
[ "$(cat /proc/sys/kernel/unprivileged_bpf_disabled)" != 0 ] || free="$free bpf"
# shellcheck disable=SC2016
next='
	($with[0].probes | map({ key: .probe, value: . }) | from_entries) as $w |
	[ .probes[] | . as $now | $w[.probe] as $was | select($was.by == $layer) |
		(($was.next + ["nothing"])[0]) as $want |
		select([$now.probe] | inside($free | split(" ")) | not) |
		select($now.by != $want and $now.by != "machine" and
			(($now.probe == "stored-secrets" and $now.by == "image") | not)) |
		"\(.probe): \($now.by), not \($want)" ] | join("; ")'
for layer in user capabilities no-new-privileges seccomp read-only noexec masks network limits processes; do
	"$OAKUM" prove --quiet --format json --without "$layer" "$distroless" >"without-$layer.json" 2>err
	is "without $layer: the layer that was named next, or the attack succeeds" \
		"$([ -s "without-$layer.json" ] || echo 'no report'
			jq -r --slurpfile with distroless.json --arg layer "$layer" --arg free "$free" "$next" \
				"without-$layer.json")" ''
	is "without $layer: it holds nothing any more" \
		"$(jq -r --arg layer "$layer" '[.probes[] | select(.held and .by == $layer)] | length' "without-$layer.json")" 0
done
prove 1 two --without seccomp --without capabilities --without user "$distroless"
is 'without three layers mount falls' "$(by two.json mount)" 'false nothing '

# -- the fat image --------------------------------------------------------------------------------

prove 1 fat "$fat"
is 'fat, hardened: what falls is what lies in it' "$(fell fat.json)" \
	'downloader environment interpreter package-manager setuid-file shell'
prove 1 nothing --without all -o json=- -o table=nothing.table "$fat"
falls() { # PROBE...: it does, unless this machine's kernel has no such thing
	for probe; do
		case $(by nothing.json "$probe") in
		'true machine '*) skip "without all: $probe falls" 'this kernel has none, or lets nobody' ;;
		*) is "without all: $probe falls" "$(by nothing.json "$probe")" 'false nothing ' ;;
		esac
	done
}
falls write-root write-settings write-programs write-program run-written map-written write-proc-sys \
	core-pattern sysrq write-sys kernel-tables kernel-memory devices become-root root-group \
	capability-sets gain-capability new-privileges system-calls chmod-setuid see-processes shared-memory trace \
	signal mount remount unmask user-namespace namespaces enter-namespace pivot-root chroot load-module bpf keys \
	perf-events userfaultfd io-uring kexec file-handles clock reboot swap accounting io-ports personality \
	foreign-calls kernel-log kernel-addresses raw-socket packet-socket kernel-crypto vsock network-admin \
	host-loopback abstract-socket shell interpreter package-manager downloader setuid-file run-setuid \
	writable-folder secret-of-others stored-secrets environment
[ -n "$limits" ] || falls fork-bomb memory-bomb
case $(by nothing.json release-agent) in
true*) skip 'without all: release-agent falls' 'only cgroups of version 1 have one' ;;
*) is 'without all: release-agent falls' "$(by nothing.json release-agent)" 'false nothing ' ;;
esac
like 'the table shows it' "$(cat nothing.table)" '^  critical mount  '

# -- what only another place shows to fall --------------------------------------------------------

# A folder with a device of the terminal, an engine's socket and a file with a capability; root, and
# no container at all but its own mounts and processes.
cat >place.py <<'EOF'
import os, pty, socket, struct, sys
root, helper = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    for folder in ("proc", "run", "bin", "dev", ".oakum"):
        os.makedirs(root + "/" + folder)
    os.mknod(root + "/dev/tty", 0o20666, os.makedev(5, 0))
    for name in ("/probe", "/bin/tool"):
        open(root + name, "wb").write(open(helper, "rb").read())
        os.chmod(root + name, 0o755)
    # struct vfs_ns_cap_data, revision 2: CAP_NET_RAW permitted
    os.setxattr(root + "/bin/tool", "security.capability", struct.pack("<5I", 0x02000000, 1 << 13, 0, 0, 0))
    engine = socket.socket(socket.AF_UNIX)
    engine.bind(root + "/run/docker.sock")
    engine.listen()
    engine.set_inheritable(True)
    os.chroot(root)
    os.chdir("/")
    os.execv("/probe", ["/probe"])
said = b""
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    said += part
os.waitpid(pid, 0)
sys.stdout.write(said.decode().replace("\r", ""))
EOF
mkdir place
# shellcheck disable=SC2016
unshare -m sh -c 'mount -t tmpfs none place && exec timeout 60 python3 place.py place "$1"' sh \
	"$BUILD/src/probe/oakum-probe" >said 2>err
like 'with a terminal of others, words can be typed into it' "$(cat said)" \
	"terminal $([ "$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null)" = 0 ] && echo held || echo gained) "
like "an engine's socket is reached" "$(cat said)" '^engine-socket gained 0 /run/docker.sock$'
like 'a file with a capability is found' "$(cat said)" '^file-capabilities gained 0 /bin/tool$'

# An image that hides what it has: an ordinary user in a tree, with no file system of the kernel.
hides() { # PREPARATION: the helper's lines
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t tmpfs none place && cd place && mkdir -p .oakum && cp "$1" probe &&
		eval "$2" && exec chroot --userspec=1001:1001 . /probe' sh "$BUILD/src/probe/oakum-probe" "$1" 2>err
}
hides 'mkdir shut && chmod 700 shut && cp probe shut/curl && cp probe python3.11 && cp probe busybox.static
	echo nothing >su && chmod 4755 su' >said
like 'a program of its version' "$(cat said)" '^interpreter gained 0 /python3.11$'
like 'a shell of another name' "$(cat said)" '^shell gained 0 /busybox.static$'
like 'what lies behind a folder that is shut to it is not there' "$(cat said)" '^downloader held 2$'
like 'a setuid file is judged, never run' "$(cat said)" '^run-setuid gained 0 /su$'
like 'without /proc nobody knows' "$(cat said)" '^see-processes unknown 0 '
hides 'mkdir x && chmod 711 x && cp probe x/bash' >said
like 'a folder that cannot be listed: unknown' "$(cat said)" '^shell unknown 0 it cannot look into /x$'
# shellcheck disable=SC2016
hides 'mkdir -p "$(printf "d/%.0s" $(seq 70))"' >said
like 'folders too deep: unknown' "$(cat said)" '^setuid-file unknown 0 it cannot look into /d/d/'

# Somebody answers at the metadata address of a network of our own.
if command -v ip >/dev/null; then
	cat >metadata.sh <<'EOF'
. "$ROOT/test/tap.sh"
ip link set lo up && ip address add 169.254.169.254/32 dev lo || exit 9
python3 -m http.server --bind 169.254.169.254 80 >/dev/null 2>&1 &
server=$!
await python3 -c 'import socket; socket.create_connection(("169.254.169.254", 80), 1)'
"$OAKUM" prove --quiet --format json --without network "$1" >metadata.json
"$OAKUM" prove --quiet --format json "$1" >metadata-held.json
kill "$server"
EOF
	unshare -n sh metadata.sh "$distroless"
	is 'the metadata address is reached without a network of its own' "$(by metadata.json metadata)" 'false nothing '
	is '... and is not with one' "$(by metadata-held.json metadata)" 'true network '
else
	skip 'the metadata address' 'no ip(8) here'
fi

# -- what a pod would be given --------------------------------------------------------------------

cat >plain.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
      - {name: web, image: shop}
      - name: side
        image: shop
        securityContext: {capabilities: {add: [SYS_ADMIN]}, runAsUser: 0, seccompProfile: {type: RuntimeDefault}}
EOF
prove 1 plain --manifest plain.yaml "$distroless"
is 'two containers' "$(jq -r '[.containers[].name] | join("; ")' plain.json)" \
	'Deployment/shop, container web; Deployment/shop, container side'
web=$(jq -r '[.probes[] | select((.container | endswith("web")) and (.held | not)) | .probe] | join(" ")' plain.json)
side=$(jq -r '[.probes[] | select((.container | endswith("side")) and (.held | not)) | .probe] | join(" ")' plain.json)
like 'nothing said: no filter, a token, all of memory' " $web " ' system-calls .* stored-secrets (.* )?memory-bomb '
unlike '... but no root, as the image says' " $web " ' (become-root|write-root|mount) '
like 'SYS_ADMIN opens the default filter: it mounts' " $side " ' write-root .* become-root .* mount '
unlike '... which still keeps keys' " $side " ' (keys|load-module|trace) '
prove 1 side --manifest plain.yaml --container side "$distroless"
is 'one of them' "$(jq '.containers | length' side.json)" 1
cat >bad.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata: {name: bad}
spec:
  hostNetwork: true
  hostPID: true
  containers:
  - {name: all, image: shop, securityContext: {privileged: true, runAsUser: 0}}
EOF
prove 1 bad --manifest bad.yaml "$distroless"
like 'privileged' "$(fell bad.json)" 'core-pattern.* devices .*host-loopback .*mount .*trace '
cat >hard.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata: {name: hard}
spec:
  automountServiceAccountToken: false
  containers:
  - name: web
    image: shop
    resources: {limits: {memory: 256Mi}}
    securityContext:
      runAsNonRoot: true
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: {drop: [ALL]}
      seccompProfile: {type: RuntimeDefault}
EOF
prove 0 hard --manifest hard.yaml "$distroless"
is 'restricted, and a read-only root: all held' "$(fell hard.json)" ''
sed 's/RuntimeDefault/Localhost, localhostProfile: own.json/' hard.yaml >other.yaml
prove 0 other --manifest other.yaml -o json=- -o statement=other.statement "$distroless"
is 'a profile that lies on the nodes: nothing is called held by seccomp' \
	"$(jq -c '[.probes[] | select(.by == "seccomp") | .probe]' other.json)" '[]'
is '... what it may hold is told, with what the default profile held' \
	"$(jq -r '.skipped[] | select(.reason | test("lies on the nodes")) | .probe' other.json | sort)" \
	"$(jq -r '.probes[] | select(.by == "seccomp") | .probe' hard.json | sort)"
is '... and it is no pass' "$(jq -r '.predicate | "\(.result) \(.warnedTests | map(endswith("io-uring")) | any)"' \
	other.statement)" 'WARNED true'
sed 's/runAsNonRoot: true/runAsUser: "1654"/' hard.yaml >text.yaml
status 'a user that is a text' 3 "$OAKUM" prove --manifest text.yaml "$distroless"
like 'why' "$(cat err)" 'would not start: runAsUser is a text and no number'
status 'root, where it must not be' 3 "$OAKUM" prove --manifest hard.yaml "$fat"
like 'why' "$(cat err)" 'would not start: runAsNonRoot'
# Files of an emptyDir can be run, and no manifest can say otherwise; of a root that is written to, one can.
sed 's/^    image: shop/&\n    volumeMounts: [{name: tmp, mountPath: \/tmp}]/
	s/^  containers:/  volumes: [{name: tmp, emptyDir: {}}]\n&/' hard.yaml >folder.yaml
prove 0 folder --manifest folder.yaml -o json=- -o table=folder.table -o statement=folder.statement "$distroless"
is 'an emptyDir: not held, and no manifest can' \
	"$(jq -r '.probes[] | select(.held | not) | "\(.probe) \(.settable) \(.found)"' folder.json | sort)" \
	$'map-written false /tmp\nrun-written false /tmp'
is '... and none fell' "$(jq '.fallen' folder.json)" 0
like '... the table tells it apart' "$(cat folder.table)" 'No manifest can hold these'
unlike '... and not as a failure' "$(cat folder.table)" 'Not held: what an attacker has'
is '... the statement is no pass, and no failure' "$(jq -c '.predicate | [.result, .failedTests,
	(.warnedTests | map(select(endswith("-written"))) | sort)]' folder.statement)" \
	'["WARNED",[],["Pod/hard, container web: map-written","Pod/hard, container web: run-written"]]'
sed 's/readOnlyRootFilesystem: true/readOnlyRootFilesystem: false/' folder.yaml >root.yaml
prove 1 root --manifest root.yaml "$distroless"
is 'a root that can be written to: a failure' \
	"$(jq -c '[.probes[] | select(.probe == "run-written" or .probe == "map-written") | .settable]' root.json)" \
	'[true,true]'
"$OAKUM" run --print kubernetes "$distroless" >own.yaml 2>err
prove 0 own --manifest own.yaml "$distroless"
is 'what oakum writes itself: nothing falls that a manifest can hold' \
	"$(jq -c '[.fallen, (.held > 60)]' own.json)" '[0,true]'
# One that would not start, one whose image has no name, one that is not there: the fourth is attacked.
cat >some.yaml <<EOF
apiVersion: v1
kind: Pod
metadata: {name: some}
spec:
  automountServiceAccountToken: false
  containers:
  - {name: a, image: "$distroless", securityContext: {runAsUser: 0, runAsNonRoot: true}}
  - {name: b, image: "oci:"}
  - {name: c, image: "oci:nowhere"}
$(sed -n '/^  - name: web/,$p' hard.yaml | sed "s|image: shop|image: \"$distroless\"|")
EOF
prove 3 some --manifest some.yaml -o json=- -o table=some.table -o statement=some.statement
like 'which ones were not attacked is said' "$(cat err)" 'container a: it would not start: runAsNonRoot'
is '... in the report' "$(jq -r '.unproven[] | .container' some.json)" \
	$'Pod/some, container a\nPod/some, container b\nPod/some, container c'
like '... with the reason' "$(jq -r '.unproven[0].reason' some.json)" '^it would not start: runAsNonRoot'
like '... in the table' "$(cat some.table)" '^Pod/some, container a, not attacked: it would not start'
is '... the other was' "$(jq -c '[.containers[].name, (.held > 60), .fallen]' some.json)" \
	'["Pod/some, container web",true,0]'
is '... and it is no pass' "$(jq -r '.predicate | "\(.result) \(.warnedTests[0])"' some.statement)" \
	'WARNED Pod/some, container a'
status 'a wrong image on the command line is one error' 2 "$OAKUM" prove --manifest some.yaml oci:
sed "s/256Mi/64Gi/" hard.yaml >large.yaml
prove 0 large --manifest large.yaml "$distroless"
like 'a limit that would do harm is not tried' \
	"$(jq -r '.skipped[] | select(.probe == "memory-bomb") | .reason' large.json)" 'is not filled|no limits'
# What this machine cannot give is not there: none is none, and nothing else takes its place.
sed 's/drop: \[ALL\]/drop: [ALL], add: [SYS_RESOURCE]/; s/runAsNonRoot: true/runAsUser: 0/' hard.yaml >lacks.yaml
status 'a capability that this machine has not' 1 setpriv --bounding-set=-sys_resource \
	"$OAKUM" prove --quiet --format json --manifest lacks.yaml "$distroless"
mv out lacks.json
is '... none is granted' "$(jq -c '[.containers[].without | index("capabilities")]' lacks.json)" '[null]'
is '... nothing of the default set' "$(by lacks.json chroot) $(by lacks.json raw-socket)" \
	'true seccomp capabilities true capabilities '
like '... and this is said' "$(jq -r '.containers[].notes[]' lacks.json)" 'cannot give CAP_SYS_RESOURCE'
cat >node.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata: {name: node}
spec:
  automountServiceAccountToken: false
  hostIPC: true
  shareProcessNamespace: true
  securityContext: {fsGroup: 0}
  containers:
  - name: web
    image: shop
    env: [{name: DB, valueFrom: {secretKeyRef: {name: s, key: k}}}]
    volumeMounts: [{name: root, mountPath: /host}, {name: data, mountPath: /data}]
    resources: {limits: {memory: 64Mi}}
    securityContext:
      runAsNonRoot: true
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: {drop: [ALL]}
      seccompProfile: {type: RuntimeDefault}
  volumes:
  - {name: root, hostPath: {path: /}}
  - {name: data, persistentVolumeClaim: {claimName: d}}
EOF
prove 1 node --manifest node.yaml "$distroless"
is 'a pod that is given the node' "$(fell node.json)" \
	'engine-socket environment host-files root-group see-processes shared-memory'
like '... and what depends on the node is not held' "$(skipped node.json)" 'core-pattern devices .* trace '
sed '/hostIPC\|shareP\|fsGroup\|env:\|hostPath/d; s/{name: root, mountPath: .host}, //' node.yaml >claim.yaml
status 'a volume that is not here' 0 "$OAKUM" prove --quiet --format statement --manifest claim.yaml "$distroless"
is '... is no pass' "$(jq -r '.predicate | "\(.result) \(.warnedTests[] | select(endswith("host-files")))"' out)" \
	'WARNED Pod/node, container web: host-files'
status 'no such container' 3 "$OAKUM" prove --manifest hard.yaml --container none "$distroless"
printf 'kind: Secret\napiVersion: v1\n' >none.yaml
status 'no workload' 3 "$OAKUM" prove --manifest none.yaml "$distroless"
like 'is said' "$(cat err)" 'no workload'

# -- reports --------------------------------------------------------------------------------------

status 'several reports of one start' 1 "$OAKUM" prove --quiet -o sarif=fat.sarif -o statement=fat.statement \
	-o table=fat.table "$fat"
is 'SARIF: a result for each that fell' "$(jq '.runs[0].results | length' fat.sarif)" 6
is 'a failed test' "$(jq -r '.predicate | "\(.result) \(.failedTests | sort | join(" "))"' fat.statement)" \
	"FAILED $(fell fat.json)"
like 'the table' "$(cat fat.table)" '^74 attacks: 68 held, 6 not|^72 attacks: 66 held, 6 not; 2 not tried'
cp -r "$demo/distroless" image
status 'a statement' 0 "$OAKUM" prove --quiet --format statement oci:image
mv out statement.json
is 'of the image' "$(jq -r '.subject[0].digest.sha256' statement.json)" \
	"$(jq -r '.manifests[0].digest' image/index.json | cut -d: -f2)"
[ -n "$limits" ] || is 'passed' "$(jq -r '.predicate.result' statement.json)" PASSED
"$OAKUM" keygen --quiet --no-password -o test >/dev/null 2>&1 || COSIGN_PASSWORD='' "$OAKUM" keygen >/dev/null 2>&1
key=$(ls ./*.key) pub=$(ls ./*.pub)
COSIGN_PASSWORD='' status 'it is signed' 0 "$OAKUM" attest --key "$key" --statement statement.json oci:image
status 'and holds' 0 "$OAKUM" verify-attestation --key "$pub" --type test-result oci:image

group_below() { # PID: the group of one of its descendants, which Oakum made
	local child children=

	read -r children 2>/dev/null <"/proc/$1/task/$1/children"
	for child in $children; do
		grep -ohm 1 '/oakum[-/].*' "/proc/$child/cgroup" 2>/dev/null && return
		group_below "$child" && return
	done
	false
}

# -- what it does not do --------------------------------------------------------------------------

value=$(jq -r '.config.digest' "$demo/fat/blobs/sha256/$(jq -r '.manifests[0].digest' "$demo/fat/index.json" |
	cut -d: -f2)" | cut -d: -f2)
value=$(jq -r '.config.Env[] | select(startswith("DB_PASSWORD=")) | ltrimstr("DB_PASSWORD=")' \
	"$demo/fat/blobs/sha256/$value")
is 'no secret is in any report' "$(cat ./*.json fat.* | grep -cF -- "${value:?}")" 0
like '... though its variable is named' "$(cat fat.json)" 'DB_PASSWORD'
status 'neither image nor manifest' 2 "$OAKUM" prove
status 'no such layer' 2 "$OAKUM" prove --without nonsense "$distroless"
status 'no such image' 3 "$OAKUM" prove oci:nowhere
status 'another status for what falls' 7 "$OAKUM" prove --quiet --exit-code 7 --without noexec "$distroless"
status 'a gate above it' 0 "$OAKUM" prove --quiet --severity critical --without noexec "$distroless"
"$OAKUM" prove --quiet "$distroless" >out 2>err &
pid=$!
await grep '^SigBlk:.*[4-7c-f]...$' /proc/$pid/status # it is attacked: TERM is waited for then
group=$(group_below $pid)
kill -TERM $pid
wait $pid
is 'it can be interrupted' "$?" 143
unlike 'no mount is left' "$(cat /proc/mounts)" '/oakum/run/'
if [ -n "$group" ]; then
	is 'its group of processes is gone' "$(find /sys/fs/cgroup -type d -name "${group##*/}" 2>/dev/null)" ''
else
	skip 'no group of processes is left' 'containers have none here'
fi
done_testing
