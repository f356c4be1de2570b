#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where `oakum secrets` looks besides files: every string of the documents of an image, names of
# entries, where links lead; keys in DER. And `oakum harden --accept-secrets`: what it takes away in
# one place is in no other. All secrets are made here.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/layout.sh
. "$FIXTURE/layout.sh"

for tool in jq openssl cc; do
	command -v $tool >"$TMP/tool" || skip_all "$tool is not installed"
done
cd "$TMP" || exit 1
export XDG_CACHE_HOME=$TMP/cache

token=ghp_$(head -c 65536 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9' | head -c 36)
mkdir -p plain/app named/app linked/app
echo 'int main(void) { return 0; }' >main.c
cc -static -o plain/app/run main.c || skip_all 'no static program can be linked'
cp plain/app/run named/app/run && cp plain/app/run linked/app/run
echo x >"named/app/$token.txt"
ln -s "/x/$token" linked/app/link
for i in plain named linked; do
	tar -C $i -cf $i.tar .
done

image() { # NAME FOLDER CONFIG-MEMBER: an image, its config changed by a filter of jq if there is one
	rm -rf "$1"
	layout_begin "$1" 2026-01-01T00:00:00Z
	layout_layer "$2.tar" 'COPY . /'
	layout_finish "$3"
}
found() { # IMAGE
	"$OAKUM" secrets --no-cache -f json "$1" >found.json 2>found.err
	jq -r '[.findings[] | "\(.file), \(.where), \(.rule)"] | join("; ")' found.json
	grep -Fc "$token" found.json found.err | grep -v ':0$'
}
at() { # MEMBER OF config WITH $t PLACE
	image here plain "$(jq -nc --arg t "$token" "{Entrypoint: [\"/app/run\"]} + $1")"
	is "$1" "$(found here)" "config, $2, github-pat"
}

# -- the configuration ---------------------------------------------------------------------------------
at '{OnBuild: ["ENV T=\($t)"]}' 'config.OnBuild[0]'
at '{Shell: ["/bin/sh", $t]}' 'config.Shell[1]'
at '{StopSignal: $t}' config.StopSignal
at '{WorkingDir: "/\($t)"}' config.WorkingDir
at '{Volumes: {"/\($t)": {}}}' config.Volumes
at '{ExposedPorts: {"80/\($t)": {}}}' config.ExposedPorts
at '{Labels: {"\($t)": "x"}}' config.Labels
at '{Healthcheck: {Test: ["CMD", $t]}}' healthcheck
at '{Env: ["A=1", "T=\($t)"]}' 'env T'
at '{Whatever: [{deep: [$t]}]}' 'config.Whatever[0].deep[0]'
at '{Whatever: {"a9": {"b\($t)": {c: $t}}}}' 'config.Whatever.*.*.c' 2>&1

# -- the other documents --------------------------------------------------------------------------------
blob_of() { # KIND: the digest of the manifest or of its config
	local manifest
	manifest=$(jq -r '.manifests[0].digest' here/index.json)
	[ "$1" = manifest ] && echo "${manifest#sha256:}" && return
	jq -r '.config.digest' "here/blobs/sha256/${manifest#sha256:}" | cut -d : -f 2
}
rewrite() { # FILTER-OF-CONFIG FILTER-OF-MANIFEST FILTER-OF-INDEX
	local config manifest m
	image here plain '{"Entrypoint": ["/app/run"]}'
	config=$(blob_of config) m=here/blobs/sha256/$(blob_of manifest)
	jq -c --arg t "$token" "$1" "here/blobs/sha256/$config" >blob
	layout=here
	read -r digest size <<<"$(layout_blob blob)"
	jq -c --arg t "$token" --arg d "$digest" --argjson s "$size" \
		".config.digest = \$d | .config.size = \$s | $2" "$m" >blob
	read -r digest size <<<"$(layout_blob blob)"
	jq -c --arg t "$token" --arg d "$digest" --argjson s "$size" \
		".manifests[0].digest = \$d | .manifests[0].size = \$s | $3" here/index.json >index
	mv index here/index.json
}
rewrite . . .
is 'none is none' "$(found here)" ''
rewrite '.history[0].comment = $t' . .
is 'a comment of the history' "$(found here)" 'config, history[0].comment, github-pat'
rewrite '.author = $t' . .
is 'the author' "$(found here)" 'config, author, github-pat'
rewrite '.container_config.Env = ["T=\($t)"]' . .
is 'what docker wrote beside' "$(found here)" 'config, container_config.Env[0], github-pat'
rewrite . '.annotations.note = $t' .
is 'an annotation of the manifest' "$(found here)" 'manifest, manifest.annotations.note, github-pat'
rewrite . . '.manifests[0].annotations.note = $t'
is 'of the index' "$(found here)" 'index, index.manifests[0].annotations.note, github-pat'

# -- names -----------------------------------------------------------------------------------------------
image here named '{"Entrypoint": ["/app/run"]}'
is 'a name' "$(found here)" 'app, a name in this folder, github-pat'
image here linked '{"Entrypoint": ["/app/run"]}'
is 'where a link leads' "$(found here)" 'app/link, where the link leads, github-pat'
status 'harden refuses it' 1 "$OAKUM" harden -q -o oci:hard here

# -- DER ---------------------------------------------------------------------------------------------------
{
	openssl genrsa -out rsa.pem 2048
	openssl rsa -in rsa.pem -traditional -outform DER -out pkcs1.der
	openssl pkcs8 -topk8 -nocrypt -in rsa.pem -outform DER -out pkcs8.der
	openssl ecparam -name prime256v1 -genkey -noout -outform DER -out p256.der
	openssl ecparam -name secp384r1 -genkey -noout -outform DER -out p384.der
	openssl genpkey -algorithm ed25519 -outform DER -out ed25519.der
	openssl rsa -in rsa.pem -pubout -outform DER -out public.der
	openssl req -x509 -key rsa.pem -subj /CN=x -outform DER -out certificate.der
} 2>tool.err
for key in pkcs1 pkcs8 p256 p384 ed25519; do
	"$OAKUM" secrets -f json - <$key.der >out
	is "a key: $key" "$(jq -r '.findings[] | "\(.rule) \(.confidence) \(.redacted[:1])"' out)" 'der-private-key high …'
done
status 'a public key' 0 sh -c '"$1" secrets - <public.der' sh "$OAKUM"
status 'a certificate' 0 sh -c '"$1" secrets - <certificate.der' sh "$OAKUM"

# -- harden --accept-secrets -----------------------------------------------------------------------------
value=Xk7$(head -c 65536 /dev/urandom | LC_ALL=C tr -dc 'a-z0-9' | head -c 15)
config() { # FILTER
	jq -nc --arg v "$value" '{Entrypoint: ["/app/run"], User: "1000:1000",
		Env: ["A=1", "DB_PASSWORD=\($v)", "X=a\($v)b"], Labels: {a: "-\($v)-", b: "stays"},
		Volumes: {"/v\($v)": {}, "/stays": {}}, Healthcheck: {Test: ["CMD", "/app/run", $v]}} | '"$1"
}
leaks() { # LAYOUT
	local blob
	for blob in "$1"/blobs/sha256/*; do
		if gzip -t "$blob" 2>tool.err; then gzip -dc "$blob"; else cat "$blob"; fi
	done | grep -Fac "$value"
}
image here plain "$(config .)"
status 'refused' 1 "$OAKUM" harden -q -o oci:hard here
status 'accepted' 0 "$OAKUM" harden -q --accept-secrets -o oci:hard here
is 'it is nowhere' "$(leaks hard)" 0
is 'neither said' "$(cat out err | grep -Fc "$value")" 0
blob=hard/blobs/sha256/$(jq -r '.manifests[0].digest' hard/index.json | cut -d : -f 2)
blob=hard/blobs/sha256/$(jq -r .config.digest "$blob" | cut -d : -f 2)
is 'what holds none stays' "$(jq -c '.config | [.Env, .Labels.b, .Volumes, .Healthcheck]' "$blob")" \
	'[["A=1"],"stays",{"/stays":{}},null]'
image here plain "$(config ".Cmd = [\"--\\(\$v)\"]")"
status 'in a word of the command' 1 "$OAKUM" harden -q --accept-secrets -o oci:hard-word here
like 'which cannot go' "$(cat out)" 'a word of the command is a secret'
head -c 300000 /dev/zero | tr '\0' a >plain/app/data && echo "$value" >>plain/app/data
tar -C plain -cf plain.tar .
image here plain "$(config .)"
status 'in a file that stays' 1 "$OAKUM" harden -q --accept-secrets --keep app -o oci:hard-file here
like 'which is named' "$(cat out)" 'app/data holds a secret of the configuration'
ok 'nothing is written' test ! -e hard-file

done_testing
