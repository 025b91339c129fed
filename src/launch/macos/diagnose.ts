// macOS, as doctor sees it.
import { diagnoseMac } from '../../plan/macos/diagnosis.ts';
import type { Diagnose } from '../platform.ts';
import { askSupport } from './support.ts';

export const diagnose: Diagnose = (host) => diagnoseMac(host, askSupport());
