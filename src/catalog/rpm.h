/* SPDX-License-Identifier: Apache-2.0 */
/* rpm - the database of the RPM package manager, for this room and harden.
 *
 * A database is a bag of header blobs (rpm 4.18, "Package Format", the header structure without its
 * leading magic), kept in one of three forms: SQLite (rpmdb.sqlite, since Fedora 33 and RHEL 9),
 * ndb (Packages.db, SUSE) and a Berkeley DB hash (Packages, all before). Images without rpm itself
 * (Azure Linux distroless) have a text in place of it. All are read by bounded readers of our own:
 * a sealed worker has no file that a library could open, and a library that takes a whole hostile
 * database into memory would need twice its size.
 * Every reader looks at each page at most once, so its time is linear in the file.
 * Threading: values; one thread a reader. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "catalog/system_item.h"

/* -- where headers lie ------------------------------------------------------------------------- */

struct rpm_file {
	uint64_t size;
	/* read(ctx, offset, n, out): exactly n octets into the caller's memory; false outside the
	 * file. */
	bool (*read)(void *ctx, uint64_t offset, size_t n, uint8_t *out);
	void *ctx;
};

/* Who takes the headers: blob is valid during the call. */
struct rpm_sink {
	void (*header)(void *ctx, bytes blob);
	void *ctx;
};

/* Hand all header blobs of a database to the sink, in the order in which they lie there. ERR_FORMAT
 * and ERR_LIMIT end the reading: what stood before has been handed on.
 * rpm_sqlite_read: SQLite's "Database File Format", tables only, of UTF-8 databases.
 * rpm_ndb_read: lib/backend/ndb/rpmpkg.c of rpm 4.18.
 * rpm_bdb_read: Berkeley DB 4 and 5, hash access method, dbinc/db_page.h; either octet order. */
int rpm_sqlite_read(const struct rpm_file *file, const struct rpm_sink *sink, err *e);
int rpm_ndb_read(const struct rpm_file *file, const struct rpm_sink *sink, err *e);
int rpm_bdb_read(const struct rpm_file *file, const struct rpm_sink *sink, err *e);

/* -- what a header says ------------------------------------------------------------------------ */

struct rpm_array { /* of NUL-terminated strings, or of 32-bit or 8-bit numbers */
	bytes octets;
	uint32_t count;
};

struct rpm_package {
	bytes name, version, release, architecture, source_rpm, licence, vendor, module;
	uint32_t epoch; /* 0 is the same as none (rpmvercmp) */
	struct rpm_array basenames, dirnames, dirindexes, states;
	struct rpm_array requires, require_flags, provides;
};

/* rpm_header_parse(blob, out, e): borrows blob. Of a tag that is there twice the last one counts,
 * as in rpm ("dribble" entries behind the immutable region replace the region's). ERR_FORMAT;
 * ERR_LIMIT for a name, version or licence above LIMIT_PACKAGE_FIELD. */
int rpm_header_parse(bytes blob, struct rpm_package *out, err *e);

/* rpm_version(p, out): "EPOCH:VERSION-RELEASE", as packages are named among the facts; without an
 * epoch of 0. At most RPM_VERSION_MOST octets. */
#define RPM_VERSION_MOST (2 * LIMIT_PACKAGE_FIELD + 16)
void rpm_version(const struct rpm_package *p, buf *out);

/* The files of a package that lie in place: not those that another package's file has replaced or
 * that were not installed. */
struct rpm_files {
	const struct rpm_package *package;
	bytes *dirs; /* arena */
	bytes names, indexes, states;
	uint32_t left;
};
/* rpm_files_begin: ERR_FORMAT when the three lists do not fit together. Arena. rpm_files_next:
 * folder (with its slash) and name of the next file; false at the end. Borrows. */
int rpm_files_begin(struct rpm_files *f, const struct rpm_package *package, struct arena *a,
                    err *e);
bool rpm_files_next(struct rpm_files *f, bytes *out_dir, bytes *out_name);

/* rpm_relations(p, w): what the package provides and needs. Not what rpm itself or a weak
 * dependency asks for (flags RPMSENSE_RPMLIB, RPMSENSE_MISSINGOK); of "rich" requirements (rpm,
 * "Boolean Dependencies") those of "and", "or" and "with" without brackets in brackets, for
 * whether the condition of "if" holds is not known here. */
void rpm_relations(const struct rpm_package *p, struct relations_writer *w);

/* -- the text in place of a database ----------------------------------------------------------- */

/* rpm_manifest_line(line, out): one line of container-manifest-2, ten fields with tabs between
 * them: name, version-release, times of installation and build, vendor, epoch, size, architecture,
 * epoch as a number, source package. rpm_manifest_name(line, out): one of container-manifest-1,
 * NAME-VERSION-RELEASE.ARCHITECTURE. NULL, or what is wrong with it (static). Borrows. */
const char *rpm_manifest_line(bytes line, struct rpm_package *out);
const char *rpm_manifest_name(bytes line, struct rpm_package *out);

/* rpm_split_nvr(text, name, version_release): at the last dash but one, because neither version nor
 * release may hold one. False when there are not two. */
bool rpm_split_nvr(bytes text, bytes *name, bytes *version_release);
