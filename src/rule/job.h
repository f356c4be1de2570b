/* SPDX-License-Identifier: Apache-2.0 */
/* job - files that are judged together, and what was found in them.
 *
 *     job_init(&job, &arena, &options);
 *     job_add(&job, name, text, &e);          for each file; a failure is that file's alone
 *     job_run(&job);
 *     job.findings ...
 *     job_done(&job);
 *
 * Every file is an enemy's: texts are read by bounded readers, and callers do this in a sealed
 * worker (flow/check.h).
 * A family walks job->files, looks at those of its kind and calls job_find for each weakness; the
 * fix is a list of edits (fmt/edit.h, fmt/yaml_edit.h) that goes with the finding. One finding's
 * edits are applied all or none. Families may look at all files: a Service and the Deployment
 * behind it, a Dockerfile and its project.
 * Threading: a job belongs to one thread. */
#pragma once

#include "fmt/dockerfile.h"
#include "fmt/edit.h"
#include "fmt/source.h"
#include "fmt/yaml.h"
#include "rule/rule.h"

enum job_kind {
	JOB_OTHER, /* kept for rules that ask whether a file is there; its text is not read */
	JOB_YAML,  /* file->yaml is set; JSON, too */
	JOB_TEMPLATE, /* of a chart: it becomes YAML (rule/helm.h) */
	JOB_DOCKERFILE, /* file->dockerfile is set */
	JOB_IGNORE,  /* .dockerignore */
	JOB_PROJECT, /* .csproj, .fsproj, .vbproj, Directory.*.props, *.config: XML */
	JOB_PROGRAM, /* Program.cs, where a program of .NET reads its settings */
	JOB_ENV,     /* .env, *.env, .env.*, but no examples: NAME=VALUE a line, for Compose */
};

/* What a fix may put beside a file where there is none of that name. */
enum job_made {
	JOB_MADE_NOTHING,
	JOB_MADE_IGNORE, /* ".dockerignore" */
	JOB_MADE_TRUST,  /* "trustpolicy.json": whose signatures Notation believes */
	JOB_MADE_LEN,
};

struct job_file {
	const char *name; /* as the user wrote it */
	enum job_kind kind;
	bytes text; /* borrows */
	struct source source;
	struct yaml_file *yaml;
	struct dockerfile *dockerfile;
	struct arena memory; /* of this file's trees */
	size_t folded;       /* pods of a long list that were left out (rule/running.h) */
	/* A file that a fix made: which one it is and beside which it lies. JOB_MADE_NOTHING: of all
	 * that job_add brought. */
	enum job_made made;
	size_t beside;
	bool part; /* of a chart or kustomization: what that makes of it is judged (rule/rendered.h) */
};

struct job_finding {
	const struct rule *rule;
	size_t file;                   /* index in job->files */
	size_t from, to;               /* the octets it is about */
	const char *object;            /* "Deployment/shop", "" when it has no name; arena or static */
	const char *container, *field; /* "" when there is none: "app", "securityContext.privileged" */
	const char *message;           /* what is the matter here */
	const char *check;       /* of the Pod Security Standards alone: the reference's id; else "" */
	struct edits fix;        /* empty: none here */
	size_t fix_file;         /* the file that they mend: most often `file` */
	enum job_made made;      /* they are the text of this file beside `file` instead */
	enum rule_fix fix_class; /* of these edits; RULE_FIX_NONE when there are none */
	const char *asks;          /* the image whose digest would mend it ("alpine:3.20"), or "" */
	const char *suppressed_by; /* the reason of the comment or line that suppresses it, or NULL */
};

struct job_fault { /* a document that could not be read */
	size_t file, at;
	const char *message;
	bool of_run; /* what a run could not judge or tell: it ends with the next */
};

/* Where the secrets of a workload are to come from. */
enum job_store {
	JOB_STORE_SECRET, /* a Secret of Kubernetes */
	JOB_STORE_AZURE,  /* Azure Key Vault, through a SecretProviderClass */
	JOB_STORE_VAULT,  /* HashiCorp Vault, through vault-agent */
};

