#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who we are at a registry: asked there, kept in the forms of docker and podman, and forgotten.
. "$ROOT/test/tap.sh"
. "$FIXTURE/registry.sh"

cd "$TMP" || exit 1
PYTHONDONTWRITEBYTECODE=1 python3 - "$FIXTURE" <<'P'
import sys
sys.path.insert(0, sys.argv[1])
from oci import *
Layout('image').image(OS + END)
P
pull() { "$OAKUM" pull --quiet "docker://$REGISTRY/shop:1" "oci:$1:1"; }

registry_start --seed image=shop:1 --auth token --user me --password 's3cret word ' --identity refresh-me
status 'a stranger is refused' 3 pull a
like 'and told where credentials would be, and what to do' "$(cat err)" \
	"401.*no credentials in ~/.docker/config.json; run 'oakum login $REGISTRY'"
printf 'wrong' >words
status 'a wrong password is refused' 3 "$OAKUM" login -u me --password-stdin "$REGISTRY" <words
like 'by the registry' "$(cat err)" '401'
is 'and not kept' "$(find "$HOME" -type f)" ''
printf 's3cret word \n' >words
status 'the right one is taken' 0 "$OAKUM" login -u me --password-stdin "$REGISTRY" <words
like 'and it is said where it is kept' "$(cat err)" "logged in as me; kept in $HOME/.config/containers/auth.json"
is 'nothing goes to standard output' "$(cat out)" ''
is 'only the user can read it' "$(stat -c %a "$HOME/.config/containers/auth.json")" 600
is 'as podman writes it' "$(jq -r ".auths[\"$REGISTRY\"].auth" "$HOME/.config/containers/auth.json" | base64 -d)" \
	'me:s3cret word '
status 'it serves to pull' 0 pull a
status 'skopeo finds it too' 0 skopeo inspect --tls-verify=false --authfile "$HOME/.config/containers/auth.json" \
	"docker://$REGISTRY/shop:1"
unlike 'no message shows it' "$(cat err)" s3cret
status 'logging out forgets it' 0 "$OAKUM" logout "$REGISTRY"
is 'in the file, which stays' "$(jq -c . "$HOME/.config/containers/auth.json")" '{"auths":{}}'
status 'a second time there is nothing to forget' 3 "$OAKUM" logout "$REGISTRY"
status 'and nobody is let in' 3 pull b

# What skopeo keeps, serves.
status 'skopeo logs in' 0 sh -c "printf 's3cret word ' | skopeo login --tls-verify=false --authfile '$TMP/auth.json' \
	-u me --password-stdin '$REGISTRY'"
status 'with --authfile' 0 "$OAKUM" pull --quiet --authfile auth.json "docker://$REGISTRY/shop:1" oci:c:1
export REGISTRY_AUTH_FILE="$TMP/auth.json"
status 'with REGISTRY_AUTH_FILE' 0 pull d
unset REGISTRY_AUTH_FILE
status 'a file of credentials that is not there is an error' 3 \
	"$OAKUM" pull --authfile lost.json "docker://$REGISTRY/shop:1" oci:e:1
like 'that names it' "$(cat err)" 'lost.json'

# docker's file, a helper, an identity token.
mkdir -p "$HOME/.docker" bin
cat >bin/docker-credential-keeper <<'H'
#!/bin/sh
case $1 in
store) cat >"$KEPT" ;;
get) [ -s "$KEPT" ] && cat "$KEPT" || { echo 'credentials not found in native keychain'; exit 1; } ;;
erase) rm "$KEPT" ;;
esac
H
chmod +x bin/docker-credential-keeper
export KEPT="$TMP/kept" PATH="$TMP/bin:$PATH"
printf '{\n  "credsStore": "keeper",\n  "detachKeys": "ctrl-e,e"\n}\n' >"$HOME/.docker/config.json"
printf 'refresh-me' >words
status 'an identity token is taken' 0 "$OAKUM" login -u '<token>' --password-stdin "$REGISTRY" <words
is 'and kept by the helper' "$(jq -c . kept)" \
	"{\"ServerURL\":\"$REGISTRY\",\"Username\":\"<token>\",\"Secret\":\"refresh-me\"}"
