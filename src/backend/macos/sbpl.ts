// SBPL, the language of Seatbelt's profiles, as text that only these functions make. What a plan says never stands in it:
// it is handed over beside the text, as parameters, so that nothing of it is ever read as a rule.
import { NonoError } from '../../errors.ts';

/** An expression as it stands in a profile. */
export type Sbpl = string & { readonly sbpl: unique symbol };

/** A profile as `sandbox-exec` takes it. */
export type SeatbeltProfile = {
  readonly text: string;
  /** By name: what `(param NAME)` stands for. */
  readonly parameters: Readonly<Record<string, string>>;
};

const word = /^[a-z0-9*:.-]+$/i;

/** `(head rest…)`: the head is a word of the language. */
export function form(head: string, ...rest: readonly Sbpl[]): Sbpl {
  if (!word.test(head)) throw new Error(`"${head}" is no word of SBPL`);
  return `(${[head, ...rest].join(' ')})` as Sbpl;
}

/** A word of the language by itself. */
export function symbol(name: string): Sbpl {
  if (!word.test(name)) throw new Error(`"${name}" is no word of SBPL`);
  return name as Sbpl;
}

/** A text of nono's own, which needs no escape. */
export function quoted(text: string): Sbpl {
  if (!/^[\w .:*-]*$/.test(text)) throw new Error(`"${text}" would need an escape in SBPL`);
  return `"${text}"` as Sbpl;
}

/** Rules of a file, as they are. */
export function verbatim(rules: string): Sbpl {
  return rules.trimEnd() as Sbpl;
}

function rule(action: 'allow' | 'deny', operations: readonly string[], rest: readonly Sbpl[]): Sbpl {
  const head = [action, ...operations].map((each) => {
    if (!word.test(each)) throw new Error(`"${each}" is no operation of SBPL`);
    return each;
  });
  return `(${head.join(' ')}${rest.map((each) => `\n  ${each}`).join('')})` as Sbpl;
}

/** No rule at all where nothing is meant: without a filter it would mean everything. */
export function allow(operations: readonly string[], filters: readonly Sbpl[]): Sbpl[] {
  return filters.length === 0 ? [] : [rule('allow', operations, filters)];
}

function tagged(message: Sbpl): Sbpl {
  return form('with', symbol('message'), message);
}

/** `message` stands in the system's log beside each denial. */
export function deny(operations: readonly string[], filters: readonly Sbpl[], message: Sbpl): Sbpl[] {
  return filters.length === 0 ? [] : [rule('deny', operations, [...filters, tagged(message)])];
}

/** The same for everything, whatever it is about. */
export function denyAll(operations: readonly string[], message: Sbpl): Sbpl {
  return rule('deny', operations, [tagged(message)]);
}

export type Parameters = {
  /** The expression that stands for a text. */
  readonly of: (text: string) => Sbpl;
  readonly all: () => Readonly<Record<string, string>>;
};

// A lone surrogate has no UTF-8, and U+FFFD stands for what had none: either would name another file.
const unfaithful = /[\0\uFFFD]|\p{Surrogate}/u;

/**
 * Collects the texts of one profile; the same text is one parameter.
 *
 * @throws {NonoError} `plan/path-encoding` for what cannot be handed over as it is
 */
export function collectParameters(): Parameters {
  const names = new Map<string, string>();
  return {
    of: (text) => {
      if (unfaithful.test(text))
        throw new NonoError([
          {
            code: 'plan/path-encoding',
            message: `"${text}" is not valid UTF-8, so a rule about it would mean something else`,
            remedy: 'name it by a directory around it, in UTF-8',
          },
        ]);
      const name = names.get(text) ?? `P${names.size}`;
      names.set(text, name);
      return `(param "${name}")` as Sbpl;
    },
    all: () => Object.fromEntries([...names].map(([text, name]) => [name, text])),
  };
}
