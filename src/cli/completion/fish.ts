// The grammar as completions of fish.
import type { Flag, Syntax, Value } from './grammar.ts';

const values: Record<Exclude<Value['kind'], 'words'>, string> = {
  path: '-rF',
  directory: "-xa '(__fish_complete_directories)'",
  profile: "-xa '(nono completion profiles 2>/dev/null)'",
  'profile-or-path': "-rFa '(nono completion profiles 2>/dev/null)'",
  command: "-xa '(__fish_complete_command)'",
  variable: "-xa '(set -nx)'",
  any: '-x',
};

const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

function takenBy(value: Value): string {
  return value.kind === 'words' ? `-xa ${quote(value.words.join(' '))}` : values[value.kind];
}

function spelling(each: string): string {
  return each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`;
}

function flagLine(name: string, { spellings, text, value }: Flag): string {
  const taken = value === null ? '' : ` ${takenBy(value)}`;
  return `complete -c nono -n '__nono_at ${name} flags' ${spellings.map(spelling).join(' ')}${taken} -d ${quote(text)}`;
}

function wordLines({ name, words }: Syntax): string[] {
  if (words === 'program')
    return [
      `complete -c nono -n '__nono_at ${name} flags; or __nono_at ${name} program' -xa '(__nono_program)'`,
    ];
  return [
    `complete -c nono -n '__nono_at ${name} first' ${takenBy(words.first).replace('-r', '-')}`,
    `complete -c nono -n '__nono_at ${name} rest' ${takenBy(words.rest).replace('-r', '-')}`,
  ].map((line) => line.replace(/ -$/, ''));
}

/** For `nono completion fish | source`. */
export function fishCompletion(syntax: readonly Syntax[]): string {
  const programs = syntax.filter(({ words }) => words === 'program').map(({ name }) => name);
  const taking = syntax.flatMap(({ name, flags }) =>
    flags
      .filter(({ value }) => value !== null)
      .flatMap(({ spellings }) => spellings.map((each) => `${name}:${each}`)),
  );
  return `# nono's completion for fish: nono completion fish | source, in ~/.config/fish/config.fish
set -g __nono_taking ${taking.join(' ')}

# The command, then "flags", "first", "rest" or "program", then the words of the program.
function __nono_place
    set -l command ''
    set -l place flags
    set -l skip 0
    set -l count 0
    set -l rest
    for word in (commandline -opc)[2..-1]
        if test $place = program
            set -a rest $word
        else if test $skip = 1
            set skip 0
        else if test -z "$command"
            string match -q -- '-*' $word; or set command $word
        else if test $word = --
            set place program
        else if string match -q -- '-*' $word
            contains -- "$command:$word" $__nono_taking; and set skip 1
        else if contains -- $command ${programs.join(' ')}
            set place program
            set rest $word
        else
            set count (math $count + 1)
        end
    end
    if test $place = flags; and not contains -- $command ${programs.join(' ')}
        test $count = 0; and set place first; or set place rest
    end
    printf '%s\\n' "$command" $place $rest
end

function __nono_at
    set -l place (__nono_place)
    test "$place[1]" = $argv[1]; or return 1
    switch $argv[2]
        case flags
            test "$place[2]" != program
        case '*'
            test "$place[2]" = $argv[2]
    end
end

function __nono_program
    set -l place (__nono_place)
    if test $place[2] != program; and string match -q -- '-*' (commandline -ct)
        return
    end
    complete -C (string join -- ' ' (string escape -- $place[3..-1]) (commandline -ct))
end

complete -c nono -f
complete -c nono -n '__nono_at "" flags; or __nono_at "" first' -l help -d help
complete -c nono -n '__nono_at "" flags; or __nono_at "" first' -l version -d version
${syntax.map(({ name, text }) => `complete -c nono -n '__nono_at "" first' -a ${name} -d ${quote(text)}`).join('\n')}
${syntax.flatMap((each) => [...each.flags.map((flag) => flagLine(each.name, flag)), ...wordLines(each)]).join('\n')}`;
}
