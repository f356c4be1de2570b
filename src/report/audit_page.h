/* SPDX-License-Identifier: Apache-2.0 */
/* audit_page - what one audit found out about one image, ready to be shown.
 *
 * Plain data: flow/audit fills it, audit_text and audit_json show it, neither judges. Strings
 * are untrusted octets of the image unless they are C strings. Everything lives in the arena of
 * the page or borrows from the image. Threading: constant once filled. */
#pragma once

#include "catalog/coverage.h"
#include "catalog/facts.h"
#include "report/scan_page.h"
#include "report/secrets_page.h"
#include "rule/rule.h"
#include "model/support.h"

/* The eight stages from source to running process, and whether each holds for this image: as far as
 * the image, what is attached to it and the database tell. */
enum page_stage_name {
	PAGE_SOURCE,
	PAGE_SBOM,
	PAGE_SCAN,
	PAGE_SIGNATURE,
	PAGE_PROVENANCE,
	PAGE_REGISTRY,
	PAGE_VERIFICATION,
	PAGE_HARDENED_RUN,
};
#define PAGE_STAGES 8

enum page_answer { PAGE_UNTOLD, PAGE_HOLDS, PAGE_LACKS };

struct page_stage {
	enum page_answer answer;
	const char *why; /* NULL: nobody asked for the stages */
};

/* A list of files names at most so many; `total` counts all. More is an attack on the reader. */
#define PAGE_FILES_MAX 10000

struct page_file {
	bytes path;
	uint64_t size;
	uint32_t mode, uid, gid, node;
	uint16_t layer;
};

struct page_files { /* sorted by path */
	struct page_file *items;
	size_t len, cap;
	uint64_t total;
};

/* -- how it runs ------------------------------------------------------------------------------ */
enum page_user {
	PAGE_USER_NONE,
	PAGE_USER_ROOT,
	PAGE_USER_NAME,
	PAGE_USER_NUMBER,
	PAGE_USER_ABSENT
};

struct page_identity {
	enum page_user
		what;      /* NONE: no config; NAME, NUMBER: how it is written; ABSENT: no such account */
	bytes written; /* config.user; empty means root */
	bytes name;    /* of the account; empty when there is none */
	bool has_uid, has_gid;
	uint32_t uid, gid;
};

enum page_form { PAGE_FORM_NONE, PAGE_FORM_EXEC, PAGE_FORM_SHELL };

struct page_port {
	bytes written; /* "8080/tcp" */
	uint32_t number;
	bool privileged, ssh;
};

enum page_tool_group {
	PAGE_SHELL,
	PAGE_PACKAGE_MANAGER,
	PAGE_COMPILER,
	PAGE_NETWORK,
	PAGE_TOOL_GROUPS
};

struct page_tool {
	enum page_tool_group group;
	bytes name, path;
	uint32_t node;
};

/* One setting of a hardened start (confine/hardening.h), and whether the image keeps to it as it
 * is, told from facts alone. */
struct page_setting {
	const char *name; /* "read-only" */
	bool holds;
	const char *why; /* why not; printable; NULL: there is nothing to say */
};

#define PAGE_SETTINGS 6

/* -- what is in it ---------------------------------------------------------------------------- */
struct page_ecosystem {
	enum ecosystem ecosystem;
	uint64_t packages; /* visible ones that ship files */
	uint64_t assetless, overridden, hidden;
};

struct page_runtime {
	const struct dotnet_runtime *runtime;
	struct support support;
};

struct page_folder {
	bytes path;
	uint64_t size, files;
};

struct page_layer {
	const struct image_layer *layer;
	bytes command;   /* created_by without the build's wrapping */
	uint64_t hidden; /* octets of its files that upper layers hid */
};

/* -- what to do ------------------------------------------------------------------------------- */
struct page_action {
	const char *id, *title; /* static */
	const char *gain;       /* what it brings, printable */
	uint64_t bytes, files;  /* saved by it; 0 when that is not the point */
};

/* -- what the rules for images say ------------------------------------------------------------ */
struct page_weakness {
	const struct rule *rule;
	const char *message; /* printable */
	bytes path;          /* the file it is about; empty for none */
	uint32_t layer;      /* from 1; 0: none */
};

struct audit_page {
	struct arena arena;
	const struct image *image;
	const struct facts *facts;
	const struct coverage *coverage;
	const struct secrets_page *secrets; /* NULL: contents were not searched */
	const struct scan_page *scan;       /* NULL: there is no database */
	struct page_stage stages[PAGE_STAGES];
	int64_t now;
	bool has_created;
	int64_t created;

	uint64_t compressed, expanded, files,
		visible; /* octets, octets, visible files and their octets */
	struct {
		struct page_layer *items;
		size_t len, cap;
	} layers;
	struct {
		struct page_folder *items;
		size_t len, cap;
	} folders; /* largest first */

	struct page_identity user;
	enum page_form form;
	struct {
		struct page_port *items;
		size_t len, cap;
	} ports;
	struct {
		struct page_tool *items;
		size_t len, cap;
	} tools;

	struct {
		uint32_t uid, gid;                          /* whom `oakum run` would start it as */
		struct page_setting settings[PAGE_SETTINGS]; /* name NULL: there is no config */
	} readiness;

	struct page_files setuid, setgid, capabilities, world_writable;
	struct {
		struct page_ecosystem *items;
		size_t len, cap;
	} ecosystems;
	struct {
		struct page_runtime *items;
		size_t len, cap;
	} runtimes; /* visible ones */

	uint64_t hidden_files, hidden_bytes;
	struct page_files hidden_notable; /* names that usually hold keys or passwords */
	uint64_t gaps;                    /* of the engine and the collectors together */

	struct {
		struct page_action *items;
		size_t len, cap;
	} actions; /* the most urgent first */
	struct {
		struct page_weakness *items;
		size_t len, cap;
	} weaknesses; /* in the order of the rules' parts */
};

/* Names for both reports. Static. */
const char *page_group_name(enum page_tool_group group); /* "shell", "package-manager", … */
const char *page_form_name(enum page_form form);
const char *page_user_name(enum page_user what);

void audit_text(const struct audit_page *page, const struct terminal *terminal, struct stream *out);
void audit_json(const struct audit_page *page, struct stream *out);
