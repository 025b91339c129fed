// nono's front on macOS: a script that starts the Node that built nono, out of the caller's reach.

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

// Commands that need the launcher of Linux.
const linuxOnly = ['learn', 'compile', 'exec'];

/** What the caller meant for the command (NODE_OPTIONS and its kin) reaches nono under another name. */
export function macFront(node) {
  return `#!/bin/sh
# Starts nono with the Node that built it. NODE_* variables are the command's, and must not steer nono.
case "\${1-}" in ${linuxOnly.join('|')})
  echo "nono: there is no nono $1 on macOS yet
  Try: nono run --dry-run --allow . -- COMMAND" >&2
  exit 2;;
esac
for name in $(/usr/bin/env | /usr/bin/sed -n 's/^\\(NODE_[A-Z0-9_]*\\)=.*/\\1/p'); do
  eval "[ -n \\"\\\${$name+set}\\" ] && export NONO_CALLER_$name=\\"\\$$name\\" && unset $name"
done
[ -x ${quoted(node)} ] && self=$(readlink -f "$0") && exec ${quoted(node)} "\${self%/nono}/cli.cjs" "$@"
echo "nono: Node.js was not found as ${node.replaceAll('"', '')}
  Try: npm run build" >&2
exit 125
`;
}
