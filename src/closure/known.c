/* SPDX-License-Identifier: Apache-2.0 */
/* Names that libraries pass to dlopen(3), from their sources. A library that is not here and can
 * load by name makes all libraries unclear. */
#include "closure/walk.h"

#define NAMES(...) \
	(const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}
#define NOTHING \
	(const char *const[]) \
	{ \
		NULL \
	}

static const struct known_names table[] = {
	/* glibc: name services, character sets, stack unwinding (sysdeps/unwind), IDN (inet/idna.c);
	 * programs are started for those who call system(3), which then import it themselves. */
	{ "libc.so.", FREE_LIBRARIES | FREE_PROGRAMS,
	  NAMES("libgcc_s.so.1", "libnss_*", "gconv/", "libidn2.so.0") },
	{ "libc.musl-", FREE_LIBRARIES | FREE_PROGRAMS, NOTHING },
	{ "ld-", FREE_LIBRARIES | FREE_PROGRAMS, NOTHING },
	{ "libpthread.so.", FREE_LIBRARIES | FREE_PROGRAMS, NAMES("libgcc_s.so.1") },
	{ "libdl.so.", FREE_LIBRARIES, NOTHING },
	{ "libutil.so.", FREE_PROGRAMS, NOTHING },
	{ "libresolv.so.", FREE_LIBRARIES, NOTHING },
	{ "libgomp.so.", FREE_LIBRARIES, NAMES("libgomp-plugin-*") },
	/* OpenSSL: providers and engines of its own folders */
	{ "libcrypto.so.", FREE_LIBRARIES, NAMES("ossl-modules/", "engines-3/", "engines-1.1/") },
	/* MIT Kerberos: plug-ins (util/support/plugins.c), mechanisms */
	{ "libkrb5support.so.", FREE_LIBRARIES, NAMES("krb5/") },
	{ "libkrb5.so.", FREE_LIBRARIES, NAMES("krb5/") },
	{ "libgssapi_krb5.so.", FREE_LIBRARIES, NAMES("gss/") },
	{ "libsasl2.so.", FREE_LIBRARIES, NAMES("sasl2/") },
	{ "libpam.so.", FREE_LIBRARIES, NAMES("security/") },
	/* ICU loads plug-ins only when it is built so, which no distribution does (uconfig.h) */
	{ "libicuuc.so.", FREE_LIBRARIES, NOTHING },
	/* .NET: hosts and runtime (corehost, pal); its natives load OpenSSL, ICU and Kerberos
	 * (opensslshim.c, pal_icushim.c, pal_gssapi.c); createdump is in the runtime's own folder */
	{ "libhostfxr.so", FREE_LIBRARIES, NAMES("libhostpolicy.so") },
	{ "libhostpolicy.so", FREE_LIBRARIES, NAMES("libcoreclr.so") },
	{ "libnethost.so", FREE_LIBRARIES, NAMES("libhostfxr.so") },
	{ "libcoreclr.so", FREE_LIBRARIES | FREE_PROGRAMS,
	  NAMES("libclrjit.so", "libclrgc*", "libmscor*", "libcoreclrtraceptprovider.so") },
	{ "libcoreclrtraceptprovider.so", FREE_LIBRARIES, NAMES("liblttng-ust.so.*") },
	{ "libclr", FREE_LIBRARIES | FREE_PROGRAMS, NOTHING },
	{ "libmscor", FREE_LIBRARIES | FREE_PROGRAMS, NOTHING },
	{ "libSystem.Native.so", FREE_LIBRARIES | FREE_PROGRAMS, NOTHING },
	{ "libSystem.Globalization.Native.so", FREE_LIBRARIES,
	  NAMES("libicuuc.so.*", "libicui18n.so.*", "libicudata.so.*") },
	{ "libSystem.Security.Cryptography.Native.OpenSsl.so", FREE_LIBRARIES,
	  NAMES("libssl.so.*", "libcrypto.so.*") },
	{ "libSystem.Net.Security.Native.so", FREE_LIBRARIES, NAMES("libgssapi_krb5.so.*") },
};

/* A single-file program holds all of .NET's own; what its assemblies do is not looked into. */
const struct known_names known_bundle = {
	"",
	0,
	NAMES("libicuuc.so.*", "libicui18n.so.*", "libicudata.so.*", "libssl.so.*", "libcrypto.so.*",
	      "libgssapi_krb5.so.*", "liblttng-ust.so.*"),
};

const struct known_names *known_names(bytes name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (bytes_starts(name, bytes_str(table[i].library)))
			return &table[i];
	return NULL;
}
