#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `oakum run`: what holds inside is read from the kernel's own files (proc(5)); statuses are docker's (docker run,
# "Exit status"); the runtimes are crun and runc. As root and as an ordinary user.
# Shells in containers expand what stands in single quotes here.
# shellcheck disable=SC2016 source=test/tap.sh
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/own_store.sh
. "$FIXTURE/own_store.sh"

[ -x /bin/busybox ] || skip_all 'there is no static busybox'
command -v crun >"$TMP/out" || skip_all 'there is no crun'
own_store
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$FIXTURE python3 "$FIXTURE/box.py" /bin/busybox "$TMP/box" || exit 1
echo hunter2 >"$TMP/password"
chmod -R a+rX "$TMP/box" "$TMP/password"
chmod a+x "$TMP"
server=$ROOT/build/demo/distroless
facts='grep -E "^(Uid|Gid|Cap|NoNewPrivs|Seccomp:)" /proc/self/status | tr "\t\n" "  "'

# as RUNTIME USER: how `oakum run` is called from now on, by whom, and where its stages are
as() {
	runtime=$1 who="$2 $1" by=()
	stages=/var/lib/oakum/run/stage home=$HOME
	if [ "$2" = user ]; then
		mkdir -p "$TMP/home1001"
		[ "$(id -u)" = 0 ] && chown 1001:1001 "$TMP/home1001"
		[ "$(id -u)" = 0 ] && by=(setpriv --reuid=1001 --regid=1001 --clear-groups)
		home=$TMP/home1001
		by+=(env "HOME=$home")
		stages=$home/.local/share/oakum/run/stage
	fi
}

run() { # [FLAGS] IMAGE [-- ARGS]; standard error in $TMP/err
	timeout 60 "${by[@]}" "$OAKUM" run -q --runtime "$runtime" "$@" 2>"$TMP/err"
}

started() { # [FLAGS] IMAGE [-- ARGS]: in the background, its process in $pid, its words in $TMP/words
	: >"$TMP/words" # the shell in the background may come to it later than we look
	"${by[@]}" "$OAKUM" run -q --runtime "$runtime" "$@" >"$TMP/words" 2>&1 &
	pid=$!
}

# Of the loopback's addresses one is ours alone: its ports are free, whoever else tests here.
here=127.$((1 + $$ / 65536 % 250)).$(($$ / 256 % 256)).$(($$ % 256))

statuses() {
	local box=oci:$TMP/box/box

	status "$who: the program's own status" 3 run "$box" -- sh -c 'exit 3'
	status "$who: and none" 0 run "$box" -- true
	status "$who: a signal" 137 run "$box" -- sh -c 'sh -c "kill -9 \$\$"; exit $?'
	status "$who: no such program in PATH" 127 run "$box" -- nothere
	status "$who: no such path" 127 run "$box" -- /not/here
	status "$who: nobody interprets it" 127 run "$box" -- /bin/orphan
	status "$who: a program for nothing" 126 run "$box" -- /bin/bad
	status "$who: not executable" 126 run "$box" -- /bin/plain
	status "$who: a folder" 126 run "$box" -- /etc
	status "$who: an image that names no program" 125 run "oci:$TMP/box/silent"
	status "$who: an image for another architecture" 125 run --user 7 "oci:$TMP/box/other"
	like "$who: which" "$(<"$TMP/err")" 's390x.*--platform'
	status "$who: content that is not the diff_id" 125 run "oci:$TMP/box/wrong"
	status "$who: an unknown flag" 125 run --nope "$box"
	status "$who: no daemon" 125 run -d "$box"
	status "$who: a runtime that is not there" 125 "${by[@]}" "$OAKUM" run --runtime /no/crun "$box"
	status "$who: a runtime that starts nothing" 125 "${by[@]}" "$OAKUM" run --runtime /bin/true "$box"
	status "$who: an image without layers" 127 run "oci:$TMP/box/hollow"
	status "$who: a secret's file that is not there" 125 run --secret "db=$TMP/none" "$box" -- true
	status "$who: a folder to mount on that leads to /proc" 125 run "oci:$TMP/box/climbs"
	like "$who: which" "$(<"$TMP/err")" '/tmp, where something is to be mounted, is a link'
	status "$who: or to /etc" 125 run "oci:$TMP/box/settings"
	status "$who: below a link" 125 run --tmpfs /bin/sh/x "$box"
	status "$who: secrets below a link" 125 run --secret "db=$TMP/password" "oci:$TMP/box/runs" -- true
	status "$who: nothing is mounted there" 0 run "oci:$TMP/box/runs" -- true
	status "$who: a folder that would colour a terminal" 125 run "oci:$TMP/box/paints" -- true
	unlike "$who: does not" "$(<"$TMP/err")" $'\e'
	status "$who: a program that would name one" 125 run "oci:$TMP/box/signs"
	unlike "$who: does not" "$(<"$TMP/err")" $'\e'
}

