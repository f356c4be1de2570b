/* SPDX-License-Identifier: Apache-2.0 */
/* stream - the minor releases of Red Hat Enterprise Linux, each of which has fixes of its own.
 *
 * One vulnerability may be mended in 9.1 by one build and in 9.3 by another one. A system of 9.1
 * is safe with the first; one of 9.2, which has no build of its own, becomes safe only with the
 * second: the build of the lowest minor release that is not below the system's counts, and the
 * highest one for whatever is newer, as Grype does since 2026 (grype/db/v6/build/transformers/os).
 * A build that names no minor release ("…el9") counts as that of the next one when it is newer
 * than all others, else it has been replaced.
 * Extended streams (EUS, AUS, E4S, TUS) mend a minor release after its time. An image does not say
 * whether it follows one; a package that was built for that release, as its version shows, and is
 * not older than the extended fix, has it. Such rows never accuse.
 * Threading: pure functions. */
#pragma once

#include "vuln/advisory.h"

/* stream_minor(version): 2 of "0:5.14.0-284.el9_2.1", 9 of "1-1.module+el8.9.0+1+ab"; -1 when it
 * is for the major release as a whole. */
int stream_minor(bytes version);

/* stream_release(version): 9 of it; -1 when it does not say. */
int stream_release(bytes version);

/* stream_of_product(product, a, out_space, out_minor): Red Hat's name of a product, with or without
 * "cpe:/o:redhat:" before it: "enterprise_linux:9::baseos" is of "redhat 9"; "rhel_eus:9.2" too and
 * of the minor release "9.2" (empty for the main stream). False for what is no release of RHEL. */
bool stream_of_product(bytes product, struct arena *a, bytes *out_space, bytes *out_minor);

/* A row that is about the package: its range is "before `fix`". */
struct stream_row {
	bytes fix;
	bytes minor; /* of an extended stream; empty: the main one */
	bool counts; /* set by stream_choose */
};

/* stream_choose(rows, n, release, installed): which of the rows that tell fixes of one
 * vulnerability count for a package of a system whose VERSION_ID is `release` ("9.2"; "9": the
 * highest fix). False when an extended stream's build has been installed: none counts. */
bool stream_choose(struct stream_row *rows, size_t n, bytes release, bytes installed);
