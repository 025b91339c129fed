// Styles by role. A stream that is no terminal, and NO_COLOR, get the same words without them.
import { styleText } from 'node:util';

export type Role = 'error' | 'warning' | 'heading' | 'faint' | 'code' | 'added' | 'removed';

const formats: Record<Role, Parameters<typeof styleText>[0]> = {
  error: ['red', 'bold'],
  warning: ['yellow'],
  heading: ['bold'],
  faint: ['dim'],
  code: ['cyan'],
  added: ['green'],
  removed: ['red'],
};

export type Style = (role: Role, text: string) => string;

export const plain: Style = (_, text) => text;

export const coloured: Style = (role, text) => styleText(formats[role], text);
