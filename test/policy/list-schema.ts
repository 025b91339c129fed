// What the built-in lists may say. Nothing is validated at run time: the lists are part of the bundle.
import { z } from 'zod';
import type {
  CommandList,
  EnvironmentList,
  ProtectedList,
  SensitiveList,
  SystemList,
  ToolchainList,
} from '../../src/policy/lists.ts';
import { variableName } from '../../src/policy/names.ts';

const reason = z
  .string()
  .min(3)
  .max(110)
  .regex(/^\S.*[^\s.]$/, 'a phrase: no blank at either end, no full stop');
const group = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'kebab-case');
const variable = z.string().regex(variableName, 'the name of a variable');

const spelling = z
  .string()
  .regex(/^(~\/|\/|\$[A-Za-z_][A-Za-z0-9_]*(\/|$))/, 'starts with ~/, / or $NAME')
  .refine(
    (path) => !/\/$|\/\/|\/\.\.?(\/|$)/.test(path),
    'no empty, "." or ".." component, no slash at the end',
  );
const path = spelling.refine((each) => !/[*?[\]{}]/.test(each), 'no glob');
const pathWithStar = spelling.refine(
  (each) =>
    !/[?[\]{}]/.test(each) &&
    each
      .split('/')
      .filter((part) => part.includes('*'))
      .every((p) => p === '*'),
  '`*` stands for one whole component',
);

export const sensitiveListSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: group,
      title: z.string().min(3),
      optional: z.literal(true).optional(),
      entries: z.array(z.strictObject({ path, reason })).min(1),
    }),
  ),
}) satisfies z.ZodType<SensitiveList>;

const glob = z.string().regex(/^\*\*\/[^/]+(\/[^/]+)*$/, 'a glob at any depth: **/NAME…');

export const protectedListSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: group,
      title: z.string().min(3),
      optional: z.literal(true).optional(),
      entries: z.array(z.strictObject({ path: glob, reason })).min(1),
      except: z.array(glob).optional(),
    }),
  ),
}) satisfies z.ZodType<ProtectedList>;

export const commandListSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: group,
      title: z.string().min(3),
      names: z.array(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/)).min(1),
      instead: z.string().regex(/^[A-Z].*\.$/, 'a sentence'),
    }),
  ),
}) satisfies z.ZodType<CommandList>;

const systemEntry = z.strictObject({
  path,
  access: z.enum(['read', 'readwrite']),
  kind: z.enum(['directory', 'file', 'device']),
  group,
  reason,
});

export const systemListSchema = z.strictObject({
  entries: z.array(systemEntry).min(1),
  home: z.array(systemEntry),
  trustStores: z.array(variable),
}) satisfies z.ZodType<SystemList>;

const toolchainEntry = z
  .strictObject({ path: pathWithStar, reads: z.array(pathWithStar).min(1), reason })
  .refine(({ path: from, reads }) => {
    const stars = from.split('*').length - 1;
    return stars <= 1 && (stars === 1 || !reads.some((read) => read.includes('*')));
  }, 'one `*` at most, and none in `reads` that `path` lacks');

export const toolchainListSchema = z.strictObject({
  entries: z.array(toolchainEntry).min(1),
}) satisfies z.ZodType<ToolchainList>;

const namePattern = z
  .string()
  .regex(/^[A-Za-z0-9_:*]+$/, 'letters, digits, `_`, `:` and `*`')
  .refine((name) => name.replaceAll('*', '').length >= 2, 'matches nearly every name');

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false; // the schema reports it, with the pattern's place in the list
  }
}

export const environmentListSchema = z.strictObject({
  withhold: z.array(z.strictObject({ group, names: z.array(namePattern).min(1), reason })).min(1),
  values: z.array(
    z.strictObject({
      group,
      pattern: z
        .string()
        .refine(compiles, 'not a regular expression')
        .refine(
          (source) => !/(^|[^\\])[+*]|,\}/.test(source.replace(/\[[^\]]*\]/g, '[]')),
          'unbounded repetition',
        ),
      reason,
    }),
  ),
  private: z.array(z.strictObject({ variable, default: path, name: z.string().regex(/^[a-z_]*$/), reason })),
}) satisfies z.ZodType<EnvironmentList>;