inside() {
	local box=oci:$TMP/box/box

	is "$who: no capability, no new privileges, a filter" "$(run "$box" -- sh -c "$facts")" \
		"Uid: 1001 1001 1001 1001 Gid: 1002 1002 1002 1002 CapInh: 0000000000000000 CapPrm: 0000000000000000 CapEff: \
0000000000000000 CapBnd: 0000000000000000 CapAmb: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 "
	run "$box" -- sh -c 'grep " / / " /proc/self/mountinfo; touch /x /bin/x; cp /bin/busybox /tmp/b; /tmp/b true
		echo "kcore $(head -c 1 /proc/kcore | wc -c)"
		echo x >/proc/sys/kernel/hostname; mount -t tmpfs x /tmp; ls /sys/class/net; echo $$' \
		>"$TMP/out" 2>&1
	cat "$TMP/err" >>"$TMP/out"
	like "$who: the root is read-only and nosuid" "$(<"$TMP/out")" ' / / ro,nosuid,nodev'
	like "$who: nothing is written to it" "$(<"$TMP/out")" 'touch: /x: Read-only file system'
	like "$who: what was written cannot be run" "$(<"$TMP/out")" '/tmp/b: Permission denied'
	like "$who: masked" "$(<"$TMP/out")" '^kcore 0$'
	like "$who: settings of the kernel are read-only" "$(<"$TMP/out")" "hostname: Read-only file system"
	like "$who: nothing can be mounted" "$(<"$TMP/out")" "mount: permission denied"
	is "$who: loopback alone, and it is process 1" "$(tail -n 2 <(grep -v : "$TMP/out") | tr '\n' ' ')" 'lo 1 '
}

left_out() { # each flag shows that what it leaves out had held
	local box=oci:$TMP/box/box

	is "$who: without user" "$(run --without user "$box" -- id -u)" 0
	is "$who: --user 0" "$(run --user 0 "$box" -- id -u)" 0
	unlike "$who: without capabilities" "$(run --without capabilities "$box" -- sh -c "$facts")" 'CapBnd: 0+ '
	like "$who: without no-new-privileges" "$(run --without no-new-privileges "$box" -- sh -c "$facts")" 'NoNewPrivs: 0'
	like "$who: without seccomp" "$(run --without seccomp "$box" -- sh -c "$facts")" 'Seccomp: 0'
	is "$who: without read-only" "$(run --without read-only --user 0 "$box" -- sh -c 'echo x >/x; cat /x')" x
	status "$who: without noexec" 0 run --without noexec "$box" -- sh -c 'cp /bin/busybox /tmp/true && /tmp/true'
	unlike "$who: without masks" "$(run --without masks "$box" -- cat /proc/self/mountinfo)" ' /proc/(sys|acpi) '
	is "$who: without network" "$(run --network host "$box" -- stat -L -c %i /proc/self/ns/net)" \
		"$(stat -L -c %i /proc/self/ns/net)"
	unlike "$who: without processes" "$(run --without processes "$box" -- sh -c 'echo $$')" '^1$'
	is "$who: without all" "$(run --without all "$box" -- sh -c 'id -u; echo x >/x; cat /x' | tr '\n' ' ')" '0 x '
	status "$who: an unknown layer" 125 run --without moat "$box"
}

