// cli/agent/host-script: layer 10. What runs on another host before the agent does: a shell script of one line that says
// what kind of host this is, finds tsmpi there or takes it from its standard input, and starts the agent. Used by ssh.
//
// It is an argument of the login shell, whichever that is: single quotes around it, and within it neither those nor
// backslashes, exclamation marks and line ends, which csh or fish would take for their own.
//
//   launcher                                 host
//            ◀── here <system> <machine> <libc> <version of an installed tsmpi or ->
//   cached <version> <sha256> <size> ──▶     or: installed
//            ◀── have | lacks <directory> | problem <words>
//   stage, and size bytes ──▶                only after lacks
//            ◀── staged | problem <words>
//            ◀── the agent's greeting        after have and staged
//
// A tsmpi that no job has used for 30 days goes when another one comes: each use makes its directory young again.
// Hosts may share a home, and stage at the same time: the first file stays, as its agent needs it to start ranks.

// The shell stays, and sweeps up when the agent is over, also when a signal ends it: SIGPIPE does, where the agent was
// killed and the shell says so to a connection that has gone.

/** What each of the script's lines begins with. */
export const MARK = "tsmpi-";

const script = `
umask 077;
l=gnu; if ls /lib/ld-musl-* >/dev/null 2>&1; then if ls /lib*/ld-linux-* >/dev/null 2>&1; then :; else l=musl; fi; fi;
t=$(command -v tsmpi 2>/dev/null); i=-;
if [ -n "$t" ]; then i=$("$t" --version 2>/dev/null </dev/null | { read -r a b c; echo "$b"; }); fi;
echo "tsmpi-here $(uname -s) $(uname -m) $l \${i:--}";
read -r how v h s || exit 1;
s=\${s:-0};
sum() { { sha256sum "$1" || shasum -a 256 "$1" || openssl dgst -sha256 -r "$1"; } 2>/dev/null | { read -r x y; echo "$x"; }; };
good() { [ -x "$1" ] && [ "$(wc -c <"$1")" -eq "$s" ] && x=$(sum "$1") && { [ -z "$x" ] || [ "$x" = "$h" ]; }; };
runs() { echo "exit 0" >"$1/.try.$$" && chmod 700 "$1/.try.$$" && "$1/.try.$$" 2>/dev/null; r=$?; rm -f "$1/.try.$$"; return $r; };
room() { f=$(df -Pk "$1" 2>/dev/null | tail -n 1 | { read -r a b c d e; echo "$d"; }); [ "$f" -gt $((s / 1024 + 1024)) ] 2>/dev/null || [ $? -gt 1 ]; };
base=; b=; why=; p=;
drop() { [ -z "$p" ] || rm -rf "$p"; [ -z "$base" ] || rmdir "$base" 2>/dev/null; };
old() { for f in "$base"/bin/*; do if [ -n "$(find "$f" -prune -mtime +30 2>/dev/null)" ]; then rm -f "$f/tsmpi" "$f"/.new.*; rmdir "$f"; fi; done 2>/dev/null; };
trap drop EXIT; trap "exit 1" HUP INT PIPE TERM;
for d in "$HOME/.cache/tsmpi" \${XDG_RUNTIME_DIR:+"$XDG_RUNTIME_DIR/tsmpi"} "\${TMPDIR:-/tmp}/tsmpi-$(id -u)"; do
[ -n "$base" ] || mkdir -p "$d" 2>/dev/null;
if [ -L "$d" ]; then why="$why; $d is a link";
elif [ -d "$d" ] && [ -O "$d" ] && chmod 700 "$d" 2>/dev/null && [ -w "$d" ]; then
if [ "$how" = cached ] && good "$d/bin/$v-$h/tsmpi"; then base=$d; b=$d/bin/$v-$h/tsmpi; touch -c "$d/bin/$v-$h"; break; fi;
if [ -n "$base" ]; then :;
elif runs "$d"; then if room "$d"; then base=$d; else why="$why; $d has no room, $f kB are free"; rmdir "$d" 2>/dev/null; fi;
else why="$why; $d allows no programs (noexec) or is full"; rmdir "$d" 2>/dev/null; fi;
else why="$why; $d cannot be made or is not yours alone"; fi;
done;
if [ -z "$base" ]; then echo "tsmpi-problem \${why#; }"; exit 1; fi;
if [ "$how" = installed ]; then b=$t; fi;
if [ -n "$b" ]; then echo "tsmpi-have"; else
echo "tsmpi-lacks $base";
read -r w || exit 1; [ "$w" = stage ] || exit 1;
d=$base/bin/$v-$h; b=$d/tsmpi; p=$d/.new.$$;
if mkdir -p "$d" && head -c "$s" >"$p" && chmod 700 "$p" && good "$p" && { ln "$p" "$b" 2>/dev/null || good "$b" || mv -f "$p" "$b"; }; then rm -f "$p"; old; echo "tsmpi-staged";
else drop; rmdir "$d" 2>/dev/null; echo "tsmpi-problem $d/tsmpi could not be written whole"; exit 1; fi;
fi;
p=; p=$(mktemp -d "$base/job.XXXXXX") || { echo "tsmpi-problem no directory can be made in $base"; exit 1; };
"$b" agent --stdio --directory "$p"`;

/** The command for the other host's login shell. */
export const hostCommand = `sh -c '${script.trim().replaceAll("\n", " ")}'`;
