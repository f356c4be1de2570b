/* SPDX-License-Identifier: Apache-2.0 */
/* python_needs - what a Python distribution says that it needs: Requires-Dist of its metadata.
 *
 * Source: packaging.python.org, "Dependency specifiers" (PEP 508). A marker behind a semicolon may
 * rule the need out: "extra == 'x'" does (nobody is known to have asked for the extra), and so does
 * a system, an implementation or a version of Python that is not the image's. What cannot be
 * decided is taken as true: an edge needs the other distribution to be there anyway.
 * Threading: pure functions. */
#pragma once

#include "base/bytes.h"

/* python_need(value, path, out): the name in one Requires-Dist; false when there is none or its
 * marker is false for the Python that the path of the metadata names
 * ("usr/lib/python3.11/site-packages/..."). Borrows. */
bool python_need(bytes value, bytes path, bytes *out);
