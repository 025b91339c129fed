// Whatever is asked for, by whatever way, no grant of a plan reaches a secret.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NonoError } from '../../src/errors.ts';
import { judgedFor, matchesDeny } from '../../src/plan/deny.ts';
import { allowsReading, allowsWriting, isAskedFor } from '../../src/plan/grant.ts';
import type { AbsolutePath, Host, Support } from '../../src/plan/host.ts';
import { contains } from '../../src/plan/path.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../src/policy/from-flags.ts';
import { support } from '../golden/machine.ts';
import { type Disk, machine } from './fake-host.ts';

/** One way of having a home, with the files on it that must stay secret, named where they really are. */
type Home = { readonly disk: Disk; readonly host: Partial<Host>; readonly secrets: readonly AbsolutePath[] };

const shared: Disk = {
  '/usr/bin/true': 'file',
  '/usr/bin/env': 'file',
  '/usr/lib': 'directory',
  '/bin': { link: 'usr/bin' },
  '/etc/passwd': { mode: 0o644 },
  '/etc/shadow': { mode: 0o644 },
  '/etc/ssl/certs': 'directory',
  '/etc/ssl/private/key.pem': { mode: 0o644 },
  '/proc': 'directory',
  '/dev/null': 'device',
};

const below = (home: AbsolutePath): Disk =>
  Object.fromEntries([
    [`${home}/.ssh/id_ed25519`, { mode: 0o700 }],
    [`${home}/.aws/credentials`, { mode: 0o600 }],
    [`${home}/.config/gcloud/token`, { mode: 0o600 }],
    [`${home}/.gitconfig`, { mode: 0o644 }],
    [`${home}/bin/tool`, 'file'],
    [`${home}/lib`, 'directory'],
    [`${home}/data/table`, { mode: 0o644 }],
    [`${home}/data/node_modules/x/cli`, 'file'],
    [`${home}/project/script`, 'file'],
    [`${home}/project/out`, 'directory'],
    [`${home}/project/to-keys`, { link: '../.ssh' }],
    [`${home}/project/to-key`, { link: '../.ssh/id_ed25519' }],
    [`${home}/project/to-home`, { link: '..' }],
  ]);

const secretsBelow = (home: AbsolutePath): AbsolutePath[] => [
  '/etc/shadow',
  '/etc/ssl/private/key.pem',
  `${home}/.ssh/id_ed25519`,
  `${home}/.aws/credentials`,
  `${home}/.config/gcloud/token`,
];

const homes: Record<string, Home> = {
  plain: { disk: below('/home/ada'), host: {}, secrets: secretsBelow('/home/ada') },
  'a link': {
    disk: { ...below('/data/ada'), '/home/ada': { link: '/data/ada' } },
    host: {},
    secrets: secretsBelow('/data/ada'),
  },
  'one by $HOME, one by the account': {
    disk: { ...below('/home/ada'), '/scratch/.ssh/id': { mode: 0o600 } },
    host: { home: '/scratch', homes: ['/scratch', '/home/ada'] },
    secrets: [...secretsBelow('/home/ada'), '/scratch/.ssh/id'],
  },
  'full of links': {
    disk: {
      ...below('/home/ada'),
      '/home/ada/.kube': { link: '/srv/dotfiles/kube' },
      '/srv/dotfiles/kube/config': { mode: 0o644 },
      '/home/ada/.azure': { link: 'data/azure' },
      '/home/ada/data/azure/token': { mode: 0o600 },
    },
    host: {},
    secrets: [...secretsBelow('/home/ada'), '/srv/dotfiles/kube/config', '/home/ada/data/azure/token'],
  },
  relocated: {
    disk: {
      ...below('/home/ada'),
      '/srv/config/gcloud/token': { mode: 0o600 },
      '/srv/keys/ring': { mode: 0o600 },
      '/srv/kube/one': { mode: 0o600 },
    },
    host: {
      environment: {
        PATH: '/usr/bin',
        XDG_CONFIG_HOME: '/srv/config',
        GNUPGHOME: '/srv/keys',
        KUBECONFIG: '/none:/srv/kube/one',
      },
    },
    secrets: [...secretsBelow('/home/ada'), '/srv/config/gcloud/token', '/srv/keys/ring', '/srv/kube/one'],
  },
};

