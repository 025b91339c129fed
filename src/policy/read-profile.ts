// The text of a profile → the profile, or everything that is wrong with it, each with its line and column.
import {
  findNodeAtLocation,
  getNodePath,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type { z } from 'zod';
import { type Issue, NonoError } from '../errors.ts';
import type { Profile } from './profile.ts';
import { profileSchema } from './profile-schema.ts';
import { type JsonPath, knownKeys, nearestWord, remedyFor } from './profile-suggestions.ts';

/** `FILE:LINE:COLUMN`, both from 1, columns in UTF-16 code units as editors count them. */
function placeIn(text: string, offset: number, file: string): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `${file}:${line}:${offset - before.lastIndexOf('\n')}`;
}

const syntaxTexts: Partial<Record<ReturnType<typeof printParseErrorCode>, readonly [string, string]>> = {
  CommaExpected: ['a comma is missing before this', 'put a comma after the value before it'],
  ColonExpected: ['a colon is missing between a key and its value', '"key": value'],
  PropertyNameExpected: ['a key in double quotes is expected here', '"key": value'],
  ValueExpected: ['a value is expected here', 'a text in double quotes, a number, true, false, [ or {'],
  CloseBraceExpected: ['a { is never closed', 'close it with }'],
  CloseBracketExpected: ['a [ is never closed', 'close it with ]'],
  EndOfFileExpected: ['the profile ends before this', 'take out what follows the last }'],
  UnexpectedEndOfString: ['a text is never closed', 'close it with a double quote on the same line'],
  UnexpectedEndOfComment: ['a comment is never closed', 'close it with */'],
  InvalidSymbol: ['this is neither a text, a number, true nor false', 'put texts in double quotes'],
  InvalidEscapeCharacter: ['a backslash begins nothing that JSON knows', 'write a backslash as \\\\'],
  InvalidUnicode: ['\\u needs four hexadecimal digits', '\\u0041, or the letter itself'],
  InvalidCharacter: ['a control character stands in a text', 'write it as \\n, \\t or \\u0000'],
};

function syntaxIssue(error: ParseError, text: string, file: string): Issue {
  const code = printParseErrorCode(error.error);
  const [message, remedy] = syntaxTexts[code] ?? [`this is no JSON (${code})`, 'take it out'];
  return { code: 'profile/syntax', message, origin: placeIn(text, error.offset, file), remedy };
}

/** The first of each line: an error makes the parser stumble over what follows it. */
function syntaxIssues(errors: readonly ParseError[], text: string, file: string): Issue[] {
  const byLine = new Map(
    errors.toReversed().map((error) => [text.slice(0, error.offset).split('\n').length, error]),
  );
  return [...byLine.values()].toReversed().map((error) => syntaxIssue(error, text, file));
}

type Placed = { readonly offset: number; readonly issue: Issue };
type LostKey = Placed & { readonly path: JsonPath };

/** Keys that would be lost silently: those that stand twice in one object, and the one that names a prototype. */
function lostKeyIssues(node: Node, text: string, file: string): LostKey[] {
  const seen = new Map<string, Node>();
  const here = (node.type === 'object' ? (node.children ?? []) : []).flatMap((property): LostKey[] => {
    const key = property.children?.[0] as Node;
    const first = seen.get(key.value);
    const origin = placeIn(text, key.offset, file);
    const { offset } = key;
    const path = [...getNodePath(node), key.value];
    if (key.value === '__proto__')
      return [{ path, offset, issue: { ...unknownKeyIssue(key.value, getNodePath(node)), origin } }];
    if (first === undefined) seen.set(key.value, key);
    if (first === undefined) return [];
    const line = text.slice(0, first.offset).split('\n').length;
    const issue: Issue = {
      code: 'profile/duplicate-key',
      message: `"${key.value}" stands here again`,
      origin,
      remedy: `put both into the one in line ${line}`,
    };
    return [{ path, offset, issue }];
  });
  return [...here, ...(node.children ?? []).flatMap((child) => lostKeyIssues(child, text, file))];
}

function unknownKeyIssue(key: string, path: JsonPath): Issue {
  const known = knownKeys(path);
  const meant = nearestWord(key, known);
  return {
    code: 'profile/unknown-key',
    message: `"${key}" is no key of ${path.length === 0 ? 'a profile' : `"${path.join('.')}"`}`,
    remedy:
      meant === null ? `one of: ${known.filter((each) => each !== '$schema').join(', ')}` : `"${meant}"`,
  };
}

