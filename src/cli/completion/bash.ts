// The grammar as a completion function of bash 4 and later.
import type { Flag, Syntax, Value } from './grammar.ts';

const generators: Record<Exclude<Value['kind'], 'words'>, string> = {
  path: '_nono_files',
  directory: '_nono_files -d',
  profile: '_nono_words "$(nono completion profiles 2>/dev/null)"',
  'profile-or-path': '_nono_words "$(nono completion profiles 2>/dev/null)"; _nono_files',
  command: '_nono_from compgen -c',
  variable: '_nono_from compgen -v',
  any: ':',
};

function generatorOf(value: Value): string {
  return value.kind === 'words' ? `_nono_words '${value.words.join(' ')}'` : generators[value.kind];
}

const spellingsOf = (flags: readonly Flag[]): string[] => flags.flatMap(({ spellings }) => spellings);

/** What stands after a flag, for each command's flags that take something. */
function valueCases({ name, flags }: Syntax): string[] {
  return flags.flatMap(({ spellings, value }) =>
    value === null
      ? []
      : [`    ${spellings.map((each) => `${name}:${each}`).join('|')}) ${generatorOf(value)} ;;`],
  );
}

function wordCases({ name, words }: Syntax): string[] {
  if (words === 'program') return [];
  return [`    ${name}:1) ${generatorOf(words.first)} ;;`, `    ${name}:*) ${generatorOf(words.rest)} ;;`];
}

function takingValue({ name, flags }: Syntax): string[] {
  return spellingsOf(flags.filter(({ value }) => value !== null)).map((each) => `${name}:${each}`);
}

/** For `eval "$(nono completion bash)"`. */
export function bashCompletion(syntax: readonly Syntax[]): string {
  const programs = syntax.filter(({ words }) => words === 'program').map(({ name }) => name);
  return `# nono's completion for bash: eval "$(nono completion bash)" in ~/.bashrc
_nono_from() { local line; while IFS= read -r line; do COMPREPLY+=("$line"); done < <("$@" -- "$_nono_word"); }
_nono_words() { _nono_from compgen -W "$1"; }
_nono_files() { compopt -o filenames 2>/dev/null; _nono_from compgen "\${1:--f}"; }

_nono_value() {
  case $1 in
${syntax.flatMap(valueCases).join('\n')}
    *) return 1 ;;
  esac
}

_nono_flags() {
  case $1 in
${syntax.map(({ name, flags }) => `    ${name}) _nono_words '${spellingsOf(flags).join(' ')}' ;;`).join('\n')}
  esac
}

_nono_word_after_flags() {
  case $1 in
${syntax.flatMap(wordCases).join('\n')}
  esac
}

_nono_takes_value() { case $1 in ${syntax.flatMap(takingValue).join('|')}) ;; *) return 1 ;; esac; }

_nono() {
  local _nono_word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' at words=0
  COMPREPLY=()
  # bash takes --flag=value for three words
  if [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $_nono_word == '=' ]]; then _nono_word=''
  fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    local word=\${COMP_WORDS[at]}
    if [[ $word == '=' ]]; then at=$((at + 1)); continue; fi
    if [[ $word == -- ]]; then at=$((at + 1)); words=1; break; fi
    if [[ $word == -* ]]; then
      if _nono_takes_value "$command:$word" && [[ \${COMP_WORDS[at+1]} != '=' ]]; then at=$((at + 1)); fi
      continue
    fi
    if [[ -z $command ]]; then command=$word; continue; fi
    words=$((words + 1))
    case $command in ${programs.join('|')}) break ;; esac
  done
  if [[ -z $command ]]; then
    _nono_words '${syntax.map(({ name }) => name).join(' ')} --help --version'
    return
  fi
  case $command in ${programs.join('|')})
    if ((words > 0)); then
      if declare -F _command_offset >/dev/null; then _command_offset "$at"
      elif ((at == COMP_CWORD)); then _nono_from compgen -c
      else _nono_files
      fi
      return
    fi ;;
  esac
  if _nono_takes_value "$command:$previous"; then _nono_value "$command:$previous"
  elif [[ $_nono_word == -* ]]; then _nono_flags "$command"
  else
    case $command in
      ${programs.join('|')}) _nono_from compgen -c ;;
      *) _nono_word_after_flags "$command:$((words + 1))" ;;
    esac
  fi
}
complete -F _nono nono`;
}
