// Reads a profile and decides by it, written from Apple's profiles and what is published about the language, and not from
// the compiler: S-expressions; a rule's filters are alternatives; the last rule that matches decides, else the default.
// It is said both ways whether a rule for `file-write-data` stands above every rule for `file-write*`, and a rule without a
// filter below every one with a filter, wherever they stand: an answer must be the same by either reading.

export type Expression =
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] };

const tokens = /(?:[ \t\n]|;[^\n]*)*(?:([A-Za-z0-9*:._-]+)|(#?)"((?:[^"\\]|\\[\s\S])*)"|([()])|$)/y;

function tokenAt(source: string, at: number) {
  tokens.lastIndex = at;
  const [whole, word, raw, text, bracket] = tokens.exec(source) ?? [];
  if (whole === undefined) throw new Error(`nothing of the language at ${at}: ${source.slice(at, at + 30)}`);
  return { end: at + whole.length, word, raw, text, bracket };
}

/** @throws {Error} at the first character that cannot stand where it does. */
export function parse(source: string): Expression[] {
  const open: Expression[][] = [[]];
  let at = 0;
  while (at < source.length) {
    const { end, word, raw, text, bracket } = tokenAt(source, at);
    const here = open.at(-1) as Expression[];
    if (word !== undefined) here.push({ kind: 'symbol', name: word });
    else if (text !== undefined)
      here.push({ kind: 'text', text: raw === '#' ? text : text.replace(/\\([\s\S])/g, '$1') });
    else if (bracket === '(') open.push([]);
    else if (bracket === ')') {
      open.pop();
      if (open.length === 0) throw new Error(`a list that never began, at ${at}`);
      open.at(-1)?.push({ kind: 'list', items: here });
    }
    at = end;
  }
  const [all, unclosed] = open as [Expression[], Expression[]?];
  if (unclosed !== undefined) throw new Error('a list that never ends');
  return all;
}

// Those that are documented; an operation that the system does not know makes it refuse the profile.
const operations = [
  'default',
  'file-ioctl file-link file-clone file-map-executable file-mknod file-read-data file-read-metadata file-read-xattr',
  'file-test-existence file-write-acl file-write-create file-write-data file-write-flags file-write-mode',
  'file-write-owner file-write-setugid file-write-times file-write-unlink file-write-xattr',
  'ipc-posix-sem ipc-posix-shm-read-data mach-lookup network-bind network-inbound network-outbound',
  'process-exec process-exec-interpreter process-fork process-info-pidinfo process-info-setcontrol pseudo-tty',
  'signal sysctl-read system-socket',
].flatMap((line) => line.split(' '));

/** What is asked, with what the kernel knows about it. */
export type Subject = {
  readonly operation: string;
  /** Of a file or a Unix socket, as the kernel names it. */
  readonly path?: string;
  readonly vnode?: 'REGULAR-FILE' | 'DIRECTORY' | 'SOCKET' | 'CHARACTER-DEVICE';
  /** Of a network socket. */
  readonly address?: { readonly protocol: 'tcp' | 'udp'; readonly host: string; readonly port: number };
  /** Of a service, a setting of the kernel or a shared page. */
  readonly name?: string;
  readonly target?: 'same-sandbox' | 'others';
  readonly extensions?: readonly string[];
  /** Of an ioctl. */
  readonly command?: number;
};

type Test = (subject: Subject) => boolean;
type Parameters = Readonly<Record<string, string>>;

function bytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

// Both dialects that Seatbelt may have read these alike: no escape in a class, no lazy or counted repetition.
const dialect =
  /^\^?(?:[^\\[\](){}|*+?.^$]|\\[^A-Za-z0-9]|\[\^?\]?[^\]\\]*\]|[()|]|(?<=[^(|^*+?])[*+?])*\$?\)*\$?$/s;

/** Paths are bytes, and so is what matches them. */
export function compileRegex(source: string): (path: string) => boolean {
  const anywhere = source.replaceAll('(/|$)', '(/|)');
  if (!dialect.test(anywhere)) throw new Error(`"${source}" may mean one thing here and another there`);
  const expression = new RegExp(bytes(source), 's');
  return (path) => expression.test(bytes(path));
}

