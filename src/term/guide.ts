// A plan in words for the agent that runs in it: what is allowed, and how to ask.
import { allowsReading, allowsWriting, type Grant, isAskedFor } from '../plan/grant.ts';
import type { AbsolutePath } from '../plan/host.ts';
import { shorten } from '../plan/path.ts';
import type { Plan } from '../plan/plan.ts';
import { formatLimit } from '../policy/limits.ts';
import { isByUser, type NetworkMode } from '../policy/policy.ts';
import { escapeText } from './escape.ts';

const mostNamed = 12;

/** Only what is named is put into words: there may be thousands. */
function listed<T>(values: readonly T[], none: string, spell: (value: T) => string): string {
  if (values.length === 0) return none;
  const more = values.length - mostNamed;
  return `${values.slice(0, mostNamed).map(spell).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const networks: Record<NetworkMode, (plan: Plan) => string> = {
  open: () => 'as outside',
  blocked: () => 'none at all',
  ports: ({ network: { connect, listen } }) =>
    `only loopback: connect to ${listed(connect, 'nothing', String)}, serve ${listed(listen, 'nothing', String)}`,
};

function deletions({ originals }: Plan): string {
  return originals.kind === 'kept' && originals.onDelete === 'keep'
    ? 'What existed before this run may be deleted and changed: it is kept for the user.'
    : 'What existed before this run cannot be deleted or cut ("Operation not permitted"). Changing it is fine, the original is kept; so is deleting what you made.';
}

/** Markdown, of a page at most. */
export function renderGuide(plan: Plan, home: AbsolutePath | null): string {
  const spell = (grant: Grant | null) => (grant === null ? '$TMPDIR' : escapeText(shorten(grant.path, home)));
  const asked = plan.grants.filter(isAskedFor);
  const writes = [...asked.filter(allowsWriting), null];
  const reads = asked.filter((grant) => allowsReading(grant) && !allowsWriting(grant));
  const denied = plan.denies.rules.filter(({ origin }) => isByUser(origin));
  const limits = plan.limits.list.map((limit) => `${limit.kind} ${formatLimit(limit)}`);
  return `# You run inside nono

The kernel denies what was not granted, to you and to everything that you start. It cannot be got around: do not try other
ways, ask.

- Write: ${listed(writes, '', spell)}
- Read besides: ${listed(reads, 'nothing of the user’s', spell)}; system files and toolchains
- Denied within that: ${listed(denied, 'nothing by name', ({ text }) => escapeText(text))}; credentials, git hooks, editors’ and agents’ settings
- Network: ${networks[plan.network.mode](plan)}
- Not executed: ${listed(plan.blocked, 'nothing is blocked', ({ name }) => escapeText(name))}
${limits.length === 0 ? '' : `- Limits: ${limits.join(', ')}\n`}
${deletions(plan)}

"Permission denied" and "Operation not permitted" may be nono's. Ask, before or after:

    nono why --self --json PATH
    nono why --self --json --path PATH --op write
    nono why --self --json --command NAME

Where the answer is "denied" and has a "suggested_flag", tell the user: only they can start nono again with it.
`;
}
