/* SPDX-License-Identifier: Apache-2.0 */
#include "image/cache.h"

#include "base/limits.h"
#include "base/text.h"
#include "image/evidence.h"
#include "image/pieces.h"
#include "store/sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUSY_MS 5000
/* Leaving may cost a warm run this much when somebody else writes just then. */
#define BUSY_CLOSE "50"
#define LOCK_TRIES 200 /* of 10 ms */
/* Files remembered as hashed: the blobs of 500 images of a hundred layers. */
#define FILES_KEPT "50000"
/* The times of a file changed so lately may not tell the next change (granularity of ext4 and the
 * kernel's clock tick, git's "racy" rule). */
#define RACY_NS (INT64_C(2) * 1000 * 1000 * 1000)
#define PIECE_BITS 16 /* of a piece's key: its number in the layer */

static const char *const schema[] = {
	"CREATE TABLE layer (id INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL,"
	" version BLOB NOT NULL, diff_id BLOB NOT NULL, pieces INTEGER NOT NULL,"
	" octets INTEGER NOT NULL, used INTEGER NOT NULL, UNIQUE (blob, version)) STRICT",
	"CREATE INDEX layer_used ON layer (used)",
	"CREATE TABLE piece (id INTEGER PRIMARY KEY, octets INTEGER NOT NULL, data BLOB NOT NULL) STRICT",
	"CREATE TABLE file (id INTEGER PRIMARY KEY, device INTEGER NOT NULL, inode INTEGER NOT NULL,"
	" place INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL,"
	" blob BLOB NOT NULL, UNIQUE (device, inode, place)) STRICT",
	NULL,
};
