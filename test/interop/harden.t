#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hardened images: small ones whose files are counted one by one (read by tarfile, packages by
# dpkg-query), and the fat demo image with all its figures: size, user, shells, setuid files, planted
# secrets, packages, findings, and that its service still answers.
. "$ROOT/test/tap.sh"
# shellcheck source=test/fixture/registry.sh
. "$FIXTURE/registry.sh"

LIST=$ROOT/test/interop/harden_list.py
export PYTHONDONTWRITEBYTECODE=1
cd "$TMP" || exit 1
for tool in cc python3 jq; do
	command -v $tool >found || skip_all "$tool is missing"
done
python3 "$FIXTURE/hardenable.py" small >made 2>&1 || skip_all "no small images can be made: $(tail -n 1 made)"

harden() { # IMAGE FLAG...: to hard-IMAGE, what it says to IMAGE.json
	local image=$1

	shift
	rm -rf "hard-$image"
	status "$image: ${*:-hardened}" 0 \
		"$OAKUM" harden --quiet -f json -o "oci:hard-$image" "$@" "oci:small/$image"
	mv out "$image.json"
}

files() { # IMAGE: its entries without folders, to have
	"$LIST" list "hard-$1" | grep -v '/$' >have
}

config() { # IMAGE FILTER
	"$LIST" config "hard-$1" | jq -c ".config$2"
}

# -- a static program alone -------------------------------------------------------------------------
harden static
"$LIST" list hard-static >have
cat >want <<'END'
0 755 0:0 etc/
0 644 0:0 etc/group
0 644 0:0 etc/passwd
0 755 0:0 etc/ssl/
0 755 0:0 etc/ssl/certs/
0 644 0:0 etc/ssl/certs/ca.crt
0 755 0:0 server
0 1777 0:0 tmp/
1 775 1654:1654 data/
1 644 0:0 etc/shop.json
END
ok 'a static program: it, what it names, its volume, accounts' diff have want
is 'a user by number' "$(config static .User)" '"1654:1654"'

# -- a number without an account: engines put it into root's group, which no harder image does ------
harden numbered
is 'never in root s group' "$(config numbered .User)" '"1000:1000"'
like 'as it is run' "$("$OAKUM" run --print docker oci:small/numbered 2>err)" '--user 1000:1000( |$)'
is 'what that group could do alone it still can' "$("$LIST" list hard-numbered | grep ' app/')" "$(cat <<'END'
1 755 0:0 app/
1 600 0:0 app/key
1 755 0:0 app/server
1 640 0:1000 app/settings
1 770 0:1000 app/state/
1 644 0:0 app/table
END
)"
like 'and that is said' "$(jq -r '.changes[]' numbered.json)" "^USER 1000:1000, it was in root's group\$"

# -- an ordinary user: folders that nobody may write to are unpacked, and gone afterwards -----------
if [ "$(id -u)" = 0 ] && command -v crun >found && setpriv --reuid=1001 --regid=1001 --clear-groups \
	unshare -r "$OAKUM" version >found 2>&1; then
	chmod a+x .
	chmod -R a+rX small
	mkdir user user/tmp
	chown 1001:1001 user user/tmp
	status 'an ordinary user tries the result' 0 setpriv --reuid=1001 --regid=1001 --clear-groups \
		env HOME="$TMP/user" XDG_CACHE_HOME="$TMP/user/cache" TMPDIR="$TMP/user/tmp" \
		"$OAKUM" harden -q --probe exit=0 -o oci:user/hard oci:small/shut
	like 'which has such a folder' "$("$LIST" list user/hard)" '^1 555 [0-9:]* app/data/$'
	is 'nothing else is left' "$(ls user/tmp)" ''
else
	skip 'an ordinary user tries the result' 'nobody here can be one, or may start a container'
fi

