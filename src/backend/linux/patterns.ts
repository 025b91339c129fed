// Regular expressions → code for a small matcher: `nono exec` judges values of variables without JavaScript.
//
//   pattern  = branch { '|' branch }
//   branch   = { piece }
//   piece    = '^' | '\b' | '(?<!' set ')' | atom [ '?' | '{' n [ ',' m ] '}' ]
//   atom     = character | escape | set | '(?:' pattern ')'
//
// What the built-in list does not use is refused, and a group repeats as '?' alone. Sets are of bytes.

/** One step: what it does, and up to three numbers. */
export type Step =
  | { readonly op: 'match' }
  /** Between `least` and `most` bytes of a set, as many as there are first. */
  | { readonly op: 'set'; readonly set: number; readonly least: number; readonly most: number }
  /** Goes on at one place, and where that leads nowhere at the other. */
  | { readonly op: 'split'; readonly one: number; readonly other: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'boundary' }
  | { readonly op: 'start' }
  /** The byte before is none of a set. */
  | { readonly op: 'not-behind'; readonly set: number };

const setBytes = 32;
const bytes = 256;

type ByteSet = ReadonlySet<number>;

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const code = (character: string) => character.charCodeAt(0);
const spelled = (text: string): ByteSet => new Set([...text].map(code));
const not = (set: ByteSet): ByteSet => new Set(range(0, bytes - 1).filter((byte) => !set.has(byte)));

const digits = new Set(range(code('0'), code('9')));
const word: ByteSet = new Set([
  ...digits,
  ...range(code('A'), code('Z')),
  ...range(code('a'), code('z')),
  code('_'),
]);
const space = spelled(' \t\n\r\f\v');
const classes: Readonly<Record<string, ByteSet>> = { d: digits, w: word, s: space, S: not(space) };

type Node =
  | { readonly kind: 'set'; readonly set: ByteSet; readonly least: number; readonly most: number }
  | { readonly kind: 'maybe'; readonly node: Node }
  | { readonly kind: 'choice'; readonly branches: readonly (readonly Node[])[] }
  | { readonly kind: 'boundary' | 'start' }
  | { readonly kind: 'not-behind'; readonly set: ByteSet };

/** Reads one pattern from left to right. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #fail(what: string): never {
    throw new Error(`"${this.#text}" has ${what} at ${this.#at}, which cannot be compiled`);
  }

  #takes(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #next(): string {
    return this.#text[this.#at++] ?? this.#fail('an end');
  }

  whole(): Node {
    const node = this.#choice();
    return this.#at === this.#text.length ? node : this.#fail('a parenthesis too many');
  }

  #choice(): Node {
    const branches = [this.#branch()];
    while (this.#takes('|')) branches.push(this.#branch());
    return { kind: 'choice', branches };
  }

  #branch(): Node[] {
    const nodes: Node[] = [];
    while (this.#at < this.#text.length && !/[|)]/.test(this.#text[this.#at] as string))
      nodes.push(this.#piece());
    return nodes;
  }

  #piece(): Node {
    if (this.#takes('^')) return { kind: 'start' };
    if (this.#takes('\\b')) return { kind: 'boundary' };
    if (this.#takes('(?<!')) return this.#closed({ kind: 'not-behind', set: this.#set() });
    if (this.#takes('(?:')) {
      const node = this.#closed(this.#choice());
      return this.#takes('?') ? { kind: 'maybe', node } : node;
    }
    return this.#repeated(this.#set());
  }

  #closed<T extends Node>(node: T): T {
    return this.#takes(')') ? node : this.#fail('no parenthesis');
  }

  #repeated(set: ByteSet): Node {
    if (this.#takes('?')) return { kind: 'set', set, least: 0, most: 1 };
    const counts = /^\{(\d+)(?:,(\d+))?\}/.exec(this.#text.slice(this.#at));
    if (counts === null) return { kind: 'set', set, least: 1, most: 1 };
    this.#at += counts[0].length;
    return { kind: 'set', set, least: Number(counts[1]), most: Number(counts[2] ?? counts[1]) };
  }

  #escape(): ByteSet {
    const character = this.#next();
    const named = classes[character];
    if (named !== undefined) return named;
    return /[A-Za-z0-9]/.test(character) ? this.#fail('an escape') : spelled(character);
  }

  #set(): ByteSet {
    const character = this.#next();
    if (character === '\\') return this.#escape();
    if (character === '[') return this.#listed();
    if (/[.$*+?(){}|^]/.test(character) || character > '\x7e') return this.#fail(`"${character}"`);
    return spelled(character);
  }

  #listed(): ByteSet {
    const negated = this.#takes('^');
    const members = new Set<number>();
    while (!this.#takes(']')) {
      const character = this.#next();
      const to = this.#text[this.#at] === '-' ? this.#text[this.#at + 1] : ']';
      if (character !== '\\' && to !== undefined && to !== ']') {
        this.#at += 2;
        for (const byte of range(code(character), code(to))) members.add(byte);
      } else for (const byte of character === '\\' ? this.#escape() : spelled(character)) members.add(byte);
    }
    return negated ? not(members) : members;
  }
}

function bitmap(set: ByteSet): Buffer {
  const bits = Buffer.alloc(setBytes);
  for (const byte of set) bits[byte >> 3] = (bits[byte >> 3] as number) | (1 << (byte & 7));
  return bits;
}

/** Lays nodes out as steps; sets that are alike are one. */
class Layout {
  readonly steps: Step[] = [];
  readonly sets: Buffer[] = [];