settings() {
	local box=oci:$TMP/box/box

	run -e A=b -e COLOUR=red -e HOME -w /tmp --hostname shop --secret "db=$TMP/password" --tmpfs /srv/x:size=1m \
		--user 1654:50 "$box" -- sh -c 'echo "$A $COLOUR $HOME"; pwd; hostname; cat /run/secrets/db; id -u; id -g
		stat -c "%a %u" /run/secrets/db; df -k /srv/x | tail -1 | grep -o " 1024 "; env' >"$TMP/out"
	is "$who: environment, folder, name, secret, user, tmpfs" "$(head -n 8 "$TMP/out" | tr '\n' ',')" \
		"b red $home,/tmp,shop,hunter2,1654,50,400 1654, 1024 ,"
	unlike "$who: no secret in the environment" "$(<"$TMP/out")" '^[A-Z]+=.*hunter2'
	is "$who: a secret as docker build names it" \
		"$(run --secret "id=db,src=$TMP/password" "$box" -- cat /run/secrets/db)" hunter2
	is "$who: a name of the image's" "$(run --user app:staff "$box" -- sh -c 'id -u; id -g' | tr '\n' ' ')" '1001 50 '
	if [ "${who% *}" = user ]; then
		is "$who: one group, where there is one" "$(run "oci:$TMP/box/groups" -- id -G)" 1002
		"${by[@]}" "$OAKUM" run "oci:$TMP/box/groups" -- true 2>"$TMP/err"
		like "$who: and it is said" "$(<"$TMP/err")" 'supplementary groups .* left out: an ordinary user'
	else
		is "$who: the groups of the image's user" "$(run "oci:$TMP/box/groups" -- id -G)" '1002 50 3000'
		is "$who: in a user namespace" "$(run --userns auto "oci:$TMP/box/groups" -- id -G)" '1002 50 3000'
		is "$who: by his number, too" "$(run --user 1001 "oci:$TMP/box/groups" -- id -G)" '1002 50 3000'
		is "$who: not where one is said" "$(run --user app:7 "oci:$TMP/box/groups" -- id -G)" 7
		is "$who: nor without the layer" "$(run --without user "oci:$TMP/box/groups" -- id -G)" 0
	fi
	"${by[@]}" "$OAKUM" run "oci:$TMP/box/groups" -- true 2>"$TMP/err"
	like "$who: root's group is left out" "$(<"$TMP/err")" "its user in root's group, which is left out"
	for bad in ../x=f a/b=f .=f =f x= x; do
		status "$who: no secret named $bad" 125 run --secret "$bad" "$box" -- true
	done
	is "$who: the image's root is not root" "$(run "oci:$TMP/box/root" -- id -u)" 1654
	is "$who: nobody is not root either" "$(run "oci:$TMP/box/nobody" -- id -u)" 1654
	is "$who: a number, not the account of that name" "$(run "oci:$TMP/box/number" -- id -u)" 7
	is "$who: a group by name" "$(run "oci:$TMP/box/group" -- id -g)" 50
	status "$who: a user that nobody knows" 125 run "oci:$TMP/box/stranger"
	status "$who: a passwd that is a link" 125 run "oci:$TMP/box/link"
	is "$who: ten thousand variables" "$(run "oci:$TMP/box/many" -- sh -c 'env | grep -c ^V')" 10000
	status "$who: a NUL in the environment" 125 run "oci:$TMP/box/nul"
	is "$who: a newline is one" "$(run "oci:$TMP/box/newline" | tr '\n' ',')" 'b,c,d,e,'
	is "$who: a folder that is relative" "$(run "oci:$TMP/box/relative" -- pwd)" /opt/app
	is "$who: or missing" "$(run "oci:$TMP/box/missing" -- pwd)" /srv/not/there
	is "$who: or leads out" "$(run "oci:$TMP/box/escape" -- pwd)" /srv/x
	is "$who: standard input" "$(echo in | run -i "$box" -- cat)" in
	is "$who: none unless asked for" "$(echo in | run "$box" -- cat)" ''
}

