/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/purpose.h"

#include "base/path.h"

static bool is_within(bytes path, const char *const *folders)
{
	for (; *folders; folders++)
		if (path_within(path, bytes_str(*folders)))
			return true;
	return false;
}

static bool is_one_of(bytes name, const char *const *names)
{
	for (; *names; names++)
		if (bytes_is(name, *names))
			return true;
	return false;
}

/* -- whose it is ------------------------------------------------------------------------------- */

/* Below these everything is the distribution's; in those behind them only what lies deeper is a
 * program's own: opt/shop, usr/src/app, var/www. */
bool purpose_is_shared(bytes folder)
{
	static const char *const whole[] = { "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc",
		                                 "dev", "proc", "sys", "run",   "boot",  "tmp",    NULL };
	static const char *const outer[] = { "",        "usr",       "usr/src",   "usr/local",
		                                 "var",     "var/lib",   "opt",       "srv",
		                                 "home",    "root",      "mnt",       "media",
		                                 "var/opt", "usr/games", "usr/share", "usr/include",
		                                 NULL };
	static const char *const inner[] = { "usr/bin",           "usr/sbin",        "usr/lib",
		                                 "usr/lib32",         "usr/lib64",       "usr/libx32",
		                                 "usr/libexec",       "usr/local/bin",   "usr/local/sbin",
		                                 "usr/local/lib",     "usr/local/share", "usr/local/etc",
		                                 "usr/local/libexec", "usr/share/doc",   "usr/share/dotnet",
		                                 "var/cache",         "var/log",         "var/tmp",
		                                 "var/spool",         "var/lib/dpkg",    "var/lib/apt",
		                                 "var/lib/rpm",       "var/run",         NULL };

	return is_one_of(folder, outer) || is_within(folder, whole) || is_within(folder, inner);
}

bool purpose_is_own(bytes path)
{
	static const char *const others[] = { "bin",  "sbin", "lib",  "lib32", "lib64", "libx32",
		                                  "etc",  "usr",  "var",  "dev",   "proc",  "sys",
		                                  "run",  "boot", "root", "tmp",   "mnt",   "media",
		                                  "opt",  NULL };

	return !is_within(path, others);
}

bool purpose_is_document(bytes path)
{
	static const char *const folders[] = { "usr/share/doc",       "usr/share/man",
		                                   "usr/share/info",      "usr/share/locale",
		                                   "usr/share/lintian",   "usr/share/bug",
		                                   "usr/share/groff",     "usr/share/help",
		                                   "usr/share/licenses",  "usr/share/doc-base",
		                                   "usr/share/pixmaps",   "usr/share/applications",
		                                   "usr/share/gtk-doc",   "usr/share/i18n",
		                                   "usr/lib/locale",      "usr/share/zsh",
		                                   "usr/share/fish",      "usr/share/menu",
		                                   "usr/share/gcc",       "usr/share/gdb",
		                                   "usr/share/linda",     "usr/share/bash-completion",
		                                   "usr/share/vim",       "usr/share/debianutils",
		                                   "usr/local/share/man", "usr/local/share/doc",
		                                   "usr/local/man",       NULL };

	return is_within(path, folders);
}

bool purpose_is_passing(bytes path)
{
	static const char *const folders[] = { "var/cache", "var/log", "var/lib/apt", "var/backups",
		                                   "var/lib/cache", "var/spool", "root", "tmp", "var/tmp",
		                                   "run", "proc", "sys", "dev", "var/mail", "boot",
		                                   /* what package managers of rpm remember */
		                                   "var/lib/dnf", "var/lib/yum", "var/lib/tdnf",
		                                   "var/lib/zypp", "var/lib/rpm-state",
		                                   "usr/lib/sysimage/libdnf5",
		                                   /* and what those of Debian and Alpine do besides */
		                                   "var/lib/dpkg", "lib/apk", "usr/lib/apk", NULL };

	return is_within(path, folders);
}

bool purpose_is_needed(bytes path)
{
	static const char *const places[] = {
		/* accounts and names */
		"etc/passwd", "etc/group", "etc/nsswitch.conf", "etc/hosts", "etc/host.conf",
		"etc/gai.conf", "etc/protocols", "etc/services", "etc/resolv.conf", "etc/hostname",
		/* which system this is */
		"etc/os-release", "usr/lib/os-release", "etc/debian_version", "etc/alpine-release",
		"etc/redhat-release", "etc/system-release", "etc/lsb-release", "etc/apk/repositories",
		"etc/apk/arch",
		/* the loader */
		"etc/ld.so.conf", "etc/ld.so.conf.d", "etc/ld.so.cache", "etc/ld-musl-x86_64.path",
		"etc/ld-musl-aarch64.path",
		/* certificates, OpenSSL, Kerberos */
		"etc/ssl/certs", "etc/ssl/cert.pem", "etc/ssl/openssl.cnf", "usr/lib/ssl/certs",
		"usr/lib/ssl/cert.pem", "usr/lib/ssl/openssl.cnf", "etc/pki/tls/certs",
		"etc/pki/tls/cert.pem", "etc/pki/tls/openssl.cnf", "etc/pki/ca-trust/extracted",
		"usr/share/ca-certificates", "etc/crypto-policies", "usr/share/crypto-policies",
		"etc/krb5.conf", "etc/krb5.conf.d", "etc/gss",
		/* time */
		"etc/localtime", "etc/timezone", "usr/share/zoneinfo", NULL
	};

	return is_within(path, places);
}