function nameType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return (
    { string: 'a text', number: 'a number', boolean: `${value}`, object: 'an object' }[
      typeof value as string
    ] ?? 'it'
  );
}

const expectedTypes: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

type ZodIssue = z.core.$ZodIssue;

/** Of a value that may be one of several, what is wrong with the one that was probably meant. */
function meantIssues(issue: ZodIssue, path: JsonPath): { issue: ZodIssue; path: JsonPath }[] {
  const here = [...path, ...(issue.path as (string | number)[])];
  if (issue.code !== 'invalid_union') return [{ issue, path: here }];
  const fitting = issue.errors.find(
    (branch) => !branch.some((each) => each.code === 'invalid_type' && each.path.length === 0),
  );
  if (fitting === undefined) return [{ issue, path: here }];
  return fitting.flatMap((each) => meantIssues(each, here));
}

function messageFor(issue: ZodIssue, value: unknown): string {
  if (value === undefined) return 'it is missing here';
  if (issue.code === 'invalid_type')
    return `${nameType(value)} stands here instead of ${expectedTypes[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_union') return `${nameType(value)} stands here instead of a text or an object`;
  if (issue.code === 'invalid_value') return `${JSON.stringify(value)} is none of what may stand here`;
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.message;
}

function codeFor(path: JsonPath): Issue['code'] {
  if (path[0] === 'groups') return 'profile/group';
  return path[0] === 'filesystem' ? 'profile/path' : 'profile/value';
}

/** One problem of the schema's, where it stands in the text. */
function placeIssues(problem: ZodIssue, root: Node, value: unknown, text: string, file: string): Placed[] {
  const placed = (offset: number, issue: Issue): Placed => ({
    offset,
    issue: { ...issue, origin: placeIn(text, offset, file) },
  });
  return meantIssues(problem, []).flatMap(({ issue, path }): Placed[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => {
        const property = findNodeAtLocation(root, [...path, key])?.parent;
        return placed(property?.offset ?? 0, unknownKeyIssue(key, path));
      });
    const found = path.reduce<unknown>((each, step) => (each as never)?.[step], value);
    const key = path.filter((step) => typeof step === 'string').join('.');
    const node = findNodeAtLocation(root, [...path]) ?? findNodeAtLocation(root, path.slice(0, -1)) ?? root;
    return [
      placed(node.offset, {
        code: issue.code === 'invalid_type' ? 'profile/value' : codeFor(path),
        message: `${key === '' ? 'the profile' : `"${key}"`}: ${messageFor(issue, found)}`,
        remedy: remedyFor(found, path),
      }),
    ];
  });
}

/**
 * Reads a profile.
 *
 * @param text JSON with comments and trailing commas
 * @param file what errors call it
 * @throws {NonoError} `profile/syntax`, `profile/duplicate-key`, `profile/unknown-key`, `profile/value`, `profile/path`,
 * `profile/group`: all that is wrong, in the order in which it stands there
 */
export function readProfile(text: string, file: string): Profile {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (root !== undefined && errors.length > 0) throw new NonoError(syntaxIssues(errors, text, file));
  if (root === undefined) {
    const issue = {
      code: 'profile/syntax',
      message: 'the profile is empty',
      origin: file,
      remedy: 'echo "{}"',
    } as const;
    throw new NonoError([issue]);
  }
  const value: unknown = getNodeValue(root);
  const result = profileSchema.safeParse(value);
  const lost = lostKeyIssues(root, text, file);
  if (result.success && lost.length === 0) return result.data;
  // Of a key that stands twice, nobody can tell which one the schema means.
  const isLost = ({ path }: ZodIssue) =>
    lost.some((each) => each.path.every((step, index) => step === path[index]));
  const problems = result.success ? [] : result.error.issues.filter((issue) => !isLost(issue));
  const known = new Set(lost.map(({ issue }) => issue.origin));
  const others = problems
    .flatMap((issue) => placeIssues(issue, root, value, text, file))
    .filter(({ issue }) => !known.has(issue.origin));
  const found = [...lost, ...others];
  throw new NonoError(found.sort((one, other) => one.offset - other.offset).map(({ issue }) => issue));
}
