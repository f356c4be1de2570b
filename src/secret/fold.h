/* SPDX-License-Identifier: Apache-2.0 */
/* fold - what a file is that others may be folded into: by its first octets, never by its name.
 *
 * Where a format has a short mark or none, what follows it in each file has to fit, too. Threading:
 * pure functions. */
#pragma once

#include "base/bytes.h"
#include "codec/codec.h"

enum fold {
	FOLD_PLAIN,
	FOLD_STREAM, /* compressed: what comes out is a file of its own */
	FOLD_TAR,
	FOLD_ZIP,
	FOLD_PARCEL, /* secret/parcel.h */
	FOLD_SCRIPT, /* plain; a ZIP archive may follow, far behind what was seen of it */
	FOLD_UNREAD, /* packed in a way that is not read here */
};

/* fold_of(head, out_codec): a file with these first octets, UNFOLD_HEAD of them or all it has.
 * *out_codec: of FOLD_STREAM. */
enum fold fold_of(bytes head, enum codec *out_codec);
