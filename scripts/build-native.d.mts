export function waysOutSources(root: string): Readonly<Record<'linux' | 'macos', readonly string[]>>;
