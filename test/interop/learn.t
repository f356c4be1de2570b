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
cp "$BUILD/test/interop/health_program" "root/answers-$$"
# Of this script alone, whatever else runs here.
address=127.$((1 + $$ / 65536 % 200)).$(($$ / 256 % 256)).$(($$ % 256))
tar -C root --sort=name --owner=0 --group=0 --mtime=@0 -cf layer.tar .
image() { # NAME WORDS...
	local name=$1

	shift
	layout_begin "$name" 2026-01-01T00:00:00Z
	cp layer.tar "$name.tar"
	layout_layer "$name.tar" 'COPY . .'
	layout_finish "$(jq -cn --args --arg program "${program:-/busy-$$}" \
		'{Entrypoint: [$program], Cmd: $ARGS.positional, User: "14711", ExposedPorts: {"8080/tcp": {}}}' -- "$@")"
}
# Every rule of a profile in a line: the default's are all that there may be.
rules() {
	jq -r '"default \(.defaultAction)", "on \(.architectures)", (.syscalls[] | . as $rule | .names[] |
		"\(.) \($rule.action) \($rule.errnoRet) \($rule.args) \($rule.includes) \($rule.excludes)")' "$1" | sort -u
}
loosens() { comm -23 <(rules "$1") <(rules default.json) | wc -l; }
calls() { jq -r '.syscalls[] | select(.action == "SCMP_ACT_ALLOW") | .names[]' "$1" | sort -u; }

# The service of the demo images, meanwhile: the profile of one answer is enough for the next.
demo=$ROOT/build/demo/distroless
twice=ALLOW_INSECURE_EXTERNAL_BINDING=true
service() {
	timeout 180 "$OAKUM" learn -o service --probe http://:8080/sse --probe-timeout 2m --probe-env "$twice" \
		"oci:$demo" >service.out 2>service.err || return
	timeout 180 "$OAKUM" run -e "$twice" --seccomp service/seccomp.json --tmpfs /var/tmp/Microsoft \
		-p "$address:9090:8080" "oci:$demo" >service.log 2>&1 &
	await first_line
	kill "$!"
	wait "$!"
}
# The relay takes connections before the service does, and closes them.
first_line() ( # of an answer without end
	exec 3<>"/dev/tcp/$address/9090" || return
	printf 'GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n' >&3
	read -r -t 30 line <&3 && echo "$line" >service.status
)
[ ! -e "$demo/index.json" ] || { service & serves=$!; }

# -- what it needs -----------------------------------------------------------------------------------
image busy put=/data/out touch=/link/more mkdir=/app/new touch=/app/new/x chdir=/data touch=rel \
	mkdir=/app touch=/app/log name=/tmp/s mount=/data touch=/nowhere/x touch=/dev/null \
	touch=/dev/shm/x listen=9000 wait
# Its last word says that it has done all.
status 'learn' 0 timeout 60 "$OAKUM" learn --probe tcp://:9000 --for 1s oci:busy
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
is 'never more than the default' "$(loosens learned/seccomp.json)" 0
for more in '.syscalls[0].names += ["mount"]' '.syscalls[] |= if .names == ["clone"] then del(.args) else . end' \
	'.defaultAction = "SCMP_ACT_LOG"' '.syscalls[0].action = "SCMP_ACT_NOTIFY"' \
	'.architectures += ["SCMP_ARCH_X86"]'; do
	jq "$more" learned/seccomp.json >more.json
	ok "more would be seen: $more" test "$(loosens more.json)" -gt 0
