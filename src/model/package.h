/* SPDX-License-Identifier: Apache-2.0 */
/* package - a named, versioned piece of software that an image holds, and its purl.
 *
 * Plain data; the catalogers (catalog/) make it, the judgements read it. Strings are untrusted
 * octets of the image: print them through base/text.h. purl: package-url/purl-spec 1.0.
 * Threading: values. */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"

enum ecosystem {
	ECO_NONE,
	ECO_DEB,
	ECO_APK,
	ECO_RPM,
	ECO_NUGET,
	ECO_NPM,
	ECO_PYPI,
	ECO_GOLANG,
	ECO_MAVEN,
	ECO_CARGO,
	ECO_GEM,
	ECO_COMPOSER,
};

/* Can the program that an image starts load files of a package? */
enum reach {
	REACH_UNSAID,  /* nobody asked, or it starts nothing that is known */
	REACH_NO,
	REACH_UNCLEAR, /* it cannot be told; count it as yes */
	REACH_YES,
};

struct package {
	enum ecosystem ecosystem;
	bytes name, version, architecture;
	bytes source_name, source_version; /* of the source package; name, version when unsaid */
	bytes licence;                     /* as written in the database */
	bytes vendor;                      /* rpm's Vendor, the Maintainer of deb and apk */
	bytes module;                      /* rpm's Modularitylabel: "nodejs:18:9020…:rhel9" */
	bytes slices;                      /* chisel: which of its slices are there: "config libs" */
	bytes distro_id, distro_version;   /* for OS packages: ID and VERSION_ID of os-release */
	bytes repository;                  /* apk: the release of its repositories, "edge" */
	bytes path;                        /* the file it was read from */
	uint16_t layer;                    /* and that file's layer */
	bool hidden;                       /* read from a file that an upper layer hid or replaced */
	bool assetless;                    /* NuGet: in deps.json, but ships no file to the runtime */
	bool overridden;                   /* NuGet: the shared framework's newer assembly is loaded */
	bool noted;                        /* named by a note in the file at path, by no database */
	/* of a language, but a package of the distribution holds it */
	bool owned_by_system;
	enum reach reach;
};

/* reach_name: "no", "unclear", "yes"; "" when it is unsaid. Static. */
const char *reach_name(enum reach reach);

/* ecosystem_name: "deb", "nuget": purl's type. ecosystem_title: "Debian packages", "NuGet". */
const char *ecosystem_name(enum ecosystem ecosystem);
const char *ecosystem_title(enum ecosystem ecosystem);

/* package_purl(p, a): pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc.
 * Arena. */
const char *package_purl(const struct package *p, struct arena *a);
