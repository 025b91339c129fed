// The grammar as a completion function of zsh.
import type { Flag, Syntax, Value } from './grammar.ts';

const actions: Record<Exclude<Value['kind'], 'words'>, string> = {
  path: '_files',
  directory: '_files -/',
  profile: '_nono_profiles',
  'profile-or-path': '_nono_profiles_or_files',
  command: '_command_names -e',
  variable: '_parameters -g "*export*"',
  any: ' ',
};

function actionOf(value: Value): string {
  return value.kind === 'words' ? `(${value.words.join(' ')})` : actions[value.kind];
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const described = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

/** `_arguments` takes a flag and what it takes for one word each. */
function specsOf({ spellings, text, value }: Flag): string[] {
  const argument = value === null ? '' : `:value:${actionOf(value)}`;
  return spellings.map((each) => {
    const joined = value !== null && each.startsWith('--') ? '=' : '';
    return quote(`*${each}${joined}[${described(text)}]${argument}`);
  });
}

function wordSpecs({ words }: Syntax): string[] {
  if (words === 'program') return [];
  return [quote(`1:word:${actionOf(words.first)}`), quote(`*:word:${actionOf(words.rest)}`)];
}

function caseOf(syntax: Syntax): string {
  const specs = [...syntax.flags.flatMap(specsOf), ...wordSpecs(syntax)];
  return `    ${syntax.name}) _arguments -S \\\n      ${specs.join(' \\\n      ')} ;;`;
}

/** `run:--allow`, for each flag of a command with a program that takes a value. */
function takingValue({ name, flags, words }: Syntax): string[] {
  if (words !== 'program') return [];
  return flags.flatMap(({ spellings, value }) =>
    value === null ? [] : spellings.map((each) => `${name}:${each}`),
  );
}

/** For a file `_nono` in a directory of `fpath`, or `source <(nono completion zsh)`. */
export function zshCompletion(syntax: readonly Syntax[]): string {
  const programs = syntax.filter(({ words }) => words === 'program').map(({ name }) => name);
  return `#compdef nono
# nono's completion for zsh: source <(nono completion zsh) in ~/.zshrc, after compinit
_nono_profiles() { local -a names; names=(\${(f)"$(nono completion profiles 2>/dev/null)"}); compadd -a names; }
_nono_profiles_or_files() { _nono_profiles; _files; }

# Where the program's own line starts; later than CURRENT where a flag or its value is being typed.
_nono_start() {
  local at=3
  [[ $words[2] == (${programs.join('|')}) ]] || { REPLY=$(( CURRENT + 1 )); return }
  for (( ; at < CURRENT; at++ )); do
    case $words[at] in
      --) (( at += 1 )); REPLY=$at; return ;;
      -*) case $words[2]:$words[at] in ${syntax.flatMap(takingValue).join('|')}) (( at += 1 )) ;; esac ;;
      *) REPLY=$at; return ;;
    esac
  done
  [[ $at == $CURRENT && $words[CURRENT] == -* ]] && (( at += 1 ))
  REPLY=$at
}

_nono() {
  local REPLY
  _nono_start
  if (( CURRENT > 2 && REPLY <= CURRENT )); then
    words=("\${(@)words[REPLY,-1]}")
    (( CURRENT -= REPLY - 1 ))
    _normal
    return
  fi
  local curcontext=$curcontext state line
  local -a commands
  commands=(
${syntax.map(({ name, text }) => `    ${quote(`${name}:${described(text)}`)}`).join('\n')}
  )
  _arguments -C '(- *)'{-h,--help}'[help]' '(- *)'{-V,--version}'[version]' '1:command:->command' '*::arguments:->arguments'
  if [[ $state == command ]]; then _describe command commands; return; fi
  case $words[1] in
${syntax.map(caseOf).join('\n')}
  esac
}

if [[ $funcstack[1] == _nono ]]; then _nono "$@"; else compdef _nono nono; fi`;
}
