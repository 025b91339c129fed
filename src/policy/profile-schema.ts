// The shape of profiles: the one source of their validation, of the published JSON Schema and of what errors suggest.
import { z } from 'zod';
import { commandName, variableName } from './names.ts';
import type { Profile } from './profile.ts';
import { optionalGroups, protectionGroups } from './protection-groups.ts';
import { largestPort, most32Bits, mostProcesses, parseSeconds, parseSize } from './quantity.ts';
import { isAnchored } from './spelling.ts';

const mostPathCharacters = 4096;

const spelling = z
  .string()
  .min(1, { error: 'a path is empty', abort: true })
  .max(mostPathCharacters, 'a path is too long')
  .refine((path) => !path.includes('\0'), 'a path holds a NUL')
  .refine((path) => !/(^|\/)\.\.(\/|$)/.test(path), 'a path of a profile has no ".." in it');

const grantPath = spelling
  .refine(
    isAnchored,
    'a path of a profile starts with /, ~/ or $NAME: it means the same wherever nono is started',
  )
  .refine((text) => !/[*?]/.test(text), 'grants take no globs: name the directory, all below it is granted')
  .meta({ examples: ['~/data', '$XDG_CACHE_HOME/tool', '/srv/data'] });
const denyPath = spelling
  .refine((text) => text.startsWith('**/') || isAnchored(text), 'it starts with /, ~/, $NAME or **/')
  .meta({ examples: ['**/.env', '~/data/private'] });

const variable = z.string().regex(variableName, 'not the name of a variable');

const when = z
  .strictObject({
    platform: z.enum(['linux', 'macos']).optional(),
    set: variable.optional().meta({ examples: ['CARGO_HOME'] }),
  })
  .meta({ description: 'Where the rule applies.', examples: [{ platform: 'linux' }, { set: 'CARGO_HOME' }] });

const directory = z.union([
  grantPath,
  z.strictObject({
    path: grantPath,
    when: when.optional(),
    create: z.boolean().optional(),
    state: z.boolean().optional(),
  }),
]);
const deny = z.union([denyPath, z.strictObject({ path: denyPath, when: when.optional() })]);
const bypass = z.union([grantPath, z.strictObject({ path: grantPath, when: when.optional() })]);
const file = z.strictObject({
  path: grantPath,
  access: z.enum(['read', 'write', 'readwrite']),
  when: when.optional(),
  create: z.string().optional(),
});
const socket = z.union([
  grantPath,
  z.strictObject({
    path: grantPath,
    right: z.enum(['connect', 'bind']).optional(),
    extent: z.enum(['socket', 'entries', 'subtree']).optional(),
    when: when.optional(),
  }),
]);

const list = <T extends z.ZodType>(element: T, example: unknown, description: string) =>
  z
    .array(element)
    .optional()
    .meta({ description, examples: [[example]] });

const port = z.int().min(1, 'a port is 1 to 65535').max(largestPort, 'a port is 1 to 65535');
const command = z.string().regex(commandName, 'the name of a command has no path and is not empty');
const withheld = z
  .string()
  .regex(/^[A-Za-z0-9_*]+$/, 'a name of a variable, in which * stands for any letters')
  .refine((text) => /[A-Za-z0-9_]/.test(text), 'it would withhold every variable');

const size = z.string().refine((text) => (parseSize(text) ?? 0) > 0, 'a size is such as 512M or 4G');
const seconds = (description: string) =>
  z
    .union([
      z.int().min(1, 'a time is a number of seconds').max(most32Bits, 'a time is a number of seconds'),
      z.string().refine((text) => (parseSeconds(text) ?? 0) > 0, 'a time is such as 90s, 10m or 2h'),
    ])
    .optional()
    .meta({ description, examples: ['10m'] });

/** Names of profiles: what file names and flags can hold everywhere. */
export const profileName = /^[a-z0-9][a-z0-9._-]*$/;