# -- Alpine -----------------------------------------------------------------------------------------
harden apk
files apk
cat >want <<'END'
0 644 0:0 etc/apk/repositories
0 644 0:0 etc/group
0 644 0:0 etc/os-release
0 644 0:0 etc/passwd
0 644 0:0 lib/apk/db/installed
0 755 0:0 lib/ld-musl-x86_64.so.1
0 777 0:0 lib/libc.musl-x86_64.so.1 -> ld-musl-x86_64.so.1
0 777 0:0 lib/libz.so.1 -> libz.so.1.2
0 755 0:0 lib/libz.so.1.2
0 755 0:0 usr/local/bin/shop
1 644 0:0 etc/shop.conf
END
ok 'musl: the loader, the library, no shell, no shadow' diff have want
is 'the shell form is exec form' "$(config apk .Cmd)" '["/usr/local/bin/shop","-c","/etc/shop.conf"]'
is 'a health check of a shell goes' "$(config apk .Healthcheck)" null
"$LIST" unpack hard-apk apk-root
is 'the database has the packages that are there' \
	"$(sed -n 's/^P://p' apk-root/lib/apk/db/installed | tr '\n' ' ')" 'musl zlib '
is 'the account has a line of its own' "$(tail -n 1 apk-root/etc/passwd)" 'app:x:1654:1654::/tmp:/sbin/nologin'
is 'and a name of its own' "$(tail -n 1 apk-root/etc/group)" 'app1654:x:1654:'

# -- Debian -----------------------------------------------------------------------------------------
harden dpkg
files dpkg
cat >want <<'END'
0 644 0:0 etc/foo.conf
0 644 0:0 etc/group
0 644 0:0 etc/os-release
0 644 0:0 etc/passwd
0 777 0:0 lib -> usr/lib
0 777 0:0 lib64 -> usr/lib64
0 644 0:0 usr/lib/libc.so.6
0 777 0:0 usr/lib/libfoo.so.1 -> libfoo.so.1.0
0 644 0:0 usr/lib/libfoo.so.1.0
0 755 0:0 usr/lib64/ld-linux-x86-64.so.2
0 644 0:0 usr/share/doc/libfoo1/copyright
0 644 0:0 usr/share/foo-data/x
0 644 0:0 usr/share/foo/table
0 644 0:0 var/lib/dpkg/info/libc6.list
0 644 0:0 var/lib/dpkg/info/libfoo-data.list
0 644 0:0 var/lib/dpkg/info/libfoo1.list
0 644 0:0 var/lib/dpkg/info/tool.list
0 644 0:0 var/lib/dpkg/status
1 644 0:0 etc/tool.conf
1 755 0:0 srv/shop/app
1 640 0:1654 srv/shop/own
1 640 0:1654 srv/shop/secret.conf
1 755 0:0 srv/shop/zapp = srv/shop/app
END
ok 'glibc: closure, data of its packages, own folder; no device, no setuid' diff have want
is 'a folder of everybody is its own' "$("$LIST" list hard-dpkg | grep 'srv/shop/$')" \
	'1 775 1654:1654 srv/shop/'
if command -v dpkg-query >found; then
	"$LIST" unpack hard-dpkg dpkg-root
	is 'dpkg agrees: a file that chmod wrote anew is its package s, settings alone are settings' \
		"$(dpkg-query --admindir=dpkg-root/var/lib/dpkg -W -f '${db:Status-Abbrev}${Package} ' 2>err)" \
		'ii libc6 ii libfoo-data ii libfoo1 rc tool '
else
	skip 'dpkg agrees' 'dpkg-query is missing'
fi
mv hard-dpkg first
harden dpkg
ok 'twice the same octets' diff -r first hard-dpkg
harden dpkg --keep /opt/plugins --keep 'usr/bin/p*g' --compression gzip
like 'what --keep names stays' "$("$LIST" list hard-dpkg)" '^1 755 0:0 opt/plugins/a.so$'
like 'and says so' "$(jq -r '.parts[] | select(.folder == "opt/plugins") | .why' dpkg.json)" 'keep names it'
status 'into an archive, with zstd' 0 "$OAKUM" harden -q --compression zstd -o oci-archive:hard.tar oci:small/dpkg
status 'and that again, for docker' 0 "$OAKUM" harden -q -o docker-archive:docker.tar:shop:1 oci-archive:hard.tar
like 'its name is there' "$(tar -xOf docker.tar manifest.json)" 'shop:1'