function isInside(directory: string, path: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

const localhost = ['127.0.0.1', '::1', 'localhost'];

/** `HOST:PORT`; a host is `*` or `localhost`, as Seatbelt allows no other. */
function addressTest(pattern: string): (subject: Subject) => boolean {
  const [, host, port] = /^(\*|localhost):(\*|\d+)$/.exec(pattern) ?? [];
  if (host === undefined) throw new Error(`"${pattern}" is no address for Seatbelt`);
  return ({ address }) =>
    address !== undefined &&
    (host === '*' || localhost.includes(address.host)) &&
    (port === '*' || address.port === Number(port));
}

function endpoint(args: readonly Expression[], parameters: Parameters): Test {
  const [protocol, pattern] = [nameOf(args[0]), args.length > 1 ? textOf(args[1], parameters) : '*:*'];
  if (!['ip', 'tcp', 'udp'].includes(protocol)) throw new Error(`"${protocol}" is no kind of address`);
  const matches = addressTest(pattern);
  return (subject) =>
    subject.address !== undefined &&
    (protocol === 'ip' || subject.address.protocol === protocol) &&
    matches(subject);
}

function nameOf(expression: Expression | undefined): string {
  if (expression?.kind !== 'symbol') throw new Error('a word is expected');
  return expression.name;
}

function textOf(expression: Expression | undefined, parameters: Parameters): string {
  if (expression?.kind === 'text') return expression.text;
  if (expression?.kind !== 'list' || nameOf(expression.items[0]) !== 'param')
    throw new Error('a text is expected');
  const value = parameters[textOf(expression.items[1], {})];
  if (value === undefined) throw new Error('a parameter that is not given');
  return value;
}

const filters: Readonly<Record<string, (args: readonly Expression[], parameters: Parameters) => Test>> = {
  literal: (args, parameters) => {
    const text = textOf(args[0], parameters);
    return ({ path }) => path === text;
  },
  subpath: (args, parameters) => {
    const text = textOf(args[0], parameters);
    if (text !== '/' && text.endsWith('/'))
      throw new Error(`"${text}" ends with a slash and matches nothing`);
    return ({ path }) => path !== undefined && isInside(text, path);
  },
  regex: (args, parameters) => {
    const matches = compileRegex(textOf(args[0], parameters));
    return ({ path }) => path !== undefined && matches(path);
  },
  'require-all': (args, parameters) => {
    const tests = args.map((each) => filterOf(each, parameters));
    return (subject) => tests.every((test) => test(subject));
  },
  'require-any': (args, parameters) => {
    const tests = args.map((each) => filterOf(each, parameters));
    return (subject) => tests.some((test) => test(subject));
  },
  'require-not': (args, parameters) => {
    const test = filterOf(args[0] as Expression, parameters);
    if (args.length !== 1) throw new Error('require-not takes one filter');
    return (subject) => !test(subject);
  },
  'vnode-type':
    ([type]) =>
    ({ vnode }) =>
      vnode === nameOf(type),
  target:
    ([target]) =>
    (subject) =>
      subject.target === nameOf(target),
  remote: (args, parameters) => endpoint(args, parameters),
  local: (args, parameters) => endpoint(args, parameters),
  'global-name': (args, parameters) => {
    const text = textOf(args[0], parameters);
    return ({ name }) => name === text;
  },
  'sysctl-name': (args, parameters) => {
    const text = textOf(args[0], parameters);
    return ({ name }) => name === text;
  },
  'ipc-posix-name': (args, parameters) => {
    const text = textOf(args[0], parameters);
    return ({ name }) => name === text;
  },
  'sysctl-name-prefix': (args, parameters) => {
    const text = textOf(args[0], parameters);
    return ({ name }) => name?.startsWith(text) === true;
  },
  extension: (args, parameters) => {
    const text = textOf(args[0], parameters);
    return ({ extensions = [] }) => extensions.includes(text);
  },
  'ioctl-command':
    ([number]) =>
    ({ command }) =>
      command === Number(nameOf(number)),
  'socket-domain':
    ([domain]) =>
    ({ name }) =>
      name === nameOf(domain),
  'socket-protocol': () => () => true,
};

function filterOf(expression: Expression, parameters: Parameters): Test {
  if (expression.kind !== 'list') throw new Error('a filter is a list');
  const [head, ...args] = expression.items;
  const make = filters[nameOf(head)];
  if (make === undefined) throw new Error(`"${nameOf(head)}" is no filter`);
  return make(args, parameters);
}

type Rule = {
  readonly allows: boolean;
  /** Operations, and wildcards for several. */
  readonly names: readonly string[];
  readonly isFiltered: boolean;
  readonly matches: Test;
};

function covers(name: string, operation: string): boolean {
  return name.endsWith('*') ? operation.startsWith(name.slice(0, -1).replace(/-$/, '')) : operation === name;
}

function operationOf(name: string): string {
  if (!operations.some((operation) => covers(name, operation))) throw new Error(`"${name}" is no operation`);
  return name;
}

function isModifier(expression: Expression): boolean {
  return expression.kind === 'list' && nameOf(expression.items[0]) === 'with';
}

function ruleOf(items: readonly Expression[], parameters: Parameters): Rule {
  const [action, ...rest] = items;
  const names = rest.flatMap((each) => (each.kind === 'symbol' ? [operationOf(each.name)] : []));
  const tests = rest
    .filter((each) => each.kind === 'list' && !isModifier(each))
    .map((each) => filterOf(each, parameters));
  if (names.length === 0) throw new Error('a rule without an operation');
  return {
    allows: nameOf(action) === 'allow',
    names,
    isFiltered: tests.length > 0,
    matches: (subject) => tests.length === 0 || tests.some((test) => test(subject)),
  };
}

/** The rules for an operation, the first that matches deciding: the last one of all; or the last of the narrowest name. */
function readings(rules: readonly Rule[], operation: string): readonly (readonly Rule[])[] {
  const backwards = rules.filter(({ names }) => names.some((name) => covers(name, operation))).reverse();
  const names = [
    ...new Set(backwards.flatMap((rule) => rule.names.filter((name) => covers(name, operation)))),
  ];
  names.sort((one, other) => other.replace('*', '').length - one.replace('*', '').length);
  const byName = names.flatMap((name) => {
    const named = backwards.filter((rule) => rule.names.includes(name));
    return [
      ...named.filter(({ isFiltered }) => isFiltered),
      ...named.filter(({ isFiltered }) => !isFiltered),
    ];
  });
  return [backwards, byName];
}

/**
 * Reads a profile as `sandbox-exec` would.
 *
 * @returns whether something is allowed
 * @throws {Error} for anything that is not of the language, or is not closed by default
 */
export function evaluator(
  text: string,
  parameters: Parameters,
): { readonly allows: (subject: Subject) => boolean; readonly rules: number } {
  const [version, ...forms] = parse(text).map((each) => {
    if (each.kind !== 'list') throw new Error('a form is a list');
    return each.items;
  });
  if (version === undefined || nameOf(version[0]) !== 'version' || nameOf(version[1]) !== '1')
    throw new Error('no version');
  const rules = forms.map((items) => {
    if (!['allow', 'deny'].includes(nameOf(items[0]))) throw new Error(`"${nameOf(items[0])}" is no rule`);
    return ruleOf(items, parameters);
  });
  const [byDefault, ...rest] = rules;
  if (byDefault === undefined || byDefault.allows || !byDefault.names.includes('default'))
    throw new Error('not closed by default');
  const known = new Map<string, readonly (readonly Rule[])[]>();
  return {
    rules: rules.length,
    allows: (subject) => {
      if (!operations.includes(subject.operation)) throw new Error(`"${subject.operation}" is no operation`);
      const read = known.get(subject.operation) ?? readings(rest, subject.operation);
      known.set(subject.operation, read);
      const [answer, other] = read.map(
        (inTurn) => inTurn.find(({ matches }) => matches(subject))?.allows ?? false,
      ) as [boolean, boolean];
      if (answer !== other)
        throw new Error(`"${subject.operation}" of "${subject.path}" is allowed by one reading alone`);
      return answer;
    },
  };
}
