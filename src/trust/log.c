/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/log.h"

#include "base/base64.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

#define HASH 32
#define KEY_HINT 4
#define EM_DASH "\xe2\x80\x94"

const struct trust_log *trust_log_of(const struct trust_root *root,
                                     const struct bundle_entry *entry)
{
	for (size_t i = 0; i < root->logs_len; i++)
		if (root->logs[i].key && bytes_equal(root->logs[i].id, entry->log_id))
			return &root->logs[i];
	return NULL;
}

/* -- the promise ------------------------------------------------------------------------------- */

/* RFC 8785 of the four members: the octets that the log signed. */
bool log_promise_holds(const struct trust_log *log, const struct bundle_entry *entry)
{
	struct arena a = ARENA_INIT;
	buf text = BUF_INIT(2 * LIMIT_BUNDLE);
	char hex[2 * 64 + 1];

	if (entry->log_id.n > 64 || entry->time < log->from || entry->time > log->until)
		return false;
	for (size_t i = 0; i < entry->log_id.n; i++)
		snprintf(hex + 2 * i, 3, "%02x", entry->log_id.p[i]);
	buf_puts(&text, "{\"body\":\"");
	buf_put(&text, base64_encode(entry->body, &a));
	buf_printf(&text, "\",\"integratedTime\":%" PRId64 ",\"logID\":\"%s\",\"logIndex\":%" PRIu64,
	           entry->time, hex, entry->index);
	buf_putc(&text, '}');
	struct key_message message = { buf_bytes(&text), NULL };
	bool holds = public_key_verify(log->key, public_key_hash(log->key), &message, entry->promise);

	buf_done(&text);
	arena_done(&a);
	return holds;
}

/* -- the proof --------------------------------------------------------------------------------- */

static digest hash_of(uint8_t prefix, bytes left, bytes right)
{
	struct hasher *h = hasher_new(DIGEST_SHA256);

	hasher_update(h, bytes_of(&prefix, 1));
	hasher_update(h, left);
	hasher_update(h, right);
	digest out = hasher_final(h);

	hasher_free(h);
	return out;
}

bool log_root_of(const digest *leaf, const struct bundle_proof *proof, digest *out)
{
	uint64_t at = proof->index, last = proof->size - 1;
	digest node = *leaf;

	if (proof->size == 0 || proof->index >= proof->size)
		return false;
	for (size_t i = 0; i < proof->hashes_len; i++) {
		bytes other = proof->hashes[i], own = bytes_of(node.value, HASH);

		if (other.n != HASH || last == 0)
			return false;
		if ((at & 1) != 0 || at == last) {
			node = hash_of(1, other, own);
			/* The right edge: it has no sibling for so many levels. */
			while ((at & 1) == 0 && at != 0) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			node = hash_of(1, own, other);
		}
		at >>= 1;
		last >>= 1;
	}
	*out = node;
	return last == 0;
}

/* -- the head of the tree ---------------------------------------------------------------------- */

struct note {
	bytes text; /* what is signed, with its last line's end */
	bytes origin, root;
	uint64_t size;
	bytes signatures;
};

/* c2sp.org/signed-note: text, an empty line, lines of signatures. */
static bool split_note(bytes envelope, struct arena *a, struct note *out)
{
	size_t n = bytes_search(envelope, BYTES("\n\n"));
	bytes lines = bytes_slice(envelope, 0, n + 1), size, root;

	if (n == envelope.n)
		return false;
	out->text = lines;
	out->signatures = bytes_skip(envelope, n + 2);
	return bytes_take_until(&lines, '\n', &out->origin) && out->origin.n > 0 &&
	       bytes_take_until(&lines, '\n', &size) &&
	       text_take_u64(size, 10, UINT64_MAX, &out->size) &&
	       bytes_take_until(&lines, '\n', &root) && base64_decode(root, a, &out->root) &&
	       out->root.n == HASH;
}

/* hint_of(log, name, out): the four octets that stand before the log's signatures. */
static void hint_of(const struct trust_log *log, bytes name, uint8_t out[KEY_HINT])
{
	digest id = public_key_id(log->key);
	bytes der = public_key_der(log->key);
	bool ed25519 = public_key_kind(log->key) == KEY_ED25519;
	buf text = BUF_INIT(LIMIT_KEY + 1024);

	if (ed25519 || public_key_kind(log->key) == KEY_RSA) {
		buf_put(&text, name);
		buf_put(&text, ed25519 ? BYTES("\n\1") : BYTES("\n\xffPKIX-RSA-PKCS#1v1.5"));
		buf_put(&text, ed25519 ? bytes_skip(der, der.n - 32) : der);
		id = digest_of(DIGEST_SHA256, buf_bytes(&text));
	}
	memcpy(out, id.value, KEY_HINT);
	buf_done(&text);
}

/* is_name(log, name): logs call themselves by their host, with its port or without. */
static bool is_name(const struct trust_log *log, bytes name)
{
	return bytes_equal(name, log->host) ||
	       bytes_equal(name, bytes_slice(log->host, 0, bytes_find(log->host, ':')));
}

/* signs(log, note, line): "EM-DASH name base64(hint || signature)". */
static bool signs(const struct trust_log *log, const struct note *note, bytes line, struct arena *a)
{
	struct key_message message = { note->text, NULL };
	uint8_t hint[KEY_HINT];
	bytes value;

	if (!bytes_take_prefix(&line, BYTES(EM_DASH " ")))
		return false;
	size_t n = bytes_find(line, ' ');
	bytes name = bytes_slice(line, 0, n);

	if (n == line.n || !base64_decode(bytes_skip(line, n + 1), a, &value) || value.n <= KEY_HINT)
		return false;
	hint_of(log, name, hint);
	return memcmp(value.p, hint, KEY_HINT) == 0 && is_name(log, name) &&
	       public_key_verify(log->key, public_key_hash(log->key), &message,
	                         bytes_skip(value, KEY_HINT));
}

/* The first word of the origin is the log's name; version 1 has " - TREEID" behind it. */
static bool is_origin(const struct trust_log *log, bytes origin)
{
	return is_name(log, bytes_slice(origin, 0, bytes_search(origin, BYTES(" - "))));
}

static int check_head(const struct trust_log *log, const struct bundle_proof *proof, err *e)
{
	struct arena a = ARENA_INIT;
	struct note note;
	bytes line;
	bool is_signed = false, whole = split_note(proof->checkpoint, &a, &note);

	while (whole && !is_signed && bytes_take_until(&note.signatures, '\n', &line))
		is_signed = signs(log, &note, line, &a);
	if (whole && !is_origin(log, note.origin))
		whole = false;
	if (!whole)
		(void)err_set(e, ERR_UNTRUSTED, 0, "the checkpoint is no signed head of this log");
	else if (!is_signed)
		(void)err_set(e, ERR_UNTRUSTED, 0, "the log did not sign the checkpoint");
	else if (note.size != proof->size || !bytes_equal(note.root, proof->root))
		(void)err_set(e, ERR_UNTRUSTED, 0, "the checkpoint is of another tree than the proof");
	arena_done(&a);
	return err_is_set(e) ? -1 : 0;
}

int log_proof_holds(const struct trust_log *log, const struct bundle_entry *entry, err *e)
{
	digest leaf = hash_of(0, entry->body, BYTES("")), root;

	if (!log_root_of(&leaf, &entry->proof, &root) ||
	    !bytes_equal(entry->proof.root, bytes_of(root.value, HASH)))
		return err_set(e, ERR_UNTRUSTED, 0, "the inclusion proof does not lead to its root");
	return check_head(log, &entry->proof, e);
}