done
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
	(cd bundle && timeout 120 unshare -m sh -c \
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
status 'oakum run: what was learned' 0 timeout 120 "$OAKUM" run --seccomp learned/seccomp.json --tmpfs /data \
	oci:busy -- put=/data/out name=/tmp/s listen=9000
status 'oakum run: nothing else' 1 timeout 120 "$OAKUM" run --seccomp learned/seccomp.json oci:busy -- sysinfo
like 'oakum run: refused' "$(cat err)" '^sysinfo: Operation not permitted$'
status 'oakum run: which the default allows' 0 timeout 120 "$OAKUM" run oci:busy -- sysinfo
is 'the bundle holds it' "$("$OAKUM" run --print bundle --seccomp learned/seccomp.json oci:busy |
	jq '.linux.seccomp' >printed.json; calls printed.json)" "$(calls learned/seccomp.json)"
ok 'the manifest names it' sh -c \
	'"$OAKUM" run --print kubernetes --seccomp learned/seccomp.json oci:busy | grep -q "learned/seccomp.json"'
refused() { # NAME JQ WHY: a profile that is not taken
	jq "$2" learned/seccomp.json >bad.json
	status "$1" 125 timeout 120 "$OAKUM" run --seccomp bad.json oci:busy -- sysinfo
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
status 'a workload' 0 timeout 120 "$OAKUM" learn -o served -p "$address:8080:8080" oci:serves -- \
	"$BASH" -c "exec 3<>/dev/tcp/$address/8080"
ok 'the port is published in what is written' grep -q "publish $address:8080:8080" served/docker.sh
status 'a workload that fails' 3 timeout 120 "$OAKUM" learn -o failed oci:serves -- sh -c 'echo no >&2; exit 7'
like 'says so' "$(cat err)" 'sh ended with status 7: no$'
ok 'writes nothing' test ! -e failed
status 'no such workload' 3 timeout 120 "$OAKUM" learn -o failed oci:serves -- ./nothing
image ends sysinfo
status 'it ends before anybody can use it' 3 timeout 120 "$OAKUM" learn -o failed -p "$address:8080:8080" \
	oci:ends -- true
like 'says that, too' "$(cat err)" 'the program ended with status 0 before it answered'
status 'it ends by itself' 0 timeout 120 "$OAKUM" learn -o ended oci:ends
ok 'what it called' test "$(calls ended/seccomp.json | grep -cx sysinfo)" = 1
image fails sysinfo touch=/nowhere/x
status 'it fails by itself' 3 timeout 120 "$OAKUM" learn -o fails-learned oci:fails
like 'says how' "$(cat err)" 'the program ended with status 1 \(where that is its end: --probe exit=1\)$'
ok 'writes nothing then' test ! -e fails-learned
image crowded crowd=40
status 'many processes and threads at once' 0 timeout 120 "$OAKUM" learn -o crowd oci:crowded
ok 'of none of them a call is lost' test "$(calls crowd/seccomp.json | grep -cx getpriority)" = 1

# -- a probe -----------------------------------------------------------------------------------------
status 'an end that was asked for' 0 timeout 120 "$OAKUM" learn --probe exit=1 -o asked oci:fails
ok 'is learned from' test "$(calls asked/seccomp.json | grep -cx sysinfo)" = 1
status 'another end' 3 timeout 120 "$OAKUM" learn --probe exit=2 -o refused oci:fails
like 'is told' "$(cat err)" 'exit=2: the program ended with status 1$'
program=/answers-$$ image answers ok
status 'it answers over HTTP' 0 timeout 60 "$OAKUM" learn --probe http://:8080/ --probe-env SHOP=secret-of-the-probe \
	-o answers-learned oci:answers
like 'on its port' "$(cat out)" '^listens on port 8080$'
is 'with the calls that it takes' "$(calls answers-learned/seccomp.json | grep -xE 'accept4?')" accept
is 'it holds no more than the default' "$(loosens answers-learned/seccomp.json)" 0
ok 'what the probe gave it is in no manifest' test "$(grep -l secret-of-the-probe answers-learned/* | wc -l)" = 0
status 'oakum run: it answers with that profile' 0 timeout 60 "$OAKUM" learn --seccomp answers-learned/seccomp.json \
	--probe http://:8080/ -o again oci:answers
# shellcheck disable=SC2016 # the probe's shell
status 'a command' 0 timeout 60 "$OAKUM" learn -o command --probe \
	'run=bash -c "exec 3<>/dev/tcp/127.0.0.1/$OAKUM_PORT_8080
		printf \"GET / HTTP/1.0\r\n\r\n\" >&3; grep -q 200 <&3"' oci:answers
status 'other words for it' 0 timeout 60 "$OAKUM" learn -o words --probe tcp://:9001 --probe-arg listen=9001 \
	--probe-arg wait oci:busy
is 'they are of the probe alone' "$(grep -l listen=9001 words/*)" ''
status 'it does not answer' 3 timeout 120 "$OAKUM" learn -o refused --probe http://:9999/ --probe-timeout 1s oci:answers
like 'says what was asked, and the answer' "$(cat err)" 'http://:9999/: .*Connection refused'
status 'the answer is wrong' 3 timeout 120 "$OAKUM" learn -o refused --probe http://:8080/ --probe-status 204 \
	--probe-timeout 10s oci:answers
like 'says which it was' "$(cat err)" 'http://:8080/: HTTP 200$'
status 'a workload uses what answers' 0 timeout 60 "$OAKUM" learn -o both --probe http://:8080/ oci:answers -- true
status 'a workload cannot use what has ended' 2 "$OAKUM" learn -o refused --probe exit=0 oci:answers -- true
status 'half a probe' 2 "$OAKUM" learn -o refused --probe-status 200 oci:answers
ok 'none of these wrote' test ! -e refused

# -- where it goes -----------------------------------------------------------------------------------
echo mine >ended/notes
status 'a folder that is there' 0 timeout 120 "$OAKUM" learn -o ended oci:ends
is 'keeps what else is in it' "$(cat ended/notes)" mine
touch plain
image loud say=started
status 'no folder at all' 2 "$OAKUM" learn -o '' oci:loud
for place in plain plain/below; do
	status "a file: $place" 3 timeout 120 "$OAKUM" learn -o "$place" oci:loud
	like 'is no folder' "$(cat err)" "output $place: Not a directory"
	unlike 'said before anything is started' "$(cat err)" '^started$'
done

# -- Ctrl-C ------------------------------------------------------------------------------------------
begin() { # WORDS...: learns in the background, where Ctrl-C counts
	rm -f begun
	env --default-signal=INT,QUIT "$OAKUM" learn --for 10m "$@" >out 2>err &
	learning=$!
}
stopped() { # SIGNAL: $ended is its status then
	kill "-$1" "$learning"
	ended=0
	wait "$learning" || ended=$?
}
image stays sysinfo say=begun wait
begin -o until oci:stays
await grep -q begun err
stopped INT
is 'Ctrl-C is enough' "$ended" 0
like 'and it is said' "$(cat out)" '^watched for .* until signal 2$'
ok 'what was seen until then' test "$(calls until/seccomp.json | grep -cx sysinfo)" = 1
ok 'and its end' test "$(calls until/seccomp.json | grep -cx exit_group)" = 1
# shellcheck disable=SC2016 # the workload's shell
begin -o never oci:stays -- sh -c 'echo $$ >begun.new && mv begun.new begun && exec sleep 600'
await test -s begun
stopped INT
is 'in the middle of a workload' "$ended" 130
ok 'nothing is written' test ! -e never
ok 'and the workload has ended' test ! -e "/proc/$(cat begun)"
# shellcheck disable=SC2016 # the probe's shell
begin -o never --probe 'run=echo $$ >begun.new && mv begun.new begun && exec sleep 600' oci:stays
await test -s begun
stopped TERM
is 'in the middle of a probe' "$ended" 143
ok 'writes nothing' test ! -e never
ok 'and its command has ended' test ! -e "/proc/$(cat begun)"

# -- our terminal ------------------------------------------------------------------------------------
image paints say=$'\e]0;owned\a\e[6nb\xc3\xa4 ##vso[task]\n\tx' terminal
timeout 120 script -qec "'$OAKUM' learn -o painted oci:paints; echo was \$?" /dev/null </dev/null >screen 2>&1
like 'who has no terminal says so by its end' "$(tr -d '\r' <screen)" '^was 0$'
is 'what it says is shown, and does nothing' "$(tr -d '\r' <screen | sed -n 1,2p)" \
	"$(printf '\\x1b]0;owned\\x07\\x1b[6nb\xc3\xa4 \\x23#vso[task]\n\tx')"
timeout 120 "$OAKUM" learn -o painted oci:paints >out 2>err
ok 'nor in a log' grep -qF '\x1b]0;owned' err
unlike 'and not where the result goes' "$(cat out)" owned

# -- an enemy ----------------------------------------------------------------------------------------
image hostile many touch=/data/$'new\nline' "touch=/data/$(printf 'long%.0s' {1..2000})" touch=/link/../../../x
status 'too many folders' 0 timeout 120 "$OAKUM" learn --probe exit=2 -o hostile-learned oci:hostile
like 'are told' "$(cat out)" '^there was more: '
image worse mkdir=/app/$'a:b\nc' mkdir=/app/$'\e[2J'
image names mkdir=/data/other-each-time
status 'names that no form can be told' 0 timeout 120 "$OAKUM" learn -o worse-learned oci:worse
like 'are told, shown' "$(cat out)" '^/app/a:b.x0ac: '
unlike 'do not reach the terminal' "$(cat out)" "$(printf '\033')"

status 'a folder of another name each time' 0 timeout 120 "$OAKUM" learn -o names-learned oci:names
like 'the one that it is made in is needed' "$(cat out)" '^/data: a tmpfs of 1 MiB$'

# -- an ordinary user --------------------------------------------------------------------------------
if [ "$(id -u)" = 0 ]; then
	mkdir user && chown 1001 user && chmod 711 "$TMP"
	status 'an ordinary user' 0 timeout 120 setpriv --reuid=1001 --regid=1001 --clear-groups \
		env HOME="$TMP/user" TMPDIR="$TMP/user" "$OAKUM" learn --probe tcp://:9000 --for 1s \
		-o "$TMP/user/learned" oci:busy
	is 'sees the same calls' "$(calls user/learned/seccomp.json)" "$(calls learned/seccomp.json)"
	like 'and folders' "$(cat out)" '^/data: a tmpfs of 16 MiB$'
	like 'and ports' "$(cat out)" '^listens on port 9000$'
	status 'and what answers' 0 timeout 120 setpriv --reuid=1001 --regid=1001 --clear-groups \
		env HOME="$TMP/user" TMPDIR="$TMP/user" "$OAKUM" learn --probe http://:8080/ -o "$TMP/user/answers" oci:answers
	mkdir -m 755 ours
	status 'a folder of somebody else' 3 timeout 120 setpriv --reuid=1001 --regid=1001 --clear-groups \
		env HOME="$TMP/user" TMPDIR="$TMP/user" "$OAKUM" learn -o "$TMP/ours/learned" oci:loud
	like 'is said' "$(cat err)" 'ours/learned: Permission denied'
fi
if [ -n "${serves-}" ]; then
	wait "$serves"
	like 'the ASP.NET service is learned from' "$(cat service.out service.err)" '^listens on port 8080$'
	is 'never more than the default' "$(loosens service/seccomp.json)" 0
	like 'and answers with that profile' "$(cat service.status)" '^HTTP/1.1 200 OK'
else
	skip 'the ASP.NET service' 'no demo images'
fi
is 'never more than the default' "$(loosens hostile-learned/seccomp.json) $(loosens worse-learned/seccomp.json)" '0 0'
is 'nothing is left' "$(pgrep -fc "^/(busy|answers)-$$ ")" 0
done_testing