words() { # as for docker, flags end at the image
	local box=oci:$TMP/box/box

	is "$who: words without --" "$(run "$box" sh -c 'echo "$0 $1"' -- --user)" '-- --user'
	is "$who: one -- is none of them" "$(run "$box" -- echo -- -x)" '-- -x'
	is "$who: a flag behind the image is the program's" "$(run --entrypoint /bin/echo "$box" --user 0)" '--user 0'
	printf 'A=1\n\nexport B=2\n' >"$TMP/variables"
	chmod a+r "$TMP/variables"
	status "$who: a shell's file of variables" 125 run --env-file "$TMP/variables" "$box" -- true
	like "$who: where" "$(<"$TMP/err")" "variables:3: 'export B'"
	status "$who: a port of a network that is the machine's" 125 run --network host -p 8080:8080 "$box" -- true
	status "$who: or of one that is left out" 125 run --without all -p 8080:8080 "$box" -- true
	status "$who: a volume" 125 run -v /tmp:/tmp "$box" -- true
	like "$who: is not offered" "$(<"$TMP/err")" 'volumes are not offered'
	status "$who: by its long name" 125 run --volume /tmp:/tmp "$box" -- true
	like "$who: is not offered either" "$(<"$TMP/err")" 'volumes are not offered'
	status "$who: --rm" 0 run --rm "$box" -- true
	status "$who: nothing is kept" 125 run --rm=false "$box" -- true
	is "$who: it is called as its image" "$(run "$box" -- hostname)" box
	is "$who: or as is said" "$(run --name shop "$box" -- hostname)" shop
}

