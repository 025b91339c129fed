// Linux, as doctor sees it: what the launcher says that the kernel offers.
import { diagnose as diagnoseWith } from '../../plan/diagnosis.ts';
import { askSupport } from '../channel.ts';
import type { Diagnose } from '../platform.ts';

export const diagnose: Diagnose = (host) => diagnoseWith(host, askSupport(host));
