#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `oakum run --print`: the bundle, the Kubernetes objects, docker's line and the Compose service say
# the same; test/fixture/forms.py reads each as its engine would.
. "$ROOT/test/tap.sh"
. "$FIXTURE/layout.sh"

/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip_all 'python3-yaml is not installed'
forms() { /usr/bin/python3 "$FIXTURE/forms.py" "$@"; }
cd "$TMP" || exit 1

mkdir -p root/etc
printf 'root:x:0:0::/:\nshop:x:14711:14712::/:\n' >root/etc/passwd
printf 'root:x:0:shop\nextra:x:14720:shop\ndata:x:14730:other,shop\n' >root/etc/group
tar -C root --sort=name --owner=0 --group=0 --mtime=@0 -cf layer.tar etc

image() { # NAME CONFIG
	layout_begin "$1" 2026-01-01T00:00:00Z
	cp layer.tar "$1.tar"
	layout_layer "$1.tar" 'COPY . .'
	layout_finish "$2"
	printf '%s' "$2" >"$1.json"
}
image plain '{"Entrypoint": ["/shop"], "Cmd": ["serve", "--all"], "WorkingDir": "/srv",
	"Env": ["PATH=/bin", "A=1"], "User": "shop", "ExposedPorts": {"22/tcp": {}, "8080/tcp": {}}}'
image bare '{"Cmd": ["/bin/shop"]}'
# What an enemy writes: shell, YAML, templates, controls, options, length.
jq -cn '{Entrypoint: ["/-x; touch $HOME", "\u0027\"`touch x`$(touch y)${x}$x", "--privileged"],
	Cmd: ["-v", "a\nb\r\n\t# c", "{{ .Values }} $$(x) $(PATH) %s \\", "\u001b[2J\u202e\u0085\ufeff",
		"", "- a: &b *c !d | > ? @", "~", "null", "0x10", "\ud83d\ude00", ("long " * 3000)],
	WorkingDir: "/a b/\u0027$(touch z)\"",
	Volumes: {"/data $x": {}, "/tmp": {}},
	Env: ["PATH=/bin", "X=$(PATH)\n$$", "Y"], User: "1000:1001"}' >hostile.config
image hostile "$(cat hostile.config)"

# same NAME IMAGE FLAGS... -- ARGS...: the four forms of one start are equal.
same() {
	local name=$1 image=$2 form words=() flags=()

	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		flags+=("$1")
		shift
	done
	[ $# -eq 0 ] || words=("$@")
	mkdir -p forms
	for form in bundle kubernetes docker compose; do
		"$OAKUM" run --print "$form" "${flags[@]}" "oci:$image" "${words[@]}" \
			>"forms/$form" 2>"$TMP/err" || tap_note "$(cat "$TMP/err")"
	done
	is "$name" "$(forms same forms "$image.json" 2>&1)" ''
}

# field FORM MEMBER: what the form of the last `same` says.
field() { forms "$1" "forms/$1" "$image_json" | jq -c "$2"; }

same 'as the image says' plain
image_json=plain.json
is 'the table is not empty' "$(field docker '[.args, .uid, .gid, .env.A, .cwd]')" \
	'[["/shop","serve","--all"],14711,14712,"1","/srv"]'
is 'the groups of its user, but never root'"'"'s' "$(field bundle .groups)" '[14720,14730]'
is 'all closed' "$(field kubernetes '[.capabilities, .no_new_privileges, .seccomp, .read_only, .masks,
	.network, .processes, .memory, .pids, .tmpfs["/tmp"].size]')" \
	'[[],true,"default",true,true,"closed","own",536870912,256,67108864]'
ok 'a local image is named by its digest' grep -Eq "^  'plain@sha256:[0-9a-f]{64}'$" forms/docker
for what in user capabilities no-new-privileges seccomp read-only noexec masks network limits processes; do
	cp -r forms before
	same "without $what" plain --without "$what"
	for form in bundle kubernetes docker compose; do
		ok "without $what: $form says it" test "$(cat "forms/$form")" != "$(cat "before/$form")"
	done
	rm -rf before