host_files() { # FLAGS: what is handed in as a stream stays ours; a null device of our own stands for the machine's
	local box=oci:$TMP/box/box at=$TMP/streams ways='for i in 0 1 2; do chmod 000 /proc/self/fd/$i; done 2>/dev/null'

	secluded() {
		unshare -m sh -c 'mount --bind "$1" /dev/null && shift && exec "$@"' sh "$at/null" timeout 60 "$OAKUM" run -q \
			--runtime "$runtime" "$@"
	}
	rm -rf "$at" && mkdir "$at" && echo in >"$at/in" && touch "$at/out" "$at/err" && chmod 640 "$at"/*
	if ! (mknod -m 666 "$at/null" c 1 3 && : <"$at/null") 2>"$TMP/out"; then
		skip "$who $*: files as streams" 'no device can be made here'
		return
	fi
	secluded "$@" -i "$box" -- sh -c "$ways; cat; echo said >&2; exit 6" <"$at/in" >"$at/out" 2>"$at/err"
	is "$who $*: files as streams, their owners and modes" "$? $(stat -c '%u:%g %a' "$at"/in "$at"/out "$at"/err |
		tr '\n' ' ')$(cat "$at/out" "$at/err" | tr '\n' ' ')" '6 0:0 640 0:0 640 0:0 640 in said '
	for flag in '' -i; do
		secluded "$@" $flag "$box" -- sh -c "$ways; cat; exit 6" <"$at/null" >"$at/null" 2>"$at/null"
		is "$who $* $flag: a null device" "$? $(stat -c '%u:%g %a' "$at/null")" '6 0:0 666'
	done
}

streams() { # what goes through a pipe arrives whole, and its ends with it
	local box=oci:$TMP/box/box

	is "$who: three megabytes, there and back" "$(head -c 3000000 /dev/zero | run -i "$box" -- cat | wc -c)" 3000000
	# runc has a pipe for each of its own
	[ "$runtime" = runc ] || is "$who: two that are one, in their order" "$("${by[@]}" "$OAKUM" run -q \
		--runtime "$runtime" "$box" -- sh -c 'echo a; echo b >&2; echo c' 2>&1 | tr '\n' ' ')" 'a b c '
	run "$box" -- sh -c 'while echo y; do :; done 2>/dev/null' | head -n 1 >"$TMP/out"
	is "$who: who reads no more" "$(<"$TMP/out")" y
	(run "$box" -- sh -c 'echo lost; exit 0' >/dev/full)
	is "$who: a full disk is no success" "$? $(<"$TMP/err")" "125 oakum: $box: write to standard output: No space \
left on device"
	(run "$box" -- sh -c 'exit 0' <&- >&-)
	is "$who: streams that are closed" $? 0
	mkfifo "$TMP/open"
	exec 7<>"$TMP/open"
	rm "$TMP/open"
	is "$who: an input that does not end" "$(run -i "$box" -- sh -c 'exit 6' <&7; echo $?)" 6
	exec 7>&-
}

quiet_keyboard() { # what is typed is read by nobody whom it was not given to
	printf 'typed\n' | timeout 60 "${by[@]}" script -qec "
		$OAKUM run -q --runtime $runtime oci:$TMP/box/box -- sh -c 'echo said; echo told >&2; test -t 1 || echo apart
		/bin/busybox timeout 2 head -n 1 <&1; /bin/busybox timeout 2 head -n 1 <&2; exit 5'
		echo was \$?; test -t 1 && echo ours" /dev/null >"$TMP/out" 2>&1
	is "$who: a terminal is written to" \
		"$(tr -d '\r' <"$TMP/out" | grep -E '^(said|told|apart|was 5|ours)$' | sort | tr '\n' ' ')" \
		'apart ours said told was 5 '
	is "$who: and not read from" "$(tr -d '\r' <"$TMP/out" | grep -c '^typed$')" 1
	: >"$TMP/out"
	{ await grep up "$TMP/out" && for _ in 1 2 3; do printf '\003' && sleep 0.5; done; } |
		timeout 100 "${by[@]}" script -qec "trap : INT; $OAKUM run -q --runtime $runtime oci:$TMP/box/box -- \
			sh -c 'echo up; sleep 600'; echo was \$?" /dev/null >"$TMP/out" 2>&1
	like "$who: the third Ctrl-C ends what ignores it" "$(tr -d '\r' <"$TMP/out")" 'was 137$'
}

terminal() {
	printf 'stty size; tty; exit 7\n' | timeout 60 "${by[@]}" script -qec "stty rows 33 cols 99
		$OAKUM run -q -t --runtime $runtime oci:$TMP/box/box; echo was \$?; stty -a" /dev/null >"$TMP/out" 2>&1
	like "$who: a terminal of its size" "$(tr -d '\r' <"$TMP/out")" '^33 99$'
	like "$who: of its own" "$(tr -d '\r' <"$TMP/out")" '^/dev/(pts/0|console)$'
	like "$who: its status" "$(tr -d '\r' <"$TMP/out")" '^was 7$'
	like "$who: ours is as it was" "$(tr -d '\r' <"$TMP/out")" '(^| )icanon'
	: >"$TMP/words" && chmod 640 "$TMP/words" && own=$(stat -c '%u %a' "$TMP/words")
	[ "${who% *}" = user ] || is "$who: a file beside it stays ours" "$(echo typed | timeout 60 script -qec "
		$OAKUM run -q -t --runtime $runtime oci:$TMP/box/box -- sh -c 'read x; echo said' >$TMP/words" \
		/dev/null >"$TMP/out" 2>&1; grep -c said "$TMP/words") $(stat -c '%u %a' "$TMP/words")" "1 $own"
	status "$who: no terminal to give" 125 run -t "oci:$TMP/box/box" </dev/null
}

remembers() { # a guard lives as long as its container, and its memory can be read (proc(5), mem)
	PYTHONDONTWRITEBYTECODE=1 python3 "$FIXTURE/worker_memory.py" "$TMP/password" hunter2 -- \
		"${by[@]}" "$OAKUM" run -q --runtime "$runtime" --secret "db=$TMP/password" "oci:$TMP/box/box" -- \
		sh -c 'cat /run/secrets/db && exec sleep 3' >"$TMP/out" 2>&1
	is "$who: the guard knows the secret's file, and not the secret" \
		"$? $(grep found "$TMP/out")" "0 found $TMP/password"
	head -c 1048577 /dev/zero >"$TMP/large"
	status "$who: a secret that is too long" 125 run --secret "db=$TMP/large" "oci:$TMP/box/box" -- true
	like "$who: and it is said" "$(<"$TMP/err")" 'large.*longer than 1048576'
	rm "$TMP/large"
}

says_once() { # the runtime's own words come from itself
	status "$who: what the runtime cannot start" 125 run --tmpfs /bin/busybox "oci:$TMP/box/box" -- true
	is "$who: why, once" "$(grep -ci 'not a directory' "$TMP/err")" 1
	like "$who: and who says so" "$(tail -n 1 "$TMP/err")" "$runtime did not start it"
}

ends() {
	local box=oci:$TMP/box/box ids

	started "$box" -- sh -c 'trap "echo heard; exit 42" TERM; echo up; while :; do sleep 0.05; done'
	await grep up "$TMP/words"
	kill -TERM "$pid"
	wait "$pid"
	is "$who: SIGTERM goes on, its own status comes back" "$? $(tr '\n' ' ' <"$TMP/words")" '42 up heard '
	started -p 0.0.0.0:0:1 "$box"
	wait "$pid"
	is "$who: a port that is none" $? 125
	is "$who: nothing is left of all these" "$(ls "$stages")" ''
	started "$box" -- sh -c "echo up; exec sleep 4242$$"
	await grep up "$TMP/words"
	ids=$(ls "$stages")
	kill -9 "$pid"
	wait "$pid" 2>"$TMP/out"
	ok "$who: after kill -9 no process is left" await sh -c '! pgrep -f "$1"' - "[s]leep 4242$$\$"
	ok "$who: and no mount" await sh -c '! grep "$1" /proc/mounts' - "${ids:?}"
	run "$box" -- true
	is "$who: the next start removes its folder" "$(ls "$stages")" ''
	is "$who: and its cgroup" "$(find /sys/fs/cgroup -maxdepth 2 -name "*$ids*" | wc -l)" 0
}

at_once() {
	local jobs=() got=

	for i in $(seq 20); do
		run "oci:$TMP/box/box" -- sh -c "exit $i" &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		wait "$job"
		got+="$? "
	done
	is "$who: twenty at once" "$got" "$(seq -s ' ' 20) "
}

published() {
	started -p "$here:8080:8080" "oci:$TMP/box/listening"
	is "$who: a published port answers" "$(python3 - "$here" <<-'END'
		import socket, sys, time
		for _ in range(1200):
		    try:
		        s = socket.create_connection((sys.argv[1], 8080), 5)
		        s.sendall(b'hello\n')
		        got = s.recv(10)
		        if got:
		            print(got.decode().strip())
		            break
		    except OSError:
		        pass
		    time.sleep(0.05)
	END
	)" hello
	kill -KILL "$pid"
	wait "$pid" 2>"$TMP/out"
}

asked() { # URL: 400 is this service's own answer there
	curl -so "$TMP/answer" --max-time 10 -w '%{http_code}\n' "$1" >"$TMP/code" 2>&1
	grep 400 "$TMP/code"
}

web() { # the ASP.NET service answers and ends cleanly
	[ -d "$server" ] || { skip "$who: the ASP.NET service" 'there is no demo image'; return; }
	started -e ALLOW_INSECURE_EXTERNAL_BINDING=true -p "$here:8080:8080" "oci:$server"
	await asked "http://$here:8080/"
	is "$who: the ASP.NET service answers" "$(<"$TMP/code")" 400
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$? # its own: 1 as long as something of its start is under way
	like "$who: and ends on SIGTERM, by itself" "$status $(grep -o 'Application is shutting down' "$TMP/words")" \
		'^[01] Application'
	is "$who: nothing is left" "$(ls "$stages")" ''
}

policy() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$TMP/key"
	openssl ec -in "$TMP/key" -pubout -out "$TMP/release.pub" 2>"$TMP/out"
	printf '%s\n' 'oakum-policy: 1' 'default: deny' 'signers:' '  release:' '    key: release.pub' 'rules:' \
		'- name: all' '  images: "**"' '  require:' '  - signature: release' >"$TMP/policy.yaml"
	sed 's/^- name: all/&\n  mode: warn/' "$TMP/policy.yaml" >"$TMP/open.yaml"
	status "$who: an image that no rule lets pass" 125 run --policy "$TMP/policy.yaml" "oci:$TMP/box/box" -- true
	like "$who: and why" "$(<"$TMP/err")" 'not started: .*signature by release'
	status "$who: one that may" 0 run --policy "$TMP/open.yaml" "oci:$TMP/box/box" -- true
	cp "$TMP/policy.yaml" "$TMP/oakum-policy.yaml"
	status "$who: the policy of this folder" 125 env -C "$TMP" "$OAKUM" run -q "oci:$TMP/box/box" -- true
	status "$who: left out" 0 env -C "$TMP" "$OAKUM" run -q --insecure-skip-policy "oci:$TMP/box/box" -- true
	ln -sf nothing "$TMP/oakum-policy.yaml"
	status "$who: one that cannot be read" 125 env -C "$TMP" "$OAKUM" run -q "oci:$TMP/box/box" -- true
	rm "$TMP/oakum-policy.yaml"
}

accounts() { # an account of this machine, of the image's user
	printf 'root:x:0:0::/root:/bin/sh\nalice:x:1001:1001::/home/alice:/bin/sh\n' >"$TMP/passwd"
	unshare -m sh -c 'mount --bind "$1" /etc/passwd && shift && exec "$@"' sh "$TMP/passwd" \
		"$OAKUM" run --runtime "$runtime" "oci:$TMP/box/box" -- true 2>"$TMP/err"
	like "$who: whose account its user is here" "$(<"$TMP/err")" "its user 1001 is the account 'alice'"
	"$OAKUM" run --runtime "$runtime" --userns auto "oci:$TMP/box/box" -- true 2>"$TMP/err"
	unlike "$who: nobody's in a user namespace" "$(<"$TMP/err")" 'account'
}

limits() {
	like "$who: more processes are refused" "$(run --pids-limit 20 "oci:$TMP/box/box" -- sh -c \
		'for i in $(seq 40); do sleep 60 & done' 2>&1; cat "$TMP/err")" "can.t fork"
	status "$who: no limit of memory" 0 run -m 0 "oci:$TMP/box/box" -- true
	is "$who: is none in the bundle" "$("$OAKUM" run -m 0 --print bundle "oci:$TMP/box/box" |
		jq -c '.linux.resources | keys')" '["pids"]'
	status "$who: memory that is no size" 125 run -m lots "oci:$TMP/box/box" -- true
	status "$who: more memory is not there" 137 run -m 32m "oci:$TMP/box/box" -- \
		sh -c 'head -c 99999999 /dev/zero | tail'
}

if [ "$(id -u)" = 0 ]; then
	for r in crun runc; do
		command -v "$r" >"$TMP/out" || { skip "as root with $r" 'it is not installed'; continue; }
		as "$r" root
		statuses; inside; streams; host_files; host_files --userns auto; terminal; quiet_keyboard; says_once; ends
	done
	as crun root
	left_out; words; settings; remembers; at_once; published; web; policy; accounts; limits
	for r in crun runc; do
		as "$r" root
		is "$who: a user namespace" "$(run --userns auto "oci:$TMP/box/box" -- sh -c 'id -u; cat /proc/self/uid_map' |
			tr -s ' \n' ' ')" '1001 0 1879048192 65536 '
		is "$who: without all, in a user namespace" "$(run --userns auto --without all "oci:$TMP/box/box" -- sh -c \
			'id -u; echo x >/x; cat /x' | tr '\n' ' ')" '0 x '
	done
else
	skip 'as root' 'we are not'
fi

as crun user
if "${by[@]}" sh -c "exec unshare -r '$OAKUM' version" >"$TMP/out" 2>&1; then
	statuses; inside; streams; left_out; words; settings; remembers; terminal; quiet_keyboard; says_once; ends
	at_once; published; web
	status 'user: -m cannot be kept' 125 run -m 64m "oci:$TMP/box/box" -- true
	like 'user: and it is said' "$(<"$TMP/err")" '--memory cannot be kept here'
	"${by[@]}" "$OAKUM" run "oci:$TMP/box/box" -- true 2>"$TMP/err"
	like 'user: no limits, and it is said' "$(<"$TMP/err")" 'no limit of memory and processes'
	as runc user
	status 'user: runc alone' 125 run "oci:$TMP/box/box" -- true
else
	skip 'as an ordinary user' 'who may make no user namespace, or cannot read the program'
fi
done_testing
