/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/wire.h"

uint64_t wire_number(struct wire *w, uint64_t v, uint64_t max)
{
	uint64_t got = 0;

	if (w->out)
		pack_u64(w->out, v);
	else if (w->failed || !pack_take_u64(&w->in, max, &got))
		w->failed = true;
	return w->out ? v : got;
}

void wire_bytes(struct wire *w, bytes *v)
{
	if (w->out)
		pack_bytes(w->out, *v);
	else if (w->failed || !pack_take_bytes(&w->in, w->in.n, v))
		w->failed = true;
}

void wire_bool(struct wire *w, bool *v)
{
	*v = wire_number(w, *v, 1) == 1;
}

void wire_digest(struct wire *w, digest *v)
{
	v->algorithm = (enum digest_algorithm)wire_number(w, v->algorithm, DIGEST_SHA512);
	bytes value = bytes_of(v->value, digest_size(v));

	if (w->out) {
		buf_put(w->out, value);
	} else if (w->failed || !bytes_take(&w->in, value.n, &value)) {
		w->failed = true;
	} else if (value.n) {
		memcpy(v->value, value.p, value.n);
	}
}

size_t wire_count(struct wire *w, size_t len, size_t max)
{
	return (size_t)wire_number(w, len, max < w->in.n ? max : w->in.n);
}

void wire_label(struct wire *w, struct oci_label *v)
{
	wire_bytes(w, &v->name);
	wire_bytes(w, &v->value);
}
