#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The flags that say how a hardened image is asked whether it still works: what they send, and what
# is no question. (The answers: test/interop/health.t.)
. "$ROOT/test/tap.sh"
. "$FIXTURE/layout.sh"

export OAKUM_QUIET=1
cd "$TMP" || exit 1
mkdir root
cp "$BUILD/test/interop/health_program" root/program
tar --numeric-owner --owner=0 --group=0 -C root -cf layer.tar .
layout_begin image 2026-11-01T00:00:00Z
layout_layer layer.tar 'COPY program /'
layout_finish '{"User": "1654", "Entrypoint": ["/program"], "Cmd": ["check"]}'

harden() {
	timeout 120 "$OAKUM" harden oci:image -o oci:hardened "$@"
}

wrong() { # WHAT-IT-SAYS FLAG...
	local words=$1

	shift
	status "refused: $*" 2 harden "$@"
	like 'and it says so' "$(cat err)" "$words"
}
wrong 'is no probe' --probe https://:8443/
wrong 'is no probe' --probe http://shop.example/
wrong 'is no probe' --probe ''
wrong '--probe WHAT is missing' --probe-status 200
wrong '--probe WHAT is missing' --probe-arg x
wrong '--probe WHAT is missing' --probe-env A=b
wrong '200, or 200-299' --probe http://:8080/ --probe-status 100
wrong '200, or 200-299' --probe http://:8080/ --probe-status 300-200
wrong '200, or 200-299' --probe http://:8080/ --probe-status 2xx
wrong 'NAME: VALUE' --probe http://:8080/ --probe-header X-Key
wrong 'goes with POST' --probe http://:8080/ --probe-method GET --probe-body x
wrong 'sends no request' --probe tcp://:8080 --probe-status 200
wrong 'sends no request' --probe exit=0 --probe-body x
wrong 'NAME=VALUE' --probe exit=0 --probe-env NAME
status 'a body that is not there' 3 harden --probe http://:8080/ --probe-body @nowhere

if ! "$OAKUM" run oci:image -- exit >have 2>&1; then
	skip 'questions' "no container can be started here: $(head -c 100 have)"
	done_testing
	exit 0
fi
patience=30s
held() { # NAME WANT FLAG...: whether the image was kept
	local name=$1 want=$2

	shift 2
	rm -rf hardened
	harden --probe-timeout $patience "$@" >out 2>err
	is "$name" "$([ -e hardened ] && echo yes || echo no)" "$want"
}
question=(--probe 'http://:8080/rpc?x=1' --probe-header 'X-Key: a b' --probe-header 'Host:shop.example')
printf ping >body
held 'a whole question' yes "${question[@]}" --probe-method PUT --probe-body ping --probe-status 418
held 'a body in a file' yes "${question[@]}" --probe-method PUT --probe-body @body --probe-status 400-499
patience=2s # what never holds is waited for to the end
held 'another method' no "${question[@]}" --probe-body ping --probe-status 418
held 'another body' no "${question[@]}" --probe-method PUT --probe-body pong --probe-status 418
held 'another status' no "${question[@]}" --probe-method PUT --probe-body ping
patience=30s
held 'it ends after another answer' no "${question[@]}" --probe-arg once --probe-status 299
like 'which is told' "$(tr -s ' \n' ' ' <out)" 'ended with status 3; before that: HTTP 200'
for probe in http://:8080/ tcp://:8080 'run=exit 1' exit=0; do
	held "it ends without a word: $probe" no --probe "$probe" --probe-arg silent --probe-arg 1
	like 'that is told first, and what to do' "$(tr -s ' \n' ' ' <out)" \
		'^nothing was written: .*: the program ended with status 1.* it wrote nothing .*oakum run.*--probe-env'
done
held 'it ends with words' no --probe http://:8080/ --probe-arg exit --probe-arg 7
like 'which are told' "$(tr -s ' \n' ' ' <out)" \
	'ended with status 7 before it answered it wrote: /program: error .*misses libssl.so.3: --keep'
held 'other words for the program' yes --probe exit=7 --probe-arg exit --probe-arg 7
held 'and another end of it' no --probe exit=0 --probe-arg exit --probe-arg 7
done_testing