  #numberOf(set: ByteSet): number {
    const bits = bitmap(set);
    const known = this.sets.findIndex((each) => each.equals(bits));
    return known >= 0 ? known : this.sets.push(bits) - 1;
  }

  node(node: Node): void {
    switch (node.kind) {
      case 'set':
        this.steps.push({ op: 'set', set: this.#numberOf(node.set), least: node.least, most: node.most });
        return;
      case 'not-behind':
        this.steps.push({ op: 'not-behind', set: this.#numberOf(node.set) });
        return;
      case 'boundary':
      case 'start':
        this.steps.push({ op: node.kind });
        return;
      case 'maybe':
        this.choice([[node.node], []]);
        return;
      case 'choice':
        this.choice(node.branches);
    }
  }

  choice(branches: readonly (readonly Node[])[]): void {
    const jumps: number[] = [];
    branches.forEach((branch, at) => {
      const split = at + 1 < branches.length ? this.steps.push({ op: 'match' }) - 1 : null;
      for (const node of branch) this.node(node);
      if (split === null) return;
      jumps.push(this.steps.push({ op: 'match' }) - 1);
      this.steps[split] = { op: 'split', one: split + 1, other: this.steps.length };
    });
    for (const jump of jumps) this.steps[jump] = { op: 'jump', to: this.steps.length };
  }
}

const numbers: { readonly [Op in Step['op']]: number } = {
  match: 0,
  set: 1,
  split: 2,
  jump: 3,
  boundary: 4,
  start: 5,
  'not-behind': 6,
};

function wordsOf(step: Step): readonly [number, number, number, number] {
  switch (step.op) {
    case 'set':
      return [numbers.set, step.set, step.least, step.most];
    case 'split':
      return [numbers.split, step.one, step.other, 0];
    case 'jump':
      return [numbers.jump, step.to, 0, 0];
    case 'not-behind':
      return [numbers['not-behind'], step.set, 0, 0];
    default:
      return [numbers[step.op], 0, 0, 0];
  }
}

/**
 * One matcher for all of them: how many sets there are, the sets, the steps of four numbers each.
 *
 * @throws {Error} where a pattern uses what the matcher does not have
 */
export function compilePatterns(patterns: readonly string[]): Uint8Array {
  const layout = new Layout();
  layout.choice(patterns.map((pattern) => [new Reader(pattern).whole()]));
  layout.steps.push({ op: 'match' });
  const words = Uint32Array.from(layout.steps.flatMap(wordsOf));
  const count = Uint32Array.of(layout.sets.length);
  return Buffer.concat([Buffer.from(count.buffer), ...layout.sets, Buffer.from(words.buffer)]);
}
