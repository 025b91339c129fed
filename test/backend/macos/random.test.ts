// Random plans: nothing of one is ever read as a rule, and what one denies is denied.
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { compileSeatbelt } from '../../../src/backend/macos/compile.ts';
import { indexDenies } from '../../../src/plan/ask/deny-index.ts';
import type { Deny, Pattern } from '../../../src/plan/deny.ts';
import { escapeGlob } from '../../../src/plan/glob.ts';
import type { Grant } from '../../../src/plan/grant.ts';
import type { AbsolutePath } from '../../../src/plan/host.ts';
import { contains, lineage } from '../../../src/plan/path.ts';
import { buildPlan, type MacPlan } from '../../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../../src/policy/from-flags.ts';
import { mac } from '../../conformance/machines.ts';
import { type Expression, evaluator, parse } from './sbpl.ts';

const planOf = (flags: PolicyFlags = {}): MacPlan =>
  buildPlan(policyFromFlags(flags, ['true']), mac, { seatbelt: true });

const odd = fc.constantFrom(
  ...`"\\\n\t()[]{}*?;#'^$.|+-!% aZé`,
  'ü',
  '😀',
  '\x7f',
  '\x01',
  '..',
  '#"',
  '(param',
);
const name = fc
  .array(odd, { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''))
  .filter((text) => !/^\.{1,2}$/.test(text));
const path = fc
  .array(name, { minLength: 1, maxLength: 4 })
  .map((names) => `/${names.join('/')}` as AbsolutePath);