bool purpose_is_password(bytes path)
{
	static const char *const files[] = { "etc/shadow", "etc/gshadow", "etc/shadow-", "etc/gshadow-",
		                                 NULL };

	return is_one_of(path, files);
}

bool purpose_is_folder(bytes path)
{
	static const char *const folders[] = { "tmp", "var/tmp", "run", "proc", "sys", "dev",
		                                   "etc", "home",    "var", "usr",  NULL };

	return is_one_of(path, folders);
}

bool purpose_is_settings(bytes path)
{
	return path_within(path, BYTES("etc"));
}

bool purpose_is_program(bytes path)
{
	static const char *const folders[] = { "bin",         "sbin",          "usr/bin",
		                                   "usr/sbin",    "usr/local/bin", "usr/local/sbin",
		                                   "usr/libexec", "usr/games",     NULL };

	return is_within(path, folders);
}

/* -- databases --------------------------------------------------------------------------------- */

static enum purpose_database dpkg_database_of(bytes path)
{
	bytes name = path_base(path), dir = path_base(path_dir(path));

	if (bytes_is(dir, "dpkg")) {
		if (bytes_is(name, "status"))
			return PURPOSE_DPKG;
		return bytes_is(name, "arch") || bytes_is(name, "diversions") ? PURPOSE_WHOLE
		                                                              : PURPOSE_NO_DATABASE;
	}
	if (bytes_is(dir, "updates"))
		return PURPOSE_DPKG;
	if (bytes_ends(name, BYTES(".md5sums")) || bytes_ends(name, BYTES(".list")))
		return PURPOSE_DPKG_FILE;
	if (bytes_is(dir, "status.d"))
		return PURPOSE_DPKG;
	return bytes_is(dir, "info") && bytes_is(name, "format") ? PURPOSE_WHOLE : PURPOSE_NO_DATABASE;
}

/* The database's homes: of old, since 2022 (so that snapshots of /usr hold it), of ostree. */
static const char *const rpm_homes[] = { "var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm",
	                                     NULL };

static enum purpose_database rpm_database_of(bytes path)
{
	bytes name = path_base(path);

	if (!is_one_of(path_dir(path), rpm_homes))
		return PURPOSE_RPM_BESIDE;
	if (bytes_is(name, "rpmdb.sqlite"))
		return PURPOSE_RPM_SQLITE;
	if (bytes_is(name, "Packages.db"))
		return PURPOSE_RPM_NDB;
	return bytes_is(name, "Packages") ? PURPOSE_RPM_BDB : PURPOSE_RPM_BESIDE;
}

enum purpose_database purpose_database_of(bytes path)
{
	static const char *const dpkg[] = { "var/lib/dpkg", "usr/lib/dpkg", NULL };
	/* chisel's; those that name the repositories of Red Hat's packages */
	static const char *const whole[] = { "var/lib/chisel/manifest.wall",
		                                 "root/buildinfo/content_manifests", "usr/share/buildinfo",
		                                 NULL };

	if (is_within(path, dpkg))
		return dpkg_database_of(path);
	if (bytes_is(path, "lib/apk/db/installed") || bytes_is(path, "usr/lib/apk/db/installed"))
		return PURPOSE_APK;
	if (is_within(path, rpm_homes))
		return rpm_database_of(path);
	if (path_within(path, BYTES("var/lib/rpmmanifest")))
		return PURPOSE_RPM_LIST;
	return is_within(path, whole) ? PURPOSE_WHOLE : PURPOSE_NO_DATABASE;
}

/* -- tools ------------------------------------------------------------------------------------- */

enum purpose_tool purpose_tool_of(bytes name)
{
	static const char *const shells[] = { "sh",      "bash", "rbash", "dash",   "ash",
		                                  "zsh",     "ksh",  "mksh",  "csh",    "tcsh",
		                                  "busybox", "fish", "pwsh",  "toybox", "busybox.static",
		                                  "bash-static", NULL };
	static const char *const managers[] = {
		"apt",  "apt-get",  "apt-cache", "apt-key",    "apt-mark",   "apt-config",  "apt-cdrom",
		"dpkg", "dpkg-deb", "apk",       "dpkg-query", "dpkg-split", "dpkg-divert", "rpm",
		"yum",  "dnf",      "microdnf",  "tdnf",       "zypper",     "pacman",      "pip",
		"pip3", "npm",      "npx",       "yarn",       "gem",        "nuget",       "dnf-3",
		"dnf4", "dnf5",     "rpmkeys",   "rpmdb",      "rpm2cpio",   "rpm2archive", "rpm-ostree",
		NULL
	};

	if (is_one_of(name, shells))
		return PURPOSE_SHELL;
	return is_one_of(name, managers) ? PURPOSE_MANAGER : PURPOSE_NO_TOOL;
}
