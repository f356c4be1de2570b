/* SPDX-License-Identifier: Apache-2.0 */
/* support - whether a .NET release is still supported by its maker on a given day.
 *
 * The table of .NET channels ("9.0") with their support ends, made from data/dotnet-support.tsv at
 * build time. It is as old as support_table_date says; what it does not name is unknown, never
 * supported.
 * Source: releases-index.json of dotnet/core; a channel's eol-date is its last supported day
 * (the .NET support policy counts whole days, UTC is taken). Threading: constant data. */
#pragma once

#include "base/bytes.h"

struct support_channel {
	const char *channel; /* "9.0" */
	const char *type;    /* "lts", "sts" */
	const char
		*phase;      /* on the table's date: "preview", "go-live", "active", "maintenance", "eol" */
	const char *eol; /* "2026-11-10", or "" while no end is announced */
	const char *latest_runtime; /* "9.0.18" */
	const char *latest_date;    /* when that came out */
};

enum support_state {
	SUPPORT_UNKNOWN, /* the table does not name the channel, or this is no version */
	SUPPORT_PREVIEW, /* a channel that is not released yet, or a pre-release of one that is */
	SUPPORT_YES,
	SUPPORT_ENDED, /* the day lies behind the channel's eol-date */
};

struct support {
	enum support_state state;
	const struct support_channel *channel; /* static; NULL when unknown */
	bool behind;                           /* the table names a later patch of the channel */
};

/* support_of(version, now): what is known of a runtime version ("9.0.7", "10.0.0-rc.1.25451.107")
 * at UNIX time now. */
struct support support_of(bytes version, int64_t now);
/* support_of_channel(name, now): the same of a channel ("9.0"), which is behind nothing. */
struct support support_of_channel(bytes name, int64_t now);

/* support_table_date: the day of the newest release in the table, "2026-07-14". Static. */
const char *support_table_date(void);

/* The generated table, newest channel first, ended by an entry without a channel. */
extern const struct support_channel support_channels[];
extern const char support_channels_date[];
