/* SPDX-License-Identifier: Apache-2.0 */
/* unzip_own - inside this room: what the halves of the reader of ZIP share: unzip.c, the members;
 * unzip_list.c, the directory that lists them. Threading: as unzip.h. */
#pragma once

#include "fmt/zip.h"
#include "secret/unzip.h"

/* Sizes of the fixed parts; a descriptor has its mark or not, sizes of 32 or of 64 bits. */
#define UNZIP_MARK_SIZE 4
#define UNZIP_LOCAL_SIZE 30
#define UNZIP_MEMBER_SIZE 46
#define UNZIP_END_SIZE 22
#define UNZIP_END64_SIZE 56

enum unzip_state {
	UNZIP_SEEK,       /* the next header of a member, or of the directory */
	UNZIP_MARK,       /* what comes is one of them */
	UNZIP_LOCAL,
	UNZIP_NAME,       /* and the extra field behind it */
	UNZIP_STORED,
	UNZIP_DEFLATED,
	UNZIP_PASSED,     /* of the member nothing more is read */
	UNZIP_DESCRIPTOR,
	UNZIP_DIRECTORY,
	UNZIP_LISTED,     /* the texts of an entry of the directory */
	UNZIP_END64,      /* the end of the directory: its 64-bit form */
	UNZIP_END,
	UNZIP_SIGNATURES, /* before the directory: their length, */
	UNZIP_SIGNED,     /* themselves, */
	UNZIP_SIGNED_END, /* the length again and the mark */
	UNZIP_OVER,       /* nothing more is wanted */
};

/* What a set of members (place, method, packed size of each) sums up to, whatever its order. */
struct unzip_members {
	uint64_t n, placed, rooted; /* rooted: places count from the first member */
};

struct unzip {
	const struct unzip_events *events;
	void *ctx;
	enum unzip_state state;
	uint8_t field[UNZIP_END64_SIZE]; /* what is being collected; `have` octets are there */
	size_t have;
	uint8_t *text, *room; /* name, extra field, comment of a member; what is inflated */
	size_t text_n, name_n;
	struct deflate *deflate;
	/* The member in hand. */
	uint16_t method;
	bool encrypted, streamed; /* streamed: a descriptor behind it tells its sizes */
	bool open;                /* entry was called, end was not */
	uint64_t packed;          /* octets in the archive, as the header says */
	uint64_t left, taken, given;
	uint64_t at; /* where its header stands */
	/* All of them, up to a directory. */
	struct unzip_members walked, listed;
	uint64_t fed, first; /* octets so far; where the first header stands */
	uint64_t directory, directory_end, signatures;
	uint8_t end64[UNZIP_END64_SIZE];
	bool begun, has_end64, lost; /* lost: it was told already that something is wrong */
	bool ended; /* the end of a directory was seen behind the last member */
};

static const bytes unzip_local_mark = BYTES_INIT("PK\3\4"),
				   unzip_member_mark = BYTES_INIT("PK\1\2"),
				   unzip_descriptor_mark = BYTES_INIT("PK\7\10"),
				   unzip_end_mark = BYTES_INIT("PK\5\6"),
				   unzip_end64_mark = BYTES_INIT("PK\6\6");

/* A number of n octets in what was collected. */
static inline uint64_t unzip_number(const struct unzip *z, size_t at, size_t n)
{
	return zip_number(bytes_of(z->field, sizeof(z->field)), at, n);
}

/* unzip_collect(z, in, into, n): true once n octets are there. */
static inline bool unzip_collect(struct unzip *z, bytes *in, uint8_t *into, size_t n)
{
	bytes part = bytes_slice(*in, 0, n - z->have);

	if (part.n > 0)
		memcpy(into + z->have, part.p, part.n);
	z->have += part.n;
	*in = bytes_skip(*in, part.n);
	return z->have == n;
}

static inline void unzip_go(struct unzip *z, enum unzip_state state)
{
	if (z->state != UNZIP_OVER)
		z->state = state;
	z->have = 0;
}

static inline void unzip_miss(struct unzip *z, const char *why)
{
	z->lost = true;
	z->events->missed(z->ctx, why);
}

/* Where the next member begins is not known any more. */
static inline void unzip_lose(struct unzip *z, const char *why)
{
	unzip_miss(z, why);
	unzip_go(z, UNZIP_SEEK);
}

/* unzip_seek(z, in): up to the next mark; what stands before it is told.
 * unzip_pass_over(z, in): of z->left octets. */
void unzip_seek(struct unzip *z, bytes *in);
void unzip_pass_over(struct unzip *z, bytes *in);

/* unzip_list_walked(z): the member in hand, whose length is known now, is one of those that were
 * walked over. The others take what their state waits for. */
void unzip_list_walked(struct unzip *z);
void unzip_list_entry(struct unzip *z, bytes *in);
void unzip_list_texts(struct unzip *z, bytes *in);
void unzip_list_end64(struct unzip *z, bytes *in);
void unzip_list_end(struct unzip *z, bytes *in);
void unzip_list_signatures(struct unzip *z, bytes *in);
void unzip_list_signed(struct unzip *z, bytes *in);
void unzip_list_signed_end(struct unzip *z, bytes *in);
