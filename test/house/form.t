#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The rules of form hold, and tools/check-src sees when they do not.
. "$ROOT/test/tap.sh"

check=$ROOT/tools/check-src
command -v pmccabe >/dev/null || skip_all 'pmccabe is not installed'
status 'the sources keep the form' 0 "$check" "$ROOT"
grep -v '^note: ' "$TMP/out" | head -n 50 | sed 's/^/# /'

fresh() {
	rm -rf "$TMP/house"
	mkdir -p "$TMP/house/src/fmt" "$TMP/house/src/cmd" "$TMP/house/src/base" "$TMP/house/tools" \
		"$TMP/house/test/unit" "$TMP/house/fuzz"
	cd "$TMP/house" || exit 1
	spdx='/* SPDX-License-Identifier: Apache-2.0 */'
	printf '%s\n' "$spdx" '#pragma once' >src/fmt/a.h
	printf '%s\n' "$spdx" '#include "fmt/a.h"' '' 'static int two(void)' '{' '	return 2;' '}' \
		>src/fmt/a.c
	printf '%s\n' '# SPDX-License-Identifier: Apache-2.0' "oakum_sources += files('a.c')" \
		>src/fmt/meson.build
	echo '# none' >tools/complexity-allow.txt
}

planted() { # NAME FILE TEXT PATTERN
	printf '%b\n' "$3" >>"$TMP/house/$2"
	status "$1 is refused" 1 "$check" "$TMP/house"
	like "$1 is named" "$(cat "$TMP/out")" "^$2:[0-9]*: .*$4"
	fresh
}

allowed() { # NAME FILE TEXT
	printf '%b\n' "$3" >>"$TMP/house/$2"
	status "$1 passes" 0 "$check" "$TMP/house"
	fresh
}

body() { # N: a function body with N decisions, N + 1 is its complexity
	i=0
	while [ "$i" -lt "$1" ]; do
		printf '\\tif (x == %d)\\n\\t\\tx++;\\n' "$i"
		i=$((i + 1))
	done
}

lines() { # N TEXT
	i=0
	while [ "$i" -lt "$1" ]; do
		printf '%s\\n' "$2"
		i=$((i + 1))
	done
}

fresh
status 'a small house passes' 0 "$check" "$TMP/house"
for call in strcpy strcat sprintf strtok gets atoi system alloca; do
	planted "$call" src/fmt/a.c "int bad(void)\n{\n\treturn $call (x);\n}" "$call is banned"
done
planted 'getenv below cmd/' src/fmt/a.c '#define HOME getenv("HOME")' 'getenv in fmt'
planted 'printf below cmd/' src/fmt/a.c \
	'int bad(void)\n{\n\treturn printf("x");\n}' 'only cmd/ prints'
planted 'malloc outside base/' src/fmt/a.c \
	'void *bad(void)\n{\n\treturn malloc(1);\n}' 'malloc outside'
allowed 'a banned word in a comment or a text' src/fmt/a.c \
	'/* strcpy(a, b) */\nstatic const char *const t = "system(x)"; // gets(y)'
allowed 'a member with a banned name' src/fmt/a.c \
	'int use(struct s *s)\n{\n\treturn s->system(s);\n}'
mv src/fmt/a.h src/fmt/b.h
sed 1d src/fmt/b.h >src/fmt/a.h && rm src/fmt/b.h
planted 'a file without SPDX' src/fmt/a.h '' 'no SPDX'
sed -i 2d src/fmt/a.h
planted 'a header without pragma once' src/fmt/a.h '' 'pragma once'
planted 'a long line' src/fmt/a.c "// $(lines 101 x | sed 's/\\n//g')" 'more than 100 columns'
planted 'a tab counts four columns' src/fmt/a.c \
	"\t\t// $(lines 92 x | sed 's/\\n//g')" 'more than 100'
allowed 'a line of 100 columns' src/fmt/a.c "// $(lines 97 x | sed 's/\\n//g')"
planted 'an indent of spaces' src/fmt/a.c \
	'int bad(void)\n{\n    return 1;\n}' 'spaces instead of tabs'
planted 'a blank at the end' src/fmt/a.c 'int a; ' 'blanks at the end'
planted 'an unnumbered to-do' src/fmt/a.c '// TO''DO: later' 'without an issue'
allowed 'a to-do with its issue' src/fmt/a.c '// TO''DO(#12): later'
planted 'a file of more than 1000 lines' src/fmt/a.c "$(lines 1000 '')" 'lines, and no comment'
allowed 'a file that says why it is long' src/fmt/a.c "/* long: a table */\n$(lines 1000 '')"
planted 'a function of more than 80 lines' src/fmt/a.c "int bad(int x)\n{\n$(lines 80 '	x++;')}" \
	'bad: .* lines'
planted 'seven parameters' src/fmt/a.c \
	'int bad(int a, int b, int c, int d, int e, int f, int g)\n{\n}' \
	'more than 6 parameters'
allowed 'six parameters and the error slot' src/fmt/a.c \
	'int good(int a, int (*b)(int, int), int c, int d, int e, int f, err *e)\n{\n}'
planted 'a complexity of 16' src/fmt/a.c \
	"int bad(int x)\n{\n$(body 15)\treturn x;\n}" 'complexity 16'
allowed 'a complexity of 15' src/fmt/a.c "int good(int x)\n{\n$(body 14)\treturn x;\n}"
echo 'src/fmt/a.c bad  a grammar' >>tools/complexity-allow.txt
allowed 'a listed complexity of 25' src/fmt/a.c "int bad(int x)\n{\n$(body 24)\treturn x;\n}"
echo 'src/fmt/a.c bad  a grammar' >>tools/complexity-allow.txt
planted 'a listed complexity of 26' src/fmt/a.c "int bad(int x)\n{\n$(body 25)\treturn x;\n}" \
	'complexity 26, at most 25'
echo 'src/fmt/a.c gone  a grammar' >>tools/complexity-allow.txt
status 'a listed function that is gone is refused' 1 "$check" "$TMP/house"
fresh
printf '%s\n' "$spdx" >src/fmt/b.c
status 'a file that the build does not name is refused' 1 "$check" "$TMP/house"
like 'and named' "$(cat "$TMP/out")" 'does not name b.c'
done_testing