const somewhere = fc.constantFrom(
  ...[
    '/',
    '/home',
    '/home/ada',
    '/data',
    '/data/ada',
    '/srv',
    '/srv/dotfiles',
    '/srv/config',
    '/scratch',
    '/etc',
  ],
  ...['~', '~/', '.', '..', '../..', './out/../..', 'to-keys', 'to-key', 'to-home', 'to-home/data', 'out'],
  ...['~/.ssh', '~/.ssh/id_ed25519', '~/.config', '~/data', '~/bin', '/etc/ssl', '/usr', '/home/ada/.aws'],
);
const some = fc.array(somewhere, { maxLength: 2 });
const flags: fc.Arbitrary<PolicyFlags> = fc.record({
  allow: some,
  read: some,
  write: some,
  allowFile: some,
  readFile: some,
  writeFile: some,
});
const oneGrant: fc.Arbitrary<PolicyFlags> = fc
  .tuple(fc.constantFrom('allow', 'read', 'write', 'readFile'), somewhere)
  .map(([flag, path]) => ({ [flag]: [path] }));
const directories = fc.array(
  fc.constantFrom('/', '/home', '/home/ada', '/home/ada/bin', '/data/ada/bin', '/home/ada/.ssh', '/etc', '.'),
  { maxLength: 3 },
);
const key = '/home/ada/.ssh/id_ed25519';
const firstLines = fc.constantFrom(
  null,
  '/usr/bin/true',
  key,
  `/usr/bin/env -S -u ${key} true`,
  '/home/ada/project/to-key',
  '/home/ada/data/node_modules/x/cli',
);
const commands = fc.constantFrom('true', '/home/ada/project/script', '/home/ada/data/node_modules/x/cli');
const trust = fc.constantFrom('', '/', key, '/etc', '/home/ada', '/srv');

/** Where nothing judges, a grant that covers a secret stops the run instead. */
function withoutBroker(
  asked: PolicyFlags,
  command: string,
  host: Host,
  kernel: Support,
  secrets: readonly AbsolutePath[],
): void {
  try {
    const policy = policyFromFlags({ ...asked, bestEffort: true }, [command]);
    const { grants } = buildPlan(policy, host, kernel);
    for (const secret of secrets) expect(grants.filter(({ path }) => contains(path, secret))).toEqual([]);
  } catch (error) {
    if (!(error instanceof NonoError)) throw error;
  }
}

describe.each(Object.entries(homes))('buildPlan() with a home that is %s', (_, home) => {
  it('reaches no secret, whatever grants, PATH, trust stores, command and script were given', () => {
    const story = fc.record({
      asked: fc.oneof(fc.constant({}), oneGrant, flags), // without grants a plan is certain
      directories,
      firstLine: firstLines,
      command: commands,
      trust,
    });
    fc.assert(
      fc.property(story, ({ asked, directories: more, firstLine, command, trust: store }) => {
        const environment = {
          ...home.host.environment,
          PATH: ['/usr/bin', ...more].join(':'),
          SSL_CERT_FILE: store,
        };
        const host = machine(
          { ...shared, ...home.disk },
          {
            ...home.host,
            environment,
            shebang: (file) => (file.endsWith('/script') ? firstLine : null),
          },
        );
        try {
          const { grants, denies } = buildPlan(policyFromFlags(asked, [command]), host, support);
          const { reads, creations } = judgedFor(denies, grants);
          for (const secret of home.secrets) {
            const around = grants.filter(({ path }) => contains(path, secret));
            const denied = denies.rules.some((deny) => deny.access === 'all' && matchesDeny(deny, secret));
            expect([secret, around.every(isAskedFor), around.length === 0 || denied]).toEqual([
              secret,
              true,
              true,
            ]);
            if (around.some(allowsReading)) expect(reads).toBe(true);
            if (around.some(allowsWriting)) expect(creations).toBe(true);
          }
          const unbrokered = { ...support, seccomp: { ...support.seccomp, notify: false } };
          expect(() => withoutBroker(asked, command, host, unbrokered, home.secrets)).not.toThrow();
        } catch (error) {
          if (!(error instanceof NonoError)) throw error;
        }
      }),
      { numRuns: 120 },
    );
  });
});
