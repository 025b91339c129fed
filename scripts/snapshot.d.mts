export function withoutCodeCache(blob: Buffer): Buffer;
