// A .jsonc file is imported as data; test/policy/lists.test.ts checks each list against its schema.
declare module '*.jsonc' {
  const value: unknown;
  export default value;
}

declare module '*.jsonc?lazy' {
  const list: () => unknown;
  export default list;
}

declare module '*.jsonc?paths' {
  /** By a path's first component: what follows it. */
  const rests: Readonly<Record<string, readonly string[]>>;
  export default rests;
}

/** Seatbelt rules, as text. */
declare module '*.sb' {
  const text: string;
  export default text;
}
