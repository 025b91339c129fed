export function definitions(): string[];
