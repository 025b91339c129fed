// What could stand where something wrong stands in a profile: taken from the schema, so that it never lags behind.
import { distance } from 'fastest-levenshtein';
import { profileJsonSchema } from './profile-schema.ts';

/** The keys and indexes that lead to a value. */
export type JsonPath = readonly (string | number)[];

type JsonSchema = {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly type?: string;
};

/** What the schema says of the value at a place. */
function schemaAt(path: JsonPath): JsonSchema | undefined {
  let schema: JsonSchema | undefined = profileJsonSchema();
  for (const step of path) {
    const object: JsonSchema | undefined = schema?.anyOf?.find(({ type }) => type === 'object') ?? schema;
    const below: JsonSchema | undefined =
      typeof object?.additionalProperties === 'object' ? object.additionalProperties : undefined;
    schema = typeof step === 'number' ? object?.items : (object?.properties?.[step] ?? below);
  }
  return schema;
}

/** The keys that an object there may have. */
export function knownKeys(path: JsonPath): string[] {
  const schema = schemaAt(path);
  const object = schema?.anyOf?.find(({ type }) => type === 'object') ?? schema;
  return Object.keys(object?.properties ?? {});
}

const furthest = 3;

/** The known word that was probably meant; null where none is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const near = known.map((each) => ({ each, far: distance(word.toLowerCase(), each.toLowerCase()) }));
  const [best] = near.sort((one, other) => one.far - other.far);
  return best !== undefined && best.far <= Math.min(furthest, word.length / 2) ? best.each : null;
}

/** What could stand at a place, as JSON: an element of a list is taken from the list's example. */
function exampleOf(path: JsonPath): string | null {
  const schema = schemaAt(path);
  if (schema?.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' or ');
  const [example] = schema?.examples ?? schema?.anyOf?.[0]?.examples ?? [];
  if (example !== undefined) return JSON.stringify(example);
  const [elements] = typeof path.at(-1) === 'number' ? (schemaAt(path.slice(0, -1))?.examples ?? []) : [];
  return Array.isArray(elements) ? JSON.stringify(elements[0]) : null;
}

/** One thing to write instead of the value. */
export function remedyFor(value: unknown, path: JsonPath): string {
  const schema = schemaAt(path);
  const words = schema?.enum;
  if (words !== undefined && typeof value === 'string' && words.includes(value))
    return 'leave it out, or --bypass-protection PATH for what a run needs of it';
  const meant = typeof value === 'string' && words !== undefined ? nearestWord(value, words) : null;
  if (meant !== null) return `"${meant}"`;
  if (schema?.type === 'array' && typeof value === 'string') return JSON.stringify([value]);
  if (schema?.type === 'string' && typeof value === 'number') return JSON.stringify(String(value));
  const example = exampleOf(path);
  if (example !== null) return words === undefined ? `such as ${example}` : example;
  const [first] = Object.entries(schema?.properties ?? {}).filter(([key]) => key !== '$schema');
  if (path.length === 0) return 'such as { "filesystem": { "allow": ["~/data"] } }';
  const inside = first === undefined ? null : exampleOf([...path, first[0]]);
  return inside === null ? 'leave it out' : `such as { "${first?.[0]}": ${inside} }`;
}
