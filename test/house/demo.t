#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What makes the demo images: a mmdebstrap that fails takes nobody with it.
. "$ROOT/test/tap.sh"

mkdir "$TMP/bin"
cat >"$TMP/bin/mmdebstrap" <<-'END'
	#!/bin/sh
	echo 'creating tarball failed' >&2
	kill -HUP 0 # as the real one does when it cannot write
	sleep 60
END
printf '#!/bin/sh\nexec "$@"\n' >"$TMP/bin/sudo"
chmod +x "$TMP/bin/mmdebstrap" "$TMP/bin/sudo"

status 'the image is not made' 1 setsid -w env PATH="$TMP/bin:$PATH" "$FIXTURE/make-demo.sh" slim "$TMP/demo"
is 'after two tries, with the reason' "$(grep -c 'creating tarball failed' "$TMP/err")" 2
is 'and nothing of it is left' "$(find "$TMP/demo" -mindepth 1 ! -name .lock)" ''
done_testing
