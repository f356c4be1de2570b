/* SPDX-License-Identifier: Apache-2.0 */
/* seal_run - one run of `oakum seal`, between its files. Private to flow/seal*.c.
 *
 * Threading: as seal.h. */
#pragma once

#include "flow/seal.h"
#include "transfer/gather.h"

#include <sys/stat.h>

/* A place of images: a registry's repository, or what lies on this machine. */
struct seal_place {
	const struct target *target;
	const char *repository; /* "host/team/shop"; "" on this machine */
	const char *host;       /* "host", or "" */
};

struct seal_subject {
	digest digest;
	struct platform platform; /* of a manifest in an index; else empty */
	bool is_index;
	struct seal_papers papers; /* of an image; of an index only its provenance */
	size_t image; /* index into page->images; of an index the first */
};

/* What is attested of a subject. Of an index that is, beside its own provenance, what is attested
 * of each of its images: whoever is asked about the name that people pull finds it there. */
struct seal_item {
	const struct seal_subject *subject;
	enum seal_paper kind;
	bytes content;
	digest name; /* of the content */
};

struct seal_run {
	const struct seal_options *o;
	struct arena *arena;
	struct seal_page *page;
	struct seal_place source, place;
	struct image_network network; /* of the source, with what keeps what it gave */
	struct target exported;       /* what an engine gave, in place of the source; at export */
	int export;                   /* -1: none */
	struct {
		struct seal_subject *items; /* the root first */
		size_t len, cap;
	} subjects;
	struct {
		struct seal_item *items;
		size_t len, cap;
	} items;
	struct secrets_page beside; /* secrets of what BuildKit puts beside the images */
	struct reasons strangers;   /* what is beside them and is no attestation */
	digest listed;  /* what the source's name means: of one platform alone the index above it */
	struct stat before; /* of a file, when it was judged */
	bool is_docker; /* what docker keeps: its manifest is made when it is pushed */
	struct seal_record record;
	bytes identity, issuer; /* of who signs without a key, as far as it is known */
	bool was_there;         /* nothing had to be signed or attested: seal_confirm read it all */
};

/* seal_place_of(target, a, out, e): ERR_USAGE. seal_place_at(p, d, a): the same place, this image.
 * Arena. */
int seal_place_of(const struct target *target, struct arena *a, struct seal_place *out, err *e);
struct target seal_place_at(const struct seal_place *p, const digest *d, struct arena *a);

/* seal_tell(r, stage, state): the caller is told. */
void seal_tell(struct seal_run *r, enum seal_stage stage, enum seal_state state);

/* seal_judge_beside(r, g, e): r->beside and r->strangers, once r->subjects are known. ERR_LIMIT,
 * ERR_FORMAT, errors of reading. seal_pass_beside(r, out): what the gate says of them; told with
 * the first image. */
int seal_judge_beside(struct seal_run *r, struct gather *g, err *e);
void seal_pass_beside(const struct seal_run *r, struct seal_image *out);

/* seal_open_source(r, e): whatever is read is read once: by r->network of a registry, and what an
 * engine has as the archive that it exported. ERR_IO, errors of engines. seal_close_source: also
 * after a failure. */
int seal_open_source(struct seal_run *r, err *e);
void seal_close_source(struct seal_run *r);

/* seal_list(r, e): r->subjects. seal_judge_all(r, e): papers and page->images.
 * seal_push(r, e): to r->place. seal_attach_all(r, e): signatures, then papers.
 * seal_read_back(r, e): does it hold there? Each tells its stages. */
int seal_list(struct seal_run *r, err *e);
int seal_judge_all(struct seal_run *r, err *e);
int seal_push(struct seal_run *r, err *e);
int seal_attach_all(struct seal_run *r, err *e);
int seal_read_back(struct seal_run *r, err *e);

/* seal_confirm(r, e): of r->record stays what is at r->place, says what is to be said and is signed
 * by who signs now. */
int seal_confirm(struct seal_run *r, err *e);

/* seal_signature_content(): what a signature goes by in a record. */
digest seal_signature_content(void);