const globName = fc.oneof(
  name.map(escapeGlob),
  fc.constantFrom('*', '**', '?', '[a-c]', '[!z]', 'Z*', '*.x'),
);
const glob = fc
  .array(globName, { minLength: 1, maxLength: 4 })
  .filter((names) => names.some((each) => /^[*?[Z]/.test(each)))
  .map((names) => `/${names.join('/')}` as AbsolutePath);
const pattern: fc.Arbitrary<Pattern> = fc.oneof(
  path.map((text) => ({ kind: 'path', text }) as const),
  glob.map((text) => ({ kind: 'glob', text }) as const),
);
const access = fc.constantFrom('read', 'write', 'readwrite' as const);
const grant: fc.Arbitrary<Grant> = fc.record({
  path,
  kind: fc.constantFrom('directory', 'file', 'device', 'other'),
  access,
  origin: fc.constantFrom('flag:--allow', 'built-in:system', 'session'),
  required: fc.boolean(),
});
const denied: fc.Arbitrary<Deny> = fc
  .tuple(
    pattern,
    fc.constantFrom('all', 'write' as const),
    fc.constantFrom('flag:--deny', 'built-in:ssh' as const),
  )
  .map(([meant, which, origin]) => ({ ...meant, access: which, origin }));
const socket = fc.record({
  path,
  right: fc.constantFrom('connect', 'bind'),
  extent: fc.constantFrom('socket', 'entries', 'subtree'),
  takesDatagrams: fc.boolean(),
  origin: fc.constant('flag:--allow-unix-socket'),
});
/** Half of what is denied lies in what is granted: anywhere else nothing is to be lost. */
function inside([granted]: readonly Grant[], rules: readonly Deny[]): Deny[] {
  if (granted === undefined) return [...rules];
  return rules.map((deny, at): Deny => {
    const { path: directory } = granted;
    const start = deny.kind === 'glob' ? (escapeGlob(directory) as AbsolutePath) : directory;
    return at % 2 === 0 ? { ...deny, text: `${start}${deny.text}` } : deny;
  });
}

const parts = fc
  .record({
    grants: fc.array(grant, { maxLength: 5 }),
    rules: fc.array(denied, { maxLength: 4 }),
    lifted: fc.array(pattern, { maxLength: 2 }),
    sockets: fc.array(socket, { maxLength: 2 }),
    mode: fc.constantFrom('open', 'blocked', 'ports'),
    ports: fc.array(fc.integer({ min: 1, max: 65535 }), { maxLength: 2 }),
    blocked: fc.array(name, { maxLength: 2 }),
    onDelete: fc.constantFrom('refuse', 'keep'),
    asked: fc.array(path, { minLength: 2, maxLength: 4 }),
  })
  .map((made) => ({ ...made, rules: inside(made.grants, made.rules) }));

// Spelled out once: the paths that no grant may expose are a thousand.
const base = { ...planOf() };

function randomPlan(made: typeof parts extends fc.Arbitrary<infer T> ? T : never): MacPlan {
  const { grants, rules, lifted, sockets, mode, ports, blocked, onDelete } = made;
  return {
    ...base,
    grants,
    denies: { rules, lifted },
    sockets,
    network: { mode, connect: ports, listen: ports, origin: 'flag:--net-block' },
    blocked: blocked.map((each) => ({ name: each, origin: 'flag:--block-command', reason: '', instead: '' })),
    originals: {
      kind: 'kept',
      store: '/s',
      onDelete,
      mostBytes: 1,
      mostBytesAFile: 1,
      remembersBirths: false,
    },
  } as MacPlan;
}

function textsIn(expression: Expression): string[] {
  if (expression.kind === 'text') return [expression.text];
  return expression.kind === 'list' ? expression.items.flatMap(textsIn) : [];
}

const writing = ['data', 'create', 'unlink', 'mode', 'xattr'].map((each) => `file-write-${each}`);

const known = new Set(
  [planOf(), planOf({ netBlock: true })].flatMap((plan) =>
    parse(compileSeatbelt(plan).text).flatMap(textsIn),
  ),
);

describe('compileSeatbelt() of 10,000 random plans', () => {
  it('writes no text of a plan into the profile, and denies what the plan denies', () => {
    fc.assert(
      fc.property(parts, (made) => {
        const plan = randomPlan(made);
        const { text, parameters } = compileSeatbelt(plan);
        if (!/^[\x20-\x7e\n]*$/.test(text)) throw new Error('a byte of a plan in the profile');
        const { allows } = evaluator(text, parameters);
        const texts = parse(text).flatMap(textsIn);
        const foreign = texts.filter((each) => !known.has(each) && !/^(P\d+|localhost:\d+)$/.test(each));
        if (foreign.length > 0) throw new Error(`in the profile: ${foreign.join(' ')}`);
        const { at } = indexDenies(plan.denies, () => false);
        const below = made.grants.map((each) => `${each.path}/x` as AbsolutePath);
        const meant = made.rules.map(({ text: each }) => each);
        for (const asked of [...made.asked, ...below, ...meant]) {
          const { read, write } = at(asked);
          const reads = read !== null && allows({ operation: 'file-read-data', path: asked });
          const written = writing.filter((operation) => allows({ operation, path: asked }));
          const writes = write !== null && written.length > 0;
          if (reads || writes)
            throw new Error(`"${asked}" is denied, and can be ${reads ? 'read' : 'written'}`);
        }
        for (const { kind, text: denied } of made.rules)
          for (const above of kind === 'path' ? lineage(denied) : []) {
            if (allows({ operation: 'file-write-unlink', path: above }))
              throw new Error(`"${above}" leads to "${denied}", and can be moved`);
            // A granted directory is there, with all that is around it.
            const isThere = made.grants.some(
              (each) => each.kind === 'directory' && contains(above, each.path),
            );
            if (!isThere && allows({ operation: 'file-write-create', path: above }))
              throw new Error(`"${above}" leads to "${denied}", and can be made`);
          }
        for (const { path: granted, kind, access: which } of made.grants) {
          if (kind !== 'directory' || which === 'write' || at(granted).read !== null) continue;
          if (!allows({ operation: 'file-read-data', path: granted }))
            throw new Error(`"${granted}" is closed`);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