struct job_options {
	const char *pss;      /* "baseline", "restricted": judge by the Pod Security Standards alone */
	unsigned pss_version; /* the N of v1.N; PSS_LATEST (rule/pss.h) */
	bool harden;          /* pss, and findings of the catalogue as well (--fix --pss LEVEL) */
	bool optional;        /* rules that are off, too */
	const char *only;     /* ids of the only rules that count, divided by commas; or NULL */
	const char *registries; /* "registry.example/hub,ghcr.io": where images may come from; or NULL:
	                         * from anywhere. What comes from elsewhere is moved to the first */
	bool input;             /* rules whose fix needs a digest count all */
	const char *pins;       /* digests that were fetched: "IMAGE DIGEST", one a line; or NULL */
	/* Versions that are asked for: "NAME VERSION", one a line (rule/update.h); empty: what could be
	 * updated is to be told; NULL: no matter. */
	const char *updates;
	enum job_store store;
	int64_t now;            /* for dates: what has expired, what is supported */
};

struct rule_job {
	struct arena *keep;                /* the caller's: lists and names, until the end */
	struct arena run;                  /* what one run finds: emptied by the next */
	struct arena *arena;               /* &run: for families */
	const struct job_options *options; /* borrows */
	struct {
		struct job_file *items;
		size_t len, cap;
	} files;
	struct {
		struct job_finding *items;
		size_t len, cap;
	} findings;
	struct {
		struct job_fault *items;
		size_t len, cap;
	} faults;
	size_t folded; /* objects that are like another that is judged (rule/running.h) */
	const struct ignore_list *ignores; /* of ignore files (rule/suppress.h); NULL for none */
	size_t octets, nodes;        /* of all files */
};

void job_init(struct rule_job *job, struct arena *a, const struct job_options *options);
void job_done(struct rule_job *job);

/* job_add(job, name, text, e): one more file; borrows text. Documents that cannot be read are
 * faults, what remains is kept. ERR_LIMIT: the file is left out whole. */
int job_add(struct rule_job *job, const char *name, bytes text, err *e);

/* job_replace(job, file, text, e): a file of the job has another text now; borrows it. ERR_LIMIT:
 * the file keeps the text it has. Findings are of no use until the next run. */
int job_replace(struct rule_job *job, size_t file, bytes text, err *e);

/* job_make(job, beside, made, text, e): one more file, which is not there yet; borrows text. One
 * that is there already stays as it is. job_made_name(job, beside, made): what it is called. */
int job_make(struct rule_job *job, size_t beside, enum job_made made, bytes text, err *e);
const char *job_made_name(const char *beside, enum job_made made, struct arena *a);

/* job_unjudged(job, file, at, message): a fault of this run: it has not looked at something. Static
 * text. */
void job_unjudged(struct rule_job *job, size_t file, size_t at, const char *message);

/* job_run(job): every family; then findings are sorted by file and place, and those that a comment
 * or an ignore line names are marked. */
void job_run(struct rule_job *job);

/* job_kind_of(name, text): by its name; a folder of manifests may hold other YAML as well. */
enum job_kind job_kind_of(const char *name, bytes text);

/* job_wants(options, rule): findings of the rule are to be told. */
bool job_wants(const struct job_options *options, const struct rule *rule);

/* job_pin(job, f, image, tagged): the finding asks for the digest of this image; what is to be
 * written behind its name ("@sha256:...", ":latest@sha256:..." without a tag), or NULL where it has
 * not been fetched. Arena. */
const char *job_pin(struct rule_job *job, struct job_finding *f, bytes image, bool tagged);

/* job_find(job, rule, file, from, to): one finding; the caller fills in what it knows (strings are
 * "" until then). Valid until the next call. job_find is silent about an optional rule that was not
 * asked for: it gives a finding that is not kept. */
struct job_finding *job_find(struct rule_job *job, const struct rule *rule, size_t file,
                             size_t from, size_t to) __attribute__((returns_nonnull));
