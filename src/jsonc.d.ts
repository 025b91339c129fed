// A .jsonc file is imported as data; test/policy/lists.test.ts checks each list against its schema.
declare module '*.jsonc' {
  const value: unknown;
  export default value;
}
