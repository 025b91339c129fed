export function macFront(node: string): string;
