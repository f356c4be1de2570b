#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What Oakum finds of languages is what their own tools say: go version -m, npm ls, pip list; jar and
# objcopy make archives and programs. Each tool that is absent is a skip. No network.
. "$ROOT/test/tap.sh"

command -v jq >"$TMP/tool" || skip_all 'jq is not installed'
export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod GOCACHE="${GOCACHE:-$ROOT/build/go-cache}"

packages() { # ROOT ECOSYSTEM: lines of name, version
	"$OAKUM" audit --format json --quiet "rootfs:$1" >"$TMP/audit.json" || return 1
	jq -r --arg e "$2" '.packages[] | select(.ecosystem == $e) | [.name, .version] | @tsv' \
		"$TMP/audit.json" | sort -u
}

same() { # NAME: $TMP/theirs and $TMP/ours
	ok "$1: $(wc -l <"$TMP/theirs") packages" diff "$TMP/theirs" "$TMP/ours"
	[ -s "$TMP/theirs" ] || tap_say 'not ok' "$1: the tool lists none"
}

# -- Go: our program with a module that is replaced by a folder
go_sources() {
	mkdir -p "$TMP/go/local"
	printf 'module example.org/Local\n\ngo 1.18\n' >"$TMP/go/local/go.mod"
	printf 'package local\n\nfunc Say() { println("local") }\n' >"$TMP/go/local/local.go"
	printf 'package main\n\nimport local "example.org/Local"\n\nfunc main() { local.Say() }\n' \
		>"$TMP/go/main.go"
	cat >"$TMP/go/go.mod" <<-'EOF'
		module example.org/shop

		go 1.18

		require example.org/Local v1.2.3

		replace example.org/Local => ./local
	EOF
}

go_theirs() { # PROGRAM: the modules, and the compiler as stdlib; folders have no version
	go version -m "$1" | awk -F '\t' '
		NR == 1 { sub(/^.*: go/, ""); print "stdlib\t" $0; next }
		function out() { if (name != "") print name "\t" (version == "(devel)" ? "" : version) }
		$2 == "mod" || $2 == "dep" { out(); name = $3; version = $4 }
		$2 == "=>" { if ($4 != "" && $4 != "(devel)") name = $3; version = $4 }
		END { out() }' | sort -u
}

go_case() { # NAME PROGRAM BUILD-ARGUMENTS...
	go_name=$1 go_out=$TMP/go-root/usr/bin/$2
	shift 2
	rm -rf "$TMP/go-root"
	mkdir -p "$TMP/go-root/usr/bin"
	if ! (cd "$TMP/go" && go build "$@" -o "$go_out" . >"$TMP/go.log" 2>&1); then
		skip "go: $go_name" "go build: $(tail -n 1 "$TMP/go.log")"
		return
	fi
	go_theirs "$go_out" >"$TMP/theirs"
	packages "$TMP/go-root" golang >"$TMP/ours"
	same "go: $go_name"
}

if command -v go >"$TMP/tool"; then
	go_sources
	go_case 'as built' shop
	go_case 'stripped' shop -ldflags '-s -w'
	go_case 'position independent' shop -buildmode=pie
	if command -v gcc >"$TMP/tool"; then
		CGO_ENABLED=1 go_case 'linked by the system' shop -ldflags '-linkmode=external'
	fi
	mkdir -p "$TMP/go-root/usr/bin"
	rm -f "$TMP/go-root/usr/bin/"*
	cp "$(go env GOROOT)/bin/go" "$TMP/go-root/usr/bin/"
	go_theirs "$TMP/go-root/usr/bin/go" >"$TMP/theirs"
	packages "$TMP/go-root" golang >"$TMP/ours"
	same 'go: the go command'
else
	skip 'go' 'not installed'
fi

