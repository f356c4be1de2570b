/* SPDX-License-Identifier: Apache-2.0 */
/* registry_file - a file behind an https address, or a blob of a registry, whole or in parts.
 *
 * What is asked for octets and nothing else: feeds, databases. With the manners of registry.h:
 * secrets, redirects, patience, proxies, TLS unless on loopback or told otherwise; a blob is asked
 * of the mirrors of its registry first. Nothing is believed of what comes: digests are the caller's
 * to check, and how much may come.
 * Sources: RFC 9110 sections 13 (conditional requests) and 14 (ranges).
 * Threading: as registry.h; a file belongs to one thread. */
#pragma once

#include "oci/registry.h"

/* Where it lies. */
struct file_place {
	const char *what;     /* "feed kev", for people */
	const char *url;      /* absolute; NULL: the blob */
	struct reference ref; /* of the repository that has the blob */
	digest blob;
};

/* Which part of it, and when. */
struct file_ask {
	uint64_t from, n;             /* n 0: to the end */
	const char *if_range;         /* a validator: from there only while it fits; NULL */
	const char *etag, *modified;  /* only what is other than this; NULL */
};

struct file_answer {
	bool unchanged;              /* as etag or modified say; nothing comes */
	uint64_t from;               /* where what comes begins: as asked, or 0 */
	uint64_t size;               /* of the whole; UINT64_MAX: unsaid */
	const char *etag, *modified; /* of this answer; NULL; arena */
	bool is_part;                /* a part came, not the whole */
	bool is_page;                /* it is HTML, says the server */
};

/* registry_file_check(r, place, a, e): ERR_USAGE for an address that may not be asked. */
int registry_file_check(const struct registry *r, const struct file_place *place, struct arena *a,
                        err *e);

/* Into a file. */
struct file_saving {
	struct file_ask ask;
	int fd;       /* octets get the place that they have in the whole */
	bool in_part; /* the part alone will do: a server that gives no parts is ERR_NET. Else the whole
	               * is taken, and fd is emptied first */
	uint64_t max; /* of the whole: more is ERR_LIMIT */
	/* begun(ctx, answer, e): before anything is written, of each place that is asked;
	 * moved(ctx, done, total): total UINT64_MAX is not known. Either may be NULL. */
	int (*begun)(void *ctx, const struct file_answer *answer, err *e);
	void (*moved)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/* registry_file_save(r, place, saving, a, out, e): what came, in saving->fd, which is not synced.
 * A broken connection is made anew and goes on where it stopped, if it is still the same file.
 * out: the answer. Arena. ERR_ABSENT, ERR_LIMIT, ERR_IO, ERR_NET (e->sys ERANGE: there is no such
 * part; EPERM: denied). */
int registry_file_save(struct registry *r, const struct file_place *place,
                       const struct file_saving *saving, struct arena *a, struct file_answer *out,
                       err *e);

/* registry_file_read(r, place, max, a, out, e): a small one, whole, into memory. Arena. Errors of
 * registry_file_check and registry_file_save. */
int registry_file_read(struct registry *r, const struct file_place *place, size_t max,
                       struct arena *a, bytes *out, err *e);

/* registry_file_date(modified, out): a Last-Modified as UNIX time. */
bool registry_file_date(const char *modified, int64_t *out);
