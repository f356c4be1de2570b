/* SPDX-License-Identifier: Apache-2.0 */
/* The files that no package lists because package managers and maintainer scripts write them. Each
 * row says who. Rows hold for data; where scripts or archives are meant to lie, the row says so. */
#include "catalog/coverage.h"

enum {
	DATA = 1 << KIND_DATA | 1 << KIND_EMPTY,
	SCRIPT = 1 << KIND_SCRIPT,
	ARCHIVE = 1 << KIND_ARCHIVE
};

#define DPKG "dpkg's own database"
#define APK "apk's own database"
#define APT "apt's state"
#define RPM "rpm's own database"
#define ACCOUNTS "accounts, written by base-passwd, adduser and the like"
#define ENGINE "written or mounted over by container engines"
#define CACHE "a cache that its program writes anew"
#define SETTINGS "settings that installation scripts write"
#define INDEX "an index made of files that packages bring"
#define STATE "state that programs keep"
#define SKELETON "copied from etc/skel for a new account"
#define UNLISTED "a configuration file of the base system, which lists of checksums leave out"

static const struct row {
	bytes pattern; /* one '*' matches any octets */
	unsigned kinds;
	const char *reason;
} rows[] = {
	{ BYTES_INIT("var/lib/dpkg/info/*"), DATA | SCRIPT, DPKG },
	{ BYTES_INIT("var/lib/dpkg/*"), DATA, DPKG },
	{ BYTES_INIT("lib/apk/db/*"), DATA | ARCHIVE, APK },
	{ BYTES_INIT("usr/lib/apk/db/*"), DATA | ARCHIVE, APK },
	{ BYTES_INIT("etc/apk/world"), DATA, APK },
	{ BYTES_INIT("etc/apk/arch"), DATA, APK },
	{ BYTES_INIT("etc/apk/repositories"), DATA, SETTINGS },
	{ BYTES_INIT("var/lib/rpm/*"), DATA, RPM },
	{ BYTES_INIT("usr/lib/sysimage/rpm/*"), DATA, RPM },
	{ BYTES_INIT("var/lib/apt/*"), DATA, APT },
	{ BYTES_INIT("etc/apt/sources.list*"), DATA, SETTINGS },
	{ BYTES_INIT("etc/apt/apt.conf.d/*"), DATA, SETTINGS },
	{ BYTES_INIT("var/cache/debconf/*"), DATA, "debconf's questions and answers" },
	{ BYTES_INIT("var/cache/*"), DATA, CACHE },
	{ BYTES_INIT("var/log/*"), DATA, "logs" },

	{ BYTES_INIT("etc/passwd"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/passwd-"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/group"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/group-"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/shadow"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/shadow-"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/gshadow"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/gshadow-"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/subuid"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/subuid-"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/subgid"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/subgid-"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/.pwd.lock"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/security/opasswd"), DATA, ACCOUNTS },
	{ BYTES_INIT("etc/shells"), DATA, ACCOUNTS },
	{ BYTES_INIT("var/lib/shells.state"), DATA, ACCOUNTS },

	{ BYTES_INIT(".dockerenv"), DATA, ENGINE },
	{ BYTES_INIT("etc/hostname"), DATA, ENGINE },
	{ BYTES_INIT("etc/hosts"), DATA, ENGINE },
	{ BYTES_INIT("etc/resolv.conf"), DATA, ENGINE },
	{ BYTES_INIT("etc/machine-id"), DATA, ENGINE },

	{ BYTES_INIT("etc/environment"), DATA, SETTINGS },
	{ BYTES_INIT("etc/fstab"), DATA, SETTINGS },
	{ BYTES_INIT("etc/inputrc"), DATA, SETTINGS },
	{ BYTES_INIT("etc/modules"), DATA, SETTINGS },
	{ BYTES_INIT("etc/motd"), DATA, SETTINGS },
	{ BYTES_INIT("etc/network/interfaces"), DATA, SETTINGS },
	{ BYTES_INIT("etc/networks"), DATA, SETTINGS },
	{ BYTES_INIT("etc/nsswitch.conf"), DATA, SETTINGS },
	{ BYTES_INIT("etc/profile"), DATA, SETTINGS },
	{ BYTES_INIT("etc/timezone"), DATA, SETTINGS },
	{ BYTES_INIT("etc/locale.conf"), DATA, SETTINGS },
	{ BYTES_INIT("etc/default/locale"), DATA, SETTINGS },
	{ BYTES_INIT("etc/ca-certificates.conf"), DATA, SETTINGS },
	{ BYTES_INIT("etc/pam.d/common-*"), DATA, SETTINGS },
	{ BYTES_INIT("etc/apparmor.d/local/*"), DATA, SETTINGS },
	{ BYTES_INIT("root/.bashrc"), DATA, SETTINGS },
	{ BYTES_INIT("root/.profile"), DATA, SETTINGS },
	{ BYTES_INIT("home/*/.bash_logout"), DATA, SKELETON },
	{ BYTES_INIT("home/*/.bashrc"), DATA, SKELETON },
	{ BYTES_INIT("home/*/.profile"), DATA, SKELETON },
	{ BYTES_INIT("var/lib/pam/*"), DATA, STATE },
	{ BYTES_INIT("var/lib/python/*"), DATA, STATE },
	{ BYTES_INIT("var/lib/systemd/*"), DATA, STATE },
	{ BYTES_INIT("var/lib/ucf/*"), DATA, STATE },

	/* Distroless images know the files of a package by its checksums alone. */
	{ BYTES_INIT("etc/debian_version"), DATA, UNLISTED },
	{ BYTES_INIT("etc/dpkg/origins/*"), DATA, UNLISTED },
	{ BYTES_INIT("etc/ethertypes"), DATA, UNLISTED },
	{ BYTES_INIT("etc/host.conf"), DATA, UNLISTED },
	{ BYTES_INIT("etc/issue"), DATA, UNLISTED },
	{ BYTES_INIT("etc/issue.net"), DATA, UNLISTED },
	{ BYTES_INIT("etc/ld.so.conf.d/*.conf"), DATA, UNLISTED },
	{ BYTES_INIT("etc/protocols"), DATA, UNLISTED },
	{ BYTES_INIT("etc/rpc"), DATA, UNLISTED },
	{ BYTES_INIT("etc/services"), DATA, UNLISTED },

	{ BYTES_INIT("etc/ld.so.cache"), DATA, INDEX },
	{ BYTES_INIT("etc/ssl/certs/ca-certificates.crt"), DATA, INDEX },
	{ BYTES_INIT("etc/ssl/certs/java/cacerts"), DATA, INDEX },
	{ BYTES_INIT("usr/lib/udev/hwdb.bin"), DATA, INDEX },
	{ BYTES_INIT("usr/lib/locale/locale-archive"), DATA, INDEX },
	{ BYTES_INIT("usr/share/info/dir"), DATA, INDEX },
	{ BYTES_INIT("usr/share/mime/*"), DATA, INDEX },
	{ BYTES_INIT("usr/share/applications/mimeinfo.cache"), DATA, INDEX },
	{ BYTES_INIT("usr/share/glib-2.0/schemas/gschemas.compiled"), DATA, INDEX },
	{ BYTES_INIT("usr/share/icons/*/icon-theme.cache"), DATA, INDEX },
	{ BYTES_INIT("usr/lib/*/gdk-pixbuf-2.0/2.10.0/loaders.cache"), DATA, INDEX },
	{ BYTES_INIT("usr/lib/*/gio/modules/giomodule.cache"), DATA, INDEX },
	{ BYTES_INIT("usr/lib/*/gconv/gconv-modules.cache"), DATA, INDEX },
};

static bool matches(bytes pattern, bytes path)
{
	size_t star = bytes_find(pattern, '*');
	bytes front = bytes_slice(pattern, 0, star), back = bytes_skip(pattern, star + 1);

	if (star == pattern.n)
		return bytes_equal(pattern, path);
	return path.n >= front.n + back.n && bytes_starts(path, front) && bytes_ends(path, back);
}

const char *coverage_generated(bytes path, enum file_kind kind)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if ((rows[i].kinds & 1U << kind) && matches(rows[i].pattern, path))
			return rows[i].reason;
	return NULL;
}
