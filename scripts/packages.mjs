// Where the packages are laid, and which executables they have.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourcesOf } from './build-native.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export const executables = Object.keys(sourcesOf(root));

/** NONO_PACKAGES names another place than build/packages. */
export const packagesDirectory = () => resolve(root, process.env.NONO_PACKAGES ?? 'build/packages');

export const readManifest = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