harden named
is 'its own user, by number' "$(config named .User)" '"33:33"'
like 'whose files stay as they are' "$("$LIST" list hard-named)" '^1 600 0:0 srv/shop/secret.conf$'

# -- who may start anything -------------------------------------------------------------------------
harden interpreter
"$LIST" list hard-interpreter >have
like 'what its package needs stays' "$(cat have)" ' usr/lib/python3/os.py$'
like 'and what nobody owns' "$(cat have)" ' usr/local/lib/own.py$'
unlike 'not what others bring, no shell, no package manager, no setuid file' "$(cat have)" \
	'other/x.py|bash|bin/sh|dpkg$|bin/su|bin/ping'
harden modules
files modules
like 'the link by which it is found is another package s' "$(cat have)" ' usr/bin/python3 -> python3.11$'
is 'its modules, whoever owns them, but no package manager and none of another version' \
	"$(sed -n 's,.* usr/lib/\(p[^ ]*\)$,\1,p' have | tr '\n' ' ')" \
	'python3.11/http/server.py python3.11/lib-dynload/_x.so python3.11/os.py python3/dist-packages/requests.py '
like 'what an extension loads' "$(cat have)" ' usr/lib/libbar.so.2$'
"$LIST" unpack hard-modules modules-root
is 'and its packages are there' "$(sed -n 's/^Package: //p' modules-root/var/lib/dpkg/status | sort | tr '\n' ' ')" \
	'libbar2 libc6 libpython3.11-stdlib python3-minimal python3-requests python3.11-minimal tool '
unlike 'a package that a module needs brings no program' "$(cat have)" 'usr/bin/tool'

# -- a health check, and data that nothing names ----------------------------------------------------
harden checked
files checked
is 'a health check in exec form stays' "$(config checked .Healthcheck.Test[1])" '"bar-tool"'
like 'with its program' "$(cat have)" ' usr/bin/bar-tool$'
like 'and what it names' "$(cat have)" ' opt/check/check.conf$'
harden shellcheck
is 'one that runs a shell goes' "$(config shellcheck .Healthcheck)" null
like 'and that is said' "$(jq -r '.changes[]' shellcheck.json)" '^HEALTHCHECK went: it needs usr/bin/bash, which goes$'
harden nocheck
is 'so does one whose program is not there' "$(config nocheck .Healthcheck)" null
like 'which is said, too' "$(jq -r '.changes[]' nocheck.json)" \
	"^HEALTHCHECK went: its program curl is not in the image\$"
"$LIST" list hard-nocheck >have
like 'a folder of its own at the top: data' "$(cat have)" ' data/conf.json$'
like 'an empty folder there' "$(cat have)" ' data/new/$'
like 'data of its user, wherever it lies' "$(cat have)" '^1 644 33:33 var/lib/shop/state$'
unlike 'no program there that nothing starts, no software of others' "$(cat have)" 'data/tool|opt/'
like 'what else nobody owns is told' "$(jq -r '.notes[]' nocheck.json)" \
	'^8 files that no package owns went, most in /usr/bin \(3\), /opt/plugins \(2\), '

