#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `oakum secrets`: every layer, the configuration, folders, standard input; nothing of what it finds
# stands in a report, an error or the cache. All secrets are made here.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/layout.sh
. "$ROOT/test/fixture/layout.sh"

command -v jq >"$TMP/tool" || skip_all 'jq is not installed'
cd "$TMP" || exit 1
export XDG_CACHE_HOME=$TMP/cache

random() { # LETTERS HOW-MANY
	head -c 65536 /dev/urandom | LC_ALL=C tr -dc "$1" | head -c "$2"
}
token=ghp_$(random 'A-Za-z0-9' 36)
password=Aa1$(random 'A-Za-z0-9' 20)
feed=Bb2$(random 'A-Za-z0-9' 30)
short=Zq7$(random a-z 4)

# -- an image: a file that an upper layer deletes, the environment, a build argument, a label --------
mkdir -p one/app two/app
printf 'token: %s\n' "$token" >one/app/settings.yaml
printf 'Server=db;User Id=sa;Password=%s;' "$password" | iconv -t UTF-16LE >wide
{ head -c 4097 /dev/zero; cat wide; head -c 5000 /dev/zero; } >one/app/Orders.dll
touch two/app/.wh.settings.yaml
tar -C one -cf one.tar . && tar -C two -cf two.tar .
layout_begin image 2026-01-01T00:00:00Z
layout_layer one.tar 'COPY app /app'
layout_layer two.tar "|1 FEED_TOKEN=$feed /bin/sh -c rm /app/settings.yaml"
layout_finish "$(jq -n --arg p "$short" --arg l "$token" '{
	Env: ["PATH=/bin", "DB_PASSWORD=\($p)"], Labels: {"ci.token": $l}}')"

status 'secrets end with 1' 1 "$OAKUM" secrets --format json image
cp out found.json
where() { # JQ-CONDITION
	jq -r ".findings[] | select($1) | [.file, .where // \"-\", .layer // 0, .hidden, .rule] | join(\" \")" \
		found.json
}
is 'a deleted file, in its layer' "$(where '.file == "app/settings.yaml"')" \
	'app/settings.yaml - 1 true github-pat'
is 'a string of an assembly' "$(where '.file == "app/Orders.dll"')" \
	'app/Orders.dll - 1 false connection-string'
is 'its octets' "$(jq -c '.findings[] | select(.file == "app/Orders.dll") | [.start, .end]' found.json)" \
	"[$((4097 + 60)),$((4097 + 60 + 46))]"
is 'the environment' "$(where '.where == "env DB_PASSWORD"')" \
	'config env DB_PASSWORD 0 false password-variable'
is 'a label' "$(where '.where == "label ci.token"')" 'config label ci.token 0 false github-pat'
is 'a build argument' "$(where '.where == "history 2"')" 'config history 2 0 false named-secret'
is 'nothing else' "$(jq '.findings | length' found.json)" 5

# -- what is not to be told ---------------------------------------------------------------------------
told() { # FLAG...
	"$OAKUM" secrets --format json "$@" image >told.json 2>told.err
	jq -r '[.findings[].rule] | sort | join(" ")' told.json
}
is 'a file' "$(told --skip-files 'app/*.yaml' --skip-files app/Orders.dll)" \
	'github-pat named-secret password-variable'
is 'a folder' "$(told --skip-dirs /app)" 'github-pat named-secret password-variable'
is 'what is less severe' "$(told --severity CRITICAL | grep -c named-secret)" 0
printf 'github-pat exp:2999-01-01\nnamed-secret exp:2020-01-01\n' >ids
is 'ids, until they expire' "$(told --ignorefile ids)" 'connection-string named-secret password-variable'
printf 'secrets:\n  - id: github-pat\n    paths: ["app/settings.yaml"]\n' >.trivyignore.yaml
is 'an id in one file' "$(told | tr ' ' '\n' | grep -c github-pat)" 1
printf 'secrets: [\n' >.trivyignore.yaml
status 'an ignore file that cannot be read' 3 "$OAKUM" secrets image
rm .trivyignore.yaml
status 'a severity that is none' 2 "$OAKUM" secrets --severity loud image

# -- no report, no cache holds one ------------------------------------------------------------------
leaks() { # FILE...
	LC_ALL=C grep -Facl -e "$token" -e "${token:5}" -e "$password" -e "${password:3}" -e "$feed" -e "$short" \
		"$@" | grep -v ':0$' || echo none
}
"$OAKUM" secrets image >table.txt 2>&1
"$OAKUM" audit image >page.txt 2>&1
"$OAKUM" audit -f json image >page.json 2>&1
is 'no report repeats a secret' "$(leaks found.json table.txt page.txt page.json)" none
ok 'there is a cache' test -s "$(find cache -type f | head -n 1)"
# shellcheck disable=SC2046 # names without spaces
is 'the cache does not, either' "$(leaks $(find cache -type f))" none
is 'out of the cache it is the same' "$("$OAKUM" secrets --format json image)" "$(cat found.json)"
is 'as without one' "$("$OAKUM" secrets --no-cache --format json image)" "$(cat found.json)"