done
same 'without all of them' plain --without all
same 'a user namespace' plain --userns auto
is 'a user namespace: the bundle' "$(jq -r '.linux.namespaces[].type' forms/bundle | grep -c user)" 1
ok 'a user namespace: Kubernetes' grep -qx '      hostUsers: false' forms/kubernetes
ok 'a user namespace: docker cannot say it' grep -q '^# A user namespace has no word here' forms/docker
same 'words of the user' plain -- 'other $(A)' '-x'
is 'behind the program' "$(field compose .args)" '["/shop","other $(A)","-x"]'
same 'no entry point' bare
same 'no entry point, words of the user' bare -- /bin/sh -c 'echo $A; echo "$(B)"'
image_json=bare.json
is 'the words are the program' "$(field kubernetes .args)" \
	'["/bin/sh","-c","echo $A; echo \"$(B)\""]'
same 'a user, memory, a name' plain --user 7:8 --memory 100MiB --name web-1
same 'an odd size' plain --memory 100001
same 'no limit of memory' plain --memory 0
printf x >"it's, a \"key\""
same 'all flags' plain -e 'A=two  $(PATH) $x' -e "B='" -w /w --hostname here --tmpfs /run:size=3MiB \
	-p 8080:80 -p 127.0.0.2:9090:9090 --secret "DB_KEY=it's, a \"key\"" --pids-limit 9 -- word
image_json=plain.json
is 'all flags: the environment' "$(field kubernetes '.env | to_entries | sort_by(.key) | from_entries')" \
	"$(jq -cn '{A: "two  $(PATH) $x", B: "\u0027", PATH: "/bin"}')"
is 'all flags: the ports' "$(field docker .ports)" '[["127.0.0.1",8080,80],["127.0.0.2",9090,9090]]'
is 'all flags: the secret' "$(field compose .secrets)" \
	"$(jq -cn --arg f "$PWD/it's, a \"key\"" '{DB_KEY: $f}')"
is 'all flags: the folders' "$(field compose '.tmpfs["/run"].size')" 3145728
same 'the network of the machine' plain --network host --entrypoint /bin/x --pids-limit -1
same 'hostile values' hostile
image_json=hostile.json
is 'hostile values: nothing of them is lost' "$(field docker .args)" \
	"$(jq -c '.Entrypoint + .Cmd' hostile.config)"
is 'volumes of the image cannot be written to' \
	"$(for f in docker compose kubernetes; do field "$f" .closed; done | sort -u)" '["/data $x"]'
ok 'hostile values: no control character' sh -c '! LC_ALL=C grep -lP "[\x00-\x08\x0b-\x1f\x7f]" forms/*'
same 'hostile words of the user' hostile -- '$(PATH)' "'" $'\n'

# -- judged by `oakum check` -------------------------------------------------------------------------
worst() { # FORM FILE [FLAGS]
	"$OAKUM" run --print "$1" oci:plain >"$2"
	"$OAKUM" check -f json "$2" | jq -r '[.. | .severity? // empty] | unique | join(" ")'
}
is 'Kubernetes: nothing is found' "$(worst kubernetes k.yaml)" ''
ok 'what listens is a Deployment' grep -qx 'kind: Deployment' k.yaml
"$OAKUM" run --print kubernetes oci:bare >k-job.yaml
ok 'what does not is a Job' grep -qx 'kind: Job' k-job.yaml
is 'Job: nothing is found' "$("$OAKUM" check -f json k-job.yaml | jq '.findings | length')" 0
unlike 'Compose: nothing of at least medium severity' "$(worst compose compose.yaml)" \
	'medium|high|critical'
status 'Pod Security Standards: restricted' 0 "$OAKUM" check --pss restricted k.yaml
"$OAKUM" run --print kubernetes --without user oci:plain >k-open.yaml
status 'and as root it is not' 1 "$OAKUM" check --pss restricted k-open.yaml

status 'a machine without a runtime' 0 "$OAKUM" run --runtime /nowhere --print docker oci:plain
status 'where nothing could be started' 125 "$OAKUM" run --runtime /nowhere oci:plain

# -- what cannot be said -----------------------------------------------------------------------------
status 'a name that is none' 125 "$OAKUM" run --print kubernetes --name 9Shop oci:plain
like 'says which' "$(cat "$TMP/err")" "Kubernetes cannot be told the name '9Shop'"
is 'and writes nothing' "$(cat "$TMP/out")" ''
done_testing
