#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whether a hardened program answers: programs that answer well, late, wrongly, without end or never,
# and the service of the demo images, told by its own answers (GET /sse 200, GET / 400).
. "$ROOT/test/tap.sh"
. "$FIXTURE/layout.sh"

[ -x /usr/bin/crun ] || [ -x /usr/sbin/runc ] || skip_all 'crun and runc are missing'
cd "$TMP" || exit 1
mkdir root
cp "$BUILD/test/interop/health_program" "root/program-$$"
tar --numeric-owner --owner=0 --group=0 -C root -cf layer.tar .
layout_begin image 2026-11-01T00:00:00Z
layout_layer layer.tar 'COPY program* /'
layout_finish '{"User": "1654", "Entrypoint": ["/program-'$$'"], "Cmd": ["ok"],
	"ExposedPorts": {"8080/tcp": {}, "53/udp": {}}}'

as=()
watch() { # NAME PROBE SECONDS [NAME=VALUE...] [-- WORD...]: to NAME.json
	local name=$1

	shift
	timeout 180 "${as[@]}" "$BUILD/test/interop/health_watch" "${image:-oci:image}" "$@" \
		>"$name.json" 2>"$name.err" || cat "$name.err"
}

told() { # NAME WHAT FILTER WANT
	is "$2" "$(jq -c "$3" "$1.json")" "$4"
}

says() { # NAME PATTERN
	like 'and it says so' "$(jq -r .last "$1.json")" "$2"
}

watch started exit=0 1
[ -s started.json ] || skip_all "no container can be started here: $(head -c 100 started.err)"
told started 'a program that does not end' '[.held, .ended, .last]' \
	'[false,false,"the program did not end in time"]'

# What takes long is waited for together.
watch deaf http://:8080/ 60 -- deaf &
watch never http://:8080/ 10 -- never &
watch trickle http://:8080/ 10 -- trickle &
watch garbage http://:8080/ 10 -- garbage &
watch headers http://:8080/ 10 -- headers &
watch close http://:8080/ 10 -- close &
watch refused http://:8081/ 10 &
watch shut tcp://:8081 10 &
watch unasked 'run=exit 3' 10 &
watch slept 'run=sleep 100' 60 -- exit 7 &
demo=$ROOT/build/demo
if [ -e "$demo/distroless/index.json" ] && [ -e "$demo/fat/index.json" ]; then
	# The service refuses to listen beyond loopback without being told twice.
	twice=ALLOW_INSECURE_EXTERNAL_BINDING=true
	image=oci:$demo/distroless watch sse http://:8080/sse 60 "$twice" &
	image=oci:$demo/distroless watch get http://:8080/ 40 "$twice" &
	image=oci:$demo/fat watch fat http://:8080/sse 60 "$twice" &
fi
wait
told deaf 'who does not hear SIGTERM is killed' '[.held, .killed]' '[true,true]'
told never 'it listens and never answers' '[.held, .status]' '[false,0]'
says never '^no answer within'
told trickle 'an octet each half second' '[.held, .status]' '[false,0]'

told garbage 'no HTTP, for ever' '[.held, .status]' '[false,0]'
says garbage 'is no answer over HTTP|longer than'
told headers 'headers without end' '[.held, .status]' '[false,0]'
says headers 'longer than'
told close 'it closes without an answer' '[.held, .status, .ended]' '[false,0,false]'
told refused 'another port: nobody listens' '[.held, .status, .tries > 3, .ended]' \
	'[false,0,true,false]'
says refused 'port 8081.*Connection refused'
told shut 'a port is closed' .held false

watch ok http://:8080/ 30
told ok 'it answers' '[.held, .last, .status, .ended, .killed]' '[true,"HTTP 200",200,false,false]'
told ok 'and ends upon SIGTERM' '[.exit_status, .killed, .missing]' '[0,false,[]]'
watch late http://:8080/ 30 -- late 700
told late 'it listens late' '[.held, .held_ms >= 700, .tries > 1]' \
	'[true,true,true]'
watch stream http://:8080/ 30 -- stream
told stream 'a stream without end is an answer' '[.held, .status]' '[true,200]'
watch open tcp://:8080 30
told open 'a port is open' '[.held, .last]' '[true,"port 8080 is open"]'
watch chatty http://:8080/ 30 -- chatty
told chatty 'what it writes is never waited for; its end is kept' \
	'[.held, .words_n, (.words | endswith("log, number 099999\n"))]' '[true,65536,true]'

watch ended http://:8080/ 30 -- exit 7
told ended 'it ends' '[.held, .ended, .exit_status, .missing]' '[false,true,7,["libssl.so.3"]]'
says ended '^the program ended with status 7 before it answered$'
watch mute tcp://:8080 30 -- silent 1
told mute 'it ends without a word, and nobody waits for it any longer' \
	'[.held, .exit_status, .last, .words_n, .tries < 20]' \
	'[false,1,"the program ended with status 1 before it answered",0,true]'
told slept 'it ends while a command asks that takes all the time' '[.held, .ended, .exit_status]' \
	'[false,true,7]'
watch ended exit=7 30 -- exit 7
told ended 'it ends as it should' '[.held, .ended, .exit_status, .status]' '[true,true,7,7]'
watch ended exit=0 30 -- exit 7
told ended 'it ends as it should not' '[.held, .ended, .status]' '[false,true,7]'

# A command of this machine, which reaches the program by the port that is told to it.
# shellcheck disable=SC2016 # the command's own shell sees the variable
if command -v curl >/dev/null; then
	watch asked 'run=curl -sf --max-time 5 http://127.0.0.1:$OAKUM_PORT_8080/ >got' 30
	told asked 'a command says it answers' '[.held, .last]' '[true,"the command ended with 0"]'
	is 'and it did' "$(cat got)" ok
else
	skip 'a command that asks' 'curl is missing'
fi
told unasked 'a command says it does not' '[.held, .status, .tries > 3]' '[false,3,true]'

if [ "$(id -u)" = 0 ]; then
	mkdir user
	chown 1001:1001 user
	chmod -R a+rX "$TMP"
	as=(setpriv --reuid=1001 --regid=1001 --clear-groups env "HOME=$TMP/user" "TMPDIR=$TMP/user")
	watch user http://:8080/ 30
	told user 'an ordinary user sees the same' '[.held, .status, .exit_status]' '[true,200,0]'
	watch user http://:8080/ 30 -- exit 7
	told user 'also when it ends' '[.held, .ended, .exit_status]' '[false,true,7]'
	as=()
else
	skip 'as root' 'the tests run as an ordinary user'
fi
ok 'nothing is left of them' await sh -c '! pgrep -f "$1"' - "^/program-$$ "

if [ -s sse.json ]; then
	told sse 'the ASP.NET service answers, and ends' '[.held, .status, .killed]' '[true,200,false]'
	told fat 'and in the image that wants to be root and has no home' '[.held, .status]' '[true,200]'
	told get 'and GET / is no question for it' '[.held, .status]' '[false,400]'
else
	skip 'the ASP.NET service' 'the demo images could not be made here (test/fixture/make-demo.sh)'
fi
done_testing