const excluded = z.enum(protectionGroups).refine((name) => optionalGroups.includes(name), {
  error: ({ input }) => `the group "${input}" is required: no profile can exclude it`,
});

export const profileSchema = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'Where editors find this schema.' }),
    meta: z
      .strictObject({
        description: z.string().optional().meta({ description: 'One line for `nono profile list`.' }),
      })
      .optional(),
    extends: list(
      z.string().regex(profileName, 'the name of a profile is of a-z, 0-9, ".", "_" and "-"'),
      'node',
      'Profiles that this one adds to.',
    ),
    filesystem: z
      .strictObject({
        allow: list(directory, '~/data', 'Directories to read and write, with all below them.'),
        read: list(directory, '~/data', 'Directories to read.'),
        write: list(directory, '~/data', 'Directories to write, neither read nor listed.'),
        files: list(file, { path: '~/notes.md', access: 'read' }, 'Single files.'),
        deny: list(deny, '**/.env', 'Beats every grant: neither read nor written.'),
        deny_write: list(deny, '**/.env', 'Beats every grant: not written.'),
        bypass_protection: list(
          bypass,
          '~/.kube',
          'Built-in denies that are lifted; each needs a grant too.',
        ),
        unix_sockets: list(socket, '/run/tool.sock', 'Unix sockets to connect to, or to make.'),
      })
      .optional(),
    network: z
      .strictObject({
        block: z
          .boolean()
          .optional()
          .meta({ description: 'No network at all.', examples: [true] }),
        ports: list(port, 5432, "Loopback's ports to reach; naming one closes everything else."),
        listen: list(port, 3000, "Loopback's ports to serve; naming one closes everything else."),
      })
      .optional(),
    commands: z
      .strictObject({
        allow: list(command, 'rm', 'Commands that may run although they are blocked.'),
        block: list(command, 'docker', 'Commands that may not run.'),
      })
      .optional(),
    environment: z
      .strictObject({
        pass: list(variable, 'TOOL_API_KEY', 'Variables that are passed although they look secret.'),
        set: z
          .record(variable, z.string())
          .optional()
          .meta({ description: 'Variables and their values.', examples: [{ CI: '1' }] }),
        withhold: list(withheld, 'INTERNAL_*', 'Variables that are not passed.'),
      })
      .optional(),
    arguments: z
      .record(command, z.array(z.string()))
      .optional()
      .meta({
        description: "By a command's name: words that come before the arguments that it was given.",
        examples: [{ tool: ['--no-daemon'] }],
      }),
    workdir: z
      .enum(['none', 'read', 'write', 'readwrite'])
      .optional()
      .meta({ description: 'What --allow-cwd grants.' }),
    limits: z
      .strictObject({
        memory: size.optional().meta({ description: 'How much memory a run may use.', examples: ['4G'] }),
        pids: z
          .int()
          .min(1, 'at least 1: the command itself')
          .max(mostProcesses, `at most ${mostProcesses}, as many as the kernel has`)
          .optional()
          .meta({ description: 'How many processes and threads there may be at a time.', examples: [512] }),
        cpu_time: seconds('How much CPU time it may use: seconds, or such as 10m.'),
        timeout: seconds('When it ends: seconds, or such as 2h.'),
      })
      .optional(),
    on_delete: z
      .enum(['refuse', 'keep'])
      .optional()
      .meta({ description: 'What becomes of deleted files from before the run.' }),
    groups: z
      .strictObject({
        include: list(
          z.enum(protectionGroups),
          'shell-history',
          'Built-in groups that stay, whoever excludes them.',
        ),
        exclude: list(excluded, 'shell-history', 'Built-in groups of paths that are not protected.'),
      })
      .optional(),
  })
  .meta({
    title: 'A profile of nono',
    description: 'What a program may reach; comments are allowed.',
  }) satisfies z.ZodType<Profile>;

/** The published schema. */
export function profileJsonSchema(): object {
  return z.toJSONSchema(profileSchema, { io: 'input', target: 'draft-7' });
}
