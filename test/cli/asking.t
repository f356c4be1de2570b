#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A program that signs may ask its user: it has the terminal as long as it runs (who asks from the
# background is stopped by SIGTTIN), and what is pressed there means Oakum, too.
# shellcheck source=test/tap.sh
. "$ROOT/test/tap.sh"
cd "$TMP" || exit 1

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>/dev/null
openssl pkey -in key.pem -pubout -out key.pub
echo 'what is signed' >file
cat >asking <<'P'
#!/bin/sh
[ "$1" = public-key ] && exec openssl pkey -in key.pem -pubout
stty -echo </dev/tty
printf 'PIN: ' >/dev/tty
read -r pin </dev/tty
[ "$pin" = 1234 ] && exec openssl pkeyutl -sign -inkey key.pem -pkeyopt digest:"$2"
exit 9
P
chmod +x asking

cat >asked.py <<'P'
"""asked.py TYPED fore|back COMMAND...: a shell with one job; what the job said, how often it was
stopped, how it ended, and whether the terminal is as it was and whose."""
import fcntl, os, signal, sys, termios
typed, place, *command = sys.argv[1:]
terminal, theirs = os.openpty()
report, told = os.pipe()


def job():
    os.setpgid(0, 0)
    if place == 'fore':
        os.tcsetpgrp(theirs, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    for fd in range(3):
        os.dup2(theirs, fd)
    os.execv(command[0], command)


if os.fork() == 0:
    os.setsid()
    fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    pid, stops = os.fork(), 0
    if pid == 0:
        job()
    status = os.waitpid(pid, os.WUNTRACED)[1]
    while os.WIFSTOPPED(status):
        stops += 1
        os.tcsetpgrp(theirs, pid)
        os.killpg(pid, signal.SIGCONT)
        status = os.waitpid(pid, os.WUNTRACED)[1]
    echo = 'echo' if termios.tcgetattr(theirs)[3] & termios.ECHO else 'silence'
    whose = {pid: "the job's", os.getpid(): "the shell's"}.get(os.tcgetpgrp(theirs), 'lost')
    os.write(told, f'{stops} {os.waitstatus_to_exitcode(status)} {echo} {whose}'.encode())
    os._exit(0)
os.close(told)
os.close(theirs)
shown = b''
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
    if b'PIN: ' in shown and typed:
        os.write(terminal, typed.encode().decode('unicode_escape').encode())
        typed = ''
print(shown.decode(), os.read(report, 100).decode())
P

asked() { # TYPED PLACE ARGUMENT...
	rm -f bundle.json
	timeout 100 python3 asked.py "$1" "$2" "$OAKUM" sign-blob file --key exec:./asking \
		--bundle bundle.json "${@:3}" >said
}

asked '1234\n' fore
like 'a program that asks gets its answer' "$(cat said)" " 0 0 echo the job's$"
ok 'and signs' "$OAKUM" verify-blob file --bundle bundle.json --key key.pub
asked '4321\n' fore
like 'or fails' "$(cat said)" " 0 3 echo the job's$"
ok 'and signs nothing' test ! -e bundle.json
asked '\x03' fore
like '^C ends both' "$(cat said)" " 0 -2 echo the job's$"
ok 'and signs nothing' test ! -e bundle.json
asked '\x1a1234\n' fore
like '^Z stops both, and both go on' "$(cat said)" " 1 0 [a-z]* the job's$"
ok 'and it signs' "$OAKUM" verify-blob file --bundle bundle.json --key key.pub
asked '' fore --timeout 2s
like 'nobody answers: the terminal is as it was' "$(cat said)" " 0 3 echo the job's$"
like 'which is said' "$(cat said)" 'not done within'
asked '' back
like 'in the background it ends at once' "$(cat said)" " 0 3 [a-z]* the shell's$"
like 'and says what to do' "$(cat said)" 'asks on the terminal: start this in the foreground'
done_testing