# -- audit -------------------------------------------------------------------------------------------
is 'audit names the same' "$(jq -c .secrets page.json)" "$(jq -c .findings found.json)"
like 'and what to do' "$(cat page.txt)" 'leaked-secrets'
"$OAKUM" audit --skip-secrets -f json image >skipped.json
is 'or is told not to look' "$(jq 'has("secrets")' skipped.json)" false
is 'which no cache confuses' "$("$OAKUM" audit -f json image | jq -c .secrets)" "$(jq -c .secrets page.json)"

# -- folders, standard input, gates -------------------------------------------------------------------
status 'a folder' 1 "$OAKUM" secrets --format json rootfs:one
is 'with its file' "$(jq -r '.findings[].file' out | sort | uniq | tr '\n' ' ')" \
	'app/Orders.dll app/settings.yaml '
status 'standard input' 1 sh -c 'printf "x=%s y" "$2" | "$1" secrets -f json --name a.env -' sh \
	"$OAKUM" "$token"
is 'its name and octets' "$(jq -r '.findings[] | "\(.file) \(.start) \(.end)"' out)" 'a.env 2 42'
status 'nothing found' 0 sh -c 'echo nothing | "$1" secrets -' sh "$OAKUM"
status 'another status' 9 sh -c 'echo "$2" | "$1" secrets --exit-code 9 -' sh "$OAKUM" "$token"
status 'several, one absent' 3 "$OAKUM" secrets image ./absent.tar
status '--name without -' 2 "$OAKUM" secrets --name x image
status 'a line of 100 MB' 1 sh -c '{ head -c 50000000 /dev/zero | tr "\0" a; printf " %s " "$2";
	head -c 50000000 /dev/zero | tr "\0" b; } | "$1" secrets -f json -' sh "$OAKUM" "$token"
is 'is searched whole' "$(jq -c '.findings[] | [.start, .end]' out)" '[50000001,50000041]'
status 'a flood of one kind' 1 sh -c '{ yes "password=" | head -c 540000 | tr -d "\n"; printf " token=%s\n" "$2"; } |
	"$1" secrets -f json -' sh "$OAKUM" "$token"
is 'hides nothing of another' "$(jq -r '[.findings[].rule] | index("github-pat") != null' out)" true
status 'text that asks for much work' 0 sh -c 'yes "-----BEGIN PRIVATE KEY-----" | head -c 20000000 |
	tr -d "\n" | timeout 60 "$1" secrets -' sh "$OAKUM"

# -- PFX: the octets found are the key -----------------------------------------------------------------
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=test 2>tool.err
openssl pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.der
openssl pkcs12 -export -inkey key.pem -in cert.pem -keypbe NONE -passout pass:x -out open.pfx
openssl pkcs12 -export -inkey key.pem -in cert.pem -passout pass:x -out shut.pfx
openssl pkcs12 -export -nokeys -in cert.pem -passout pass:x -out certificates.pfx
status 'a PFX file with an open key' 1 sh -c '"$1" secrets -f json - <open.pfx' sh "$OAKUM"
is 'is that, surely' "$(jq -r '.findings[] | "\(.rule) \(.confidence)"' out)" 'pfx-open-key high'
read -r start end <<<"$(jq -r '.findings[] | "\(.start) \(.end)"' out)"
is 'whose octets these are' "$(tail -c +$((start + 1)) open.pfx | head -c $((end - start)) | sha256sum)" \
	"$(sha256sum <key.der)"
status 'a PFX file with a password' 1 sh -c '"$1" secrets -f json - <shut.pfx' sh "$OAKUM"
read -r start end <<<"$(jq -r '.findings[] | select(.rule == "pfx-key") | "\(.start) \(.end)"' out)"
tail -c +$((start + 1)) shut.pfx | head -c $((end - start)) >shut.der
ok 'holds a key that this password opens' openssl pkcs8 -inform DER -in shut.der -passin pass:x -out opened.pem
status 'one without a key' 0 sh -c '"$1" secrets - <certificates.pfx' sh "$OAKUM"
status 'one that is cut' 0 sh -c 'head -c 1500 open.pfx | "$1" secrets -' sh "$OAKUM"

done_testing