refused() { # IMAGE STATUS PATTERN
	status "$1 is refused" "$2" "$OAKUM" harden -o "oci:hard-$1" "oci:small/$1"
	like "$1: it says why" "$(cat out err | tr -s ' \n' ' ')" "$3"
	ok "$1: nothing is left" test ! -e "hard-$1"
}
refused script 1 'runs a script with usr/bin/bash.*--keep-shell'
refused expands 1 'it expands, joins or redirects something'
refused nothing 3 'names no program'
refused absent 3 'is not in it'
refused nobody 3 "no user 'ghost'"
harden script --keep-shell
"$LIST" list hard-script >have
like 'the shell stays' "$(cat have)" ' usr/bin/bash$'
like 'and what it may start' "$(cat have)" ' usr/bin/tool$'
unlike 'but no package manager' "$(cat have)" 'bin/dpkg$'

# -- an enemy's -------------------------------------------------------------------------------------
harden hostile
"$LIST" list hard-hostile >have
unlike 'no name leaves the root, nothing follows a link out' "$(cat have)" \
	'\.\./escape|shadow|^. [0-7]* [0-9:]* (/|loop)'

# -- a registry, and what a killed run left ---------------------------------------------------------
# shellcheck disable=SC2119 # it asks for nothing
registry_start
status 'an image goes to a registry' 0 "$OAKUM" copy -q --plain-http oci:small/named "docker://$REGISTRY/shop:1"
left=oakum-harden-0000000000000001 held=oakum-harden-0000000000000002
mkdir "$TMPDIR/$left" "$TMPDIR/$held" "$TMPDIR/oakum-harden-other"
flock "$TMPDIR/$held" "$OAKUM" harden -q -f json --plain-http "$REGISTRY/shop:1" \
	-o "docker://$REGISTRY/shop:hard" >out 2>err
is 'it is hardened from there to there' "$(jq -r .digest out)" "$(jq -r .digest named.json)"
status 'and is there' 0 "$OAKUM" copy -q --plain-http "docker://$REGISTRY/shop:hard" oci:back
registry_stop
is 'the same octets' "$("$LIST" list back | sha256sum)" "$("$LIST" list hard-named | sha256sum)"
is 'what was left is removed, unless it is held or not ours' \
	"$(cd "$TMPDIR" && echo oakum-harden-*)" "$held oakum-harden-other"
rmdir "$TMPDIR/$held" "$TMPDIR/oakum-harden-other"
status 'no folder for it' 3 "$OAKUM" harden -q -o oci:/proc/none oci:small/static
status 'no place' 2 "$OAKUM" harden -q oci:small/static
is 'no folder of ours is left' "$(find "$TMPDIR" -maxdepth 1 -name 'oakum-harden-*')" ''

# -- the fat image ----------------------------------------------------------------------------------
fat=$ROOT/build/demo/fat
if [ ! -e "$fat/index.json" ]; then
	skip 'the fat demo image' 'it could not be made here (test/fixture/make-demo.sh)'
	done_testing
fi
status 'the fat image is refused for its secrets' 1 "$OAKUM" harden -q -f json -o oci:fat "oci:$fat"
mv out refusal.json
ok 'nothing is written' test ! -e fat
for where in 'env DB_PASSWORD' 'env AWS_SECRET' 'history 3' root/.aws/credentials root/.ssh/id_ed25519 \
	NuGet.Config appsettings.Production.json app/tls.key; do
	like "it names $where" "$(jq -r '.refusals[]' refusal.json)" "$where"
