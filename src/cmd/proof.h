/* SPDX-License-Identifier: Apache-2.0 */
/* proof - what has been proven, for a person and for a program.
 *
 * Threading: pure but for the stream. */
#pragma once

#include "flow/verify.h"
#include "fmt/json_write.h"

/* proof_line(out, name, value): two spaces, both, in columns; nothing where the value is empty. */
void proof_line(struct stream *out, const char *name, bytes value);

/* proof_text(out, f): lines that begin with two spaces: by whom, when, where it is logged. */
void proof_text(struct stream *out, const struct verify_finding *f);

/* proof_json(w, f): the members of "proof" into the object that is open. */
void proof_json(struct json_writer *w, const struct verify_finding *f);

/* proof_envelope(w, f): of a statement, the DSSE envelope as an item or document. */
void proof_envelope(struct json_writer *w, const struct verify_finding *f);