# -- npm: what is installed for everybody here
if command -v npm >"$TMP/tool" && npm_root=$(npm root -g 2>"$TMP/npm.log") && [ -d "$npm_root" ]; then
	mkdir -p "$TMP/npm-root/usr/lib"
	cp -r "$npm_root" "$TMP/npm-root/usr/lib/node_modules"
	npm ls -g --all --json 2>"$TMP/npm.log" | jq -r '
		def walk_all: (.dependencies // {}) | to_entries[] | .key as $k | .value |
			(select(.version != null) | [(.name // $k), .version] | @tsv), walk_all;
		walk_all' | sort -u >"$TMP/theirs"
	packages "$TMP/npm-root" npm >"$TMP/ours"
	same 'npm ls -g'
	# The same tree says who needs whom: of what npm shows below a package, whatever was already shown.
	npm ls -g --all --json 2>"$TMP/npm.log" | jq -r '
		def walk_all: .key as $from | (.value.dependencies // {}) | to_entries[] |
			(select(.value.version != null) | [$from, .key] | @tsv), walk_all;
		(.dependencies // {}) | to_entries[] | walk_all' | sort -u >"$TMP/theirs"
	"$OAKUM" sbom --format cyclonedx-json --quiet "rootfs:$TMP/npm-root" >"$TMP/bill.json"
	jq -r '(.components | map(select(.purl // "" | startswith("pkg:npm/")) |
			{ key: .["bom-ref"], value: ((.group // "" | if . == "" then "" else . + "/" end) + .name) }) |
			from_entries) as $name | .dependencies[] | $name[.ref] as $from | select($from) |
		.dependsOn[]? | select($name[.]) | [$from, $name[.]] | @tsv' "$TMP/bill.json" |
		sort -u >"$TMP/ours"
	same 'npm ls: who needs whom'
	is 'npm: each file has an owner' \
		"$(jq '.coverage.unknown.files' "$TMP/audit.json")" 0
else
	skip 'npm' 'not installed'
fi

# -- Python: what pip lists, names as PEP 503 compares them
normal() {
	awk -F '\t' -v OFS='\t' '{ $1 = tolower($1); gsub(/[-_.]+/, "-", $1) } 1' | sort -u
}

if command -v python3 >"$TMP/tool" && python3 -m pip --version >"$TMP/pip.log" 2>&1; then
	site=$(python3 -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
	mkdir -p "$TMP/py-root/usr/lib/python3/site-packages"
	find "$site" -mindepth 1 -maxdepth 1 \( -name '*.dist-info' -o -name '*.egg-info' \) \
		-exec cp -r {} "$TMP/py-root/usr/lib/python3/site-packages/" \;
	python3 -m pip --disable-pip-version-check list --format json \
		--path "$TMP/py-root/usr/lib/python3/site-packages" 2>"$TMP/pip.log" |
		jq -r '.[] | [.name, .version] | @tsv' | normal >"$TMP/theirs"
	packages "$TMP/py-root" pypi | normal >"$TMP/ours"
	same 'pip list'
else
	skip 'pip' 'not installed'
fi

# -- Rust: a program of some size with the section that cargo-auditable writes
if command -v objcopy >"$TMP/tool" && command -v python3 >"$TMP/tool"; then
	mkdir -p "$TMP/rust-root/usr/bin"
	printf '%s' '{"packages":[{"name":"shop","version":"0.1.0","source":"local","root":true},
		{"name":"libc","version":"0.2.150","source":"crates.io"},
		{"name":"cc","version":"1.0.83","source":"crates.io","kind":"build"}]}' |
		python3 -c 'import sys, zlib; sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))' \
			>"$TMP/audit.z"
	# Ours with the sanitizers is too large to be kept whole.
	program=/bin/bash
	objcopy --add-section ".dep-v0=$TMP/audit.z" "$program" "$TMP/rust-root/usr/bin/shop"
	printf 'libc\t0.2.150\nshop\t0.1.0\n' >"$TMP/theirs"
	packages "$TMP/rust-root" cargo >"$TMP/ours"
	same 'cargo-auditable'
	# Too large to keep whole, much appended: what is not read is said; of others nothing is.
	head -c 27000000 /dev/zero >>"$TMP/rust-root/usr/bin/shop"
	cp "$program" "$TMP/rust-root/usr/bin/other"
	head -c 27000000 /dev/zero >>"$TMP/rust-root/usr/bin/other"
	packages "$TMP/rust-root" cargo >"$TMP/ours"
	is 'cargo-auditable: a program that is too large is named' \
		"$(jq -r '.gaps[] | select(.path != null) | .path' "$TMP/audit.json")" usr/bin/shop
else
	skip 'cargo-auditable' 'objcopy or python3 is not installed'
fi

# -- notes of a linker: a program that no database owns says what it was built from
note='{"type":"deb","name":"hello","version":"2.10-3","os":"debian","osVersion":"12"}'
if command -v gcc >"$TMP/tool" &&
	printf 'int main(void) { return 0; }\n' |
		gcc -x c -o "$TMP/noted" - -Xlinker --package-metadata="$note" 2>"$TMP/gcc.log"; then
	mkdir -p "$TMP/note-root/opt"
	cp "$TMP/noted" "$TMP/note-root/opt/"
	printf 'hello\t2.10-3\n' >"$TMP/theirs"
	packages "$TMP/note-root" deb >"$TMP/ours"
	same 'package note'
	is 'package note: the file is identified' "$(jq '.coverage.identified.files' "$TMP/audit.json")" 1
else
	skip 'package note' "no linker that writes notes: $(tail -n 1 "$TMP/gcc.log" 2>&1)"
fi

# -- Java: archives by another writer, with 64-bit sizes, larger than what is kept in memory
if command -v python3 >"$TMP/tool"; then
	mkdir -p "$TMP/java-root/srv"
	python3 - "$TMP/java-root/srv" <<-'EOF'
		import io, os, sys, zipfile

		def pom(group, artifact, version):
		    return (f"META-INF/maven/{group}/{artifact}/pom.properties",
		            f"groupId={group}\nartifactId={artifact}\nversion={version}\n".encode())

		def archive(out, members, method):
		    with zipfile.ZipFile(out, "w", method) as z:
		        for name, body in members:
		            with z.open(name, "w", force_zip64=True) as f:
		                f.write(body)

		def packed(members, method=zipfile.ZIP_DEFLATED):
		    b = io.BytesIO()
		    archive(b, members, method)
		    return b.getvalue()

		folder = sys.argv[1]
		stored, deflated = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
		log4j = packed([pom("org.apache.logging.log4j", "log4j-core", "2.14.1")])
		spring = packed([("META-INF/MANIFEST.MF", b"Implementation-Version: 5.3.0\r\n")])
		filler = ("BOOT-INF/filler", os.urandom(26 << 20))
		boot = [filler, ("BOOT-INF/lib/log4j-core.jar", log4j), ("BOOT-INF/lib/spring-core.jar", spring),
		        pom("org.example", "shop", "1.0.0")]
		archive(f"{folder}/boot.jar", boot, stored)
		archive(f"{folder}/shop.war", [("WEB-INF/lib/a.jar", log4j), pom("org.example", "war", "2.0")], deflated)
	EOF
	printf '%s\t%s\n' org.apache.logging.log4j:log4j-core 2.14.1 org.example:shop 1.0.0 \
		org.example:war 2.0 spring-core 5.3.0 >"$TMP/theirs"
	packages "$TMP/java-root" maven >"$TMP/ours"
	same 'java: stored in a large archive, deflated in a small one'
	is 'java: no gap' "$(jq '[.gaps[] | select(.path != null)] | length' "$TMP/audit.json")" 0
else
	skip 'java' 'python3 is not installed'
fi
done_testing
