/* SPDX-License-Identifier: Apache-2.0 */
/* limit - what reading an image cannot be faster than.
 *
 * usage: limit [-z] LAYER.gz...
 * Inflates each layer once with ISA-L, hashes its compressed and its expanded octets once with
 * SHA-256, and prints the processor seconds of each part and the octets:
 *   inflate SECONDS compressed_hash SECONDS expanded_hash SECONDS in OCTETS out OCTETS
 * With -z also what writing them again costs, deflated with ISA-L and hashed:
 *   deflate SECONDS packed_hash SECONDS packed OCTETS
 * The limit is their sum divided by the processors. Files are read before the clock starts. */
#include <fcntl.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024 };

struct totals {
	double inflate, compressed_hash, expanded_hash, deflate, packed_hash;
	uint64_t in, out, packed;
};

/* Who deflates, and what hashes the result; NULL: nobody. */
struct packer {
	EVP_MD_CTX *hash;
	struct isal_zstream stream;
	uint8_t level[ISAL_DEF_LVL1_DEFAULT];
	uint8_t out[CHUNK * 2]; /* more than stored blocks need */
};

static void die(const char *what, const char *path)
{
	fprintf(stderr, "limit: %s: %s\n", path, what);
	exit(1);
}

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void hash_compressed(EVP_MD_CTX *hash, const uint8_t *p, size_t n, struct totals *t)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	double began = cpu_now();

	EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
	for (size_t i = 0; i < n; i += CHUNK)
		EVP_DigestUpdate(hash, p + i, n - i < CHUNK ? n - i : CHUNK);
	EVP_DigestFinal_ex(hash, digest, NULL);
	t->compressed_hash += cpu_now() - began;
	t->in += n;
}

/* One call of the inflater; true when the last member has ended. */
static bool inflate_some(struct inflate_state *state, uint8_t *out, const char *path)
{
	state->next_out = out;
	state->avail_out = CHUNK;
	if (isal_inflate(state) != ISAL_DECOMP_OK)
		die("is no gzip stream", path);
	if (state->block_state != ISAL_BLOCK_FINISH)
		return false;
	if (state->avail_in == 0)
		return true;
	/* Another member follows: keep where we are in both buffers. */
	struct inflate_state next;

	isal_inflate_init(&next);
	next.crc_flag = ISAL_GZIP;
	next.next_in = state->next_in;
	next.avail_in = state->avail_in;
	next.next_out = state->next_out;
	next.avail_out = state->avail_out;
	*state = next;
	return false;
}

static void pack(struct packer *packer, uint8_t *p, size_t n, struct totals *t)
{
	struct isal_zstream *s = &packer->stream;
	double began = cpu_now();

	isal_deflate_stateless_init(s);
	s->level = 1;
	s->level_buf = packer->level;
	s->level_buf_size = sizeof(packer->level);
	s->flush = FULL_FLUSH;
	s->next_in = p;
	s->avail_in = (uint32_t)n;
	s->next_out = packer->out;
	s->avail_out = sizeof(packer->out);
	if (isal_deflate_stateless(s) != COMP_OK)
		die("cannot be deflated", "a part");
	double packed = cpu_now();

	EVP_DigestUpdate(packer->hash, packer->out, s->total_out);
	t->deflate += packed - began;
	t->packed_hash += cpu_now() - packed;
	t->packed += s->total_out;
}

static void inflate_and_hash(EVP_MD_CTX *hash, struct packer *packer, const uint8_t *p, size_t n,
                             const char *path, struct totals *t)
{
	static uint8_t out[CHUNK];
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct inflate_state state;
	bool ended = false;

	isal_inflate_init(&state);
	state.crc_flag = ISAL_GZIP;
	state.next_in = (uint8_t *)(uintptr_t)p;
	state.avail_in = (uint32_t)n;
	EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
	while (!ended) {
		double began = cpu_now();

		ended = inflate_some(&state, out, path);
		double inflated = cpu_now();
		size_t got = CHUNK - state.avail_out;

		if (got == 0 && state.avail_in == 0 && !ended)
			die("ends too early", path);
		EVP_DigestUpdate(hash, out, got);
		t->inflate += inflated - began;
		t->expanded_hash += cpu_now() - inflated;
		t->out += got;
		if (packer && got > 0)
			pack(packer, out, got, t);
	}
	EVP_DigestFinal_ex(hash, digest, NULL);
}

int main(int argc, char **argv)
{
	struct totals t = { 0 };
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	static struct packer room;
	struct packer *packer = argc > 1 && strcmp(argv[1], "-z") == 0 ? &room : NULL;

	if (packer) {
		packer->hash = EVP_MD_CTX_new();
		EVP_DigestInit_ex(packer->hash, EVP_sha256(), NULL);
	}
	for (int i = packer ? 2 : 1; i < argc; i++) {
		struct stat st;
		int fd = open(argv[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0 || fstat(fd, &st) < 0 || st.st_size == 0 || st.st_size > UINT32_MAX)
			die("cannot be used", argv[i]);
		size_t n = (size_t)st.st_size;
		uint8_t *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);

		if (p == MAP_FAILED)
			die("cannot be mapped", argv[i]);
		hash_compressed(hash, p, n, &t);
		inflate_and_hash(hash, packer, p, n, argv[i], &t);
		munmap(p, n);
		close(fd);
	}
	EVP_MD_CTX_free(hash);
	printf("inflate %.4f compressed_hash %.4f expanded_hash %.4f in %" PRIu64 " out %" PRIu64,
	       t.inflate, t.compressed_hash, t.expanded_hash, t.in, t.out);
	if (packer) {
		EVP_MD_CTX_free(packer->hash);
		printf(" deflate %.4f packed_hash %.4f packed %" PRIu64, t.deflate, t.packed_hash,
		       t.packed);
	}
	printf("\n");
	return 0;
}