is 'not in the file' "$(jq -c . "$HOME/.docker/config.json")" \
	"{\"auths\":{\"$REGISTRY\":{}},\"credsStore\":\"keeper\",\"detachKeys\":\"ctrl-e,e\"}"
status 'it serves to pull' 0 pull f
like 'by a POST of OAuth2' "$(requests '.method == "POST"')" '/token'
printf '#!/bin/sh\necho the key ring is locked >&2\nexit 1\n' >bin/docker-credential-keeper
status 'a helper that fails is an error' 3 pull g
like 'with what it said' "$(cat err)" 'docker-credential-keeper get.*the key ring is locked'
echo broken >"$HOME/.docker/config.json"
status 'a broken file is an error, not "no credentials"' 3 pull g
like 'that names it' "$(cat err)" '.docker/config.json'
rm "$HOME/.docker/config.json"

# For one command, to one registry.
export OAKUM_REGISTRY_USERNAME=me OAKUM_REGISTRY_PASSWORD='s3cret word '
status 'the environment serves' 0 pull h
unset OAKUM_REGISTRY_USERNAME OAKUM_REGISTRY_PASSWORD
status 'flags serve' 0 "$OAKUM" pull --quiet --registry-username me --registry-password 's3cret word ' \
	"docker://$REGISTRY/shop:1" oci:i:1
registry_stop

registry_start --seed image=shop:1 --auth basic --user me --password p
status 'basic authentication' 0 "$OAKUM" login -u me -p p "$REGISTRY"
like 'a password in the list of processes is warned of' "$(cat err)" 'password-stdin is safer'
status 'serves to pull' 0 pull j
status 'logout --all' 0 "$OAKUM" logout --all
registry_stop
registry_start --seed image=shop:1 --auth token --bearer a.token
export OAKUM_REGISTRY_TOKEN=a.token
status 'a bearer token is sent as it is' 0 pull k
unset OAKUM_REGISTRY_TOKEN
registry_stop

# The command line.
status 'without a terminal, words are needed' 2 setsid "$OAKUM" login localhost:1 </dev/null
like 'and said' "$(cat err)" 'password-stdin'
status 'a user is needed with --password-stdin' 2 "$OAKUM" login --password-stdin localhost:1 </dev/null
status 'an empty password' 2 "$OAKUM" login -u me --password-stdin localhost:1 </dev/null
status 'two passwords' 2 "$OAKUM" login -u me -p p --password-stdin localhost:1 </dev/null
status 'a repository is no registry' 2 "$OAKUM" login -u me -p p ghcr.io/team
status 'one registry, or all' 2 "$OAKUM" logout --all ghcr.io
status 'nobody there' 3 "$OAKUM" login -u me -p p 127.0.0.1:1

# A terminal: nothing of the password is shown.
registry_start --auth basic --user me --password 'typed word'
python3 - "$OAKUM" "$REGISTRY" >typed <<'P'
import os, pty, sys, termios, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], 'login', sys.argv[2]])
seen = b''
for question, answer in (b'User at', b'me\n'), (b'Password at', b'typed word\n'):
    while question not in seen:
        seen += os.read(fd, 1000)
    while question.startswith(b'Password') and termios.tcgetattr(fd)[3] & termios.ECHO:
        time.sleep(0.01)  # the terminal is made silent behind the question
    os.write(fd, answer)
try:
    while True:
        part = os.read(fd, 1000)
        if not part:
            break
        seen += part
except OSError:
    pass
print(seen.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
P
like 'at a terminal both are asked for' "$(cat typed)" 'logged in as me'
like 'and taken' "$(cat typed)" ' 0$'
unlike 'the password is not shown' "$(cat typed)" typed
registry_stop
done_testing
