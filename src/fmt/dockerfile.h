/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile - a reader of Dockerfiles that never gives up, and knows where each token stands.
 *
 * Grammar: the Dockerfile reference of BuildKit (syntax 1.x) with its parser's treatment of what
 * the reference leaves open: directives (syntax, escape, check), continued lines with comments and
 * blank lines in them, flags, JSON forms, key=value lists with quotes, heredocs. What BuildKit
 * refuses is a fault here, and reading goes on with the next line. Variables are found and expanded
 * by dockerfile_vars.h; nothing is run and no file is looked at.
 * Every word is a part of its instruction's joined text; dockerfile_at tells where that stands in
 * the file, whatever continued lines lie between.
 * Limits: the caller bounds the text; LIMIT_FAULTS_NAMED faults are kept. O(n).
 * Threading: a read file is constant. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum dockerfile_kind {
	DOCKERFILE_UNKNOWN,
	DOCKERFILE_ADD,
	DOCKERFILE_ARG,
	DOCKERFILE_CMD,
	DOCKERFILE_COPY,
	DOCKERFILE_ENTRYPOINT,
	DOCKERFILE_ENV,
	DOCKERFILE_EXPOSE,
	DOCKERFILE_FROM,
	DOCKERFILE_HEALTHCHECK,
	DOCKERFILE_LABEL,
	DOCKERFILE_MAINTAINER,
	DOCKERFILE_ONBUILD,
	DOCKERFILE_RUN,
	DOCKERFILE_SHELL,
	DOCKERFILE_STOPSIGNAL,
	DOCKERFILE_USER,
	DOCKERFILE_VOLUME,
	DOCKERFILE_WORKDIR,
};

/* A word: its text as BuildKit's parser gives it, quotes kept; from and to are octets of the file
 * (quotes and, in JSON, escapes included). */
struct dockerfile_word {
	bytes text;
	size_t from, to;
};

struct dockerfile_words {
	struct dockerfile_word *items;
	size_t len, cap;
};

/* ENV, LABEL, ARG: one of a list. */
struct dockerfile_pair {
	struct dockerfile_word key, value; /* value: empty behind the key where there is none */
	bool has_value, legacy;            /* legacy: "ENV key value" */
};

struct dockerfile_heredoc {
	bytes name;      /* without quotes */
	bytes body;      /* borrows */
	size_t from, to; /* of the body: its lines, without the closing word */
	bool expand;     /* variables count: the word is not quoted */
	bool chomp;      /* <<-: tabs in front are dropped */
};

/* A run of the joined text that is a run of the file as well. */
struct dockerfile_piece {
	size_t line_at, file_at;
};

struct dockerfile_instruction {
	enum dockerfile_kind kind;
	bytes name;      /* as written; borrows */
	bytes line;      /* the whole, lines joined; arena or borrows */
	size_t args_at;  /* where in line its arguments begin, flags passed over */
	bool json;       /* words are those of a JSON list */
	size_t from, to; /* in the file: from its name to behind its last line (heredocs too) */
	size_t line_end; /* in the file: behind the last of its own lines, before heredocs */
	struct dockerfile_words flags, words;
	struct {
		struct dockerfile_pair *items;
		size_t len, cap;
	} pairs;
	struct {
		struct dockerfile_heredoc *items;
		size_t len, cap;
	} heredocs;
	struct dockerfile_instruction *trigger; /* ONBUILD: what it defers; or NULL */
	struct dockerfile_words comments;       /* right above it, "#" and blanks cut */
	size_t blank_at;                        /* an empty line in it; 0: none */
	const struct dockerfile_piece *pieces;
	size_t pieces_len;
	size_t stage; /* index + 1 of the stage; 0 before the first FROM */
};

struct dockerfile_stage {
	struct dockerfile_word name, image; /* name: empty when it has none */
	struct dockerfile_word as;          /* the word AS itself */
	size_t first, end;                  /* its instructions [first, end); first is the FROM */
};

struct dockerfile_fault {
	size_t at;
	const char *message; /* static */
};

struct dockerfile {
	bytes text; /* borrows */
	uint8_t escape;
	bytes syntax, check; /* values of the directives */
	size_t syntax_at;    /* where the syntax directive's value stands */
	struct {
		struct dockerfile_instruction *items;
		size_t len, cap;
	} instructions;
	struct {
		struct dockerfile_stage *items;
		size_t len, cap;
	} stages;
	struct {
		struct dockerfile_fault *items;
		size_t len, cap;
	} faults;
};

/* dockerfile_parse(text, a, out): text is shorter than 4 GiB. Arena and borrows text. O(n). */
void dockerfile_parse(bytes text, struct arena *a, struct dockerfile *out);

/* dockerfile_at(i, at): where octet `at` of i->line stands in the file. O(log lines). */
size_t dockerfile_at(const struct dockerfile_instruction *i, size_t at);

/* dockerfile_args(i): the joined text behind name and flags. Borrows. */
bytes dockerfile_args(const struct dockerfile_instruction *i);

/* dockerfile_flag(i, name): the flag --name or --name=...; NULL when absent. dockerfile_flag_value:
 * what stands behind its "=", empty when absent. */
const struct dockerfile_word *dockerfile_flag(const struct dockerfile_instruction *i,
                                              const char *name);
bytes dockerfile_flag_value(const struct dockerfile_instruction *i, const char *name);

/* dockerfile_dump(file, out): the parse tree as BuildKit's dumper prints it, a line each. */
void dockerfile_dump(const struct dockerfile *file, buf *out);
