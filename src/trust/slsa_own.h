/* SPDX-License-Identifier: Apache-2.0 */
/* slsa_own - what the files of slsa share. Threading: pure functions. */
#pragma once

#include "trust/slsa.h"

/* slsa_refuse(e, why): ERR_UNTRUSTED. */
int slsa_refuse(err *e, const char *why);

/* slsa_same_source(a, b): one repository (provenance_plain_source). */
bool slsa_same_source(bytes a, bytes b);

/* slsa_is_release(ref): "refs/tags/vX.Y.Z" and nothing behind it (semver.org 2.0.0 with a "v").
 * slsa_is_release_of(ref, language): "refs/tags/vX.Y.Z-LANGUAGE". */
bool slsa_is_release(bytes ref);
bool slsa_is_release_of(bytes ref, bytes language);

/* slsa_builder_fits(builder, asked): the same name; where asked names a version, that one, with or
 * without "refs/tags/". */
bool slsa_builder_fits(bytes builder, bytes asked);

/* slsa_check_wishes(request, p, e): branch, tag, version of the tag, inputs. */
int slsa_check_wishes(const struct slsa_request *request, const struct provenance *p, err *e);