done
"$LIST" planted "$fat" planted
like 'planted values are known' "$(find planted -type f | wc -l)" '^[1-9][0-9]$'
for value in planted/*; do
	cat "$value"
	echo
done >values
status 'no value is told' 1 grep -Ff values refusal.json

probe=()
if [ "$(id -u)" = 0 ] && [ -x /usr/bin/crun ]; then
	# It refuses to listen beyond loopback without being told twice.
	probe=(--probe http://:8080/sse --probe-status 200 \
		--probe-env ALLOW_INSECURE_EXTERNAL_BINDING=true)
fi
status 'accepted, it is hardened, and its service answers' 0 \
	"$OAKUM" harden -q --accept-secrets "${probe[@]}" -f json -o oci:fat "oci:$fat"
mv out fat.json
if [ ${#probe[@]} -gt 0 ]; then
	like 'GET /sse: 200' "$(jq -r .health fat.json)" '/sse: HTTP 200 after'
	status 'who answers otherwise is not written' 1 "$OAKUM" harden -q --probe exit=7 -f json -o oci:mute \
		oci:small/static
	ok 'nothing is left of it' test ! -e mute
	like 'and it says so' "$(jq -r '.refusals[]' out)" 'does not answer'
else
	skip 'GET /sse: 200' 'containers are started by root with crun here'
fi
is 'at most 210 MiB' "$(jq '.after.size <= 210 * 1048576' fat.json)" true
is 'not root, no shell, no package manager, no privileged file' \
	"$(jq -c '.after | [.root, .shells, .package_managers, .privileged_files]' fat.json)" '[false,0,0,0]'
is 'exec form' "$("$LIST" config fat | jq -r '.config.Entrypoint[0]')" /app/azmcp
is 'two layers' "$("$LIST" config fat | jq '.rootfs.diff_ids | length')" 2
is 'no secret in any blob' "$("$LIST" holds fat planted)" ''
like 'the planted ones are found where they are' "$("$LIST" holds "$fat" planted 1000000)" 'DB_PASSWORD'

"$LIST" list fat >have
unlike 'tarfile sees no setuid file' "$(cat have)" '^. [2467][0-7]{3} '
unlike 'and nothing that starts others' "$(cat have)" ' usr/s?bin/|/(ba|da)?sh$'
"$OAKUM" audit -q -f json oci:fat >audit.json
is 'the audit finds no tool' "$(jq -c '[.tools[]?.name]' audit.json)" '[]'

"$LIST" unpack fat root
if command -v dpkg-query >found; then
	"$OAKUM" sbom -q -f spdx-json oci:fat | jq -r '.packages[] | select(any(.externalRefs[]?;
		.referenceLocator | startswith("pkg:deb"))) | "\(.name) \(.versionInfo)"' | LC_ALL=C sort >have
	dpkg-query --admindir=root/var/lib/dpkg -W -f '${db:Status-Status} ${Package} ${Version}\n' |
		sed -n 's/^installed //p' | LC_ALL=C sort >want
	ok "the bill is dpkg's: $(wc -l <want) packages" diff have want
	# Every library that is there is some package's that is there, and each package has a file.
	(cd root && find usr/lib -type f -name '*.so*' | LC_ALL=C sort) >libraries
	sed 's,^/lib/,/usr/lib/,; s,^/,,' root/var/lib/dpkg/info/*.list | LC_ALL=C sort -u >owned
	is 'no library without its package' "$(comm -23 libraries owned)" ''
	while read -r package _; do
		for list in root/var/lib/dpkg/info/"$package".list root/var/lib/dpkg/info/"$package":*.list; do
			[ ! -e "$list" ] || sed 's,^,root,' "$list" | while read -r f; do
				case $f in root/usr/share/doc/*) ;; *) [ ! -f "$f" ] || echo "$package" ;; esac
			done
		done
	done <want | LC_ALL=C sort -u >there
	is 'no package without a file' "$(cut -d ' ' -f 1 want | comm -23 - there)" ''
else
	skip 'the bill is true' 'dpkg-query is missing'
fi

findings() { # LAYOUT
	"$OAKUM" scan -q --db record.db -f json "oci:$1" |
		jq -r '.Results[].Vulnerabilities[]? | "\(.PkgName) \(.VulnerabilityID)"' | LC_ALL=C sort -u
}
status 'the record of .NET' 0 "$OAKUM" db build -q -o record.db "$ROOT/data/dotnet-vulnerabilities.tsv"
if [ -e "$ROOT/build/demo/distroless/index.json" ]; then
	findings fat >have
	findings "$ROOT/build/demo/distroless" >want
	is 'findings that the distroless image has not' "$(comm -23 have want)" ''
	ok 'some there are' test -s want
fi
done_testing
